// SPDX-License-Identifier: GPL-2.0

//! The eight functions that LLDDs call.
//!
//! Each turns pointers into references and an errno into a return value, and
//! leaves the rest to the port objects. A null pointer is refused and logged.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr, //
};

use kernel::prelude::*;

use crate::{
    abi,
    ctrl::disconnected,
    io::appid,
    ls::receive,
    port::{
        discovery,
        register,
        rport::RemotePort, //
    },
    shared::{
        fc::{
            host_template::HostTemplate,
            port::{
                Names,
                PortInfo, //
            }, //
        },
        support::device::DeviceRef, //
    }, //
};

abi::assert_signature! {
    nvme_fc_register_localport = nvme_fc_register_localport,
    nvme_fc_unregister_localport = nvme_fc_unregister_localport,
    nvme_fc_register_remoteport = nvme_fc_register_remoteport,
    nvme_fc_unregister_remoteport = nvme_fc_unregister_remoteport,
    nvme_fc_rescan_remoteport = nvme_fc_rescan_remoteport,
    nvme_fc_set_remoteport_devloss = nvme_fc_set_remoteport_devloss,
    nvme_fc_rcv_ls_req = nvme_fc_rcv_ls_req,
    nvme_fc_io_getuuid = nvme_fc_io_getuuid,
}

/// A result as C wants it.
fn errno(result: Result) -> c_int {
    match result {
        Ok(()) => 0,
        Err(error) => error.to_errno(),
    }
}

/// Registers a local port. Context: may sleep.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `pinfo` and `template` are null or
/// valid, `dev` is null or alive, `portptr` is null or may be written. The
/// template stays valid until its `localport_delete` was called.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_register_localport(
    pinfo: *mut abi::nvme_fc_port_info,
    template: *mut abi::nvme_fc_port_template,
    dev: *mut abi::device,
    portptr: *mut *mut abi::nvme_fc_local_port,
) -> c_int {
    if portptr.is_null() {
        pr_err!("register local port: no place for the port pointer\n");
        return EINVAL.to_errno();
    }
    // SAFETY: Not null, so it may be written.
    unsafe { portptr.write(ptr::null_mut()) };
    // SAFETY: Null or valid, by this function's contract.
    let (info, template) = unsafe { (pinfo.as_ref(), template.as_ref()) };
    let (Some(info), Some(template)) = (info, template) else {
        pr_err!("register local port: no port info or no template\n");
        return EINVAL.to_errno();
    };
    let info = PortInfo::new(info);
    let ops = match HostTemplate::check(template) {
        Ok(ops) => ops,
        Err(missing) => {
            pr_err!(
                "register local port {}: its template has no {}\n",
                Names(info.names),
                missing
            );
            return EINVAL.to_errno();
        }
    };
    // SAFETY: Null or alive, by this function's contract.
    let device = unsafe { DeviceRef::get(dev) };
    match register::register_local(&info, ops, device) {
        Ok(port) => {
            if !dev.is_null() {
                // SAFETY: The device is alive; the mask is the template's.
                // CAST: An unsigned long, as in C.
                unsafe { abi::nvme_fc_shim_dma_set_seg_boundary(dev, ops.dma_boundary as usize) };
            }
            // SAFETY: Not null, so it may be written.
            unsafe { portptr.write(port.abi().as_raw()) };
            0
        }
        Err(error) => error.to_errno(),
    }
}

/// Unregisters a local port. Context: may sleep; calls back.
///
/// # Safety
///
/// Called by an LLDD as the C header says. `portptr` may be anything.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_unregister_localport(
    portptr: *mut abi::nvme_fc_local_port,
) -> c_int {
    errno(register::unregister_local(portptr))
}

