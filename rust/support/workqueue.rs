// SPDX-License-Identifier: GPL-2.0

//! Workqueues of a module's own; the kernel crate has only the kernel's.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use core::ptr::{
    self,
    NonNull, //
};

use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
    workqueue::{
        self,
        Queue, //
    }, //
};

use crate::abi;

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

/// A workqueue that all of a module may name.
///
/// # Invariants
///
/// Null, or a workqueue of an [`OwnedQueue`] that the module drops when nothing of it
/// can run any more.
pub(crate) struct ModuleQueue(Atomic<*mut abi::workqueue_struct>);

impl ModuleQueue {
    /// One that is not there yet.
    pub(crate) const fn new() -> Self {
        Self(Atomic::new(ptr::null_mut()))
    }

    /// Makes it, once, before anything can be called that uses it. The module drops
    /// what this gives at its exit, when nothing can be called any more, and not
    /// before. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EBUSY` on a second call.
    pub(crate) fn make(&'static self, name: &'static CStr) -> Result<OwnedQueue> {
        let queue = OwnedQueue::new(name)?;
        // INVARIANT: As this function asks for. Relaxed: whoever calls the module has
        // found it by a lock that was taken after this.
        self.0
            .cmpxchg(ptr::null_mut(), queue.raw.as_ptr(), Relaxed)
            .map_err(|_| EBUSY)?;
        Ok(queue)
    }

    /// The queue; the kernel's, if it was not made. Context: any.
    pub(crate) fn get(&'static self) -> &'static Queue {
        let raw = self.0.load(Relaxed);
        if raw.is_null() {
            return workqueue::system_unbound();
        }
        // SAFETY: By the invariant it is there.
        unsafe { Queue::from_raw(raw) }
    }
}
