// SPDX-License-Identifier: GPL-2.0

//! What nvmet-fc calls.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        atomic::{Atomic, Relaxed},
        Arc,
    },
};

use super::{
    exchange::{Command, Exchange},
    port::Port,
    service::Service,
};
use crate::lldd::{
    accounting::ACCOUNTING, exchange::Operation, fcp_request::Refused, host_handle::HostHandle,
    kind::Kind, ls_request::LsRequest, ls_response::LsResponse, ports::TargetPort,
    target::TargetLldd,
};

/// Discovery events for ports that were not filled in.
pub(crate) static EARLY_EVENTS: Atomic<i32> = Atomic::new(0);

impl TargetLldd for Port {
    type Command = Command;
    type Received = Arc<Service>;

    fn targetport_delete(object: &TargetPort) {
        ACCOUNTING.call(Kind::TargetPortDelete);
        if let Some(port) = Self::of(object) {
            port.deleted(object);
        }
    }

    fn xmt_ls_rsp(object: &TargetPort, response: LsResponse<Arc<Service>>) -> Result<(), c_int> {
        ACCOUNTING.call(Kind::TargetLsResponse);
        Service::transmit(object, response)
    }

    fn fcp_op(
        object: &TargetPort,
        operation: Operation<Command>,
    ) -> Result<(), Refused<Operation<Command>>> {
        Exchange::operate(object, operation)
    }

    fn fcp_abort(exchange: &Arc<Exchange>) {
        exchange.aborted();
    }

    fn fcp_req_release(exchange: &Arc<Exchange>) {
        exchange.ended();
    }

    fn defer_rcv(exchange: &Arc<Exchange>) {
        exchange.deferral_over();
    }

    fn discovery_event(object: &TargetPort) {
        if Self::of(object).is_none() {
            EARLY_EVENTS.add(1, Relaxed);
        }
    }

    fn ls_req(
        object: &TargetPort,
        host: Option<Arc<HostHandle>>,
        request: LsRequest,
    ) -> Result<(), Refused<LsRequest>> {
        ACCOUNTING.call(Kind::TargetLsRequest);
        match Self::of(object) {
            Some(port) => port.send(host, request),
            None => Err(request.refuse(ENODEV.to_errno())),
        }
    }

    fn ls_abort(object: &TargetPort, request: usize) {
        ACCOUNTING.call(Kind::TargetLsAbort);
        if let Some(port) = Self::of(object) {
            port.abort_sent(request);
        }
    }
}
