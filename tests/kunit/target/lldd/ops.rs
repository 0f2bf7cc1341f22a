// SPDX-License-Identifier: GPL-2.0

//! What nvmet-fc calls.
//!
//! Every function is called by the transport alone, with objects that are valid
//! as `<linux/nvme-fc-driver.h>` says.

#![allow(
    clippy::missing_safety_doc,
    reason = "it is the same for all: see above"
)]

use core::ffi::c_void;

use kernel::{
    prelude::*,
    sync::atomic::{Atomic, Relaxed},
};

use super::{books::Call, exchange::Exchange, host::Host, port::Port, service::Service};
use crate::abi;

/// Discovery events for ports that were not filled in.
pub(crate) static EARLY_EVENTS: Atomic<i32> = Atomic::new(0);

/// The transport's pointer to a port.
type PortPtr = *mut abi::nvmet_fc_target_port;

/// The port is gone.
pub(super) unsafe extern "C" fn targetport_delete(object: PortPtr) {
    // SAFETY: The private area has our pointer.
    let port = unsafe { Port::of(object) };
    port.deleted(object);
}

/// An answer goes out.
pub(super) unsafe extern "C" fn xmt_ls_rsp(
    object: PortPtr,
    response: *mut abi::nvmefc_ls_rsp,
) -> c_int {
    // SAFETY: The private area has our pointer.
    unsafe { Port::of(object) }.books.count(Call::XmtLsRsp);
    // SAFETY: The transport got it from us.
    unsafe { Service::transmit(object, response) }
}

/// Data or a response is to be moved.
pub(super) unsafe extern "C" fn fcp_op(
    object: PortPtr,
    request: *mut abi::nvmefc_tgt_fcp_req,
) -> c_int {
    // SAFETY: Accepted and not released.
    unsafe { Exchange::of(request) }.operate(object)
}

/// An exchange is aborted.
pub(super) unsafe extern "C" fn fcp_abort(_object: PortPtr, request: *mut abi::nvmefc_tgt_fcp_req) {
    // SAFETY: Accepted and not released.
    unsafe { Exchange::of(request) }.aborted();
}

/// An exchange is given back.
pub(super) unsafe extern "C" fn fcp_req_release(
    _object: PortPtr,
    request: *mut abi::nvmefc_tgt_fcp_req,
) {
    // SAFETY: Accepted and not released.
    unsafe { Exchange::release(request) };
}

/// A command that was put off starts.
pub(super) unsafe extern "C" fn defer_rcv(_object: PortPtr, request: *mut abi::nvmefc_tgt_fcp_req) {
    // SAFETY: Accepted and not released.
    unsafe { Exchange::of(request) }.deferral_over();
}

/// The discovery log changed.
pub(super) unsafe extern "C" fn discovery_event(object: PortPtr) {
    // SAFETY: The transport's object.
    if !unsafe { Port::is_filled_in(object) } {
        EARLY_EVENTS.add(1, Relaxed);
        return;
    }
    // SAFETY: The private area has our pointer.
    unsafe { Port::of(object) }
        .books
        .count(Call::DiscoveryEvent);
}

/// A link service is to be sent.
pub(super) unsafe extern "C" fn ls_req(
    object: PortPtr,
    handle: *mut c_void,
    request: *mut abi::nvmefc_ls_req,
) -> c_int {
    // SAFETY: The private area has our pointer.
    let port = unsafe { Port::of(object) };
    // SAFETY: The request is filled in, and lives until its `done`.
    unsafe { port.send(handle, request) }
}

/// A link service that was sent is to end.
pub(super) unsafe extern "C" fn ls_abort(
    object: PortPtr,
    _handle: *mut c_void,
    request: *mut abi::nvmefc_ls_req,
) {
    // SAFETY: The private area has our pointer.
    unsafe { Port::of(object) }.abort_sent(request);
}

/// A host handle is not used any more.
pub(super) unsafe extern "C" fn host_release(handle: *mut c_void) {
    // SAFETY: One of ours, which the case keeps.
    unsafe { Host::of(handle) }.released();
}

/// The names behind a host handle.
pub(super) unsafe extern "C" fn host_traddr(
    handle: *mut c_void,
    node: *mut u64,
    port: *mut u64,
) -> c_int {
    // SAFETY: One of ours, which the case keeps.
    let host = unsafe { Host::of(handle) };
    // SAFETY: The transport's own places.
    unsafe { (*node, *port) = host.names() };
    0
}
