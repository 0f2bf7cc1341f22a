// SPDX-License-Identifier: GPL-2.0

//! What LLDDs call: the six exported functions.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr,
    slice, //
};

use kernel::{
    prelude::*,
    sync::rcu, //
};

use crate::{
    abi::{
        self,
        assert_signature, //
    },
    ls::receive::ReceivedLs,
    port::hold::Hold,
    queue::{
        admission,
        command,
        exchange,
        slots, //
    },
    shared::{
        fc::{
            port::{
                HostHandle,
                TargetPortInfo, //
            },
            target_template::FcpRequestPtr, //
        },
        proto::{
            command::cmd_iu::{
                self,
                CommandIuError, //
            },
            ids::ConnectionId,
            ls::receive, //
        },
        support::{
            device::DeviceRef,
            ratelimit::ratelimited, //
        }, //
    },
    tgtport::{
        register,
        TargetPort, //
    }, //
};

assert_signature! {
    nvmet_fc_register_targetport = nvmet_fc_register_targetport,
    nvmet_fc_unregister_targetport = nvmet_fc_unregister_targetport,
    nvmet_fc_invalidate_host = nvmet_fc_invalidate_host,
    nvmet_fc_rcv_ls_req = nvmet_fc_rcv_ls_req,
    nvmet_fc_rcv_fcp_req = nvmet_fc_rcv_fcp_req,
    nvmet_fc_rcv_fcp_abort = nvmet_fc_rcv_fcp_abort,
}

/// The target port behind the LLDD's pointer.
///
/// # Safety
///
/// `raw` is null, or came from a registration whose `targetport_delete` was not
/// delivered before this call returns.
#[inline]
unsafe fn port<'a>(raw: *mut abi::nvmet_fc_target_port) -> Option<&'a TargetPort> {
    // SAFETY: The LLDD's structure is the first field of the port, which lives
    // until then.
    unsafe { raw.cast::<TargetPort>().as_ref() }
}

/// An error as C functions return it.
fn errno(outcome: Result) -> c_int {
    match outcome {
        Ok(()) => 0,
        Err(error) => error.to_errno(),
    }
}

/// Registers a target port. Context: may sleep.
///
/// Returns 0, or a negative errno with `*portptr` null: `EINVAL` for a null
/// pointer or a missing mandatory member, `EEXIST` for names that are taken,
/// `ENOMEM`, `ENOSPC`.
///
/// # Safety
///
/// The pointers are null or valid; `template` outlives the port.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvmet_fc_register_targetport(
    pinfo: *mut abi::nvmet_fc_port_info,
    template: *mut abi::nvmet_fc_target_template,
    dev: *mut abi::device,
    portptr: *mut *mut abi::nvmet_fc_target_port,
) -> c_int {
    // SAFETY: Null or valid.
    let (info, template) = unsafe { (pinfo.as_ref(), template.as_ref()) };
    if !portptr.is_null() {
        // SAFETY: Valid for writes.
        unsafe { *portptr = ptr::null_mut() };
    }
    let outcome = match (info, template, portptr.is_null()) {
        (Some(info), Some(template), false) => {
            // SAFETY: Null or a live device, which the LLDD registers for.
            let device = unsafe { DeviceRef::get(dev) };
            register::register(&TargetPortInfo::new(info), template, device, |port| {
                // SAFETY: The port is alive: it is being registered.
                let raw = unsafe { port.as_ref() }.lldd.as_raw();
                // SAFETY: Valid for writes.
                unsafe { *portptr = raw };
            })
        }
        _ => {
            pr_err!("registration of a target port without port information, template or result\n");
            Err(EINVAL)
        }
    };
    errno(outcome)
}

/// Unregisters a target port. Context: may sleep; not from a work item of
/// `nvmet_wq`. `targetport_delete` follows, before or after this returns.
///
/// Returns 0, or `-EINVAL` for null and for a second call.
///
/// # Safety
///
/// As for [`port`].
#[no_mangle]
pub(crate) unsafe extern "C" fn nvmet_fc_unregister_targetport(
    target_port: *mut abi::nvmet_fc_target_port,
) -> c_int {
    // SAFETY: By this function's contract.
    match unsafe { port(target_port) } {
        Some(port) => errno(register::unregister(port)),
        None => {
            pr_err!("unregistration of no target port\n");
            EINVAL.to_errno()
        }
    }
}

