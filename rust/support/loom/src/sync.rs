// SPDX-License-Identifier: GPL-2.0

//! `kernel::sync` over loom. References are counted without order.

pub(crate) mod atomic;
pub(crate) mod barrier;
pub(crate) mod rcu;

pub(crate) use std::sync::Arc;
use std::{ops::Deref, pin::Pin};

pub(crate) use loom::sync::MutexGuard;
use loom::sync::{self as loom_sync, atomic as loom_atomic};

use crate::{
    prelude::{CStr, PinInit},
    sync::atomic::{Atomic, Relaxed, Release},
    weaker::{self, Weaker},
};

/// A reference to what an [`Arc`] holds.
#[derive(Clone, Copy)]
pub(crate) struct ArcBorrow<'a, T>(&'a T);

impl<T> ArcBorrow<'_, T> {
    /// # Safety
    ///
    /// `ptr` is from [`Arc::into_raw`], and the object stays.
    pub(crate) unsafe fn from_raw(ptr: *const T) -> Self {
        // SAFETY: By this function's contract.
        Self(unsafe { &*ptr })
    }
}

impl<T> Deref for ArcBorrow<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

/// A spinlock.
pub(crate) struct SpinLockIrq<T>(loom_sync::Mutex<T>);

impl<T> SpinLockIrq<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom_sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap()
    }
}

/// Lockdep's class of a lock.
pub(crate) struct LockClassKey;

/// A mutex.
pub(crate) struct Mutex<T>(loom_sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(
        value: T,
        _: &'static CStr,
        _: Pin<&'static LockClassKey>,
    ) -> impl PinInit<Self> {
        move || Ok(Self(loom_sync::Mutex::new(value)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap()
    }
}

/// `refcount_t`, with the orders that it has.
pub(crate) struct Refcount(Atomic<i32>);

impl Refcount {
    pub(crate) fn new(value: i32) -> Self {
        Self(Atomic::new(value))
    }

    pub(crate) fn as_atomic(&self) -> &Atomic<i32> {
        &self.0
    }

    pub(crate) fn set(&self, value: i32) {
        self.0.store(value, Relaxed);
    }

    pub(crate) fn inc(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    pub(crate) fn dec_and_test(&self) -> bool {
        let is_last = self.0.fetch_sub(1, Release) == 1;
        if is_last && !weaker::is(Weaker::Acquire) {
            loom_atomic::fence(loom_atomic::Ordering::Acquire);
        }
        is_last
    }
}
