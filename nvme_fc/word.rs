// SPDX-License-Identifier: GPL-2.0

//! One machine word that is read while it may be written.
//!
//! `READ_ONCE()` and `WRITE_ONCE()`, inlined: the data path reads such words
//! several times an I/O, and the kernel crate's atomics are function calls.
//!
//! Words are ordered among themselves, and nothing else is by them: the compiler
//! keeps volatile accesses in their order, and so does x86-64, on which alone
//! these modules are built, but for a store before a load of another word. So a
//! word may say that other words are set (a queue is live, its connection is
//! there). What says that other memory is ready, and what two sides set and
//! then look at, is an `Atomic`, with `Acquire` and `Release` or `Full`.

use core::{
    cell::UnsafeCell,
    mem::size_of, //
};

/// A word (integer, pointer or optional function pointer) of at most 8 bytes.
pub(crate) struct Word<T: Copy>(UnsafeCell<T>);

// SAFETY: A word is copied in and out whole; what it points to is the
// business of whoever uses the copy.
unsafe impl<T: Copy> Send for Word<T> {}
// SAFETY: As above; aligned accesses of at most a machine word do not tear.
unsafe impl<T: Copy> Sync for Word<T> {}

impl<T: Copy> Word<T> {
    /// Larger values could be read half old, half new.
    const FITS: () = assert!(size_of::<T>() <= size_of::<usize>());

    /// A word that holds `value`.
    pub(crate) const fn new(value: T) -> Self {
        () = Self::FITS;
        Self(UnsafeCell::new(value))
    }

    /// The value now. Context: any.
    #[inline(always)]
    pub(crate) fn get(&self) -> T {
        // SAFETY: The cell is valid and aligned, and always holds a `T`.
        unsafe { self.0.get().read_volatile() }
    }

    /// Changes the value. Context: any; writers agree among themselves.
    #[inline(always)]
    pub(crate) fn set(&self, value: T) {
        // SAFETY: The cell is valid and aligned.
        unsafe { self.0.get().write_volatile(value) }
    }
}
