// SPDX-License-Identifier: GPL-2.0

//! The transports' objects for ports, as an LLDD may look at them.

use kernel::types::Opaque;

use crate::{abi, lldd::fault::PrivateField};

/// `FC_PORT_ROLE_NVME_INITIATOR`.
pub(crate) const INITIATOR: u32 = 0x10;
/// `FC_PORT_ROLE_NVME_TARGET`.
pub(crate) const TARGET: u32 = 0x20;
/// `FC_PORT_ROLE_NVME_DISCOVERY`.
pub(crate) const DISCOVERY: u32 = 0x40;

/// What an LLDD says of a port.
#[derive(Clone, Copy)]
pub(crate) struct PortInfo {
    /// WWNN.
    pub(crate) node_name: u64,
    /// WWPN.
    pub(crate) port_name: u64,
    /// N_Port_ID.
    pub(crate) port_id: u32,
    /// `FC_PORT_ROLE_*`; of no meaning for target ports.
    pub(crate) role: u32,
    /// Seconds that a loss is tolerated, 0 for the transport's own choice; of no meaning for target
    /// ports.
    pub(crate) dev_loss: u32,
}

impl PortInfo {
    /// As nvme-fc is told.
    pub(crate) fn host(&self) -> abi::nvme_fc_port_info {
        abi::nvme_fc_port_info {
            node_name: self.node_name,
            port_name: self.port_name,
            port_role: self.role,
            port_id: self.port_id,
            dev_loss_tmo: self.dev_loss,
        }
    }

    /// As nvmet-fc is told.
    pub(crate) fn target(&self) -> abi::nvmet_fc_port_info {
        abi::nvmet_fc_port_info {
            node_name: self.node_name,
            port_name: self.port_name,
            port_id: self.port_id,
        }
    }
}

/// Builds the wrappers of C's structs.
macro_rules! ports {
    ($($(#[$doc:meta])* $name:ident = $raw:ident,)*) => {$(
        $(#[$doc])*
        ///
        /// # Invariants
        ///
        /// The transport keeps it while there is a reference.
        #[repr(transparent)]
        pub(crate) struct $name(Opaque<abi::$raw>);

        impl $name {
            /// The transport's object.
            ///
            /// # Safety
            ///
            /// The transport keeps it for `'a`.
            pub(super) unsafe fn from_raw<'a>(raw: *mut abi::$raw) -> &'a Self {
                // SAFETY: The layouts are the same, and it lives as long as the caller promises.
                unsafe { &*raw.cast() }
            }

            /// The C struct.
            pub(crate) fn as_raw(&self) -> *mut abi::$raw {
                self.0.get()
            }

            /// What tells it from other objects.
            pub(crate) fn address(&self) -> usize {
                self.as_raw() as usize
            }

            /// Its names, node and port.
            pub(crate) fn names(&self) -> (u64, u64) {
                let raw = self.as_raw();
                // SAFETY: Alive by the type's invariant, and these fields do not change.
                unsafe { ((*raw).node_name, (*raw).port_name) }
            }

            /// Its `private` field.
            pub(crate) fn private(&self) -> PrivateField<'_> {
                let raw = self.as_raw();
                // SAFETY: Alive by the type's invariant; the field is the LLDD's.
                unsafe { PrivateField::new(&raw mut (*raw).private) }
            }
        }
    )*};
}

ports! {
    /// nvme-fc's object for a local port.
    LocalPort = nvme_fc_local_port,
    /// nvme-fc's object for a remote port.
    RemotePort = nvme_fc_remote_port,
    /// nvmet-fc's object for a target port.
    TargetPort = nvmet_fc_target_port,
}

impl RemotePort {
    /// The local port that it is behind.
    pub(crate) fn local(&self) -> &LocalPort {
        // SAFETY: Alive by the type's invariant, and with it its local port.
        unsafe { LocalPort::from_raw((*self.as_raw()).localport) }
    }
}
