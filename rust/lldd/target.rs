// SPDX-License-Identifier: GPL-2.0

//! `struct nvmet_fc_target_template`: what nvmet-fc calls, as a trait.

use core::{
    ffi::c_void,
    marker::PhantomData,
    ptr::NonNull, //
};

use kernel::{prelude::*, sync::Arc, types::Opaque};

use crate::{
    abi,
    lldd::{
        account::{
            Account,
            Violation, //
        },
        accounting::ACCOUNTING,
        exchange::{
            Exchange,
            Operation, //
        },
        fcp_request::Refused,
        host_handle::HostHandle,
        kind::Kind,
        ls_request::LsRequest,
        ls_response::LsResponse,
        ports::TargetPort, //
    }, //
};

/// An LLDD with target ports. Errnos are negative.
pub(crate) trait TargetLldd: Sized + 'static {
    /// The LLDD's own part of commands.
    type Command: Send + Sync;
    /// What the LLDD knows link services by that it hands to nvmet-fc.
    type Received: Send;

    /// A target port is gone. Context: any in which nvmet-fc lets go of it.
    fn targetport_delete(port: &TargetPort);

    /// nvmet-fc answers a link service; on error the LLDD has freed the response. Context: may sleep.
    fn xmt_ls_rsp(port: &TargetPort, response: LsResponse<Self::Received>) -> Result<(), c_int>;

    /// nvmet-fc wants data moved or a response sent. Context: any.
    fn fcp_op(
        port: &TargetPort,
        operation: Operation<Self::Command>,
    ) -> Result<(), Refused<Operation<Self::Command>>>;

    /// nvmet-fc aborts an exchange. Context: any, locks of nvmet-fc held.
    fn fcp_abort(exchange: &Arc<Exchange<Self::Command>>);

    /// nvmet-fc has given an exchange back. Context: any.
    fn fcp_req_release(exchange: &Arc<Exchange<Self::Command>>);

    /// nvmet-fc has started a command that it had put off, and the command IU is the LLDD's again.
    /// Context: any.
    fn defer_rcv(exchange: &Arc<Exchange<Self::Command>>);

    /// The target's discovery log changed. Context: any.
    fn discovery_event(port: &TargetPort);

    /// nvmet-fc sends a link service to a host. Context: may sleep.
    fn ls_req(
        port: &TargetPort,
        host: Option<Arc<HostHandle>>,
        request: LsRequest,
    ) -> Result<(), Refused<LsRequest>>;

    /// nvmet-fc aborts the link service of that address. Context: any.
    fn ls_abort(port: &TargetPort, request: usize);
}

/// A template. nvmet-fc keeps its address as long as it knows the port.
///
/// # Invariants
///
/// The functions in it are those of [`VTable`], or missing.
#[repr(transparent)]
pub(crate) struct Template(Opaque<abi::nvmet_fc_target_template>);

// SAFETY: Plain data, which is no thread's own.
unsafe impl Send for Template {}
// SAFETY: Nobody writes it once it is made.
unsafe impl Sync for Template {}

impl Template {
    /// The template of `T` with everything in it, after `edit` has set limits, and taken functions
    /// out.
    pub(crate) fn new<T: TargetLldd>(
        edit: impl FnOnce(&mut abi::nvmet_fc_target_template),
    ) -> Self {
        let mut template = VTable::<T>::TEMPLATE;
        edit(&mut template);
        // INVARIANT: `edit` has no other functions of these types to put in.
        Self(Opaque::new(template))
    }

    /// The C table.
    pub(crate) fn as_raw(&self) -> *mut abi::nvmet_fc_target_template {
        self.0.get()
    }
}

/// The C functions of an LLDD.
struct VTable<T>(PhantomData<T>);

/// The functions are called by nvmet-fc alone, with objects that are valid as the documentation of the
/// template says: ports until `targetport_delete` has returned, exchanges until `fcp_req_release`,
/// requests until `done`, host handles until `host_release`.
#[allow(
    clippy::missing_safety_doc,
    reason = "it is the same for all, and said above"
)]
impl<T: TargetLldd> VTable<T> {
    /// Everything, with limits that no port needs to change.
    const TEMPLATE: abi::nvmet_fc_target_template = abi::nvmet_fc_target_template {
        targetport_delete: Some(Self::targetport_delete),
        xmt_ls_rsp: Some(Self::xmt_ls_rsp),
        fcp_op: Some(Self::fcp_op),
        fcp_abort: Some(Self::fcp_abort),
        fcp_req_release: Some(Self::fcp_req_release),
        defer_rcv: Some(Self::defer_rcv),
        discovery_event: Some(Self::discovery_event),
        ls_req: Some(Self::ls_req),
        ls_abort: Some(Self::ls_abort),
        host_release: Some(Self::host_release),
        host_traddr: Some(Self::host_traddr),
        max_hw_queues: 4,
        max_sgl_segments: 256,
        max_dif_sgl_segments: 256,
        dma_boundary: 0xffff_ffff,
        target_features: 0,
        target_priv_sz: 0,
        lsrqst_priv_sz: 0,
    };

    /// The exchange of a request.
    ///
    /// # Safety
    ///
    /// nvmet-fc has it from `Pass::receive_fcp`, and did not give it back.
    unsafe fn exchange(request: *mut abi::nvmefc_tgt_fcp_req) -> Arc<Exchange<T::Command>> {
        // SAFETY: Alive through nvmet-fc's reference.
        unsafe { Exchange::of(request) }
    }

