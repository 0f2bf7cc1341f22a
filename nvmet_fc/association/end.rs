// SPDX-License-Identifier: GPL-2.0

//! The end of associations: what begins it, its steps, and looks at what it
//! waits for.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Full,
            Relaxed, //
        },
        Arc, //
    },
    time::msecs_to_jiffies,
    workqueue::WorkItem, //
};

use crate::{
    association::{
        queues,
        Association,
        PendingDisconnect,
        DELETE_WORK,
        WATCH_WORK, //
    },
    counts::refusal::Refusal,
    globals,
    ls::disconnect,
    nvmet::port::nvmet_wq,
    port::host::NamedHost,
    queue::unfinished::Unfinished,
    shared::{
        proto::ls::response::{
            self,
            LsResponse, //
        },
        support::{
            ratelimit::ratelimited,
            work, //
        }, //
    },
    trace::AssociationChange, //
};

/// How often an association is looked at, milliseconds.
const LOOK_MSECS: u32 = 10_000;
/// Looks that a host has from Create Association to its Connect: two minutes.
const CONNECT_LOOKS: u32 = 120_000 / LOOK_MSECS;

impl WorkItem<{ DELETE_WORK }> for Association {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.delete();
    }
}

impl WorkItem<{ WATCH_WORK }> for Association {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.look();
    }
}

impl Association {
    /// Schedules its end, unless that was done before. Context: any; nothing
    /// sleeps or is freed here.
    pub(crate) fn schedule_delete(self: &Arc<Self>) {
        if !self.terminating.xchg(true, Full) {
            self.trace(AssociationChange::Ended);
            self.tenancy.leave();
            // On nvmet's queue, which nvmet flushes before it frees an nvmet port.
            drop(nvmet_wq().enqueue::<_, { DELETE_WORK }>(self.clone()));
        }
    }

    /// Queues the next look at it. Context: any.
    pub(crate) fn watch(self: &Arc<Self>) {
        let jiffies = msecs_to_jiffies(LOOK_MSECS);
        drop(globals::own_queue().enqueue_delayed::<_, { WATCH_WORK }>(self.clone(), jiffies));
    }

    /// Looks at it: ends it if its host has not connected the admin queue in time,
    /// ends write data that does not come, and gives memory back that commands do not
    /// use any more; of one that ends, says what it waits for. Context: may sleep;
    /// the work item of that.
    fn look(self: &Arc<Self>) {
        if self.is_terminating() {
            return self.look_at_end();
        }
        let looks = self.looks.fetch_add(1, Relaxed);
        if looks >= CONNECT_LOOKS && self.ctrl().is_none() {
            let why = Refusal::AssociationIdle.counted();
            ratelimited!(
                self.port.services_log,
                pr_info!(
                    "{{{}:{}}}: {}, port 0x{:016x}{}\n",
                    self.port.number,
                    self.number(),
                    why,
                    self.port.port_name,
                    NamedHost::of(self.host())
                )
            );
            self.schedule_delete();
            return;
        }
        queues::for_each(&self.connections, |queue| {
            let ended = queue.end_stale();
            if ended != 0 {
                queue.say_stale(ended);
            }
            queue.give_back_idle();
        });
        self.watch();
    }

    /// Says what keeps its queues, until there are none.
    fn look_at_end(self: &Arc<Self>) {
        queues::for_each(&self.connections, |queue| {
            Unfinished::of(queue).say(&self.port, self.number(), queue.id().queue_id());
        });
        for queue_id in queues::ids(&self.connections) {
            let left = self.connections.lock().left(queue_id);
            if let Some(left) = left {
                left.say(&self.port, self.number(), queue_id);
            }
        }
        self.watch();
        // The last queue may have gone before that, and found nothing to cancel.
        // Full order of the item's queueing and of the count: one of both sees the
        // other.
        if self.remaining.load(Relaxed) == 0 {
            work::cancel_delayed::<_, { WATCH_WORK }>(self);
        }
    }

    /// The delete work: takes the association out of sight, and its queues
    /// from nvmet. Context: a work item of nvmet's queue.
    fn delete(self: Arc<Self>) {
        // First: what is waited for next may take long, and nobody is to be refused for this one.
        let removed = self.carrier.forget(&self);
        work::cancel_delayed_sync::<_, { WATCH_WORK }>(&self);
        // From here on it looks at what all this waits for.
        self.watch();
        queues::shut_down(&self.connections, self.carrier.connections(), removed);
        self.log("deleted");
        queues::free(&self.connections);
        self.count_down();
    }

    /// A queue less, or the delete work is through. The last one ends the
    /// association. Context: may sleep.
    pub(super) fn count_down(self: &Arc<Self>) {
        if self.remaining.fetch_sub(1, Full) != 1 {
            return;
        }
        work::cancel_delayed::<_, { WATCH_WORK }>(self);
        if let (true, Some(host)) = (self.announced.load(Relaxed), &self.host) {
            disconnect::send(&self.port, host, self.id, self.number());
        }
        let pending = core::mem::replace(&mut *self.disconnect.lock(), PendingDisconnect::Over);
        if let PendingDisconnect::Last(ls) = pending {
            ls.answer(&LsResponse::DisconnectAssociation(
                response::disconnect_association(),
            ));
        }
        self.trace(AssociationChange::Freed);
        self.log("freed");
    }
}
