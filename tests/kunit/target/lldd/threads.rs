// SPDX-License-Identifier: GPL-2.0

//! Threads for what ends later.

use kernel::workqueue::Queue;

use crate::abi;

/// Waits until what nvmet's queue has to do by now is done, and what that has led
/// to. Context: may sleep.
pub(crate) fn drain_nvmet() {
    for _ in 0..3 {
        // SAFETY: nvmet's queue is there as long as the transport is loaded.
        unsafe { abi::__flush_workqueue(abi::nvmet_wq) };
    }
}

/// A queue that starts each item at once, on any processor. (The one that the
/// kernel crate has for that is out of use.)
pub(super) fn threads() -> &'static Queue {
    // SAFETY: Made as the kernel starts, and never changed.
    unsafe { Queue::from_raw(abi::system_dfl_wq) }
}
