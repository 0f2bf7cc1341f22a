// SPDX-License-Identifier: GPL-2.0

//! Workqueues of a module's own; the kernel crate has only the kernel's.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use core::ptr::NonNull;

use kernel::prelude::*;

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
    /// The C object, which lives as long as this.
    pub(crate) fn as_raw(&self) -> *mut abi::workqueue_struct {
        self.raw.as_ptr()
    }

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
