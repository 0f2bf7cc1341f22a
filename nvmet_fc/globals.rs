// SPDX-License-Identifier: GPL-2.0

//! The workqueues that work of this module runs on.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    workqueue::Queue, //
};

use crate::shared::support::workqueue::{
    ModuleQueue,
    OwnedQueue, //
};

/// Works that must not wait for nvmet's.
static OWN_QUEUE: ModuleQueue = ModuleQueue::new();
/// Commands that were deferred, each of which may block in its backend.
static START_QUEUE: ModuleQueue = ModuleQueue::new();

/// What the module owns; made before anything can be called, and dropped after
/// nothing can be called any more.
pub(crate) struct Globals {
    /// This module's own.
    _queue: OwnedQueue,
    /// That for deferred commands.
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
        Ok(Self {
            _queue: OWN_QUEUE.make(c"nvmet-fc")?,
            _start_queue: START_QUEUE.make(c"nvmet-fc-start")?,
        })
    }
}

/// This module's own workqueue.
pub(crate) fn own_queue() -> &'static Queue {
    OWN_QUEUE.get()
}

/// This module's queue for commands that were deferred.
pub(crate) fn start_queue() -> &'static Queue {
    START_QUEUE.get()
}
