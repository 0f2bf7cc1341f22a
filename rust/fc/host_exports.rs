// SPDX-License-Identifier: GPL-2.0

//! The eight functions that LLDDs of hosts call, meant for
//! `rust/kernel/nvme_fc/host_exports.rs`.
//!
//! Each turns pointers into references and a result into an errno, and leaves the
//! rest to the transport, a [`HostApi`]. To register, to change a timeout and to
//! hand over a link service, a null pointer is refused and logged; elsewhere it is
//! one that no port has.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr::{
        self,
        NonNull, //
    },
    slice, //
};

use kernel::prelude::*;

use crate::{
    abi,
    shared::{
        fc::{
            errno,
            host_template::HostTemplate,
            ls_response::UnansweredLs,
            port::{
                LocalPortAbi,
                Names,
                PortInfo,
                RemotePortAbi, //
            }, //
        },
        support::device::DeviceRef, //
    }, //
};

/// An exchange that an LLDD asks about.
///
/// # Invariants
///
/// The transport gave it to the LLDD, which has it for as long as this lives.
pub(crate) struct LlddExchange(NonNull<abi::nvmefc_fcp_req>);

impl LlddExchange {
    /// The exchange as C names it.
    pub(crate) fn as_raw(&self) -> *mut abi::nvmefc_fcp_req {
        self.0.as_ptr()
    }
}

/// What a host transport does for LLDDs. A raw pointer is what an LLDD says that
/// a port is: it may be anything, and is to be compared with those of the ports
/// that exist.
pub(crate) trait HostApi {
    /// Registers a local port of a device, which may be none, and has `publish`
    /// give it to the LLDD. Context: may sleep.
    ///
    /// # Errors
    ///
    /// What the LLDD gets.
    fn register_localport(
        info: &PortInfo,
        template: HostTemplate,
        device: DeviceRef,
        publish: impl FnOnce(&LocalPortAbi),
    ) -> Result;

    /// Unregisters a local port. Context: may sleep; calls back.
    ///
    /// # Errors
    ///
    /// What the LLDD gets.
    fn unregister_localport(local: *mut abi::nvme_fc_local_port) -> Result;

    /// Registers a remote port, and has `publish` give it to the LLDD. `local` is
    /// not null. Context: may sleep.
    ///
    /// # Errors
    ///
    /// What the LLDD gets.
    fn register_remoteport(
        local: *mut abi::nvme_fc_local_port,
        info: &PortInfo,
        publish: impl FnOnce(&RemotePortAbi),
    ) -> Result;

    /// Unregisters a remote port. Context: may sleep; calls back.
    ///
    /// # Errors
    ///
    /// What the LLDD gets.
    fn unregister_remoteport(remote: *mut abi::nvme_fc_remote_port) -> Result;

    /// Repeats the discovery event of a remote port. Context: may sleep.
    fn rescan_remoteport(remote: *mut abi::nvme_fc_remote_port);

    /// Changes how many seconds a remote port's loss is tolerated. Context: any:
    /// lpfc has a spinlock locked.
    ///
    /// # Errors
    ///
    /// What the LLDD gets.
    fn set_remoteport_devloss(remote: &RemotePortAbi, seconds: u32) -> Result;

    /// Takes a link service from a remote port, which is to be answered if it
    /// does. Context: may sleep.
    ///
    /// # Errors
    ///
    /// What the LLDD gets, whose the link service then still is.
    fn rcv_ls_req(
        remote: *mut abi::nvme_fc_remote_port,
        response: UnansweredLs,
        request: &[u8],
    ) -> Result;

    /// The application identifier of the I/O behind an exchange, or null.
    /// Context: any; from within `fcp_io`.
    fn io_getuuid(exchange: LlddExchange) -> *mut c_char;
}

