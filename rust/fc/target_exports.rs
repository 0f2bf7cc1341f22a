// SPDX-License-Identifier: GPL-2.0

//! The six functions that LLDDs of targets call, meant for
//! `rust/kernel/nvme_fc/target_exports.rs`.
//!
//! Each turns pointers into references and a result into an errno, and leaves the
//! rest to the transport, a [`TargetApi`]. A null pointer is refused and logged.
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
            ls_response::UnansweredLs,
            port::{
                HostHandle,
                TargetPortInfo, //
            },
            target_request::{
                private,
                set_private, //
            },
            target_template::{
                FcpRequestPtr,
                TargetLldd,
                TargetTemplate, //
            }, //
        },
        proto::{
            command::cmd_iu::{
                self,
                CommandIuError, //
            },
            wire::CommandIu, //
        },
        support::{
            device::DeviceRef,
            ratelimit::ratelimited, //
        }, //
    }, //
};

/// A transport's object of a target port, which begins with what its LLDD knows
/// of it.
///
/// # Safety
///
/// At the start of each object is a [`TargetLldd`]: [`impl_target_port!`] sees to
/// that.
pub(crate) unsafe trait TargetPortObject {}

/// Implements [`TargetPortObject`] for a type by the field that it begins with.
macro_rules! impl_target_port {
    ($port:ty { self.$($field:ident).+ }) => {
        const _: () = assert!(core::mem::offset_of!($port, $($field).+) == 0);
        const _: fn(&$port) -> &$crate::shared::fc::target_template::TargetLldd =
            |port| &port.$($field).+;

        #[allow(unsafe_code, reason = "what it takes was asserted")]
        // SAFETY: Both were asserted above.
        unsafe impl $crate::shared::fc::target_exports::TargetPortObject for $port {}
    };
}
pub(crate) use impl_target_port;

/// A command that an LLDD offers.
///
/// # Invariants
///
/// `exchange` is valid during the call that offers it on a port, and, if that
/// accepts it, until `fcp_req_release`. The bytes of `payload` are kept until
/// `defer_rcv` if that call gives `EOVERFLOW`.
pub(crate) struct OfferedCommand<'a> {
    /// The LLDD's exchange.
    exchange: FcpRequestPtr,
    /// The command IU, as it came.
    payload: &'a [u8],
}

impl<'a> OfferedCommand<'a> {
    /// The command, if its IU has the form of one. What does not is not taken.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    #[inline(always)]
    pub(crate) fn check(self) -> Result<CheckedCommand<'a>, CommandIuError> {
        match cmd_iu::check(self.payload) {
            // INVARIANT: As this one's, whose payload it is.
            Ok(iu) => Ok(CheckedCommand {
                exchange: self.exchange,
                iu,
            }),
            Err(error) => {
                // SAFETY: By the invariant.
                unsafe { set_private(self.exchange, ptr::null_mut()) };
                Err(error)
            }
        }
    }
}

/// A command that an LLDD offers, with an IU of the right form.
///
/// # Invariants
///
/// As of [`OfferedCommand`], whose payload `iu` is.
#[derive(Clone, Copy)]
pub(crate) struct CheckedCommand<'a> {
    /// The LLDD's exchange.
    exchange: FcpRequestPtr,
    /// The command IU.
    iu: &'a CommandIu,
}

impl<'a> CheckedCommand<'a> {
    /// The LLDD's exchange.
    #[inline(always)]
    pub(crate) fn exchange(self) -> FcpRequestPtr {
        self.exchange
    }

    /// The command IU.
    #[inline(always)]
    pub(crate) fn iu(self) -> &'a CommandIu {
        self.iu
    }

    /// Stores the transport's pointer in the exchange.
    pub(crate) fn set_private(self, private: *mut c_void) {
        // SAFETY: By the invariant.
        unsafe { set_private(self.exchange, private) };
    }
}

