// SPDX-License-Identifier: GPL-2.0

//! What nvmet-fc calls.

use kernel::{prelude::*, sync::Arc};

use crate::{
    command::object::{
        Command,
        Exchange, //
    },
    lldd::{
        account::Violation,
        accounting::ACCOUNTING,
        exchange::Operation,
        fcp_request::Refused,
        host_handle::HostHandle,
        kind::Kind,
        ls_request::LsRequest,
        ls_response::LsResponse,
        ports::TargetPort,
        target::TargetLldd, //
    },
    ls::object::{
        payload_of,
        LsExchange,
        LsParts, //
    },
    plan::{
        config::Role,
        mode::Delivery, //
    },
    port::{
        registry,
        Port, //
    },
    support::delayed, //
};

/// The LLDD of target ports.
pub(crate) struct Target;

/// Our port behind a target port of nvmet-fc's.
fn target(port: &TargetPort) -> Option<Arc<Port>> {
    let (_, name) = port.names();
    let port = registry::port(Role::Target, name, 0);
    if port.is_none() {
        ACCOUNTING.violation(Violation::UnknownPort);
    }
    port
}

impl TargetLldd for Target {
    type Command = Command;
    type Received = Arc<LsExchange>;

    fn targetport_delete(port: &TargetPort) {
        ACCOUNTING.call(Kind::TargetPortDelete);
        if let Some(port) = target(port) {
            port.deleted();
        }
    }

    fn xmt_ls_rsp(_port: &TargetPort, response: LsResponse<Arc<LsExchange>>) -> Result<(), c_int> {
        LsExchange::answered(response)
    }

    fn fcp_op(
        _port: &TargetPort,
        operation: Operation<Command>,
    ) -> Result<(), Refused<Operation<Command>>> {
        Exchange::operate(operation)
    }

    fn fcp_abort(exchange: &Arc<Exchange>) {
        exchange.target_aborts();
    }

    fn fcp_req_release(exchange: &Arc<Exchange>) {
        exchange.released();
    }

    fn defer_rcv(_exchange: &Arc<Exchange>) {}

    /// Every host that sees the target hears of it.
    fn discovery_event(port: &TargetPort) {
        let Some(target) = target(port) else {
            return;
        };
        let mut index = 0;
        while let Some(remote) = registry::remote(target.config.port_name, index) {
            delayed::arm(remote, 0, Delivery::Work);
            index += 1;
        }
    }

    fn ls_req(
        port: &TargetPort,
        host: Option<Arc<HostHandle>>,
        mut request: LsRequest,
    ) -> Result<(), Refused<LsRequest>> {
        let Some(sender) = target(port) else {
            return Err(request.refuse(ENODEV.to_errno()));
        };
        let Some(host) = host else {
            return Err(request.refuse(ENOTCONN.to_errno()));
        };
        let (fault, payload) = match payload_of(&request, &sender, Kind::TargetLsRequest) {
            Ok(prepared) => prepared,
            Err(errno) => return Err(request.refuse(errno)),
        };
        if host.is_invalid() {
            return Err(request.refuse(ENOTCONN.to_errno()));
        }
        // SAFETY: The request is of the port with this template.
        unsafe { sender.overwrite_private(request.private()) };
        let parts = LsParts {
            to_target: false,
            host_name: host.port_name,
            target: Some(sender.clone()),
            sender,
            handle: None,
        };
        LsExchange::take_on(parts, &payload, request, &fault)
    }

    fn ls_abort(port: &TargetPort, request: usize) {
        if let Some(port) = target(port) {
            LsExchange::abort_request(&port, Kind::TargetLsAbort, request);
        }
    }
}