/// Registers a local port. Context: may sleep.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `info` and `template` are null or
/// valid, `device` is null or alive, `result` is null or may be written. The
/// template stays valid until its `localport_delete` was called.
pub(crate) unsafe fn register_localport<T: HostApi>(
    info: *mut abi::nvme_fc_port_info,
    template: *mut abi::nvme_fc_port_template,
    device: *mut abi::device,
    result: *mut *mut abi::nvme_fc_local_port,
) -> c_int {
    if result.is_null() {
        pr_err!("register local port: no place for the port pointer\n");
        return EINVAL.to_errno();
    }
    // SAFETY: Not null, so it may be written.
    unsafe { result.write(ptr::null_mut()) };
    // SAFETY: Null or valid, by this function's contract.
    let (info, template) = unsafe { (info.as_ref(), template.as_ref()) };
    let (Some(info), Some(template)) = (info, template) else {
        pr_err!("register local port: no port info or no template\n");
        return EINVAL.to_errno();
    };
    let info = PortInfo::new(info);
    let template = match HostTemplate::check(template) {
        Ok(template) => template,
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
    let counted = unsafe { DeviceRef::get(device) };
    errno(T::register_localport(&info, template, counted, |port| {
        if !device.is_null() {
            // SAFETY: The device is alive; the mask is the template's.
            // CAST: An unsigned long, as in C.
            unsafe {
                abi::nvme_fc_shim_dma_set_seg_boundary(device, template.dma_boundary as usize)
            };
        }
        // SAFETY: Not null, so it may be written.
        unsafe { result.write(port.as_raw()) };
    }))
}

/// Registers a remote port. Context: may sleep.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `info` is null or valid, `result` is
/// null or may be written. `local` may be anything.
pub(crate) unsafe fn register_remoteport<T: HostApi>(
    local: *mut abi::nvme_fc_local_port,
    info: *mut abi::nvme_fc_port_info,
    result: *mut *mut abi::nvme_fc_remote_port,
) -> c_int {
    if result.is_null() {
        pr_err!("register remote port: no place for the port pointer\n");
        return EINVAL.to_errno();
    }
    // SAFETY: Not null, so it may be written.
    unsafe { result.write(ptr::null_mut()) };
    // SAFETY: Null or valid, by this function's contract.
    let Some(info) = (unsafe { info.as_ref() }) else {
        pr_err!("register remote port: no port info\n");
        return EINVAL.to_errno();
    };
    if local.is_null() {
        pr_err!("register remote port: no local port\n");
        return EINVAL.to_errno();
    }
    errno(T::register_remoteport(
        local,
        &PortInfo::new(info),
        |port| {
            // SAFETY: Not null, so it may be written.
            unsafe { result.write(port.as_raw()) };
        },
    ))
}

/// Changes how long a remote port's loss is tolerated. Context: any.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `remote` is null, or a port that it
/// registered and whose delete callback it has not had.
pub(crate) unsafe fn set_remoteport_devloss<T: HostApi>(
    remote: *mut abi::nvme_fc_remote_port,
    seconds: u32,
) -> c_int {
    // SAFETY: Null or a live port, by this function's contract; the type is
    // transparent.
    let Some(remote) = (unsafe { remote.cast::<RemotePortAbi>().as_ref() }) else {
        pr_err!("set dev_loss_tmo: no remote port\n");
        return EINVAL.to_errno();
    };
    errno(T::set_remoteport_devloss(remote, seconds))
}

/// Takes a link service request from a remote port. Context: may sleep.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `request` is valid for `length` bytes
/// during the call; `response` is valid until it was answered, if this returns 0.
/// `remote` may be anything.
pub(crate) unsafe fn rcv_ls_req<T: HostApi>(
    remote: *mut abi::nvme_fc_remote_port,
    response: *mut abi::nvmefc_ls_rsp,
    request: *mut c_void,
    length: u32,
) -> c_int {
    let response = NonNull::new(response).filter(|_| !remote.is_null() && !request.is_null());
    let Some(response) = response else {
        pr_err!("receive LS: no port, no response or no request\n");
        return EINVAL.to_errno();
    };
    // SAFETY: Valid for that many bytes during this call. CAST: u32 to usize.
    let request = unsafe { slice::from_raw_parts(request.cast::<u8>(), length as usize) };
    // SAFETY: The LLDD's, and valid until it was answered if this succeeds.
    let response = unsafe { UnansweredLs::new(response) };
    errno(T::rcv_ls_req(remote, response, request))
}

/// The application identifier of the I/O behind an exchange, or null. Context:
/// any; from within `fcp_io`.
///
/// # Safety
///
/// Called by an LLDD as the C header says: `exchange` is null or an exchange that
/// it was given.
pub(crate) unsafe fn io_getuuid<T: HostApi>(exchange: *mut abi::nvmefc_fcp_req) -> *mut c_char {
    match NonNull::new(exchange) {
        // INVARIANT: The LLDD has it during this call.
        Some(exchange) => T::io_getuuid(LlddExchange(exchange)),
        None => ptr::null_mut(),
    }
}

/// Defines the eight symbols, for a transport that is a [`HostApi`].
macro_rules! host_exports {
    ($api:ty) => {
        /// What LLDDs find by name, and call as the C header says.
        #[allow(
            unsafe_code,
            clippy::missing_safety_doc,
            reason = "called by C; what holds is said where each is generic"
        )]
        mod exports {
            use core::ffi::c_void;

            use kernel::prelude::*;

            use super::*;
            use $crate::{
                abi,
                shared::fc::{
                    errno,
                    host_exports::{
                        self,
                        HostApi, //
                    }, //
                }, //
            };

            #[no_mangle]
            unsafe extern "C" fn nvme_fc_register_localport(
                info: *mut abi::nvme_fc_port_info,
                template: *mut abi::nvme_fc_port_template,
                device: *mut abi::device,
                result: *mut *mut abi::nvme_fc_local_port,
            ) -> c_int {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe { host_exports::register_localport::<$api>(info, template, device, result) }
            }

            #[no_mangle]
            unsafe extern "C" fn nvme_fc_unregister_localport(
                local: *mut abi::nvme_fc_local_port,
            ) -> c_int {
                errno(<$api>::unregister_localport(local))
            }

            #[no_mangle]
            unsafe extern "C" fn nvme_fc_register_remoteport(
                local: *mut abi::nvme_fc_local_port,
                info: *mut abi::nvme_fc_port_info,
                result: *mut *mut abi::nvme_fc_remote_port,
            ) -> c_int {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe { host_exports::register_remoteport::<$api>(local, info, result) }
            }

            #[no_mangle]
            unsafe extern "C" fn nvme_fc_unregister_remoteport(
                remote: *mut abi::nvme_fc_remote_port,
            ) -> c_int {
                errno(<$api>::unregister_remoteport(remote))
            }

            #[no_mangle]
            unsafe extern "C" fn nvme_fc_rescan_remoteport(remote: *mut abi::nvme_fc_remote_port) {
                <$api>::rescan_remoteport(remote);
            }

            #[no_mangle]
            unsafe extern "C" fn nvme_fc_set_remoteport_devloss(
                remote: *mut abi::nvme_fc_remote_port,
                seconds: u32,
            ) -> c_int {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe { host_exports::set_remoteport_devloss::<$api>(remote, seconds) }
            }

            #[no_mangle]
            unsafe extern "C" fn nvme_fc_rcv_ls_req(
                remote: *mut abi::nvme_fc_remote_port,
                response: *mut abi::nvmefc_ls_rsp,
                request: *mut c_void,
                length: u32,
            ) -> c_int {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe { host_exports::rcv_ls_req::<$api>(remote, response, request, length) }
            }

            #[no_mangle]
            unsafe extern "C" fn nvme_fc_io_getuuid(
                exchange: *mut abi::nvmefc_fcp_req,
            ) -> *mut c_char {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe { host_exports::io_getuuid::<$api>(exchange) }
            }

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
        }
    };
}
pub(crate) use host_exports;
