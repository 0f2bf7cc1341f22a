// SPDX-License-Identifier: GPL-2.0

//! Queues that take turns with a connection, while hardware contexts are mapped
//! anew.
//!
//! For that the block layer's queues must be frozen, and they freeze when no
//! request is left. But requests wait in contexts whose queue is not to be made
//! any more, or cannot be before contexts are mapped anew. They have tags, and so
//! command identifiers, of their own context, which those of another may have as
//! well: no two contexts can use one connection at once. They do so one after the
//! other. A queue that is in service hands its connection over when nothing of it
//! is in flight, and gets it back in the end.
//!
//! All of this happens while the controller connects, and costs commands of one
//! that is in service nothing: a queue with a connection does not know whose it
//! was.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc,
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

use crate::{
    ctrl::{
        Ctrl,
        ABORT_WORK, //
    },
    io::queue::Queue,
    shared::{
        fc::host_template::HostTemplate,
        proto::contexts,
        support::{
            ratelimit::jiffies,
            work, //
        }, //
    }, //
};

/// Milliseconds from one look at what is in flight to the next: as long as a
/// turn lasts at least. The block layer tries a request again after 3 ms.
const LOOK_MILLISECONDS: i64 = 10;

/// Turns at the connections of a controller's queues.
pub(super) struct Lending<'a> {
    /// The controller.
    ctrl: &'a Arc<Ctrl>,
    /// The LLDD's operations.
    ops: &'a HostTemplate,
    /// Contexts that there were.
    before: u32,
    /// Those of them that have a connection to lend, in order.
    carriers: KVec<u32>,
}

impl<'a> Lending<'a> {
    /// Finds who carries for whom when `before` contexts become `granted`, and
    /// readies the queues that are to be carried. Context: may sleep; no I/O
    /// queue is live.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`, `ENODEV`.
    pub(super) fn new(
        ctrl: &'a Arc<Ctrl>,
        ops: &'a HostTemplate,
        before: u32,
        granted: u32,
    ) -> Result<Self> {
        let mut carriers = KVec::new();
        for context in 0..before.min(granted) {
            if ctrl.io_set().is_in_use(context) {
                carriers.push(context, GFP_KERNEL)?;
            }
        }
        let this = Self {
            ctrl,
            ops,
            before,
            carriers,
        };
        for context in 0..before {
            if contexts::carrier(context, &this.carriers).is_some_and(|by| by != context) {
                let port = ctrl.in_use().lock();
                this.queue(context)?
                    .map_exchanges(port.as_ref().ok_or(ENODEV)?)?;
            }
        }
        Ok(this)
    }

    /// The contexts whose queues are to be connected at once.
    pub(super) fn carriers(&self) -> impl Iterator<Item = u32> + '_ {
        self.carriers.iter().copied()
    }

    /// A context's own queue.
    fn queue(&self, context: u32) -> Result<&'a Queue<Ctrl>> {
        let index = u16::try_from(context.saturating_add(1))?;
        self.ctrl.queue(index).ok_or(EINVAL)
    }

    /// Lets queues take turns until all namespaces are frozen; says whether they
    /// were, in the time that I/O may take. All connections are back with their
    /// queues then. Context: may sleep; the carriers are live, I/O queues are not
    /// quiesced, and a freeze was begun.
    pub(super) fn until_frozen(&self) -> bool {
        self.take_turns().is_ok()
    }

    /// See [`Lending::until_frozen`].
    fn take_turns(&self) -> Result {
        let nvme = self.ctrl.nvme();
        let end = jiffies().wrapping_add(u64::from(nvme.io_timeout()));
        // Who has each carrier's connection.
        let mut holders = KVec::new();
        holders.extend_from_slice(&self.carriers, GFP_KERNEL)?;

        while !nvme.is_frozen() {
            self.pause(end)?;
            if self.is_busy() {
                continue;
            }
            // Waits for submissions under way; none follows.
            nvme.quiesce_io();
            while self.is_busy() {
                self.pause(end)?;
            }
            self.end_aborts()?;
            for holder in holders.iter_mut() {
                let next = contexts::next_in_turn(*holder, self.before, &self.carriers);
                self.hand_over(holder, next)?;
            }
            // Tries all that waits.
            nvme.unquiesce_io();
        }
        // A namespace that is about to go is in no list, and not frozen: nothing of it may be in
        // flight either.
        nvme.quiesce_io();
        while self.is_busy() {
            self.pause(end)?;
        }
        self.end_aborts()?;
        for (holder, carrier) in holders.iter_mut().zip(self.carriers()) {
            self.hand_over(holder, carrier)?;
        }
        nvme.unquiesce_io();
        Ok(())
    }

    /// Waits for a moment.
    ///
    /// # Errors
    ///
    /// `ETIMEDOUT`, `EIO`: it is not worth while to go on.
    fn pause(&self, end: u64) -> Result {
        fsleep(Delta::from_millis(LOOK_MILLISECONDS));
        if jiffies().wrapping_sub(end) < u64::MAX / 2 {
            return Err(ETIMEDOUT);
        }
        self.still_good()
    }

    /// `EIO` once the association cannot be used any more.
    fn still_good(&self) -> Result {
        if self.ctrl.has_failed() {
            return Err(EIO);
        }
        Ok(())
    }

    /// Whether an exchange of an I/O request is with the LLDD.
    fn is_busy(&self) -> bool {
        let mut busy = false;
        self.ctrl
            .io_set()
            .for_each_started(|request| busy |= !request.data().state().is_idle());
        busy
    }

    /// Waits for all who may be in the LLDD's `fcp_abort`, for an exchange that
    /// has come back meanwhile. Context: may sleep; nothing is in flight, so nobody
    /// begins to.
    ///
    /// # Errors
    ///
    /// `EIO`: the work item that aborts was to run.
    fn end_aborts(&self) -> Result {
        self.ctrl.nvme().sync_io();
        self.ctrl.nvme().sync_connect();
        work::cancel_sync::<Ctrl, ABORT_WORK>(self.ctrl);
        self.still_good()
    }

    /// Hands a connection over to the queue of context `next`. Context: may sleep;
    /// nothing is in flight, submitted or about to be aborted.
    fn hand_over(&self, holder: &mut u32, next: u32) -> Result {
        if *holder != next {
            self.queue(*holder)?
                .hand_over(self.queue(next)?, self.ops, self.ctrl.remote());
            *holder = next;
        }
        Ok(())
    }
}
