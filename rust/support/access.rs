// SPDX-License-Identifier: GPL-2.0

//! Reading and writing what others read and write at the same time, inlined; meant
//! for `rust/kernel/sync/atomic.rs`, whose accesses and barriers are function calls
//! where helpers are not inlined.
//!
//! Every access to shared memory in `rust/support` and what is built on it goes
//! through here or through `kernel::sync`. `rust/support/loom` has both over loom,
//! so that the very same files run under a checker of memory order.
//!
//! The fences are core's. On x86-64 they are no instructions, on arm64 `dmb ishld`
//! and `dmb ish`, as `smp_rmb()` and stronger than `smp_wmb()`.
//!
//! C header: [`include/asm-generic/rwonce.h`](srctree/include/asm-generic/rwonce.h)

use core::{
    cell::UnsafeCell,
    ptr,
    sync::atomic::{
        fence,
        Ordering, //
    }, //
};

use kernel::sync::atomic::{
    Atomic,
    AtomicType, //
};

/// A value that is read and written whole. Who shares it sees to it that it is no
/// larger than a machine word, and may be copied from one thread to another.
pub(crate) struct Once<T>(UnsafeCell<T>);

impl<T: Copy> Once<T> {
    /// One that holds `value`.
    pub(crate) const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// What the C kernel calls `READ_ONCE()`: orders nothing but itself.
    #[inline(always)]
    pub(crate) fn get(&self) -> T {
        // SAFETY: The cell is valid and aligned, and always holds a `T`.
        unsafe { self.0.get().read_volatile() }
    }

    /// What the C kernel calls `WRITE_ONCE()`: orders nothing but itself.
    #[inline(always)]
    pub(crate) fn set(&self, value: T) {
        // SAFETY: The cell is valid and aligned.
        unsafe { self.0.get().write_volatile(value) }
    }
}

/// `READ_ONCE()` of an atomic: orders nothing but itself.
#[inline(always)]
pub(crate) fn read_once<T: AtomicType>(word: &Atomic<T>) -> T {
    // SAFETY: One aligned word, which holds a `T`.
    unsafe { ptr::read_volatile(word.as_ptr()) }
}

/// `WRITE_ONCE()` of an atomic: orders nothing but itself.
#[inline(always)]
pub(crate) fn write_once<T: AtomicType>(word: &Atomic<T>, value: T) {
    // SAFETY: One aligned word, which holds a `T`.
    unsafe { ptr::write_volatile(word.as_ptr(), value) }
}

/// What the C kernel calls `rcu_dereference()`: what is read through the pointer is
/// as new as the pointer, for its address depends on that.
#[inline(always)]
pub(crate) fn dereference<T>(place: &Atomic<*mut T>) -> *mut T
where
    *mut T: AtomicType,
{
    read_once(place)
}

/// What is read or written from here on comes after all that was read before.
#[inline(always)]
pub(crate) fn acquire() {
    fence(Ordering::Acquire);
}

/// What is written from here on comes after all that was read or written before.
#[inline(always)]
pub(crate) fn release() {
    fence(Ordering::Release);
}