/// Registers a remote port. Context: may sleep.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `pinfo` is null or valid, `portptr`
/// is null or may be written.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_register_remoteport(
    localport: *mut abi::nvme_fc_local_port,
    pinfo: *mut abi::nvme_fc_port_info,
    portptr: *mut *mut abi::nvme_fc_remote_port,
) -> c_int {
    if portptr.is_null() {
        pr_err!("register remote port: no place for the port pointer\n");
        return EINVAL.to_errno();
    }
    // SAFETY: Not null, so it may be written.
    unsafe { portptr.write(ptr::null_mut()) };
    // SAFETY: Null or valid, by this function's contract.
    let Some(info) = (unsafe { pinfo.as_ref() }) else {
        pr_err!("register remote port: no port info\n");
        return EINVAL.to_errno();
    };
    if localport.is_null() {
        pr_err!("register remote port: no local port\n");
        return EINVAL.to_errno();
    }
    match register::register_remote(localport, &PortInfo::new(info)) {
        Ok(port) => {
            // SAFETY: Not null, so it may be written.
            unsafe { portptr.write(port.abi().as_raw()) };
            discovery::signal(&port);
            0
        }
        Err(error) => error.to_errno(),
    }
}

/// Unregisters a remote port. Context: may sleep; calls back.
///
/// # Safety
///
/// Called by an LLDD as the C header says. `portptr` may be anything.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_unregister_remoteport(
    portptr: *mut abi::nvme_fc_remote_port,
) -> c_int {
    errno(register::unregister_remote(portptr))
}

/// Repeats the discovery event of a remote port. Context: may sleep.
///
/// # Safety
///
/// Called by an LLDD as the C header says. `remoteport` may be anything.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_rescan_remoteport(
    remoteport: *mut abi::nvme_fc_remote_port,
) {
    discovery::rescan(remoteport);
}

/// Changes how long a remote port's loss is tolerated. Context: any: lpfc calls
/// this with a spinlock held, so nothing is looked up.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `portptr` is null, or a port that it
/// registered and whose delete callback it has not had.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_set_remoteport_devloss(
    portptr: *mut abi::nvme_fc_remote_port,
    dev_loss_tmo: u32,
) -> c_int {
    if portptr.is_null() {
        pr_err!("set dev_loss_tmo: no remote port\n");
        return EINVAL.to_errno();
    }
    // SAFETY: A live port, by this function's contract; its C struct is at the
    // start of our object.
    let port = unsafe { &*portptr.cast::<RemotePort>() };
    if !port.abi().is_online() {
        return EINVAL.to_errno();
    }
    port.abi().set_dev_loss(dev_loss_tmo);
    0
}

/// Takes a link service request from a remote port. Context: may sleep.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `lsreqbuf` is valid for `lsreqbuf_len`
/// bytes during the call; `lsrsp` is valid until it was answered, if this
/// returns 0. `portptr` may be anything.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_rcv_ls_req(
    portptr: *mut abi::nvme_fc_remote_port,
    lsrsp: *mut abi::nvmefc_ls_rsp,
    lsreqbuf: *mut c_void,
    lsreqbuf_len: u32,
) -> c_int {
    if portptr.is_null() || lsrsp.is_null() || lsreqbuf.is_null() {
        pr_err!("receive LS: no port, no response or no request\n");
        return EINVAL.to_errno();
    }
    // SAFETY: Valid for that many bytes during this call. CAST: u32 to usize.
    let payload =
        unsafe { core::slice::from_raw_parts(lsreqbuf.cast::<u8>(), lsreqbuf_len as usize) };
    // SAFETY: The response is the LLDD's, and is answered once if this succeeds.
    errno(unsafe { receive::receive(portptr, lsrsp, payload, disconnected::handle) })
}

/// The application identifier of the I/O behind an exchange, or null. Context:
/// any; from within `fcp_io`.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `req` is null or an exchange that it
/// was given.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_io_getuuid(req: *mut abi::nvmefc_fcp_req) -> *mut c_char {
    if req.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: An exchange of ours, by this function's contract.
    unsafe { appid::of_exchange(req) }
}
