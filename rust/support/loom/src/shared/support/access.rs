// SPDX-License-Identifier: GPL-2.0

//! `rust/support/access.rs` over loom.

use loom::sync::atomic::{fence, Ordering};

use crate::{
    sync::atomic::{Acquire, Atomic, Relaxed},
    weaker::{self, Weaker},
};

/// A value that is read and written whole.
pub(crate) struct Once<T>(Atomic<T>);

impl<T: Copy> Once<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Atomic::new(value))
    }

    pub(crate) fn get(&self) -> T {
        self.0.load(Relaxed)
    }

    pub(crate) fn set(&self, value: T) {
        self.0.store(value, Relaxed);
    }
}

/// `READ_ONCE()`.
pub(crate) fn read_once<T: Copy>(word: &Atomic<T>) -> T {
    word.load(Relaxed)
}

/// `WRITE_ONCE()`.
pub(crate) fn write_once<T: Copy>(word: &Atomic<T>, value: T) {
    word.store(value, Relaxed);
}

/// `rcu_dereference()`: loom knows of no dependencies.
pub(crate) fn dereference<T>(place: &Atomic<*mut T>) -> *mut T {
    if weaker::is(Weaker::Dependency) {
        place.load(Relaxed)
    } else {
        place.load(Acquire)
    }
}

/// A fence.
pub(crate) fn acquire() {
    if !weaker::is(Weaker::AcquireFence) {
        fence(Ordering::Acquire);
    }
}

/// A fence.
pub(crate) fn release() {
    if !weaker::is(Weaker::ReleaseFence) {
        fence(Ordering::Release);
    }
}
