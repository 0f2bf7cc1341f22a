// SPDX-License-Identifier: GPL-2.0

//! Threads for what ends later.

use kernel::workqueue::Queue;

use crate::abi;

/// A queue that starts each item at once, on any processor. (The one that the
/// kernel crate has for that is out of use.)
pub(super) fn threads() -> &'static Queue {
    // SAFETY: Made as the kernel starts, and never changed.
    unsafe { Queue::from_raw(abi::system_dfl_wq) }
}
