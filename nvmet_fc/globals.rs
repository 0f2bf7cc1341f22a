// SPDX-License-Identifier: GPL-2.0

//! What exists once in the module: the registry's lock, the workqueues, the
//! numbers of target ports.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use core::ptr::{
    self,
    NonNull, //
};

use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        global_lock, //
    },
    workqueue::Queue, //
};

use crate::{
    abi,
    ls::sent_list::Sent,
    tgtport::registry::Registry, //
};

global_lock! {
    // SAFETY: `init` initialises it before the module registers anything or
    // any of its symbols can be called.
    /// All target ports and all bindings to nvmet ports.
    ///
    /// Taken under nvmet's configuration semaphore or under a subsystem's lock;
    /// nothing is called out to while it is held.
    pub(crate) unsafe(uninit) static REGISTRY: Mutex<Registry> = Registry::new();
}

global_lock! {
    // SAFETY: As above.
    /// Link services that LLDDs were given. Nothing is called out to, and no
    /// other lock taken, while it is held.
    pub(crate) unsafe(uninit) static SENT: Mutex<Sent> = Sent::new();
}

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
    /// Makes the locks and queues usable: the first thing that the module's
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
        // SAFETY: Once, by the exchange above, and before anything of this
        // module can be called.
        unsafe { REGISTRY.init() };
        // SAFETY: As above.
        unsafe { SENT.init() };
        let queue = OwnedQueue::new(c"nvmet-fc")?;
        let start_queue = OwnedQueue::new(c"nvmet-fc-start")?;
        // Relaxed: whoever calls this module has found it by a lock of nvmet's or of
        // the module loader's, which was taken after this.
        OWN_QUEUE.store(queue.raw.as_ptr(), Relaxed);
        START_QUEUE.store(start_queue.raw.as_ptr(), Relaxed);
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

/// nvmet's own workqueue.
///
/// Associations end on it, because nvmet flushes it before it frees an nvmet
/// port; LLDDs rely on a flush of it as well.
pub(crate) fn nvmet_queue() -> &'static Queue {
    // SAFETY: nvmet, which this module depends on, creates the queue at load
    // and destroys it at unload.
    unsafe { Queue::from_raw(abi::nvmet_wq) }
}

/// A workqueue of this module.
///
/// # Invariants
///
/// `raw` is a workqueue that this value alone destroys.
pub(crate) struct OwnedQueue {
    /// The C object.
    raw: NonNull<abi::workqueue_struct>,
}

// SAFETY: A workqueue may be used and destroyed from any thread.
unsafe impl Send for OwnedQueue {}
// SAFETY: A workqueue does its own locking.
unsafe impl Sync for OwnedQueue {}

impl OwnedQueue {
    /// Creates an unbound queue that makes progress under memory pressure.
    /// Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(name: &'static CStr) -> Result<Self> {
        // SAFETY: The format takes one string, which is the one given.
        let raw = unsafe {
            abi::alloc_workqueue_noprof(
                c"%s".as_char_ptr(),
                abi::wq_flags_WQ_UNBOUND | abi::wq_flags_WQ_MEM_RECLAIM,
                0,
                name.as_char_ptr(),
            )
        };
        // INVARIANT: Just created.
        Ok(Self {
            raw: NonNull::new(raw).ok_or(ENOMEM)?,
        })
    }
}

impl Drop for OwnedQueue {
    fn drop(&mut self) {
        // SAFETY: By the invariant nobody else destroys it; it runs out first.
        unsafe { abi::destroy_workqueue(self.raw.as_ptr()) };
    }
}
