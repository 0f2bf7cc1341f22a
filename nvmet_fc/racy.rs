// SPDX-License-Identifier: GPL-2.0

//! A number that one thread at a time writes, and anybody may read.

use core::{
    cell::UnsafeCell,
    ptr, //
};

/// One word, read and written as the kernel's READ_ONCE and WRITE_ONCE do it: a
/// reader gets the value of some moment.
pub(crate) struct Racy(UnsafeCell<u32>);

// SAFETY: All accesses are of one aligned word, and not torn.
unsafe impl Sync for Racy {}

impl Racy {
    /// A number.
    pub(crate) const fn new(value: u32) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// What it was a moment ago.
    #[inline(always)]
    pub(crate) fn get(&self) -> u32 {
        // SAFETY: The word is this value's.
        unsafe { ptr::read_volatile(self.0.get()) }
    }

    /// Sets it. The caller keeps other writers away.
    #[inline(always)]
    pub(crate) fn set(&self, value: u32) {
        // SAFETY: The word is this value's.
        unsafe { ptr::write_volatile(self.0.get(), value) };
    }
}
