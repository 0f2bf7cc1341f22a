// SPDX-License-Identifier: GPL-2.0

//! Link services that the target sends to the scripted host.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{atomic::Relaxed, Arc},
};

use super::{
    port::Port,
    script::{Place, SentPlan},
    threads,
};
use crate::{
    cases::{payload::Payload, samples},
    lldd::{
        account::Account, accounting::ACCOUNTING, fcp_request::Refused, host_handle::HostHandle,
        ls_request::LsRequest, scatter::Bus,
    },
};

/// Link services of the target's.
pub(super) struct Sent {
    /// What happens to them.
    pub(super) plan: SentPlan,
    /// The one that is held.
    pub(super) held: Option<LsRequest>,
    /// The bytes of the last one.
    pub(super) last: Option<Payload>,
    /// The host that it went to.
    pub(super) host: Option<Arc<HostHandle>>,
}

/// Ends a link service of the target's.
fn end(request: LsRequest, status: c_int, answer: &[u8]) {
    ACCOUNTING.close(Account::TargetServices);
    request.complete(Bus::NONE, status, answer);
}

impl Port {
    /// What happens to link services of the target's from now on.
    pub(crate) fn plan_sent(&self, plan: SentPlan) {
        self.sent.lock().plan = plan;
    }

    /// The last link service of the target's, and the host that it went to.
    pub(crate) fn last_sent(&self) -> (Option<Payload>, Option<Arc<HostHandle>>) {
        let sent = self.sent.lock();
        (sent.last, sent.host.clone())
    }

    /// The target sends a link service: `ls_req`.
    pub(super) fn send(
        self: &Arc<Self>,
        host: Option<Arc<HostHandle>>,
        request: LsRequest,
    ) -> Result<(), Refused<LsRequest>> {
        let mut sent = self.sent.lock();
        sent.last = Some(Payload::of(request.payload(Bus::NONE)));
        let before = core::mem::replace(&mut sent.host, host);
        let plan = sent.plan;
        if let SentPlan::Refuse(errno) = plan {
            return Err(request.refuse(errno));
        }
        ACCOUNTING.open(Account::TargetServices);
        if matches!(plan, SentPlan::Accept(Place::Hold) | SentPlan::Ignore) {
            sent.held = Some(request);
            return Ok(());
        }
        drop(sent);
        drop(before);
        match plan {
            SentPlan::Reject => end(request, 0, &samples::reject(5, 0x40, 0)),
            SentPlan::Fail(status) => end(request, status, &[]),
            SentPlan::Accept(Place::Thread(wait)) => {
                let this = self.clone();
                self.threads.add(1, Relaxed);
                let spawned = threads::threads().try_spawn(GFP_KERNEL, move || {
                    this.pause(wait);
                    end(request, 0, &samples::accept_disconnect());
                    this.threads.add(-1, Relaxed);
                });
                if spawned.is_err() {
                    ACCOUNTING.unexpected("no memory", 0);
                }
            }
            _ => end(request, 0, &samples::accept_disconnect()),
        }
        Ok(())
    }

    /// Ends the one that is held.
    pub(crate) fn let_sent_go(&self) -> bool {
        let held = self.sent.lock().held.take();
        held.map(|request| end(request, 0, &samples::accept_disconnect()))
            .is_some()
    }

    /// The target gives a link service up: `ls_abort`.
    pub(super) fn abort_sent(&self, request: usize) {
        let held = {
            let mut sent = self.sent.lock();
            match (&sent.plan, &sent.held) {
                (SentPlan::Ignore, _) => None,
                (_, Some(held)) if held.address() == request => sent.held.take(),
                _ => None,
            }
        };
        if let Some(request) = held {
            end(request, ECANCELED.to_errno(), &[]);
        }
    }
}
