// SPDX-License-Identifier: GPL-2.0

//! Disconnect Association, sent to hosts.
//!
//! Nobody waits for the answer. One that does not come in time is aborted, and
//! what does not end when it is aborted is given up: then host port and target
//! port are free of it, and only its memory is kept for a late `done`.
//!
//! A port that goes waits for that only if it has a device: hardware may write
//! the buffers until the abort is over, so they stay mapped for as long. Without
//! a device there is nothing but memory, which is kept anyhow.

#![deny(unsafe_code)]

pub(crate) mod sent;

use core::{
    mem,
    ptr, //
};

use kernel::{
    prelude::*,
    sync::{
        atomic::Relaxed,
        Arc, //
    },
    time::msecs_to_jiffies,
    workqueue::Queue, //
};
use zerocopy::FromBytes;

use crate::{
    counts::{
        self,
        refusal::Refusal, //
    },
    globals,
    ls::disconnect::sent::{
        SentDisconnect,
        ToHost,
        Users, //
    },
    nvmet::port::nvmet_wq,
    port::{
        core::{
            Hold,
            PortCore, //
        },
        host::{
            HostRef,
            NamedHost, //
        },
        share::Sending, //
    },
    shared::{
        fc::{
            ls_request::{
                LsRequest,
                LsSender,
                Parameters,
                SentLs, //
            },
            port::KeepsHost, //
        },
        proto::{
            ids::AssociationId,
            ls::request,
            wire::{
                DisconnectAssociationRequest,
                RejectPayload, //
            }, //
        },
        support::ratelimit::ratelimited, //
    },
    trace, //
};

/// When one is aborted once the port goes away, milliseconds.
const GONE_MSECS: u32 = 1_000;
/// The same if nothing is mapped for a device: time for an answer that is on its
/// way already.
const GONE_UNMAPPED_MSECS: u32 = 200;
/// How long the LLDD has it after the abort, milliseconds: R_A_TOV, after which
/// nothing of the exchange is in the fabric any more, and some.
const ABORT_MSECS: u32 = 12_000;

/// Milliseconds in jiffies.
fn jiffies(msecs: u32) -> usize {
    // CAST: A few seconds.
    msecs_to_jiffies(msecs) as usize
}

impl LsSender for ToHost {
    type InUse = Users;

    /// The port may go then, and its device with it.
    const UNMAPS_LOST: bool = true;

    /// This module's own: what LLDDs flush nvmet's for does not wait for their aborts.
    fn timeout_queue() -> &'static Queue {
        globals::own_queue()
    }

    fn done_queue() -> &'static Queue {
        nvmet_wq()
    }

    fn ls_abort(&self, users: &Users, request: SentLs<'_>) {
        ratelimited!(pr_warn!(
            "{{{}:{}}}: Disconnect Association not answered, aborting it, port 0x{:016x}\n",
            users.port.number,
            self.number,
            users.port.port_name
        ));
        counts::ABORTS_UNANSWERED.up();
        users.port.lldd.ls_abort(&users.host, request);
    }

    fn abort_timeout(&self, users: &Users) -> Option<usize> {
        (!users.may_leave()).then(|| jiffies(ABORT_MSECS))
    }

    /// The port goes: gives the LLDD less time.
    fn shorten(this: &Arc<SentDisconnect>) {
        // Whether or not it was running: whoever aborts it just now cannot start it anew
        // while that is waited for.
        this.stop_timeout();
        let msecs =
            this.while_in_use(
                |users| match (this.state().is_aborted(), users.may_leave()) {
                    (true, false) => ABORT_MSECS,
                    (true, true) => 0,
                    (false, false) => GONE_MSECS,
                    (false, true) => GONE_UNMAPPED_MSECS,
                },
            );
        if let Some(msecs) = msecs {
            this.set_timeout(jiffies(msecs));
        }
    }

    fn forget(this: &Arc<SentDisconnect>) {
        sent::remove(this);
    }

    fn lost(this: &Arc<SentDisconnect>, users: Users) {
        ratelimited!(pr_err!(
            "{{{}:{}}}: the LLDD lost a Disconnect Association, keeping its memory, port 0x{:016x}\n",
            users.port.number,
            this.sender().number,
            users.port.port_name
        ));
    }

    fn done_twice() {
        ratelimited!(pr_warn!("LLDD: done for a link service that was done\n"));
    }
}

/// Prepares one. Context: may sleep.
fn new(port: &Hold, host: &HostRef, id: AssociationId, number: u32) -> Result<Arc<SentDisconnect>> {
    let users = Users {
        host: host.clone(),
        _sending: Sending::new(port, host.handle()).ok_or(EBUSY)?,
        port: port.clone(),
        _entry: counts::SENT_DISCONNECTS.enter(),
    };
    let sender = ToHost {
        port: ptr::from_ref::<PortCore>(port).addr(),
        number,
    };
    let parameters = Parameters {
        device: port.device(),
        private: port.lldd.template().ls_private,
        request: mem::size_of::<DisconnectAssociationRequest>(),
        response: mem::size_of::<RejectPayload>(),
    };
    LsRequest::unattended(sender, users, &parameters, |bytes| {
        let request = DisconnectAssociationRequest::mut_from_bytes(bytes).map_err(|_| EINVAL)?;
        request::disconnect_association(request, id);
        Ok(())
    })
}

/// Tells the host that its association is over, if the LLDD can, and the host
/// is there. Nobody waits for the answer. Context: may sleep.
pub(crate) fn send(port: &Hold, host: &HostRef, id: AssociationId, number: u32) {
    if host.is_invalid() || !port.lldd.template().sends_ls() {
        return;
    }
    let sent = match new(port, host, id, number) {
        Ok(sent) => sent,
        Err(error) => {
            let why = match error {
                EBUSY => Refusal::DisconnectSilent,
                _ => Refusal::DisconnectMemory,
            };
            let why = why.counted();
            ratelimited!(
                port.services_log,
                pr_info!(
                    "{{{}:{}}}: send Disconnect Association failed: {}, port 0x{:016x}{}\n",
                    port.number,
                    number,
                    why,
                    port.port_name,
                    NamedHost::of(Some(host))
                )
            );
            return;
        }
    };
    // In the list before the LLDD has it, since `done` may come at once.
    let listed = sent::add(&sent);
    let outcome = listed.and_then(|()| sent.send(|request| port.lldd.ls_req(host, request)));
    trace::disconnect(|| trace::Disconnect {
        targetport: port.number,
        association: number,
        association_id: id.get(),
        error: outcome.err().map_or(0, Error::to_errno),
    });
    match outcome {
        // Perhaps too late for `hurry_all`. Its caller sets the flag before it takes the
        // list's lock, and this was in the list before: one of the two sees the other.
        Ok(()) if port.unregistered.load(Relaxed) => sent.queue_shorten(),
        Ok(()) => {}
        Err(error) => {
            sent.unsent();
            let why = Refusal::DisconnectLldd.counted();
            ratelimited!(
                port.services_log,
                pr_info!(
                    "{{{}:{}}}: XMT Disconnect Association failed: {} ({}), port 0x{:016x}{}\n",
                    port.number,
                    number,
                    error.to_errno(),
                    why,
                    port.port_name,
                    NamedHost::of(Some(host))
                )
            );
        }
    }
}
