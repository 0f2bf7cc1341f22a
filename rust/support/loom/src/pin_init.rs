// SPDX-License-Identifier: GPL-2.0

//! The crate of that name.

use crate::prelude::PinInit;

/// Has an initialiser that cannot fail make the value in its place.
///
/// # Safety
///
/// `slot` is memory for one, which is the caller's.
pub(crate) unsafe fn raw_init<T>(slot: *mut T, init: impl PinInit<T>) {
    let Ok(value) = init.make();
    // SAFETY: By this function's contract.
    unsafe { slot.write(value) };
}
