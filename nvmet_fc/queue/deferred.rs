// SPDX-License-Identifier: GPL-2.0

//! Starting commands that waited for a slot: a work item for each, as one that
//! blocks in its backend, or in the LLDD, must not keep the others.

#![deny(unsafe_code)]

use kernel::{
    alloc::flags::GFP_NOWAIT,
    impl_has_work,
    new_work,
    prelude::*,
    sync::Arc,
    workqueue::{
        Work,
        WorkItem, //
    }, //
};

use crate::{
    globals,
    queue::{
        command,
        Queue,
        START_WORK, //
    },
    trace, //
};

/// Starts one command of the queue, whichever is first by then.
#[pin_data]
struct Start {
    /// The queue.
    queue: Arc<Queue>,
    /// The item.
    #[pin]
    work: Work<Self>,
}

impl_has_work! {
    impl HasWork<Self> for Start { self.work }
}

impl WorkItem for Start {
    type Pointer = Pin<KBox<Self>>;

    fn run(this: Pin<KBox<Self>>) {
        let queue = this.queue.clone();
        // Not the last reference: `queue` is one.
        drop(this);
        start_one(queue);
    }
}

impl Queue {
    /// Queues the work that starts deferred commands. Context: any.
    pub(super) fn queue_start(self: Arc<Self>) {
        if let Err(queue) = globals::start_queue().enqueue::<_, { START_WORK }>(self) {
            Self::put(queue);
        }
    }
}

impl WorkItem<{ START_WORK }> for Queue {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        start_all(&this);
        Self::put(this);
    }
}

/// Starts every command that has a slot by now. Context: may sleep; the queue's
/// work item.
fn start_all(queue: &Arc<Queue>) {
    for _ in 0..queue.ready() {
        let start = KBox::pin_init(
            pin_init!(Start {
                queue: queue.clone(),
                work <- new_work!("nvmet_fc::start_one"),
            }),
            GFP_NOWAIT,
        );
        match start {
            Ok(start) => globals::start_queue().enqueue(start),
            // One after the other, then.
            Err(_) => start_one(queue.clone()),
        }
    }
}

/// Starts a command that was deferred, if there is one. Context: may sleep.
fn start_one(queue: Arc<Queue>) {
    if let Some((mut exchange, submission)) = queue.next_ready() {
        exchange.resume();
        trace::cmd_undefer(|| exchange.identified().into());
        command::start_checked(exchange);
        drop(submission);
    }
    Queue::put(queue);
}
