// SPDX-License-Identifier: GPL-2.0

//! The scripted LLDD: takes what the transport sends, plays the controller,
//! and does otherwise where a rule says so.

#![deny(unsafe_code)]

use kernel::{
    new_spinlock,
    prelude::*,
    sync::{
        atomic::Atomic,
        Arc,
        SpinLock, //
    }, //
};

use super::{
    answer::{
        FcpAnswer,
        LsAnswer, //
    },
    model::{
        Model,
        Wanted, //
    },
    received::Answered,
    script::{
        Abort,
        Delivery,
        On,
        Rule, //
    },
    sleep_ms, //
};
use crate::lldd::{
    account::Account,
    accounting::ACCOUNTING,
    fcp_request::FcpRequest,
    host::Template,
    ls_request::LsRequest,
    ls_response::LsResponse, //
};

/// Exchanges that may be in flight.
pub(super) const EXCHANGES: usize = 512;
/// Link services that may be in flight.
pub(crate) const SERVICES: usize = 64;
/// Steps that are remembered.
const STEPS: usize = 1024;
/// Rules, and hardware queues, that there may be.
const FEW: usize = 64;

/// An operation that is with the LLDD.
pub(crate) struct Taken<T, A> {
    /// Tells it from all others.
    pub(crate) serial: u64,
    /// What it is.
    pub(crate) on: On,
    /// Its queue.
    pub(crate) queue: u16,
    /// The right to give it back.
    pub(crate) what: T,
    /// How it ends if nothing else happens.
    pub(crate) answer: A,
    /// An abort was asked for.
    pub(crate) aborted: bool,
}

/// A hardware queue.
#[derive(Clone, Copy)]
pub(crate) struct HardwareQueue {
    /// What the transport knows it by.
    pub(crate) handle: usize,
    /// Its index.
    pub(crate) index: u16,
}

/// What changes.
pub(crate) struct State {
    /// What is to be done otherwise; the first that holds.
    pub(crate) rules: KVec<Rule>,
    /// Exchanges in flight.
    pub(crate) exchanges: KVec<Taken<FcpRequest, FcpAnswer>>,
    /// Link services in flight.
    pub(crate) services: KVec<Taken<LsRequest, LsAnswer>>,
    /// Hardware queues.
    pub(crate) queues: KVec<HardwareQueue>,
    /// Handles that calls of `fcp_abort` which have not returned were given.
    pub(crate) aborting: KVec<usize>,
    /// Ports whose delete callbacks are to come.
    ports: KVec<usize>,
    /// All calls, in order.
    pub(crate) steps: KVec<On>,
    /// What the host answered to link services.
    pub(crate) answered: KVec<Answered>,
    /// Answers of the host's that are kept from going out.
    pub(crate) kept: KVec<LsResponse<()>>,
    /// The controller.
    pub(crate) model: Model,
    /// How answers are given where no rule says.
    pub(crate) delivery: Delivery,
    /// Whether a command was refused.
    pub(super) refused: bool,
    /// Whether `create_queue` gives handles.
    pub(crate) handles: bool,
    /// Whether all responses are extended ones.
    pub(crate) extended: bool,
    /// What `fcp_abort` does.
    pub(crate) fcp_abort: Abort,
    /// What `ls_abort` does.
    pub(crate) ls_abort: Abort,
    /// The last serial number, and the last handle.
    pub(crate) serial: u64,
}

impl State {
    /// Notes a call; gives the rule for it.
    pub(super) fn note(&mut self, on: On) -> Rule {
        if self.steps.len() < STEPS {
            let _ = self.steps.push_within_capacity(on);
        }
        self.rules
            .iter_mut()
            .find_map(|rule| rule.holds(on).then_some(*rule))
            .unwrap_or(Rule::at(on))
    }
}

/// The LLDD.
#[pin_data]
pub(crate) struct Lldd {
    /// What the transport calls.
    pub(crate) template: Template,
    /// What changes.
    #[pin]
    pub(super) state: SpinLock<State>,
    /// Threads that are to answer.
    pub(super) threads: Atomic<u32>,
}

/// Notes a violation unless a condition holds.
macro_rules! require {
    ($condition:expr, $what:literal, $value:expr) => {
        if !$condition {
            #[allow(
                clippy::unnecessary_cast,
                clippy::cast_lossless,
                reason = "any number may be told"
            )]
            $crate::lldd::accounting::ACCOUNTING.unexpected($what, $value as u64);
        }
    };
}
pub(crate) use require;

impl Lldd {
    /// An LLDD whose controller is as `wanted`.
    pub(crate) fn new(template: Template, wanted: Wanted) -> Result<Arc<Self>> {
        let state = State {
            rules: KVec::with_capacity(FEW, GFP_KERNEL)?,
            exchanges: KVec::with_capacity(EXCHANGES, GFP_KERNEL)?,
            services: KVec::with_capacity(SERVICES, GFP_KERNEL)?,
            queues: KVec::with_capacity(FEW, GFP_KERNEL)?,
            aborting: KVec::with_capacity(EXCHANGES, GFP_KERNEL)?,
            ports: KVec::with_capacity(FEW, GFP_KERNEL)?,
            steps: KVec::with_capacity(STEPS, GFP_KERNEL)?,
            answered: KVec::with_capacity(STEPS, GFP_KERNEL)?,
            kept: KVec::with_capacity(FEW, GFP_KERNEL)?,
            model: Model::new(wanted)?,
            delivery: Delivery::Inline,
            refused: false,
            handles: true,
            extended: false,
            fcp_abort: Abort::Inline,
            ls_abort: Abort::Inline,
            serial: 0,
        };
        Arc::pin_init(
            pin_init!(Self {
                template,
                state <- new_spinlock!(state, "Lldd::state"),
                threads: Atomic::new(0),
            }),
            GFP_KERNEL,
        )
    }

