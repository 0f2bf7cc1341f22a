// SPDX-License-Identifier: GPL-2.0

//! The transport's entry points for ports, as safe functions.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::ptr;

use kernel::{
    device::{
        Bound,
        Device, //
    },
    faux,
    prelude::*,
    sync::Arc, //
};

use crate::abi;

use super::{
    lldd::Lldd,
    template::Template, //
};

/// Role: NVMe initiator.
pub(crate) const INITIATOR: u32 = 0x10;
/// Role: NVMe target.
pub(crate) const TARGET: u32 = 0x20;
/// Role: discovery controller.
pub(crate) const DISCOVERY: u32 = 0x40;

/// What an LLDD says of a port.
#[derive(Clone, Copy)]
pub(crate) struct Info {
    /// Node name.
    pub(crate) node: u64,
    /// Port name.
    pub(crate) port: u64,
    /// Role.
    pub(crate) role: u32,
    /// N_Port identifier.
    pub(crate) id: u32,
    /// Seconds that a loss is tolerated.
    pub(crate) dev_loss: u32,
}

impl Info {
    /// The local port of suites.
    pub(crate) const LOCAL: Self = Self {
        node: 0x2000_0000_0000_0001,
        port: 0x2100_0000_0000_0001,
        role: INITIATOR,
        id: 0x01_0001,
        dev_loss: 0,
    };
    /// The remote port of suites.
    pub(crate) const REMOTE: Self = Self {
        node: 0x2000_0000_0000_0002,
        port: 0x2100_0000_0000_0002,
        role: TARGET,
        id: 0x01_0002,
        dev_loss: 0,
    };

    /// The C struct.
    fn raw(&self) -> abi::nvme_fc_port_info {
        abi::nvme_fc_port_info {
            node_name: self.node,
            port_name: self.port,
            port_role: self.role,
            port_id: self.id,
            dev_loss_tmo: self.dev_loss,
        }
    }
}

/// A registered local port; it was unregistered when the transport says so.
///
/// # Invariants
///
/// It was registered, and its `localport_delete` did not come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocalPort(*mut abi::nvme_fc_local_port);

/// A registered remote port.
///
/// # Invariants
///
/// It was registered, and its `remoteport_delete` did not come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RemotePort(*mut abi::nvme_fc_remote_port);

// SAFETY: Only passed back to the transport.
unsafe impl Send for LocalPort {}
// SAFETY: Only passed back to the transport.
unsafe impl Send for RemotePort {}

impl RemotePort {
    /// What the transport knows it by.
    pub(crate) fn as_raw(&self) -> *mut abi::nvme_fc_remote_port {
        self.0
    }

    /// No port at all.
    pub(crate) fn none() -> Self {
        Self(ptr::null_mut())
    }

    /// `dev_loss_tmo`, `port_id` and `port_num`. The port is registered.
    pub(crate) fn numbers(&self) -> (u32, u32, u32) {
        // SAFETY: Valid, by the type's invariant.
        let port = unsafe { &*self.0 };
        (port.dev_loss_tmo, port.port_id, port.port_num)
    }
}

impl LocalPort {
    /// No port at all.
    pub(crate) fn none() -> Self {
        Self(ptr::null_mut())
    }
}

/// A device that ports may be of.
pub(crate) type RawDevice = *mut abi::device;

/// The device of a registration, which lives as long as that.
pub(crate) fn device_of(registration: &faux::Registration) -> RawDevice {
    let faux: &faux::Device<Bound> = registration.as_ref();
    let device: &Device<Bound> = faux.as_ref();
    // CAST: `Device` is transparent over the C struct.
    ptr::from_ref(device).cast_mut().cast()
}

/// Registers a local port of `lldd`.
///
/// # Errors
///
/// The transport's.
pub(crate) fn register_local(
    lldd: &Arc<Lldd>,
    info: &Info,
    device: RawDevice,
) -> Result<LocalPort, c_int> {
    let mut raw = info.raw();
    let mut port = ptr::null_mut();
    // SAFETY: The template is the LLDD's, which outlives the port: the bench
    // says so.
    let status = unsafe {
        abi::nvme_fc_register_localport(&raw mut raw, lldd.template.as_raw(), device, &raw mut port)
    };
    if status != 0 {
        return Err(status);
    }
    // SAFETY: The LLDD's memory, of that size. The bench holds the reference.
    unsafe {
        (*port)
            .private
            .cast::<*const Lldd>()
            .write(Arc::as_ptr(lldd))
    };
    if lldd.registered(port as usize) {
        lldd.books.counts.locals.add();
    }
    Ok(LocalPort(port))
}

