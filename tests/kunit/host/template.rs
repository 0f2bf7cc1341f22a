// SPDX-License-Identifier: GPL-2.0

//! The scripted LLDD as the transport sees it.

use kernel::{
    prelude::*,
    sync::{
        Arc,
        ArcBorrow, //
    }, //
};

use crate::{
    abi,
    lldd::{
        accounting::ACCOUNTING,
        fcp_request::{
            FcpRequest,
            Refused, //
        },
        host::{
            HostLldd,
            Template, //
        },
        kind::Kind,
        ls_request::LsRequest,
        ls_response::LsResponse,
        ports::{
            LocalPort,
            RemotePort, //
        }, //
    }, //
};

use super::{
    lldd::Lldd,
    script::On, //
};

/// Bytes of the LLDD's memory beside a local port: a pointer to the LLDD.
const LOCAL_PRIVATE: u32 = 8;
/// Bytes beside a remote port.
const REMOTE_PRIVATE: u32 = 24;
/// Bytes beside a link service.
pub(super) const LS_PRIVATE: u32 = 40;
/// Bytes beside an exchange; no multiple of 8.
pub(super) const FCP_PRIVATE: u32 = 20;

/// A template with everything in it but `map_queues`.
pub(crate) fn whole() -> Template {
    edited(|_| ())
}

/// One with something else in it.
pub(crate) fn edited(edit: fn(&mut abi::nvme_fc_port_template)) -> Template {
    mapping(|template| {
        template.map_queues = None;
        edit(template);
    })
}

/// The same with `map_queues`.
pub(crate) fn mapping(edit: impl FnOnce(&mut abi::nvme_fc_port_template)) -> Template {
    Template::new::<Lldd>(|template| {
        template.local_priv_sz = LOCAL_PRIVATE;
        template.remote_priv_sz = REMOTE_PRIVATE;
        template.lsrqst_priv_sz = LS_PRIVATE;
        template.fcprqst_priv_sz = FCP_PRIVATE;
        edit(template);
    })
}

/// The LLDD of a local port.
fn of(port: &LocalPort) -> Arc<Lldd> {
    let lldd = port.private().area().cast::<*const Lldd>();
    // SAFETY: `ports` wrote it there at registration, and the bench holds the LLDD until both ports
    // are gone.
    unsafe { ArcBorrow::from_raw(lldd.read()) }.into()
}

/// The LLDD of a remote port, which must be behind `port`.
fn of_both(port: &LocalPort, remote: &RemotePort) -> Arc<Lldd> {
    let lldd = of(port);
    lldd.belongs(port.address(), remote.local().address());
    lldd
}

impl HostLldd for Lldd {
    type Received = ();

    fn localport_delete(port: &LocalPort) {
        of(port).local_deleted(port.address());
    }

    fn remoteport_delete(remote: &RemotePort) {
        of(remote.local()).remote_deleted(remote.address());
    }

    fn create_queue(port: &LocalPort, index: u16, entries: u16) -> Result<usize, c_int> {
        of(port).make_queue(index, entries)
    }

    fn delete_queue(port: &LocalPort, index: u16, handle: usize) {
        of(port).drop_queue(index, handle);
    }

    fn map_queues(port: &LocalPort) {
        of(port).step(On::MapQueues);
        ACCOUNTING.call(Kind::MapQueues);
    }

    fn ls_req(
        port: &LocalPort,
        remote: &RemotePort,
        request: LsRequest,
    ) -> Result<(), Refused<LsRequest>> {
        of_both(port, remote).take_ls(request)
    }

    fn ls_abort(port: &LocalPort, request: usize) {
        of(port).abort_ls(request);
    }

    fn fcp_io(
        port: &LocalPort,
        remote: &RemotePort,
        queue: usize,
        request: FcpRequest,
    ) -> Result<(), Refused<FcpRequest>> {
        of_both(port, remote).take_fcp(queue, request)
    }

    fn fcp_abort(port: &LocalPort, queue: usize, request: usize) {
        of(port).abort_fcp(queue, request);
    }

    fn xmt_ls_rsp(port: &LocalPort, response: LsResponse<()>) -> Result<(), c_int> {
        of(port).respond(response)
    }
}
