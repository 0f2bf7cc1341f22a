// SPDX-License-Identifier: GPL-2.0

//! What nvme-fc calls.

use kernel::{prelude::*, sync::Arc};

use crate::{
    command::object::{
        code,
        Exchange,
        HostRequest, //
    },
    lldd::{
        account::{
            Account,
            Violation, //
        },
        accounting::ACCOUNTING,
        fcp_request::{
            FcpRequest,
            Refused, //
        },
        host::HostLldd,
        kind::Kind,
        ls_request::LsRequest,
        ls_response::LsResponse,
        ports::{
            LocalPort,
            RemotePort, //
        }, //
    },
    ls::object::{
        payload_of,
        LsExchange,
        LsParts, //
    },
    plan::config::Role,
    port::{
        registry,
        Port, //
    },
    support::registry::by_request, //
};

/// The LLDD of local ports.
pub(crate) struct Host;

/// Our port of that role and name.
fn port(role: Role, port_name: u64, local: u64) -> Option<Arc<Port>> {
    let port = registry::port(role, port_name, local);
    if port.is_none() {
        ACCOUNTING.violation(Violation::UnknownPort);
    }
    port
}

/// Our port behind a local port of nvme-fc's.
fn local(port_of_transport: &LocalPort) -> Option<Arc<Port>> {
    let (_, name) = port_of_transport.names();
    port(Role::Local, name, 0)
}

/// The target port of that name, if it is registered.
fn target(remote: &RemotePort) -> Option<Arc<Port>> {
    let (_, name) = remote.names();
    registry::port(Role::Target, name, 0).filter(|target| target.registration.is_open())
}

impl HostLldd for Host {
    type Received = Arc<LsExchange>;

    fn localport_delete(port: &LocalPort) {
        ACCOUNTING.call(Kind::LocalPortDelete);
        if let Some(port) = local(port) {
            port.deleted();
        }
    }

    fn remoteport_delete(remote: &RemotePort) {
        ACCOUNTING.call(Kind::RemotePortDelete);
        let ((_, name), (_, local)) = (remote.names(), remote.local().names());
        if let Some(port) = port(Role::Remote, name, local) {
            port.deleted();
        }
    }

    fn create_queue(port: &LocalPort, index: u16, _entries: u16) -> Result<usize, c_int> {
        let port = local(port).ok_or(ENODEV.to_errno())?;
        match port.fault(Kind::CreateQueue, 0, index).errno {
            0 => {
                ACCOUNTING.open(Account::Queues);
                Ok(usize::from(index).saturating_add(1))
            }
            errno => Err(errno),
        }
    }

    fn delete_queue(_port: &LocalPort, index: u16, handle: usize) {
        ACCOUNTING.call(Kind::DeleteQueue);
        if handle != usize::from(index).saturating_add(1) {
            ACCOUNTING.violation(Violation::UnknownPort);
        }
        ACCOUNTING.close(Account::Queues);
    }

    fn map_queues(_port: &LocalPort) {
        ACCOUNTING.call(Kind::MapQueues);
    }

    fn ls_req(
        port: &LocalPort,
        remote: &RemotePort,
        mut request: LsRequest,
    ) -> Result<(), Refused<LsRequest>> {
        let Some(initiator) = local(port) else {
            return Err(request.refuse(ENODEV.to_errno()));
        };
        let prepared = payload_of(&request, &initiator, Kind::HostLsRequest);
        let (fault, payload) = match prepared {
            Ok(prepared) => prepared,
            Err(errno) => return Err(request.refuse(errno)),
        };
        let target = target(remote);
        let scripted = fault.answer.is_some() || fault.reject.is_some() || fault.status.is_some();
        if target.is_none() && !scripted {
            return Err(request.refuse(ECONNREFUSED.to_errno()));
        }
        let (node_name, host_name) = (initiator.config.node_name, initiator.config.port_name);
        let handle = match &target {
            Some(target) if target.config.handle => Some(target.host(node_name, host_name)),
            _ => None,
        };
        let handle = match handle.transpose() {
            Ok(handle) => handle,
            Err(error) => return Err(request.refuse(error.to_errno())),
        };
        // SAFETY: The request is of the port with this template.
        unsafe { initiator.overwrite_private(request.private()) };
        let parts = LsParts {
            to_target: true,
            host_name,
            sender: initiator,
            target,
            handle,
        };
        LsExchange::take_on(parts, &payload, request, &fault)
    }

    fn ls_abort(port: &LocalPort, request: usize) {
        if let Some(port) = local(port) {
            LsExchange::abort_request(&port, Kind::HostLsAbort, request);
        }
    }

    fn fcp_io(
        port: &LocalPort,
        remote: &RemotePort,
        _queue: usize,
        mut request: FcpRequest,
    ) -> Result<(), Refused<FcpRequest>> {
        let Some(initiator) = local(port) else {
            return Err(request.refuse(ENODEV.to_errno()));
        };
        let mut command = [0u8; 128];
        let length = request.command(initiator.bus(), &mut command);
        let queue = request.queue();
        let fault = initiator.fault(Kind::FcpIo, code(&command), queue);
        if fault.errno != 0 {
            return Err(request.refuse(fault.errno));
        }
        let length = fault.alter.apply(&mut command, length);
        let target = target(remote);
        if target.is_none() && fault.answer.is_none() {
            return Err(request.refuse(ECONNREFUSED.to_errno()));
        }
        // SAFETY: The request is of the port with this template.
        unsafe { initiator.overwrite_private(request.private()) };
        let command = command.get(..length).unwrap_or(&[]);
        let (key, data) = (request.address(), request.data_length());
        let Ok(exchange) = Exchange::begin(command, queue, key, data, Some(initiator), target)
        else {
            // As an adapter whose exchanges are used up.
            return Err(request.refuse(EBUSY.to_errno()));
        };
        ACCOUNTING.open(Account::HostCommands);
        exchange.send(HostRequest::Real(request), &fault);
        Ok(())
    }

    fn fcp_abort(port: &LocalPort, _queue: usize, request: usize) {
        let Some(port) = local(port) else {
            return;
        };
        let exchange = by_request::<Exchange>(request);
        let (code, queue) = exchange.as_ref().map_or((0, 0), |e| (e.code, e.queue));
        let fault = port.fault(Kind::FcpAbort, code, queue);
        if let Some(exchange) = exchange {
            exchange.abort(&fault);
        }
    }

    fn xmt_ls_rsp(_port: &LocalPort, response: LsResponse<Arc<LsExchange>>) -> Result<(), c_int> {
        LsExchange::answered(response)
    }
}
