// SPDX-License-Identifier: GPL-2.0

//! The work items of this module: which object has which, what runs it, and on
//! which queue.

#![deny(unsafe_code)]

use kernel::{
    impl_has_work,
    sync::{
        rcu::synchronize_rcu,
        Arc, //
    },
    time::msecs_to_jiffies,
    workqueue::{
        impl_has_delayed_work,
        WorkItem, //
    }, //
};

use crate::{
    association::Association,
    globals,
    ls::disconnect::SentDisconnect,
    queue::{
        deferred,
        Queue, //
    },
    tgtport::{
        ls,
        register,
        TargetPort, //
    }, //
};

/// Processes received link services.
pub(crate) const LS: u64 = 0;
/// Ends the object.
pub(crate) const DELETE: u64 = 1;
/// Starts commands that were deferred.
pub(crate) const START: u64 = 2;
/// Frees the object.
pub(crate) const RELEASE: u64 = 3;
/// Looks at an association.
pub(crate) const WATCH: u64 = 4;

/// Aborts a link service that is not answered.
pub(crate) const PATIENCE: u64 = 5;
/// Shortens the time until then.
pub(crate) const HURRY: u64 = 6;

/// Tells an LLDD that the discovery log changed.
pub(crate) const EVENT: u64 = 7;

/// How often an association is looked at, milliseconds.
pub(crate) const LOOK_MSECS: u32 = 10_000;

impl_has_work! {
    impl HasWork<Self, { LS }> for TargetPort { self.ls_work }
    impl HasWork<Self, { DELETE }> for TargetPort { self.delete_work }
    impl HasWork<Self, { DELETE }> for Association { self.delete_work }
    impl HasWork<Self, { START }> for Queue { self.start_work }
    impl HasWork<Self, { RELEASE }> for Queue { self.release_work }
    impl HasWork<Self, { RELEASE }> for SentDisconnect { self.release_work }
    impl HasWork<Self, { HURRY }> for SentDisconnect { self.hurry_work }
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self, { EVENT }> for TargetPort { self.event_work }
    impl HasDelayedWork<Self, { WATCH }> for Association { self.watch_work }
    impl HasDelayedWork<Self, { PATIENCE }> for SentDisconnect { self.patience_work }
}

impl WorkItem<{ LS }> for TargetPort {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        ls::process(&this);
    }
}

impl WorkItem<{ DELETE }> for TargetPort {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        register::deliver_delete(&this);
    }
}

impl WorkItem<{ EVENT }> for TargetPort {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        register::late_discovery_event(&this);
    }
}

impl WorkItem<{ DELETE }> for Association {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.delete();
    }
}

impl WorkItem<{ WATCH }> for Association {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.look();
    }
}

impl WorkItem<{ START }> for Queue {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        deferred::start_all(&this);
        Self::put(this);
    }
}

impl WorkItem<{ RELEASE }> for Queue {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        synchronize_rcu();
        if let Some(queue) = Arc::into_unique_or_drop(this) {
            Self::free(queue);
        }
    }
}

impl WorkItem<{ RELEASE }> for SentDisconnect {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.over();
    }
}

impl WorkItem<{ PATIENCE }> for SentDisconnect {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.out_of_patience();
    }
}

impl WorkItem<{ HURRY }> for SentDisconnect {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.hurry();
    }
}

/// Has link services processed. On nvmet's queue, which LLDDs flush.
pub(crate) fn queue_ls(port: Arc<TargetPort>) {
    drop(globals::nvmet_queue().enqueue::<_, { LS }>(port));
}

/// Has `targetport_delete` delivered; `port` is the LLDD's reference.
pub(crate) fn queue_port_delete(port: Arc<TargetPort>) {
    drop(globals::own_queue().enqueue::<_, { DELETE }>(port));
}

/// Has an association ended. On nvmet's queue, which nvmet flushes before it
/// frees an nvmet port.
pub(crate) fn queue_delete(association: Arc<Association>) {
    drop(globals::nvmet_queue().enqueue::<_, { DELETE }>(association));
}

/// Has an association looked at after a while.
pub(crate) fn queue_watch(association: Arc<Association>) {
    drop(
        globals::own_queue()
            .enqueue_delayed::<_, { WATCH }>(association, msecs_to_jiffies(LOOK_MSECS)),
    );
}

/// Has an LLDD told, after a time, that the discovery log changed.
pub(crate) fn queue_event(port: Arc<TargetPort>, msecs: u32) {
    drop(globals::own_queue().enqueue_delayed::<_, { EVENT }>(port, msecs_to_jiffies(msecs)));
}

/// Has deferred commands started.
pub(crate) fn queue_start(queue: Arc<Queue>) {
    if let Err(queue) = globals::start_queue().enqueue::<_, { START }>(queue) {
        Queue::put(queue);
    }
}

/// Has a queue freed.
pub(crate) fn queue_release(queue: Arc<Queue>) {
    drop(globals::nvmet_queue().enqueue::<_, { RELEASE }>(queue));
}

/// Has a link service that was sent cleaned up.
pub(crate) fn queue_sent(sent: Arc<SentDisconnect>) {
    drop(globals::nvmet_queue().enqueue::<_, { RELEASE }>(sent));
}

/// Has a link service that was sent looked at after a time. On this module's
/// own queue: what LLDDs flush nvmet's for does not wait for their aborts.
pub(crate) fn queue_patience(sent: Arc<SentDisconnect>, msecs: u32) {
    drop(globals::own_queue().enqueue_delayed::<_, { PATIENCE }>(sent, msecs_to_jiffies(msecs)));
}

/// Has that time shortened.
pub(crate) fn queue_hurry(sent: Arc<SentDisconnect>) {
    drop(globals::own_queue().enqueue::<_, { HURRY }>(sent));
}
