// SPDX-License-Identifier: GPL-2.0

//! What a target does with each link service.
//!
//! A target port processes its link services one after the other, in the order
//! in which they came: those of one host never race.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc,
    workqueue::WorkItem, //
};

use crate::{
    association::{
        tenancy::Tenancy,
        Association, //
    },
    counts,
    limits::{
        QUEUE_ENTRIES_MAX,
        QUEUE_ID_MAX, //
    },
    ls::{
        receive::ReceivedLs,
        waiting::WaitingLs, //
    },
    nvmet::port::{
        nvmet_wq,
        NvmetPort, //
    },
    port::{
        core::{
            PortOwner,
            PortUses, //
        },
        host::{
            HostRef,
            NamedHost, //
        }, //
    },
    shared::{
        proto::{
            ids::AssociationId,
            ls::{
                error::LsError,
                receive::{
                    self,
                    CreateAssociation,
                    CreateConnection,
                    Limits,
                    TargetRequest, //
                },
                response::{
                    self,
                    LsResponse, //
                }, //
            },
            queues,
            wire::ls, //
        },
        support::ratelimit::ratelimited, //
    },
    tgtport::{
        registry,
        HeldPort,
        TargetPort,
        LS_WORK, //
    }, //
};

/// Link services that are processed in one run of the work item. Whoever flushes
/// nvmet's queue waits for one run, however many hosts ask.
const AT_A_TIME: usize = 32;

impl PortOwner for TargetPort {
    #[inline]
    fn core(&self) -> &PortUses {
        &self.core
    }

    /// Queues the work that processes link services, on nvmet's queue, which LLDDs
    /// flush.
    fn ls_received(self: Arc<Self>) {
        drop(nvmet_wq().enqueue::<_, { LS_WORK }>(self));
    }
}

impl WorkItem<{ LS_WORK }> for TargetPort {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        process(&this);
    }
}

/// The link service work of a target port. Context: may sleep.
fn process(port: &Arc<TargetPort>) {
    for _ in 0..AT_A_TIME {
        let Some(ls) = ReceivedLs::next(&port.ls) else {
            return;
        };
        // What waits keeps the port registered in the LLDD's eyes.
        if let Some(port) = port.held() {
            process_one(&port, ls);
        }
    }
    // Behind whatever else there is to do by now.
    port.clone().ls_received();
}

