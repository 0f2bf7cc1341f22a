// SPDX-License-Identifier: GPL-2.0

//! Counters of a module, for whoever looks: how often something happened, and of what
//! is taken and given back, how much is out.
//!
//! They are statics, of 64 bits, and only grow. None is on the way of a command that
//! succeeds.

#![deny(unsafe_code)]

use kernel::sync::atomic::{
    Acquire,
    Atomic,
    Relaxed,
    Release, //
};

/// How often something happened.
pub(crate) struct Count(Atomic<u64>);

impl Count {
    /// Never yet.
    pub(crate) const fn new() -> Self {
        Self(Atomic::new(0))
    }

    /// Once more. Context: any.
    pub(crate) fn up(&self) {
        self.add(1);
    }

    /// So many times more. Context: any.
    pub(crate) fn add(&self, times: usize) {
        // CAST: A usize fits a u64.
        self.0.add(times as u64, Relaxed);
    }

    /// How often. Context: any.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What was taken, and what of that was given back.
pub(crate) struct Book {
    /// Taken.
    accepted: Atomic<u64>,
    /// Given back.
    released: Atomic<u64>,
}

/// What a book says. `released` is never more than `accepted`.
pub(crate) struct Balance {
    /// Taken.
    pub(crate) accepted: u64,
    /// Given back.
    pub(crate) released: u64,
}

impl Balance {
    /// What is out.
    pub(crate) fn outstanding(&self) -> u64 {
        self.accepted.saturating_sub(self.released)
    }
}

impl Book {
    /// An empty one.
    pub(crate) const fn new() -> Self {
        Self {
            accepted: Atomic::new(0),
            released: Atomic::new(0),
        }
    }

    /// One was taken. Context: any.
    pub(crate) fn accept(&self) {
        self.accepted.add(1, Relaxed);
    }

    /// One that was taken is given back. Context: any.
    pub(crate) fn release(&self) {
        // Release: whoever sees this sees that it was taken, which came before.
        self.released.fetch_add(1, Release);
    }

    /// One is taken, until what this gives is dropped. Context: any.
    pub(crate) fn enter(&'static self) -> Entry {
        self.accept();
        Entry(self)
    }

    /// What it says now. Context: any.
    pub(crate) fn balance(&self) -> Balance {
        // In this order: of all that was given back by then, the taking is seen.
        let released = self.released.load(Acquire);
        Balance {
            accepted: self.accepted.load(Relaxed),
            released,
        }
    }
}

/// Something that was taken, and is given back when this is dropped. Context of that:
/// any.
pub(crate) struct Entry(&'static Book);

impl Drop for Entry {
    fn drop(&mut self) {
        self.0.release();
    }
}