/// An exchange that an LLDD has an abort for.
///
/// # Invariants
///
/// It is memory of an exchange that was offered on the port for which the abort
/// came.
pub(crate) struct AbortedExchange(FcpRequestPtr);

impl AbortedExchange {
    /// The LLDD's exchange, which may be over.
    pub(crate) fn as_raw(&self) -> FcpRequestPtr {
        self.0
    }

    /// The transport's pointer in it.
    pub(crate) fn private(&self) -> *mut c_void {
        // SAFETY: By the invariant.
        unsafe { private(self.0) }
    }
}

/// What a target transport does for LLDDs.
///
/// Commands are taken by a function that [`target_exports!`] is given beside this:
/// the functions of an implementation, and all that is inlined into them, are
/// symbols, and begin with the `endbr64` of those, which the data path need not.
pub(crate) trait TargetApi {
    /// A target port.
    type Port: TargetPortObject;

    /// Registers a target port, and has `publish` give it to the LLDD before
    /// anything is called for it. Context: may sleep.
    ///
    /// # Errors
    ///
    /// What the LLDD gets.
    fn register_targetport(
        info: &TargetPortInfo,
        template: TargetTemplate,
        device: DeviceRef,
        publish: impl FnOnce(&TargetLldd),
    ) -> Result;

    /// Unregisters a target port. Context: may sleep; not from a work item of
    /// `nvmet_wq`. `targetport_delete` follows, before or after this returns.
    ///
    /// # Errors
    ///
    /// What the LLDD gets.
    fn unregister_targetport(port: &Self::Port) -> Result;

    /// The LLDD lost a host port. Context: any in which its `host_release` may be
    /// called, which may happen before this returns.
    fn invalidate_host(port: &Self::Port, host: HostHandle);

    /// Takes a link service, which is to be answered if it does. Context: any.
    ///
    /// # Errors
    ///
    /// What the LLDD gets, which then aborts the link service.
    fn rcv_ls_req(
        port: &Self::Port,
        host: Option<HostHandle>,
        response: UnansweredLs,
        request: &[u8],
    ) -> Result;

    /// An exchange was aborted by its host. Context: any.
    fn rcv_fcp_abort(port: &Self::Port, exchange: AbortedExchange);
}

/// Reports a null pointer from an LLDD.
#[cold]
fn missing(what: &str) -> c_int {
    ratelimited!(pr_err!("{}\n", what));
    EINVAL.to_errno()
}

/// The target port behind an LLDD's pointer.
///
/// # Safety
///
/// `raw` is null, or came from a registration whose `targetport_delete` was not
/// delivered before the caller returns.
#[inline(always)]
unsafe fn port<'a, T: TargetApi>(raw: *mut abi::nvmet_fc_target_port) -> Option<&'a T::Port> {
    // SAFETY: The C struct is at the start of a `TargetLldd`, which is at the start of
    // the port, which lives until then.
    unsafe { raw.cast::<T::Port>().as_ref() }
}

/// Registers a target port. Context: may sleep.
///
/// # Safety
///
/// Called by an LLDD as the C header says: the pointers are null or valid, the
/// template's operations outlive the port.
pub(crate) unsafe fn register_targetport<T: TargetApi>(
    info: *mut abi::nvmet_fc_port_info,
    template: *mut abi::nvmet_fc_target_template,
    device: *mut abi::device,
    result: *mut *mut abi::nvmet_fc_target_port,
) -> c_int {
    // SAFETY: Null or valid, by this function's contract.
    let (info, template) = unsafe { (info.as_ref(), template.as_ref()) };
    if !result.is_null() {
        // SAFETY: Valid for writes, by this function's contract.
        unsafe { result.write(ptr::null_mut()) };
    }
    let (Some(info), Some(template), false) = (info, template, result.is_null()) else {
        pr_err!("registration of a target port without port information, template or result\n");
        return EINVAL.to_errno();
    };
    let info = TargetPortInfo::new(info);
    let template = match TargetTemplate::check(template) {
        Ok(template) => template,
        Err(missing) => {
            pr_err!(
                "port 0x{:016x}: registration refused: no {}\n",
                info.names.port,
                missing
            );
            return EINVAL.to_errno();
        }
    };
    // SAFETY: Null or alive, by this function's contract.
    let device = unsafe { DeviceRef::get(device) };
    errno(T::register_targetport(&info, template, device, |port| {
        // SAFETY: Valid for writes, by this function's contract.
        unsafe { result.write(port.as_raw()) };
    }))
}

