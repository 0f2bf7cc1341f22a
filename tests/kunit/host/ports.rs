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

use crate::{
    abi,
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        host::Template,
        ports::{
            PortInfo,
            INITIATOR,
            TARGET, //
        },
        registration::{
            self,
            Object,
            Pass, //
        },
        scatter::Bus, //
    }, //
};

use super::lldd::Lldd;

/// The local port of suites.
pub(crate) const LOCAL: PortInfo = PortInfo {
    node_name: 0x2000_0000_0000_0001,
    port_name: 0x2100_0000_0000_0001,
    role: INITIATOR,
    port_id: 0x01_0001,
    dev_loss: 0,
};
/// The remote port of suites.
pub(crate) const REMOTE: PortInfo = PortInfo {
    node_name: 0x2000_0000_0000_0002,
    port_name: 0x2100_0000_0000_0002,
    role: TARGET,
    port_id: 0x01_0002,
    dev_loss: 0,
};

/// No local port.
pub(crate) const NO_LOCAL: Object = Object::Local(ptr::null_mut());
/// No remote port.
pub(crate) const NO_REMOTE: Object = Object::Remote(ptr::null_mut());

/// What calls about a port need: one that is there, or for a call that looks its argument up
/// anything.
pub(crate) fn pass(port: Object) -> Pass<'static> {
    // SAFETY: The cases pass ports that are there, and others to `rescan` and `register_remote` alone,
    // which look them up.
    unsafe { Pass::assume(port) }
}

/// `dev_loss_tmo`, `port_id` and `port_num` of a remote port that is registered.
pub(crate) fn numbers(port: Object) -> (u32, u32, u32) {
    let Object::Remote(port) = port else {
        return (0, 0, 0);
    };
    // SAFETY: Registered, as the case knows.
    unsafe { ((*port).dev_loss_tmo, (*port).port_id, (*port).port_num) }
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
    info: &PortInfo,
    device: RawDevice,
) -> Result<Object, c_int> {
    // SAFETY: The template is the LLDD's, and that and the device outlive the port: the bench says so.
    let object = unsafe { registration::register_local(info, &lldd.template, Bus(device)) };
    let object = object.map_err(Error::to_errno)?;
    let area = pass(object).private().area().cast::<*const Lldd>();
    // SAFETY: The LLDD's memory, of that size. The bench holds the reference.
    unsafe { area.write(Arc::as_ptr(lldd)) };
    if lldd.registered(object.address()) {
        ACCOUNTING.open(Account::LocalPorts);
    }
    Ok(object)
}

/// Registers a local port with things missing; gives status and whether the
/// port's pointer was set to null.
pub(crate) fn register_local_wrongly(
    info: Option<&PortInfo>,
    template: Option<&Template>,
    place: bool,
) -> (c_int, bool) {
    let mut raw = info.map(PortInfo::host);
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

/// Unregisters a port; anything may be passed.
pub(crate) fn unregister(port: Object) -> c_int {
    // SAFETY: nvme-fc looks up what it is given.
    let result = unsafe { registration::unregister(port) };
    result.map_or_else(Error::to_errno, |()| 0)
}

/// Registers a remote port behind `local`.
///
/// # Errors
///
/// The transport's.
pub(crate) fn register_remote(
    lldd: &Lldd,
    local: Object,
    info: &PortInfo,
) -> Result<Object, c_int> {
    let object = pass(local).register_remote(info).map_err(Error::to_errno)?;
    if lldd.registered(object.address()) {
        ACCOUNTING.open(Account::RemotePorts);
    }
    Ok(object)
}

/// Registers a remote port with things missing.
pub(crate) fn register_remote_wrongly(local: Object, info: bool, place: bool) -> c_int {
    let Object::Local(local) = local else {
        return 0;
    };
    let mut raw = REMOTE.host();
    let mut port = ptr::null_mut();
    // SAFETY: All are null or valid for the call.
    unsafe {
        abi::nvme_fc_register_remoteport(
            local,
            if info { &raw mut raw } else { ptr::null_mut() },
            if place {
                &raw mut port
            } else {
                ptr::null_mut()
            },
        )
    }
}

/// Changes the `dev_loss_tmo` of a remote port that is there, or of none.
pub(crate) fn set_dev_loss(port: Object, seconds: u32) -> c_int {
    let result = pass(port).set_dev_loss(seconds);
    result.map_or_else(Error::to_errno, |()| 0)
}

/// The remote side of `nvme_fc_rcv_ls_req` with things missing.
pub(crate) fn receive_wrongly(port: Object, response: bool, request: bool) -> c_int {
    let Object::Remote(port) = port else {
        return 0;
    };
    let mut answer = abi::nvmefc_ls_rsp::default();
    let mut bytes = [0u8; 48];
    // SAFETY: One of the three is null, so nothing is kept.
    unsafe {
        abi::nvme_fc_rcv_ls_req(
            port,
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
