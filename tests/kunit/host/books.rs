// SPDX-License-Identifier: GPL-2.0

//! What was called how often, and the first thing that was wrong.

#![deny(unsafe_code)]

use kernel::{
    new_spinlock,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Full,
            Relaxed, //
        },
        SpinLock, //
    }, //
};

use crate::cases::outcome::{
    failed,
    CaseResult, //
};

/// Something that is counted.
#[derive(Default)]
pub(crate) struct Count(Atomic32);

/// An atomic that begins with 0.
struct Atomic32(Atomic<u32>);

impl Default for Atomic32 {
    fn default() -> Self {
        Self(Atomic::new(0))
    }
}

impl Count {
    /// One more.
    pub(crate) fn add(&self) {
        self.0 .0.fetch_add(1, Full);
    }

    /// One less.
    pub(crate) fn take(&self) {
        self.0 .0.fetch_sub(1, Full);
    }

    /// How many.
    pub(crate) fn get(&self) -> u32 {
        self.0 .0.load(Relaxed)
    }
}

/// Counters.
#[derive(Default)]
pub(crate) struct Counts {
    /// `create_queue` that succeeded.
    pub(crate) queues_made: Count,
    /// `delete_queue`.
    pub(crate) queues_deleted: Count,
    /// Link services taken.
    pub(crate) services: Count,
    /// Link services given back.
    pub(crate) services_done: Count,
    /// Exchanges taken.
    pub(crate) exchanges: Count,
    /// Exchanges given back.
    pub(crate) exchanges_done: Count,
    /// `ls_abort`.
    pub(crate) ls_aborts: Count,
    /// `fcp_abort`.
    pub(crate) fcp_aborts: Count,
    /// Link services that the transport took from the LLDD.
    pub(crate) received: Count,
    /// `xmt_ls_rsp`.
    pub(crate) responses: Count,
    /// Successful registrations of remote ports.
    pub(crate) remotes: Count,
    /// `remoteport_delete`.
    pub(crate) remotes_deleted: Count,
    /// Successful registrations of the local port.
    pub(crate) locals: Count,
    /// `localport_delete`.
    pub(crate) locals_deleted: Count,
    /// `map_queues`.
    pub(crate) maps: Count,
    /// Threads that are to answer.
    pub(crate) threads: Count,
}

/// Something that was wrong.
#[derive(Clone, Copy)]
struct Fault {
    /// Where it was seen.
    line: u32,
    /// What.
    what: &'static str,
    /// A number that says more.
    value: u64,
}

/// The books of an LLDD.
#[pin_data]
pub(crate) struct Books {
    /// Counters.
    pub(crate) counts: Counts,
    /// The first thing that was wrong.
    #[pin]
    fault: SpinLock<Option<Fault>>,
}

impl Books {
    /// Empty books.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            counts: Counts::default(),
            fault <- new_spinlock!(None, "Books::fault"),
        })
    }

    /// Notes that something is wrong, for the case to fail. Context: any but
    /// hard IRQ.
    pub(crate) fn wrong(&self, line: u32, what: &'static str, value: u64) {
        let mut fault = self.fault.lock();
        if fault.is_none() {
            *fault = Some(Fault { line, what, value });
        }
    }

    /// Fails if anything was wrong.
    pub(crate) fn clean(&self) -> CaseResult {
        let fault = *self.fault.lock();
        match fault {
            None => Ok(()),
            Some(Fault { line, what, value }) => Err(failed(
                "tests/kunit/host/lldd.rs",
                line,
                format_args!("{what} ({value:#x})"),
            )),
        }
    }

    /// Fails if anything is left, or came back too often.
    pub(crate) fn balanced(&self) -> CaseResult {
        let counts = &self.counts;
        for (what, taken, given) in [
            ("queues", &counts.queues_made, &counts.queues_deleted),
            ("link services", &counts.services, &counts.services_done),
            ("exchanges", &counts.exchanges, &counts.exchanges_done),
            ("answers", &counts.received, &counts.responses),
            ("remote ports", &counts.remotes, &counts.remotes_deleted),
            ("local ports", &counts.locals, &counts.locals_deleted),
        ] {
            if taken.get() != given.get() {
                return Err(failed(
                    file!(),
                    line!(),
                    format_args!("{what}: {} begun, {} ended", taken.get(), given.get()),
                ));
            }
        }
        self.clean()
    }
}