    unsafe extern "C" fn targetport_delete(port: *mut abi::nvmet_fc_target_port) {
        // SAFETY: The port is valid until this returns.
        T::targetport_delete(unsafe { TargetPort::from_raw(port) });
    }

    unsafe extern "C" fn xmt_ls_rsp(
        port: *mut abi::nvmet_fc_target_port,
        response: *mut abi::nvmefc_ls_rsp,
    ) -> c_int {
        ACCOUNTING.expect_sleep();
        // SAFETY: The port is valid during the call.
        let port = unsafe { TargetPort::from_raw(port) };
        // SAFETY: nvmet-fc got it from `Pass::receive_ls`, and gives it up.
        let response = unsafe { LsResponse::from_raw(response) };
        T::xmt_ls_rsp(port, response).map_or_else(|errno| errno, |()| 0)
    }

    unsafe extern "C" fn fcp_op(
        port: *mut abi::nvmet_fc_target_port,
        request: *mut abi::nvmefc_tgt_fcp_req,
    ) -> c_int {
        // SAFETY: The port is valid during the call.
        let port = unsafe { TargetPort::from_raw(port) };
        // SAFETY: nvmet-fc has the exchange.
        let exchange = unsafe { Self::exchange(request) };
        // SAFETY: The operation is the LLDD's until `done`, unless it comes back in `Refused`.
        let operation = unsafe { Operation::new(exchange) };
        T::fcp_op(port, operation).map_or_else(|refused| refused.errno, |()| 0)
    }

    unsafe extern "C" fn fcp_abort(
        _port: *mut abi::nvmet_fc_target_port,
        request: *mut abi::nvmefc_tgt_fcp_req,
    ) {
        // SAFETY: nvmet-fc has the exchange.
        T::fcp_abort(unsafe { &Self::exchange(request) });
    }

    unsafe extern "C" fn fcp_req_release(
        _port: *mut abi::nvmet_fc_target_port,
        request: *mut abi::nvmefc_tgt_fcp_req,
    ) {
        ACCOUNTING.call(Kind::Release);
        // SAFETY: nvmet-fc has the exchange.
        let exchange = unsafe { Self::exchange(request) };
        if !exchange.give_back() {
            return ACCOUNTING.violation(Violation::ReleasedTwice);
        }
        ACCOUNTING.close(Account::TargetCommands);
        T::fcp_req_release(&exchange);
    }

    unsafe extern "C" fn defer_rcv(
        _port: *mut abi::nvmet_fc_target_port,
        request: *mut abi::nvmefc_tgt_fcp_req,
    ) {
        ACCOUNTING.call(Kind::DeferReceive);
        ACCOUNTING.close(Account::Deferred);
        // SAFETY: nvmet-fc has the exchange.
        let exchange = unsafe { Self::exchange(request) };
        exchange.command.poison();
        T::defer_rcv(&exchange);
    }

    unsafe extern "C" fn discovery_event(port: *mut abi::nvmet_fc_target_port) {
        ACCOUNTING.call(Kind::DiscoveryEvent);
        // SAFETY: The port is valid during the call.
        T::discovery_event(unsafe { TargetPort::from_raw(port) });
    }

    unsafe extern "C" fn ls_req(
        port: *mut abi::nvmet_fc_target_port,
        handle: *mut c_void,
        request: *mut abi::nvmefc_ls_req,
    ) -> c_int {
        ACCOUNTING.expect_sleep();
        let Some(request) = NonNull::new(request) else {
            return EINVAL.to_errno();
        };
        // SAFETY: The port is valid during the call.
        let port = unsafe { TargetPort::from_raw(port) };
        // SAFETY: Given to nvmet-fc with a link service, and not released.
        let host = unsafe { HostHandle::from_ptr(handle) };
        // SAFETY: The LLDD's until `done`, unless it comes back in `Refused`.
        let request = unsafe { LsRequest::new(request) };
        T::ls_req(port, host, request).map_or_else(|refused| refused.errno, |()| 0)
    }

    unsafe extern "C" fn ls_abort(
        port: *mut abi::nvmet_fc_target_port,
        _handle: *mut c_void,
        request: *mut abi::nvmefc_ls_req,
    ) {
        // SAFETY: The port is valid during the call.
        T::ls_abort(unsafe { TargetPort::from_raw(port) }, request as usize);
    }

    unsafe extern "C" fn host_release(handle: *mut c_void) {
        ACCOUNTING.call(Kind::HostRelease);
        // SAFETY: Given to nvmet-fc with a link service, and not released before; or one that logs
        // out just now.
        let host = unsafe { HostHandle::from_ptr(handle) };
        if !host.is_some_and(|host| HostHandle::released(&host)) {
            ACCOUNTING.violation(Violation::UnexpectedHostRelease);
        }
    }

    unsafe extern "C" fn host_traddr(
        handle: *mut c_void,
        node_name: *mut u64,
        port_name: *mut u64,
    ) -> c_int {
        ACCOUNTING.call(Kind::HostTraddr);
        // SAFETY: Given to nvmet-fc with a link service, and not released.
        let Some(host) = (unsafe { HostHandle::from_ptr(handle) }) else {
            return ENODEV.to_errno();
        };
        // SAFETY: Where nvmet-fc wants the names.
        unsafe { (*node_name, *port_name) = (host.node_name, host.port_name) };
        0
    }
}