/// Processes one.
fn process_one(port: &HeldPort, ls: ReceivedLs) {
    let binding = registry::bound(port);
    let size = binding.map_or(QUEUE_ENTRIES_MAX, |(_, entries)| entries);
    // As in nvmet, the user's limit is one for I/O queues.
    let limits = Limits {
        admin_queue_size: queues::zero_based(QUEUE_ENTRIES_MAX),
        io_queue_size: queues::zero_based(size),
        queue_id: QUEUE_ID_MAX,
    };
    let host = ls.host().cloned();
    let outcome = match receive::at_target(ls.request(), &limits) {
        Ok(TargetRequest::CreateAssociation(request)) => {
            create_association(port, host.as_ref(), binding.map(|(port, _)| port), &request)
        }
        Ok(TargetRequest::CreateConnection(request)) => {
            create_connection(port, host.as_ref(), &request)
        }
        Ok(TargetRequest::DisconnectAssociation(id)) => {
            drop_association(port, host, id, ls);
            return;
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(response) => {
            drop(host);
            ls.answer(&response);
        }
        Err(error) => reject(port, host, ls, error),
    }
}

/// Refuses one, and says so.
fn reject(port: &TargetPort, host: Option<HostRef>, ls: ReceivedLs, error: LsError) {
    let command = receive::command(ls.request());
    say_rejected(port, host.as_ref(), command, error);
    drop(host);
    ls.answer(&LsResponse::Reject(response::reject(
        command,
        error.reject(),
    )));
}

/// Says that one is refused. Context: may sleep.
fn say_rejected(port: &TargetPort, host: Option<&HostRef>, command: u8, error: LsError) {
    counts::rejected(error).up();
    let name = match receive::command_name(command) {
        "Disconnect Association" => "Disconnect",
        name => name,
    };
    let reject = error.reject();
    ratelimited!(
        port.services_log,
        pr_err!(
            "{{{}}}: {} LS failed: {} (command {}, reject {:02x}/{:02x}, port 0x{:016x}{})\n",
            port.number,
            name,
            error.text(),
            command,
            reject.reason as u8,
            reject.explanation as u8,
            port.port_name,
            NamedHost::of(host)
        )
    );
}

/// Makes an association with its admin queue.
fn create_association(
    port: &HeldPort,
    host: Option<&HostRef>,
    nvmet_port: Option<NvmetPort>,
    request: &CreateAssociation<'_>,
) -> Result<LsResponse, LsError> {
    if host.is_some_and(HostRef::is_invalid) {
        return Err(LsError::PortGoing);
    }
    let nvmet_port = nvmet_port.ok_or(LsError::NoPort)?;
    let tenancy = Tenancy::new(&port.hold, host)?;
    let association = Association::new(
        &port.hold,
        port.port.clone(),
        tenancy,
        host.cloned(),
        nvmet_port,
        request.queue,
    )?;
    // Before anybody can find it: what ends it takes the timer off its queue.
    association.watch();
    if let Err(error) = registry::admit(port, &association) {
        // Its queue refers to it: only its work takes them apart.
        association.schedule_delete();
        return Err(error);
    }
    if association.host().is_some_and(HostRef::is_invalid) {
        // The handle was invalidated while the association was not in sight.
        association.schedule_delete();
    }
    association.log_created();
    Ok(LsResponse::CreateAssociation(response::create_association(
        association.id(),
    )))
}

/// Finds the association that a host names, if it is that host's.
fn find(
    port: &TargetPort,
    host: Option<&HostRef>,
    id: AssociationId,
) -> Result<Arc<Association>, LsError> {
    port.find_association(id)
        .filter(|association| association.is_owned_by(host))
        .ok_or(LsError::NoAssociation)
}

/// Makes an I/O queue.
fn create_connection(
    port: &TargetPort,
    host: Option<&HostRef>,
    request: &CreateConnection,
) -> Result<LsResponse, LsError> {
    let association = find(port, host, request.association)?;
    if association.is_terminating() {
        return Err(LsError::NoAssociation);
    }
    // A host learns only from its controller how many queues it may have.
    if association.ctrl().is_none() {
        return Err(LsError::NotConnected);
    }
    association.add_queue(request.queue_id, request.queue)?;
    Ok(LsResponse::CreateConnection(response::create_connection(
        association.id().connection(request.queue_id),
    )))
}

/// Ends an association. The answer follows when it is over.
fn drop_association(port: &TargetPort, host: Option<HostRef>, id: AssociationId, ls: ReceivedLs) {
    let association = match find(port, host.as_ref(), id) {
        Ok(association) => association,
        Err(error) => {
            reject(port, host, ls, error);
            return;
        }
    };
    match ls.wait() {
        Ok(waiting) => keep(port, &association, waiting),
        // It ends all the same, but who waits for that takes memory.
        Err(ls) => reject(port, host, ls, LsError::NoContext),
    }
    association.schedule_delete();
}

/// Keeps a Disconnect until its association's end, unless that has been.
fn keep(port: &TargetPort, association: &Association, disconnect: WaitingLs) {
    let (refused, error) = match association.keep_disconnect(disconnect) {
        Ok(None) => return,
        Ok(Some(older)) => {
            ratelimited!(
                port.services_log,
                pr_info!(
                    "{{{}:{}}}: Multiple Disconnect Association LS's received\n",
                    port.number,
                    association.number()
                )
            );
            (older, LsError::DisconnectSuperseded)
        }
        Err(disconnect) => (disconnect, LsError::NoAssociation),
    };
    let command = ls::DISCONNECT_ASSOCIATION;
    say_rejected(port, association.host(), command, error);
    refused.answer(&LsResponse::Reject(response::reject(
        command,
        error.reject(),
    )));
}
