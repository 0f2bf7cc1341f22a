// SPDX-License-Identifier: GPL-2.0

//! How long an LLDD has a Disconnect Association that was sent, and what follows.

use kernel::{
    prelude::*,
    sync::{
        atomic::Relaxed,
        Arc, //
    },
    time::msecs_to_jiffies,
    workqueue::WorkItem, //
};

use super::{
    Progress,
    SentDisconnect,
    HURRY_WORK,
    PATIENCE_WORK,
    RELEASE_WORK, //
};
use crate::{
    globals,
    nvmet::port::nvmet_wq,
    shared::support::{
        ratelimit::ratelimited,
        work, //
    }, //
};

/// When one is aborted once the port goes away, milliseconds.
const HURRY_MSECS: u32 = 1_000;
/// The same if nothing is mapped for a device: time for an answer that is on its
/// way already.
const HURRY_UNMAPPED_MSECS: u32 = 200;
/// How long the LLDD has it after the abort, milliseconds: R_A_TOV, after which
/// nothing of the exchange is in the fabric any more, and some.
const ABORT_MSECS: u32 = 12_000;

impl WorkItem<{ PATIENCE_WORK }> for SentDisconnect {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.out_of_patience();
    }
}

impl WorkItem<{ HURRY_WORK }> for SentDisconnect {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.hurry();
    }
}

impl WorkItem<{ RELEASE_WORK }> for SentDisconnect {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.over();
    }
}

impl SentDisconnect {
    /// Queues the work that shortens its time. Context: any.
    pub(crate) fn queue_hurry(self: Arc<Self>) {
        drop(globals::own_queue().enqueue::<_, { HURRY_WORK }>(self));
    }

    /// Queues the work that cleans up after `done`. Context: any.
    pub(super) fn queue_release(self: Arc<Self>) {
        drop(nvmet_wq().enqueue::<_, { RELEASE_WORK }>(self));
    }

    /// Stops the timer, and waits for what it has begun. Context: may sleep.
    pub(super) fn disarm(self: &Arc<Self>) {
        work::cancel_delayed_sync::<_, { PATIENCE_WORK }>(self);
    }

    /// Cleans up after `done`. Context: may sleep; a work item.
    fn over(self: Arc<Self>) {
        work::cancel_delayed_sync::<_, { PATIENCE_WORK }>(&self);
        self.forget();
    }

    /// Starts the timer. Context: any; nothing is freed here.
    pub(super) fn arm(self: &Arc<Self>, msecs: u32) {
        // On this module's own queue: what LLDDs flush nvmet's for does not wait
        // for their aborts.
        let jiffies = msecs_to_jiffies(msecs);
        drop(globals::own_queue().enqueue_delayed::<_, { PATIENCE_WORK }>(self.clone(), jiffies));
    }

    /// The port goes: gives the LLDD less time. Context: may sleep; a work item.
    fn hurry(self: Arc<Self>) {
        if !work::cancel_delayed_sync::<_, { PATIENCE_WORK }>(&self) {
            // It is over, or is being aborted just now.
            return;
        }
        let guard = self.users.lock();
        let Some(users) = guard.as_ref() else {
            return;
        };
        let msecs = match (users.progress, users.may_leave()) {
            (Progress::Aborted, false) => ABORT_MSECS,
            (Progress::Aborted, true) => 0,
            (Progress::New | Progress::Sent, false) => HURRY_MSECS,
            (Progress::New | Progress::Sent, true) => HURRY_UNMAPPED_MSECS,
        };
        drop(guard);
        self.arm(msecs);
        self.disarm_if_done();
    }

    /// `done` may have come meanwhile, and its work item have been here.
    fn disarm_if_done(self: &Arc<Self>) {
        if self.done.load(Relaxed) {
            work::cancel_delayed_sync::<_, { PATIENCE_WORK }>(self);
        }
    }

    /// Patience is at its end: aborts it, and gives it up when that has no effect
    /// either. Context: may sleep; a work item.
    fn out_of_patience(self: Arc<Self>) {
        let mut guard = self.users.lock();
        let Some(users) = (*guard).as_mut().filter(|_| !self.done.load(Relaxed)) else {
            // The other work item has it.
            return;
        };
        if users.progress == Progress::Sent {
            users.progress = Progress::Aborted;
            ratelimited!(pr_warn!(
                "{{{}:{}}}: Disconnect Association not answered, aborting it, port 0x{:016x}\n",
                users.port.number,
                self.number,
                users.port.port_name
            ));
            // SAFETY: `host` keeps the handle from being released, and the LLDD
            // has had the request.
            unsafe {
                users
                    .port
                    .lldd
                    .ls_abort(users.host.handle(), self.request.get())
            };
            if self.done.load(Relaxed) {
                return;
            }
            if !users.may_leave() {
                drop(guard);
                // From within the item: it cannot be armed while it is cancelled.
                self.arm(ABORT_MSECS);
                return;
            }
        }
        ratelimited!(pr_err!(
            "{{{}:{}}}: the LLDD lost a Disconnect Association, keeping its memory, port 0x{:016x}\n",
            users.port.number,
            self.number,
            users.port.port_name
        ));
        self.lost.store(true, Relaxed);
        let users = guard.take();
        drop(guard);
        drop(users);
    }
}
