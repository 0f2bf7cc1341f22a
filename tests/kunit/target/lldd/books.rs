// SPDX-License-Identifier: GPL-2.0

//! What was called, and what is with the transport.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::atomic::{Atomic, Relaxed},
};

use crate::cases::outcome::{ensure_eq, CaseResult};

/// The operations of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Call {
    /// `targetport_delete`.
    TargetPortDelete,
    /// `xmt_ls_rsp`.
    XmtLsRsp,
    /// `fcp_op`.
    FcpOp,
    /// `fcp_abort`.
    FcpAbort,
    /// `fcp_req_release`.
    FcpReqRelease,
    /// `defer_rcv`.
    DeferRcv,
    /// `discovery_event`.
    DiscoveryEvent,
    /// `ls_req`.
    LsReq,
    /// `ls_abort`.
    LsAbort,
    /// `host_release`.
    HostRelease,
    /// `host_traddr`.
    HostTraddr,
}

/// How many there are.
const CALLS: usize = Call::HostTraddr as usize + 1;

/// The books of one port.
pub(crate) struct Books {
    /// How often each operation was called.
    calls: [Atomic<i32>; CALLS],
    /// Exchanges that the transport has.
    pub(crate) exchanges: Atomic<i32>,
    /// Link services that it has to answer, or whose answer is not out.
    pub(crate) services: Atomic<i32>,
    /// Link services of its own that it waits for.
    pub(crate) sent: Atomic<i32>,
    /// Threads of ours.
    pub(crate) threads: Atomic<i32>,
    /// Things that no contract allows.
    offences: Atomic<i32>,
}

impl Books {
    /// Empty ones.
    pub(crate) fn new() -> Self {
        Self {
            calls: [const { Atomic::new(0) }; CALLS],
            exchanges: Atomic::new(0),
            services: Atomic::new(0),
            sent: Atomic::new(0),
            threads: Atomic::new(0),
            offences: Atomic::new(0),
        }
    }

    /// Counts a call.
    pub(crate) fn count(&self, call: Call) {
        if let Some(calls) = self.calls.get(call as usize) {
            calls.add(1, Relaxed);
        }
    }

    /// How often it was called.
    pub(crate) fn calls(&self, call: Call) -> i32 {
        self.calls
            .get(call as usize)
            .map_or(0, |calls| calls.load(Relaxed))
    }

    /// Notes what must not be; the case fails at its end.
    pub(crate) fn offend(&self, what: &str) {
        pr_err!("offence: {what}\n");
        self.offences.add(1, Relaxed);
    }

    /// What the transport and our threads have.
    pub(crate) fn open(&self) -> i32 {
        [&self.exchanges, &self.services, &self.sent, &self.threads]
            .into_iter()
            .map(|open| open.load(Relaxed))
            .sum()
    }

    /// Everything came back, and nothing happened that must not.
    pub(crate) fn are_even(&self) -> CaseResult {
        ensure_eq!(self.exchanges.load(Relaxed), 0, "exchanges");
        ensure_eq!(self.services.load(Relaxed), 0, "link services received");
        ensure_eq!(self.sent.load(Relaxed), 0, "link services sent");
        ensure_eq!(self.offences.load(Relaxed), 0, "offences");
        Ok(())
    }
}
