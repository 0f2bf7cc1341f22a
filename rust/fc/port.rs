// SPDX-License-Identifier: GPL-2.0

//! The port structs that LLDDs see, meant for `rust/kernel/nvme_fc/port.rs`.
//!
//! LLDDs read all of them, and write some: `port_id` and `port_role` of a local
//! port, and the `private` pointers. So every access here is a single volatile
//! one, and nothing is concluded from a value read back but whether a port is
//! online, which the transport alone writes.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::ffi::c_void;

use kernel::{
    fmt,
    types::Opaque, //
};

use crate::{
    abi,
    shared::proto::traddr::Traddr, //
};

/// Port role: the port is an NVMe initiator (`scsi_transport_fc.h`).
pub(crate) const ROLE_INITIATOR: u32 = 0x10;
/// Port role: the port is an NVMe target (`scsi_transport_fc.h`).
pub(crate) const ROLE_TARGET: u32 = 0x20;
/// Port role: the port has a discovery controller (`scsi_transport_fc.h`).
pub(crate) const ROLE_DISCOVERY: u32 = 0x40;

/// What an LLDD says about a local or remote port that it registers.
#[derive(Clone, Copy)]
pub(crate) struct PortInfo {
    /// World wide names.
    pub(crate) names: Traddr,
    /// Role bits.
    pub(crate) role: u32,
    /// N_Port identifier.
    pub(crate) id: u32,
    /// Seconds that a remote port's loss is tolerated; 0 for the default.
    pub(crate) dev_loss: u32,
}

impl PortInfo {
    /// Copies what an LLDD passed.
    pub(crate) fn new(info: &abi::nvme_fc_port_info) -> Self {
        Self {
            names: Traddr {
                node: info.node_name,
                port: info.port_name,
            },
            role: info.port_role,
            id: info.port_id,
            dev_loss: info.dev_loss_tmo,
        }
    }
}

/// World wide names as they are printed.
pub(crate) struct Names(pub(crate) Traddr);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nn-{:#018x}:pn-{:#018x}", self.0.node, self.0.port)
    }
}

/// Defines the part that both structs have in common.
macro_rules! port_abi {
    ($name:ident, $raw:ident, $doc:literal) => {
        #[doc = $doc]
        #[repr(transparent)]
        pub(crate) struct $name(Opaque<abi::$raw>);

        // SAFETY: Plain data, and pointers that are only handed to the LLDD.
        unsafe impl Send for $name {}
        // SAFETY: Every access is one volatile load or store of a word.
        unsafe impl Sync for $name {}

        impl $name {
            /// What the LLDD knows the port by.
            pub(crate) fn as_raw(&self) -> *mut abi::$raw {
                self.0.get()
            }

            /// World wide names, which never change.
            pub(crate) fn names(&self) -> Traddr {
                let raw = self.0.get();
                Traddr {
                    // SAFETY: The struct is valid as long as `self`.
                    node: unsafe { (&raw const (*raw).node_name).read_volatile() },
                    // SAFETY: The struct is valid as long as `self`.
                    port: unsafe { (&raw const (*raw).port_name).read_volatile() },
                }
            }

            /// N_Port identifier, as the LLDD has it now.
            pub(crate) fn port_id(&self) -> u32 {
                // SAFETY: The struct is valid as long as `self`.
                unsafe { (&raw const (*self.0.get()).port_id).read_volatile() }
            }

            /// Says whether the port is registered. Caller holds the registry.
            pub(crate) fn set_online(&self, online: bool) {
                let state = if online {
                    abi::nvme_fc_obj_state_FC_OBJSTATE_ONLINE
                } else {
                    abi::nvme_fc_obj_state_FC_OBJSTATE_DELETED
                };
                // SAFETY: The struct is valid as long as `self`.
                unsafe { (&raw mut (*self.0.get()).port_state).write_volatile(state) };
            }

            /// Takes over role and identifier of a new registration.
            pub(crate) fn refresh(&self, info: &PortInfo) {
                let raw = self.0.get();
                // SAFETY: The struct is valid as long as `self`.
                unsafe { (&raw mut (*raw).port_role).write_volatile(info.role) };
                // SAFETY: The struct is valid as long as `self`.
                unsafe { (&raw mut (*raw).port_id).write_volatile(info.id) };
            }
        }
    };
}

port_abi!(
    LocalPortAbi,
    nvme_fc_local_port,
    "`struct nvme_fc_local_port`."
);
port_abi!(
    RemotePortAbi,
    nvme_fc_remote_port,
    "`struct nvme_fc_remote_port`."
);

impl LocalPortAbi {
    /// A registered port.
    pub(crate) fn new(number: u32, info: &PortInfo, private: *mut c_void) -> Self {
        Self(Opaque::new(abi::nvme_fc_local_port {
            port_num: number,
            port_role: info.role,
            node_name: info.names.node,
            port_name: info.names.port,
            private,
            port_id: info.id,
            port_state: abi::nvme_fc_obj_state_FC_OBJSTATE_ONLINE,
        }))
    }
}

