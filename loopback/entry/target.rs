// SPDX-License-Identifier: GPL-2.0

//! What nvmet-fc calls: the functions of `struct nvmet_fc_target_template`.
//!
//! Each is called by nvmet-fc alone, with objects that are valid as the
//! template's documentation in `<linux/nvme-fc-driver.h>` says.

use core::ffi::c_void;

use kernel::{error::Error, prelude::*, sync::Arc};

use crate::{
    abi,
    command::object::Exchange,
    control::inject,
    ls::{
        io::{
            self,
            LsRequest, //
        },
        object::{
            LsExchange,
            LsParts, //
        }, //
    },
    plan::{
        accounts::{
            Account,
            Offence, //
        },
        config::Role,
        kind::Kind, //
    },
    port::{
        host_handle::HostHandle,
        register::spoil,
        registry,
        Port, //
    },
    support::{
        books::BOOKS,
        context::expect_sleep,
        plan_store, //
    }, //
};

/// Our port behind a target port of nvmet-fc's.
///
/// # Safety
///
/// `object` is valid.
unsafe fn target(object: *mut abi::nvmet_fc_target_port) -> Option<Arc<Port>> {
    // SAFETY: As the caller promises.
    let port = registry::port(Role::Target, unsafe { (*object).port_name }, 0);
    if port.is_none() {
        BOOKS.offend(Offence::UnknownPort);
    }
    port
}

/// A target port is gone. Context: any in which nvmet-fc lets go of it.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn targetport_delete(object: *mut abi::nvmet_fc_target_port) {
    BOOKS.call(Kind::TargetPortDelete);
    // SAFETY: Valid during this call.
    if let Some(port) = unsafe { target(object) } {
        port.deleted();
    }
}

/// nvmet-fc answers a link service. Context: may sleep.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn xmt_ls_rsp(
    _object: *mut abi::nvmet_fc_target_port,
    response: *mut abi::nvmefc_ls_rsp,
) -> c_int {
    expect_sleep();
    // SAFETY: nvmet-fc got it from `hand_over`, and gives it up.
    unsafe { io::answer(response) }
}

/// nvmet-fc wants data moved or a response sent. Context: any.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn fcp_op(
    _object: *mut abi::nvmet_fc_target_port,
    request: *mut abi::nvmefc_tgt_fcp_req,
) -> c_int {
    // SAFETY: nvmet-fc got it from `receive`, and has not given it back.
    unsafe { Exchange::of(request) }.operate()
}

/// nvmet-fc aborts an exchange. Context: any, locks of nvmet-fc held.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn fcp_abort(
    _object: *mut abi::nvmet_fc_target_port,
    request: *mut abi::nvmefc_tgt_fcp_req,
) {
    // SAFETY: As for `fcp_op`.
    unsafe { Exchange::of(request) }.target_aborts();
}

/// nvmet-fc gives an exchange back. Context: any.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn fcp_req_release(
    _object: *mut abi::nvmet_fc_target_port,
    request: *mut abi::nvmefc_tgt_fcp_req,
) {
    // SAFETY: As for `fcp_op`.
    unsafe { Exchange::of(request) }.released();
}

/// nvmet-fc starts a command that it had deferred. Context: any.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn defer_rcv(
    _object: *mut abi::nvmet_fc_target_port,
    request: *mut abi::nvmefc_tgt_fcp_req,
) {
    BOOKS.call(Kind::DeferReceive);
    BOOKS.close(Account::Deferred);
    // SAFETY: As for `fcp_op`.
    unsafe { Exchange::of(request) }.command.poison();
}

/// The target's discovery log changed. Context: any.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn discovery_event(object: *mut abi::nvmet_fc_target_port) {
    BOOKS.call(Kind::DiscoveryEvent);
    // SAFETY: Valid during this call.
    if let Some(port) = unsafe { target(object) } {
        inject::announce(&port);
    }
}

