// SPDX-License-Identifier: GPL-2.0

//! What nvme-fc calls: the functions of `struct nvme_fc_port_template`.
//!
//! Each is called by nvme-fc alone, with objects that are valid as the
//! template's documentation in `<linux/nvme-fc-driver.h>` says.

use core::{ffi::c_void, ptr};

use kernel::{error::Error, prelude::*, sync::Arc};

use crate::{
    abi,
    command::{
        io::HostRequest,
        object::Exchange, //
    },
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

/// Our port behind a local port of nvme-fc's.
///
/// # Safety
///
/// `object` is valid.
unsafe fn local(object: *mut abi::nvme_fc_local_port) -> Option<Arc<Port>> {
    // SAFETY: As the caller promises.
    let port = registry::port(Role::Local, unsafe { (*object).port_name }, 0);
    if port.is_none() {
        BOOKS.offend(Offence::UnknownPort);
    }
    port
}

/// Our port behind a remote port of nvme-fc's.
///
/// # Safety
///
/// `object` and the local port that it names are valid.
unsafe fn remote(object: *mut abi::nvme_fc_remote_port) -> Option<Arc<Port>> {
    // SAFETY: As the caller promises.
    let (name, local) = unsafe { ((*object).port_name, (*(*object).localport).port_name) };
    let port = registry::port(Role::Remote, name, local);
    if port.is_none() {
        BOOKS.offend(Offence::UnknownPort);
    }
    port
}

/// A local port is gone. Context: may sleep.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn localport_delete(object: *mut abi::nvme_fc_local_port) {
    BOOKS.call(Kind::LocalPortDelete);
    // SAFETY: Valid during this call.
    if let Some(port) = unsafe { local(object) } {
        port.deleted();
    }
}

/// A remote port is gone. Context: may sleep.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn remoteport_delete(object: *mut abi::nvme_fc_remote_port) {
    BOOKS.call(Kind::RemotePortDelete);
    // SAFETY: Valid during this call.
    if let Some(port) = unsafe { remote(object) } {
        port.deleted();
    }
}

/// nvme-fc asks for a queue. Context: may sleep.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn create_queue(
    object: *mut abi::nvme_fc_local_port,
    index: c_uint,
    _size: u16,
    handle: *mut *mut c_void,
) -> c_int {
    expect_sleep();
    // SAFETY: Valid during this call.
    let Some(port) = (unsafe { local(object) }) else {
        return ENODEV.to_errno();
    };
    // CAST: A queue number fits a u16.
    let fault = plan_store::fault(&port.event(Kind::CreateQueue, 0, index as u16));
    if fault.errno != 0 {
        return fault.errno;
    }
    BOOKS.open(Account::Queues);
    // SAFETY: Valid to write. The handle is a number that is never followed.
    unsafe { *handle = ptr::without_provenance_mut(index as usize + 1) };
    0
}

/// nvme-fc gives a queue back. Context: may sleep.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn delete_queue(
    _object: *mut abi::nvme_fc_local_port,
    index: c_uint,
    handle: *mut c_void,
) {
    expect_sleep();
    BOOKS.call(Kind::DeleteQueue);
    if handle as usize != index as usize + 1 {
        BOOKS.offend(Offence::UnknownPort);
    }
    BOOKS.close(Account::Queues);
}

/// The block layer wants to know which processor uses which queue.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn map_queues(
    _object: *mut abi::nvme_fc_local_port,
    map: *mut abi::blk_mq_queue_map,
) {
    BOOKS.call(Kind::MapQueues);
    // SAFETY: The map is the block layer's, made for this.
    unsafe { abi::blk_mq_map_queues(map) };
}

/// The errno of an attempt.
fn errno(result: Result) -> c_int {
    result.map_or_else(Error::to_errno, |()| 0)
}

/// nvme-fc sends a link service. Context: may sleep.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn ls_req(
    object: *mut abi::nvme_fc_local_port,
    peer: *mut abi::nvme_fc_remote_port,
    request: *mut abi::nvmefc_ls_req,
) -> c_int {
    expect_sleep();
    // SAFETY: All are valid during this call.
    errno(unsafe { send_service(object, peer, request) })
}

/// Makes a link service of a request and sends it.
///
/// # Safety
///
/// As for [`ls_req`].
unsafe fn send_service(
    object: *mut abi::nvme_fc_local_port,
    peer: *mut abi::nvme_fc_remote_port,
    request: *mut abi::nvmefc_ls_req,
) -> Result {
    // SAFETY: Valid.
    let near = unsafe { local(object) }.ok_or(ENODEV)?;
    // SAFETY: Valid. CAST: A u32 fits a usize.
    let (name, timeout) = unsafe { ((*peer).port_name, (*request).timeout) };
    // SAFETY: Filled in by nvme-fc.
    let mut payload = unsafe { io::payload(request, near.bus()) }?;
    let code = u16::from(payload.first().copied().unwrap_or(0));
    let fault = plan_store::fault(&near.event(Kind::HostLsRequest, code, 0));
    if fault.errno != 0 {
        return Err(Error::from_errno(fault.errno));
    }
    let length = payload.len();
    payload.resize(1100.max(length), 0, GFP_ATOMIC)?;
    let length = fault.alter.apply(&mut payload, length);
    payload.truncate(length);
    let target = registry::port(Role::Target, name, 0).filter(|target| target.gate.is_open());
    let scripted = fault.answer.is_some() || fault.reject.is_some() || fault.status.is_some();
    if target.is_none() && !scripted {
        return Err(ECONNREFUSED);
    }
    let handle = match &target {
        Some(target) if target.config.handle => {
            Some(target.host(near.config.node_name, near.config.port_name)?)
        }
        _ => None,
    };
    // SAFETY: The request's private area belongs to the LLDD.
    unsafe { spoil(&near.config, &raw mut (*request).private) };
    let parts = LsParts {
        to_target: true,
        request: LsRequest::Real(request),
        host_name: near.config.port_name,
        near: Some(near),
        target,
        handle,
    };
    let exchange = LsExchange::new(parts, &payload)?;
    BOOKS.open(Account::HostServices);
    exchange.send(&fault, timeout);
    Ok(())
}