impl RemotePortAbi {
    /// A registered port on `local`.
    pub(crate) fn new(
        number: u32,
        info: &PortInfo,
        local: &LocalPortAbi,
        private: *mut c_void,
        dev_loss: u32,
    ) -> Self {
        Self(Opaque::new(abi::nvme_fc_remote_port {
            port_num: number,
            port_role: info.role,
            node_name: info.names.node,
            port_name: info.names.port,
            localport: local.as_raw(),
            private,
            dev_loss_tmo: dev_loss,
            port_id: info.id,
            port_state: abi::nvme_fc_obj_state_FC_OBJSTATE_ONLINE,
        }))
    }

    /// Whether the port is registered.
    #[inline(always)]
    pub(crate) fn is_online(&self) -> bool {
        // SAFETY: The struct is valid as long as `self`.
        let state = unsafe { (&raw const (*self.0.get()).port_state).read_volatile() };
        state == abi::nvme_fc_obj_state_FC_OBJSTATE_ONLINE
    }

    /// Role bits, as the LLDD has them now.
    pub(crate) fn role(&self) -> u32 {
        // SAFETY: The struct is valid as long as `self`.
        unsafe { (&raw const (*self.0.get()).port_role).read_volatile() }
    }

    /// Seconds that the port's loss is tolerated.
    pub(crate) fn dev_loss(&self) -> u32 {
        // SAFETY: The struct is valid as long as `self`.
        unsafe { (&raw const (*self.0.get()).dev_loss_tmo).read_volatile() }
    }

    /// Changes the tolerance. Context: any.
    pub(crate) fn set_dev_loss(&self, seconds: u32) {
        // SAFETY: The struct is valid as long as `self`.
        unsafe { (&raw mut (*self.0.get()).dev_loss_tmo).write_volatile(seconds) };
    }
}

/// What an LLDD says about a target port that it registers.
#[derive(Clone, Copy)]
pub(crate) struct TargetPortInfo {
    /// World wide names.
    pub(crate) names: Traddr,
    /// N_Port identifier.
    pub(crate) id: u32,
}

impl TargetPortInfo {
    /// Copies what an LLDD passed.
    pub(crate) fn new(info: &abi::nvmet_fc_port_info) -> Self {
        Self {
            names: Traddr {
                node: info.node_name,
                port: info.port_name,
            },
            id: info.port_id,
        }
    }
}

/// `struct nvmet_fc_target_port`.
#[repr(transparent)]
pub(crate) struct TargetPortAbi(Opaque<abi::nvmet_fc_target_port>);

// SAFETY: Plain data that only the LLDD uses.
unsafe impl Send for TargetPortAbi {}
// SAFETY: Every access is one volatile load of a word.
unsafe impl Sync for TargetPortAbi {}

impl TargetPortAbi {
    /// A registered port. `private` is the LLDD's memory.
    pub(crate) fn new(number: u32, info: &TargetPortInfo, private: *mut c_void) -> Self {
        Self(Opaque::new(abi::nvmet_fc_target_port {
            port_num: number,
            node_name: info.names.node,
            port_name: info.names.port,
            private,
            port_id: info.id,
            ..Default::default()
        }))
    }

    /// What the LLDD knows the port by.
    #[inline]
    pub(crate) fn as_raw(&self) -> *mut abi::nvmet_fc_target_port {
        self.0.get()
    }

    /// N_Port identifier, as the LLDD has it now.
    pub(crate) fn id(&self) -> u32 {
        // SAFETY: The struct is valid as long as `self`.
        unsafe { (&raw const (*self.0.get()).port_id).read_volatile() }
    }
}

/// What the LLDD of a target calls a host port. Opaque, and never null.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct HostHandle(usize);

impl HostHandle {
    /// The handle that an LLDD gave; `None` if it uses none.
    pub(crate) fn new(raw: *mut c_void) -> Option<Self> {
        (!raw.is_null()).then_some(Self(raw as usize))
    }

    /// The handle that [`HostHandle::to_bits`] gave as a number.
    pub(crate) fn from_bits(bits: usize) -> Self {
        Self(bits)
    }

    /// The handle for the LLDD.
    pub(crate) fn as_raw(self) -> *mut c_void {
        self.0 as *mut c_void
    }

    /// The handle as a number, to tell handles apart.
    pub(crate) fn to_bits(self) -> usize {
        self.0
    }
}

/// A user of a host port, by whom its handle is kept.
///
/// # Safety
///
/// `host_release` is not called for the handle while the value lives.
pub(crate) unsafe trait KeepsHost {
    /// The handle.
    fn handle(&self) -> HostHandle;
}