/// nvmet-fc sends a link service. Context: may sleep.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn ls_req(
    object: *mut abi::nvmet_fc_target_port,
    handle: *mut c_void,
    request: *mut abi::nvmefc_ls_req,
) -> c_int {
    expect_sleep();
    // SAFETY: All are valid during this call.
    unsafe { send_service(object, handle, request) }.map_or_else(Error::to_errno, |()| 0)
}

/// Makes a link service of a request and sends it.
///
/// # Safety
///
/// As for [`ls_req`].
unsafe fn send_service(
    object: *mut abi::nvmet_fc_target_port,
    handle: *mut c_void,
    request: *mut abi::nvmefc_ls_req,
) -> Result {
    // SAFETY: Valid.
    let near = unsafe { target(object) }.ok_or(ENODEV)?;
    // SAFETY: Given to nvmet-fc with a link service, and not released.
    let host = unsafe { HostHandle::from_ptr(handle) }.ok_or(ENOTCONN)?;
    // SAFETY: Valid.
    let timeout = unsafe { (*request).timeout };
    // SAFETY: Filled in by nvmet-fc.
    let mut payload = unsafe { io::payload(request, near.bus()) }?;
    let code = u16::from(payload.first().copied().unwrap_or(0));
    let fault = plan_store::fault(&near.event(Kind::TargetLsRequest, code, 0));
    if fault.errno != 0 {
        return Err(Error::from_errno(fault.errno));
    }
    if host.is_invalid() {
        return Err(ENOTCONN);
    }
    let length = payload.len();
    payload.resize(1100.max(length), 0, GFP_ATOMIC)?;
    let length = fault.alter.apply(&mut payload, length);
    payload.truncate(length);
    // SAFETY: The request's private area belongs to the LLDD.
    unsafe { spoil(&near.config, &raw mut (*request).private) };
    let parts = LsParts {
        to_target: false,
        request: LsRequest::Real(request),
        host_name: host.port_name,
        target: Some(near.clone()),
        near: Some(near),
        handle: None,
    };
    let exchange = LsExchange::new(parts, &payload)?;
    BOOKS.open(Account::TargetServices);
    exchange.send(&fault, timeout);
    Ok(())
}

/// nvmet-fc aborts a link service. Context: any.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn ls_abort(
    object: *mut abi::nvmet_fc_target_port,
    _handle: *mut c_void,
    request: *mut abi::nvmefc_ls_req,
) {
    // SAFETY: Valid during this call.
    let Some(near) = (unsafe { target(object) }) else {
        return;
    };
    let exchange = registry::service(request as usize);
    let code = exchange.as_ref().map_or(0, |exchange| exchange.code);
    let fault = plan_store::fault(&near.event(Kind::TargetLsAbort, u16::from(code), 0));
    if let Some(exchange) = exchange {
        exchange.abort(&fault);
    }
}

/// nvmet-fc lets go of a host. Context: any.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn host_release(handle: *mut c_void) {
    BOOKS.call(Kind::HostRelease);
    // SAFETY: Given to nvmet-fc with a link service; it gives it up.
    if handle.is_null() || !unsafe { HostHandle::released(handle) } {
        BOOKS.offend(Offence::UnexpectedHostRelease);
    }
}

/// nvmet-fc asks for a host's names. Context: may sleep.
///
/// # Safety
///
/// Called by nvmet-fc, with objects of its own.
pub(crate) unsafe extern "C" fn host_traddr(
    handle: *mut c_void,
    node_name: *mut u64,
    port_name: *mut u64,
) -> c_int {
    BOOKS.call(Kind::HostTraddr);
    // SAFETY: Given to nvmet-fc with a link service, and not released.
    let Some(host) = (unsafe { HostHandle::from_ptr(handle) }) else {
        return ENODEV.to_errno();
    };
    // SAFETY: Valid to write.
    unsafe {
        *node_name = host.node_name;
        *port_name = host.port_name;
    }
    0
}
