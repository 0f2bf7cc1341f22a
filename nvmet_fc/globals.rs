// SPDX-License-Identifier: GPL-2.0

//! The workqueues that work of this module runs on.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use core::ptr;

use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
    workqueue::Queue, //
};

use crate::{
    abi,
    shared::support::workqueue::OwnedQueue, //
};

/// The queue of [`Globals`], while there is one.
static OWN_QUEUE: Atomic<*mut abi::workqueue_struct> = Atomic::new(ptr::null_mut());

/// The other queue of [`Globals`], while there is one.
static START_QUEUE: Atomic<*mut abi::workqueue_struct> = Atomic::new(ptr::null_mut());
/// [`Globals::new`] was called.
static MADE: Atomic<bool> = Atomic::new(false);

/// What the module owns; made before anything can be called, and dropped after
/// nothing can be called any more.
pub(crate) struct Globals {
    /// Works that must not wait for nvmet's.
    _queue: OwnedQueue,
    /// Commands that were deferred, each of which may block in its backend.
    _start_queue: OwnedQueue,
}

impl Globals {
    /// Makes the queues usable: the first thing that the module's
    /// `init` does. What it gives is dropped last, by the module's exit.
    /// Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EBUSY` on a second call.
    pub(crate) fn new() -> Result<Self> {
        if MADE.xchg(true, Relaxed) {
            return Err(EBUSY);
        }
        let queue = OwnedQueue::new(c"nvmet-fc")?;
        let start_queue = OwnedQueue::new(c"nvmet-fc-start")?;
        // Relaxed: whoever calls this module has found it by a lock of nvmet's or of
        // the module loader's, which was taken after this.
        OWN_QUEUE.store(queue.as_raw(), Relaxed);
        START_QUEUE.store(start_queue.as_raw(), Relaxed);
        Ok(Self {
            _queue: queue,
            _start_queue: start_queue,
        })
    }
}

/// This module's own workqueue.
pub(crate) fn own_queue() -> &'static Queue {
    // SAFETY: It was made before anything of this module could run, and goes
    // after everything has.
    unsafe { Queue::from_raw(OWN_QUEUE.load(Relaxed)) }
}

/// This module's queue for commands that were deferred.
pub(crate) fn start_queue() -> &'static Queue {
    // SAFETY: As for the other one.
    unsafe { Queue::from_raw(START_QUEUE.load(Relaxed)) }
}