/// The LLDD lost a host port. Context: any in which its `host_release` may be
/// called, which may happen before this returns.
///
/// # Safety
///
/// As for [`port`]; `hosthandle` was not invalidated since its last use.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvmet_fc_invalidate_host(
    target_port: *mut abi::nvmet_fc_target_port,
    hosthandle: *mut c_void,
) {
    // SAFETY: By this function's contract.
    let port = unsafe { port(target_port) };
    match (port, HostHandle::new(hosthandle)) {
        (Some(port), Some(host)) => port.invalidate_host(host),
        _ => pr_err!("invalidation of no host port\n"),
    }
}

/// A link service came. Context: any.
///
/// Returns 0 if it will be answered, or `-E2BIG`, `-ESHUTDOWN`, `-ENOENT`,
/// `-EINVAL`; then the LLDD aborts it.
///
/// # Safety
///
/// As for [`port`]; `lsrsp` is the LLDD's and stays valid until its `done`;
/// `lsreqbuf` has that many bytes.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvmet_fc_rcv_ls_req(
    target_port: *mut abi::nvmet_fc_target_port,
    hosthandle: *mut c_void,
    lsrsp: *mut abi::nvmefc_ls_rsp,
    lsreqbuf: *mut c_void,
    lsreqbuf_len: u32,
) -> c_int {
    // SAFETY: By this function's contract.
    let Some(port) = (unsafe { port(target_port) }) else {
        return missing("link service: no target port");
    };
    if lsrsp.is_null() || lsreqbuf.is_null() {
        return missing("link service: no response or no request");
    }
    // SAFETY: So many bytes, by this function's contract. CAST: A u32 fits.
    let request = unsafe { slice::from_raw_parts(lsreqbuf.cast::<u8>(), lsreqbuf_len as usize) };
    let host = HostHandle::new(hosthandle);
    let outcome = Hold::try_new(port).ok_or(ESHUTDOWN).and_then(|hold| {
        // SAFETY: The LLDD offers it on this port.
        unsafe { ReceivedLs::accept(hold, host, lsrsp, request) }
    });
    if let Err(error) = outcome {
        let name = receive::command_name(receive::command(request));
        let why = match error {
            E2BIG => "payload too large",
            ESHUTDOWN => "target deleting",
            _ => "context allocation failed",
        };
        ratelimited!(pr_info!(
            "{{{}}}: RCV {} LS failed: {} ({})\n",
            port.number,
            name,
            why,
            lsreqbuf_len
        ));
    }
    errno(outcome)
}

/// A command came. Context: process.
///
/// Returns 0 if it was accepted; `-EOVERFLOW` if it was, but its buffer is still
/// needed; otherwise the LLDD aborts it: `-EIO` (malformed), `-ENOTCONN` (no
/// such connection), `-ENOENT` (no room), `-EINVAL`.
///
/// # Safety
///
/// As for [`port`]; `fcpreq` is the LLDD's and stays valid until
/// `fcp_req_release`; `cmdiubuf` has that many bytes.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvmet_fc_rcv_fcp_req(
    target_port: *mut abi::nvmet_fc_target_port,
    fcpreq: *mut abi::nvmefc_tgt_fcp_req,
    cmdiubuf: *mut c_void,
    cmdiubuf_len: u32,
) -> c_int {
    // SAFETY: By this function's contract.
    let Some(port) = (unsafe { port(target_port) }) else {
        return missing("command: no target port");
    };
    if fcpreq.is_null() || cmdiubuf.is_null() {
        return missing("command: no exchange or no IU");
    }
    // SAFETY: So many bytes, by this function's contract. CAST: A u32 fits.
    let payload = unsafe { slice::from_raw_parts(cmdiubuf.cast::<u8>(), cmdiubuf_len as usize) };
    // SAFETY: As this function's.
    match unsafe { receive(port, fcpreq, payload) } {
        Ok(()) => 0,
        // SAFETY: Offered on this call, and kept only if the error is `EOVERFLOW`.
        Err(error) => unsafe { refused(port, fcpreq, payload, error) },
    }
}