    /// Looks at, or changes, what changes.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        f(&mut self.state.lock())
    }

    /// Adds a rule.
    pub(crate) fn rule(&self, rule: Rule) {
        let added = self.with(|state| {
            state.rules.retain(|rule| rule.times > 0);
            state.rules.push_within_capacity(rule).is_ok()
        });
        require!(added, "too many rules", 0);
    }

    /// Forgets all rules, and what was called.
    pub(crate) fn forget(&self) {
        self.with(|state| {
            state.rules.clear();
            state.steps.clear();
        });
    }

    /// How often a step was taken.
    pub(crate) fn count(&self, on: On) -> usize {
        self.with(|state| state.steps.iter().filter(|step| **step == on).count())
    }

    /// How many exchanges of a kind are in flight.
    pub(crate) fn holding(&self, on: On) -> usize {
        self.with(|state| {
            let services = state.services.iter().filter(|taken| taken.on == on);
            let exchanges = state.exchanges.iter().filter(|taken| taken.on == on);
            services.count().saturating_add(exchanges.count())
        })
    }

    /// How many operations are in flight.
    pub(crate) fn in_flight(&self) -> usize {
        self.with(|state| state.exchanges.len().saturating_add(state.services.len()))
    }

    /// Notes a call; gives the rule for it. What the call does comes after that: a
    /// test that wants an exchange waits for [`Lldd::holding`], not for the count.
    pub(crate) fn step(&self, on: On) -> Rule {
        self.with(|state| state.note(on))
    }

    /// Checks that a remote port is behind its local port.
    pub(crate) fn belongs(&self, local: usize, of: usize) {
        require!(local == of, "a remote port of another local port", of);
    }

    /// A port was registered; says whether it is another one than it was.
    pub(crate) fn registered(&self, port: usize) -> bool {
        self.with(|state| {
            let known = state.ports.contains(&port);
            if !known {
                let _ = state.ports.push_within_capacity(port);
            }
            !known
        })
    }

    /// The transport has no use for a port any more.
    fn port_gone(&self, port: usize) {
        let known = self.with(|state| {
            let before = state.ports.len();
            state.ports.retain(|known| *known != port);
            state.ports.len() < before
        });
        require!(known, "a delete callback too many", port);
    }

    /// `remoteport_delete`. Context: may sleep.
    pub(crate) fn remote_deleted(&self, port: usize) {
        let rule = self.step(On::RemoteDelete);
        sleep_ms(rule.stall);
        self.port_gone(port);
        ACCOUNTING.close(Account::RemotePorts);
    }

    /// `localport_delete`. Context: may sleep.
    pub(crate) fn local_deleted(&self, port: usize) {
        let rule = self.step(On::LocalDelete);
        sleep_ms(rule.stall);
        self.port_gone(port);
        ACCOUNTING.close(Account::LocalPorts);
    }

    /// `create_queue`. Context: may sleep.
    pub(crate) fn make_queue(&self, index: u16, entries: u16) -> Result<usize, c_int> {
        let rule = self.step(On::CreateQueue(index));
        sleep_ms(rule.stall);
        if let Some(errno) = rule.refuse {
            return Err(errno);
        }
        require!(entries >= 2, "a queue without entries", entries);
        let handle = self.with(|state| {
            state.serial = state.serial.wrapping_add(1);
            // CAST: u64 to usize.
            let handle = state.serial as usize;
            let queue = HardwareQueue { handle, index };
            state
                .queues
                .push_within_capacity(queue)
                .ok()
                .map(|()| handle)
        });
        require!(handle.is_some(), "too many queues", index);
        ACCOUNTING.open(Account::Queues);
        Ok(handle.unwrap_or(0))
    }

    /// `delete_queue`. Context: may sleep.
    pub(crate) fn drop_queue(&self, index: u16, handle: usize) {
        let rule = self.step(On::DeleteQueue(index));
        let aborting = self.with(|state| state.aborting.contains(&handle));
        require!(!aborting, "delete_queue during its fcp_abort", index);
        sleep_ms(rule.stall);
        let (known, busy) = self.with(|state| {
            let before = state.queues.len();
            state
                .queues
                .retain(|queue| queue.handle != handle || queue.index != index);
            let same = |queue: &HardwareQueue| queue.index == index;
            // Another association may have a queue of this index.
            let last = !state.queues.iter().any(same);
            let busy = last && state.exchanges.iter().any(|taken| taken.queue == index);
            (state.queues.len() < before, busy)
        });
        require!(known, "delete_queue of no queue", index);
        require!(!busy, "delete_queue with exchanges in flight", index);
        ACCOUNTING.close(Account::Queues);
    }
}