/// Unregisters a target port. Context: may sleep.
///
/// # Safety
///
/// As for [`port`].
pub(crate) unsafe fn unregister_targetport<T: TargetApi>(
    raw: *mut abi::nvmet_fc_target_port,
) -> c_int {
    // SAFETY: By this function's contract.
    match unsafe { port::<T>(raw) } {
        Some(port) => errno(T::unregister_targetport(port)),
        None => {
            pr_err!("unregistration of no target port\n");
            EINVAL.to_errno()
        }
    }
}

/// The LLDD lost a host port. Context: any.
///
/// # Safety
///
/// As for [`port`]; `host` was not invalidated since its last use.
pub(crate) unsafe fn invalidate_host<T: TargetApi>(
    raw: *mut abi::nvmet_fc_target_port,
    host: *mut c_void,
) {
    // SAFETY: By this function's contract.
    let port = unsafe { port::<T>(raw) };
    match (port, HostHandle::new(host)) {
        (Some(port), Some(host)) => T::invalidate_host(port, host),
        _ => pr_err!("invalidation of no host port\n"),
    }
}

/// A link service came. Context: any.
///
/// # Safety
///
/// As for [`port`]; `response` is the LLDD's, and valid until its `done` if this
/// returns 0; `request` has that many bytes.
pub(crate) unsafe fn rcv_ls_req<T: TargetApi>(
    raw: *mut abi::nvmet_fc_target_port,
    host: *mut c_void,
    response: *mut abi::nvmefc_ls_rsp,
    request: *mut c_void,
    length: u32,
) -> c_int {
    // SAFETY: By this function's contract.
    let Some(port) = (unsafe { port::<T>(raw) }) else {
        return missing("link service: no target port");
    };
    let Some(response) = NonNull::new(response).filter(|_| !request.is_null()) else {
        return missing("link service: no response or no request");
    };
    // SAFETY: So many bytes, by this function's contract. CAST: A u32 fits.
    let request = unsafe { slice::from_raw_parts(request.cast::<u8>(), length as usize) };
    // SAFETY: The LLDD's, and valid until it was answered if this succeeds.
    let response = unsafe { UnansweredLs::new(response) };
    errno(T::rcv_ls_req(
        port,
        HostHandle::new(host),
        response,
        request,
    ))
}

