// SPDX-License-Identifier: GPL-2.0

//! How long an LLDD has a link service that was sent, and what follows.

#![deny(unsafe_code)]

use kernel::{
    sync::Arc,
    workqueue::WorkItem, //
};

use super::{
    LsRequest,
    LsSender,
    SentLs,
    SHORTEN_WORK,
    TIMEOUT_WORK, //
};
use crate::shared::{
    proto::ls::exchange::{
        Action,
        Event, //
    },
    support::work, //
};

impl<T: LsSender> LsRequest<T> {
    /// Says that it is to be aborted, and that the caller will see to that: whoever waits
    /// for it need not any longer. Context: any.
    pub(crate) fn mark_for_abort(&self) {
        self.on(Event::Mark);
    }

    /// Asks the LLDD to end it, now or once it was sent. Context: may sleep.
    pub(crate) fn abort(self: &Arc<Self>) {
        if self.on(Event::Abort) == Action::CallAbort {
            self.call_abort();
        }
        self.await_abort();
    }

    /// Calls `ls_abort`, unless it is over. Context: may sleep.
    pub(super) fn call_abort(&self) {
        self.memory.while_in_use(|in_use| {
            if !self.state().is_done() {
                // INVARIANT: It was sent, and is alive through `self`.
                self.sender.ls_abort(in_use, SentLs(&self.request));
            }
        });
    }

    /// Gives the LLDD time to end it, after it was told to, unless somebody waits for
    /// that. Context: may sleep.
    pub(super) fn await_abort(self: &Arc<Self>) {
        if !self.state().is_unattended() {
            return;
        }
        match self.while_in_use(|in_use| self.sender.abort_timeout(in_use)) {
            Some(Some(jiffies)) => self.set_timeout(jiffies),
            Some(None) => {
                if self.on(Event::GiveUp) == Action::GiveUp {
                    self.give_up();
                }
            }
            None => {}
        }
    }

    /// Starts its time, or starts that anew. Context: any.
    pub(crate) fn set_timeout(self: &Arc<Self>, jiffies: usize) {
        work::mod_delayed::<_, { TIMEOUT_WORK }>(T::timeout_queue(), self.clone(), jiffies);
        // It may be over or given up by now, and whoever did that have been here: no
        // timer may outlast the port. Not to be waited for: this may be the timer's
        // own work item.
        let state = self.state();
        if state.is_done() || state.is_lost() {
            work::cancel_delayed::<_, { TIMEOUT_WORK }>(self);
        }
    }

    /// Stops its time, and waits for what its end has begun. That cannot start it anew
    /// meanwhile. Context: may sleep; not from within the timer's own work item.
    pub(crate) fn stop_timeout(self: &Arc<Self>) {
        work::cancel_delayed_sync::<_, { TIMEOUT_WORK }>(self);
    }

    /// Has [`LsSender::shorten`] called. Context: any.
    pub(crate) fn queue_shorten(self: Arc<Self>) {
        drop(T::timeout_queue().enqueue::<_, { SHORTEN_WORK }>(self));
    }

    /// Its time is at an end: aborts it, then gives it up. Context: may sleep; a work
    /// item.
    fn timed_out(self: &Arc<Self>) {
        match self.on(Event::Timeout) {
            Action::GiveUp => self.give_up(),
            Action::CallAbort => {
                self.call_abort();
                self.await_abort();
            }
            // The other work item has it; or `send`, which aborts it when it is sent.
            _ => {}
        }
    }

    /// Gives up the port, but not the memory, which is the LLDD's still. Context: may
    /// sleep.
    pub(super) fn give_up(self: &Arc<Self>) {
        let in_use = self.memory.give_up(T::UNMAPS_LOST);
        // Whoever starts the timer after this sees that it was given up.
        work::cancel_delayed::<_, { TIMEOUT_WORK }>(self);
        if let Some(in_use) = in_use {
            T::lost(self, in_use);
        }
    }
}

impl<T: LsSender> WorkItem<{ TIMEOUT_WORK }> for LsRequest<T> {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.timed_out();
    }
}

impl<T: LsSender> WorkItem<{ SHORTEN_WORK }> for LsRequest<T> {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        T::shorten(&this);
    }
}