/// nvme-fc aborts a link service. Context: may sleep.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn ls_abort(
    object: *mut abi::nvme_fc_local_port,
    _peer: *mut abi::nvme_fc_remote_port,
    request: *mut abi::nvmefc_ls_req,
) {
    // SAFETY: Valid during this call.
    let Some(near) = (unsafe { local(object) }) else {
        return;
    };
    let exchange = registry::service(request as usize);
    let code = exchange.as_ref().map_or(0, |exchange| exchange.code);
    let fault = plan_store::fault(&near.event(Kind::HostLsAbort, u16::from(code), 0));
    if let Some(exchange) = exchange {
        exchange.abort(&fault);
    }
}

/// nvme-fc sends a command. Context: any but hard IRQ; must not sleep.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn fcp_io(
    object: *mut abi::nvme_fc_local_port,
    peer: *mut abi::nvme_fc_remote_port,
    _queue: *mut c_void,
    request: *mut abi::nvmefc_fcp_req,
) -> c_int {
    // SAFETY: All are valid during this call.
    errno(unsafe { send_command(object, peer, request) })
}

/// Makes a command of a request and sends it.
///
/// # Safety
///
/// As for [`fcp_io`].
unsafe fn send_command(
    object: *mut abi::nvme_fc_local_port,
    peer: *mut abi::nvme_fc_remote_port,
    request: *mut abi::nvmefc_fcp_req,
) -> Result {
    // SAFETY: Valid.
    let near = unsafe { local(object) }.ok_or(ENODEV)?;
    let mut command = [0u8; 128];
    // SAFETY: Valid, and filled in by nvme-fc.
    let (name, queue, length) = unsafe {
        let length = usize::from((*request).cmdlen).min(command.len());
        let from = near.bus().reach((*request).cmddma, (*request).cmdaddr);
        ptr::copy_nonoverlapping(from, command.as_mut_ptr(), length);
        ((*peer).port_name, u16::from_le((*request).sqid), length)
    };
    let code = crate::command::object::code(&command);
    let fault = plan_store::fault(&near.event(Kind::FcpIo, code, queue));
    if fault.errno != 0 {
        return Err(Error::from_errno(fault.errno));
    }
    let length = fault.alter.apply(&mut command, length);
    let target = registry::port(Role::Target, name, 0).filter(|target| target.gate.is_open());
    if target.is_none() && fault.answer.is_none() {
        return Err(ECONNREFUSED);
    }
    // SAFETY: The request's private area belongs to the LLDD.
    unsafe { spoil(&near.config, &raw mut (*request).private) };
    let exchange = Exchange::new(
        HostRequest::Real(request),
        command.get(..length).unwrap_or(&[]),
        queue,
        Some(near),
        target,
    )
    // As an adapter whose exchanges are used up.
    .map_err(|_| EBUSY)?;
    BOOKS.open(Account::HostCommands);
    exchange.send(&fault);
    Ok(())
}

/// nvme-fc aborts a command. Context: may sleep.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn fcp_abort(
    object: *mut abi::nvme_fc_local_port,
    _peer: *mut abi::nvme_fc_remote_port,
    _queue: *mut c_void,
    request: *mut abi::nvmefc_fcp_req,
) {
    // SAFETY: Valid during this call.
    let Some(near) = (unsafe { local(object) }) else {
        return;
    };
    let exchange = registry::command(request as usize);
    let (code, queue) = exchange.as_ref().map_or((0, 0), |e| (e.code, e.queue));
    let fault = plan_store::fault(&near.event(Kind::FcpAbort, code, queue));
    if let Some(exchange) = exchange {
        exchange.abort(&fault);
    }
}

/// nvme-fc answers a link service. Context: may sleep.
///
/// # Safety
///
/// Called by nvme-fc, with objects of its own.
pub(crate) unsafe extern "C" fn xmt_ls_rsp(
    _object: *mut abi::nvme_fc_local_port,
    _peer: *mut abi::nvme_fc_remote_port,
    response: *mut abi::nvmefc_ls_rsp,
) -> c_int {
    expect_sleep();
    // SAFETY: nvme-fc got it from `hand_over`, and gives it up.
    unsafe { io::answer(response) }
}