/// Registers a local port with things missing; gives status and whether the
/// port's pointer was set to null.
pub(crate) fn register_local_wrongly(
    info: Option<&Info>,
    template: Option<&Template>,
    place: bool,
) -> (c_int, bool) {
    let mut raw = info.map(Info::raw);
    let mut port = ptr::dangling_mut();
    // SAFETY: All are null or valid for the call; nothing is registered.
    let status = unsafe {
        abi::nvme_fc_register_localport(
            raw.as_mut().map_or(ptr::null_mut(), ptr::from_mut),
            template.map_or(ptr::null_mut(), Template::as_raw),
            ptr::null_mut(),
            if place {
                &raw mut port
            } else {
                ptr::null_mut()
            },
        )
    };
    (status, port.is_null())
}

/// Unregisters a local port; anything may be passed.
pub(crate) fn unregister_local(port: LocalPort) -> c_int {
    // SAFETY: The transport looks the pointer up.
    unsafe { abi::nvme_fc_unregister_localport(port.0) }
}

/// Registers a remote port behind `local`.
///
/// # Errors
///
/// The transport's.
pub(crate) fn register_remote(
    lldd: &Lldd,
    local: LocalPort,
    info: &Info,
) -> Result<RemotePort, c_int> {
    let mut raw = info.raw();
    let mut port = ptr::null_mut();
    // SAFETY: The transport looks the local port up; the rest is valid for the
    // call.
    let status = unsafe { abi::nvme_fc_register_remoteport(local.0, &raw mut raw, &raw mut port) };
    if status != 0 {
        return Err(status);
    }
    if lldd.registered(port as usize) {
        lldd.books.counts.remotes.add();
    }
    Ok(RemotePort(port))
}

/// Registers a remote port with things missing.
pub(crate) fn register_remote_wrongly(local: LocalPort, info: bool, place: bool) -> c_int {
    let mut raw = Info::REMOTE.raw();
    let mut port = ptr::null_mut();
    // SAFETY: All are null or valid for the call.
    unsafe {
        abi::nvme_fc_register_remoteport(
            local.0,
            if info { &raw mut raw } else { ptr::null_mut() },
            if place {
                &raw mut port
            } else {
                ptr::null_mut()
            },
        )
    }
}

/// Unregisters a remote port; anything may be passed.
pub(crate) fn unregister_remote(port: RemotePort) -> c_int {
    // SAFETY: The transport looks the pointer up.
    unsafe { abi::nvme_fc_unregister_remoteport(port.0) }
}

/// Has the discovery event of a remote port repeated; anything may be passed.
pub(crate) fn rescan(port: RemotePort) {
    // SAFETY: The transport looks the pointer up.
    unsafe { abi::nvme_fc_rescan_remoteport(port.0) }
}

/// Changes a remote port's `dev_loss_tmo`; null, or a port whose delete
/// callback did not come.
pub(crate) fn set_dev_loss(port: RemotePort, seconds: u32) -> c_int {
    // SAFETY: As the type's invariant says.
    unsafe { abi::nvme_fc_set_remoteport_devloss(port.0, seconds) }
}

/// The remote side of `nvme_fc_rcv_ls_req` with things missing.
pub(crate) fn receive_wrongly(port: RemotePort, response: bool, request: bool) -> c_int {
    let mut answer = abi::nvmefc_ls_rsp::default();
    let mut bytes = [0u8; 48];
    // SAFETY: One of the three is null, so nothing is kept.
    unsafe {
        abi::nvme_fc_rcv_ls_req(
            port.0,
            if response {
                &raw mut answer
            } else {
                ptr::null_mut()
            },
            if request {
                bytes.as_mut_ptr().cast()
            } else {
                ptr::null_mut()
            },
            48,
        )
    }
}