/// A command came. `receive` takes it; its error `EOVERFLOW` says that the payload is
/// still needed, any other that the LLDD is to abort it. Context: process.
///
/// # Safety
///
/// As for [`port`]; `exchange` is the LLDD's, and valid until `fcp_req_release` if
/// this returns 0 or `-EOVERFLOW`; `payload` has that many bytes, which are kept
/// until `defer_rcv` if this returns `-EOVERFLOW`.
#[inline(always)]
pub(crate) unsafe fn rcv_fcp_req<T: TargetApi>(
    raw: *mut abi::nvmet_fc_target_port,
    exchange: FcpRequestPtr,
    payload: *mut c_void,
    length: u32,
    receive: impl FnOnce(&T::Port, OfferedCommand<'_>) -> Result,
) -> c_int {
    // SAFETY: By this function's contract.
    let Some(port) = (unsafe { port::<T>(raw) }) else {
        return missing("command: no target port");
    };
    if exchange.is_null() || payload.is_null() {
        return missing("command: no exchange or no IU");
    }
    // SAFETY: So many bytes, by this function's contract. CAST: A u32 fits.
    let payload = unsafe { slice::from_raw_parts(payload.cast::<u8>(), length as usize) };
    // INVARIANT: By this function's contract.
    errno(receive(port, OfferedCommand { exchange, payload }))
}

/// A command was aborted by its host. Context: any.
///
/// # Safety
///
/// As for [`port`]; `exchange` is memory of an exchange that was given to
/// [`rcv_fcp_req`] on this port.
pub(crate) unsafe fn rcv_fcp_abort<T: TargetApi>(
    raw: *mut abi::nvmet_fc_target_port,
    exchange: FcpRequestPtr,
) {
    // SAFETY: By this function's contract.
    match unsafe { port::<T>(raw) } {
        // INVARIANT: By this function's contract.
        Some(port) if !exchange.is_null() => T::rcv_fcp_abort(port, AbortedExchange(exchange)),
        _ => {
            missing("abort: no target port or no exchange");
        }
    }
}

/// Defines the six symbols, for a transport that is a [`TargetApi`] and takes
/// commands by a function: as [`rcv_fcp_req`] wants it.
macro_rules! target_exports {
    ($api:ty, $receive:path) => {
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
                shared::fc::target_exports, //
            };

            #[no_mangle]
            unsafe extern "C" fn nvmet_fc_register_targetport(
                info: *mut abi::nvmet_fc_port_info,
                template: *mut abi::nvmet_fc_target_template,
                device: *mut abi::device,
                result: *mut *mut abi::nvmet_fc_target_port,
            ) -> c_int {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe {
                    target_exports::register_targetport::<$api>(info, template, device, result)
                }
            }

            #[no_mangle]
            unsafe extern "C" fn nvmet_fc_unregister_targetport(
                port: *mut abi::nvmet_fc_target_port,
            ) -> c_int {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe { target_exports::unregister_targetport::<$api>(port) }
            }

            #[no_mangle]
            unsafe extern "C" fn nvmet_fc_invalidate_host(
                port: *mut abi::nvmet_fc_target_port,
                host: *mut c_void,
            ) {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe { target_exports::invalidate_host::<$api>(port, host) };
            }

            #[no_mangle]
            unsafe extern "C" fn nvmet_fc_rcv_ls_req(
                port: *mut abi::nvmet_fc_target_port,
                host: *mut c_void,
                response: *mut abi::nvmefc_ls_rsp,
                request: *mut c_void,
                length: u32,
            ) -> c_int {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe { target_exports::rcv_ls_req::<$api>(port, host, response, request, length) }
            }

            #[no_mangle]
            unsafe extern "C" fn nvmet_fc_rcv_fcp_req(
                port: *mut abi::nvmet_fc_target_port,
                exchange: *mut abi::nvmefc_tgt_fcp_req,
                payload: *mut c_void,
                length: u32,
            ) -> c_int {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe {
                    target_exports::rcv_fcp_req::<$api>(port, exchange, payload, length, $receive)
                }
            }

            #[no_mangle]
            unsafe extern "C" fn nvmet_fc_rcv_fcp_abort(
                port: *mut abi::nvmet_fc_target_port,
                exchange: *mut abi::nvmefc_tgt_fcp_req,
            ) {
                // SAFETY: Called by an LLDD as the C header says.
                unsafe { target_exports::rcv_fcp_abort::<$api>(port, exchange) };
            }

            abi::assert_signature! {
                nvmet_fc_register_targetport = nvmet_fc_register_targetport,
                nvmet_fc_unregister_targetport = nvmet_fc_unregister_targetport,
                nvmet_fc_invalidate_host = nvmet_fc_invalidate_host,
                nvmet_fc_rcv_ls_req = nvmet_fc_rcv_ls_req,
                nvmet_fc_rcv_fcp_req = nvmet_fc_rcv_fcp_req,
                nvmet_fc_rcv_fcp_abort = nvmet_fc_rcv_fcp_abort,
            }
        }
    };
}
pub(crate) use target_exports;
