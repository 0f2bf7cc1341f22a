// SPDX-License-Identifier: GPL-2.0

//! One machine word that is read while it may be written.
//!
//! `READ_ONCE()` and `WRITE_ONCE()`, inlined: the data path reads such words
//! several times an I/O, and the kernel crate's atomics are function calls.
//!
//! [`Word::get`] and [`Word::set`] order nothing but themselves. A word that
//! says that other memory is ready is written by [`Word::publish`], after that
//! memory, and read by [`Word::observe`], before it: whoever sees the one sees
//! the other, on any architecture. Each such pair names its partner where it is
//! used. What two sides set and then look at needs a full barrier on both.
//!
//! How it is accessed is [`access`]'s business.

use core::mem::size_of;

use crate::shared::support::access::{
    self,
    Once, //
};

/// A word (integer, pointer or optional function pointer) of at most 8 bytes.
pub(crate) struct Word<T: Plain>(Once<T>);

/// What may be copied from one thread to another.
///
/// # Safety
///
/// A copy may be made and kept in any thread. What it points to is the business
/// of whoever uses the copy, which takes unsafe code.
pub(crate) unsafe trait Plain: Copy {}

// SAFETY: Numbers.
unsafe impl Plain for bool {}
// SAFETY: Numbers.
unsafe impl Plain for u16 {}
// SAFETY: Numbers.
unsafe impl Plain for u32 {}
// SAFETY: Numbers.
unsafe impl Plain for i32 {}
// SAFETY: Numbers.
unsafe impl Plain for u64 {}
// SAFETY: To use it takes unsafe code.
unsafe impl<P> Plain for *mut P {}
// SAFETY: To use it takes unsafe code.
unsafe impl<P> Plain for *const P {}

// SAFETY: A word is copied in and out whole, and may be, by `Plain`.
unsafe impl<T: Plain> Send for Word<T> {}
// SAFETY: Aligned accesses of at most a machine word do not tear.
unsafe impl<T: Plain> Sync for Word<T> {}

impl<T: Plain> Word<T> {
    /// Larger values could be read half old, half new.
    const FITS: () = assert!(size_of::<T>() <= size_of::<usize>());

    /// A word that holds `value`.
    pub(crate) const fn new(value: T) -> Self {
        () = Self::FITS;
        Self(Once::new(value))
    }

    /// The value now. Context: any.
    #[inline(always)]
    pub(crate) fn get(&self) -> T {
        self.0.get()
    }

    /// The value now; what was written before it was published is seen after.
    /// Context: any.
    #[inline(always)]
    pub(crate) fn observe(&self) -> T {
        let value = self.get();
        // Partner of the fence in `publish`.
        access::acquire();
        value
    }

    /// As [`Word::set`], for a value that says that what was written before is
    /// ready. Context: any; writers agree among themselves.
    #[inline(always)]
    pub(crate) fn publish(&self, value: T) {
        // Partner of the fence in `observe`.
        access::release();
        self.set(value);
    }

    /// Changes the value. Context: any; writers agree among themselves.
    #[inline(always)]
    pub(crate) fn set(&self, value: T) {
        self.0.set(value);
    }
}
