// SPDX-License-Identifier: GPL-2.0

//! What context the caller runs in.

use crate::shim;

/// Whether this is a hard IRQ. Context: any.
pub(crate) fn in_hardirq() -> bool {
    // SAFETY: Reads the processor's own counters.
    unsafe { shim::in_hardirq() }
}

/// Whether the caller may sleep, as far as the kernel can tell. Context: any.
pub(crate) fn may_sleep() -> bool {
    // SAFETY: Reads the processor's own counters.
    unsafe { shim::preemptible() }
}