/// Reports a null pointer from an LLDD.
#[cold]
fn missing(what: &str) -> c_int {
    ratelimited!(pr_err!("{}\n", what));
    EINVAL.to_errno()
}

/// Reports a command that has no queue or no slot, and says which error that
/// is. One that waits for a slot is no news, and one that is malformed was
/// reported before.
///
/// # Safety
///
/// `fcpreq` is valid, and not ours unless the error is `EOVERFLOW`.
#[cold]
unsafe fn refused(port: &TargetPort, fcpreq: FcpRequestPtr, payload: &[u8], error: Error) -> c_int {
    if error != EOVERFLOW {
        // An abort of it may still come, and must not follow what the LLDD's memory
        // held before.
        // SAFETY: Valid, and the LLDD's again only when this call returns.
        unsafe { exchange::set_private(fcpreq, ptr::null_mut()) };
    }
    let why = match error {
        ENOTCONN => "no such connection",
        ENOENT => "more commands than the connection has room for",
        _ => return error.to_errno(),
    };
    if let Ok(command) = cmd_iu::check(payload) {
        let id = command.connection_id.get();
        // The rest of the identifier is what keeps other hosts off it, and must not
        // be in a log.
        ratelimited!(pr_info!(
            "{{{}:{}}}: command refused: {}, queue {}, port 0x{:016x}\n",
            port.number,
            association_number(port, id).unwrap_or(-1),
            why,
            id & 0xffff,
            port.port_name
        ));
    }
    error.to_errno()
}

/// Number of the association behind a connection, if there is one.
fn association_number(port: &TargetPort, id: u64) -> Option<i64> {
    let guard = rcu::read_lock();
    let queue = port
        .connections
        .find(ConnectionId::from_wire(id)?, &guard)?;
    Some(i64::from(queue.association().number()))
}

/// Checks a command, finds its queue, and starts it.
///
/// # Safety
///
/// As for [`nvmet_fc_rcv_fcp_req`].
#[inline]
unsafe fn receive(port: &TargetPort, fcpreq: FcpRequestPtr, payload: &[u8]) -> Result {
    let command = cmd_iu::check(payload).map_err(|error| malformed(port, error))?;
    let id = ConnectionId::from_wire(command.connection_id.get()).ok_or(ENOTCONN)?;
    let guard = rcu::read_lock();
    let queue = port.connections.find(id, &guard).ok_or(ENOTCONN)?;
    let transfer = cmd_iu::transfer(command);
    // SAFETY: As this function's.
    let taken = unsafe { queue.accept(fcpreq, command, transfer.is_ok(), &guard) };
    let (exchange, submission) = match taken {
        Ok(taken) => taken,
        Err(EAGAIN) => {
            // The command is started there, which may sleep.
            drop(guard);
            // SAFETY: As this function's.
            return unsafe { admission::receive(port, fcpreq, command) };
        }
        Err(error) => return Err(error),
    };
    drop(guard);
    match transfer {
        Ok(transfer) => command::start(exchange, transfer),
        Err(_) => command::start_checked(exchange),
    }
    drop(submission);
    Ok(())
}

/// Reports a command that has not the form of one.
#[cold]
fn malformed(port: &TargetPort, error: CommandIuError) -> Error {
    ratelimited!(pr_info!(
        "{{{}}}: command refused: {}\n",
        port.number,
        error.text()
    ));
    EIO
}

/// A command was aborted by its host. Context: any.
///
/// # Safety
///
/// As for [`port`]; `fcpreq` is memory of an exchange that was given to
/// [`nvmet_fc_rcv_fcp_req`] on this port.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvmet_fc_rcv_fcp_abort(
    target_port: *mut abi::nvmet_fc_target_port,
    fcpreq: *mut abi::nvmefc_tgt_fcp_req,
) {
    // SAFETY: By this function's contract.
    match unsafe { port(target_port) } {
        // SAFETY: By this function's contract.
        Some(port) if !fcpreq.is_null() => unsafe { slots::abort(port, fcpreq) },
        _ => {
            missing("abort: no target port or no exchange");
        }
    }
}
