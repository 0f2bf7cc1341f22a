// SPDX-License-Identifier: GPL-2.0

//! Keeps the end of an object and what is done with it meanwhile apart.
//!
//! A counter that the end waits for, for objects whose users look under a lock
//! whether they may begin. Meant for `rust/kernel/sync/submit_gate.rs`; the C
//! kernel has `percpu_ref`, which costs memory for each processor and an RCU grace
//! period for each end.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Full,
        Relaxed, //
    }, //
};

use crate::shared::support::completion::Completion;

/// Counts who is inside.
#[pin_data]
pub(crate) struct SubmitGate {
    /// Those inside, and one for the gate being open.
    inside: Atomic<i32>,
    /// The gate is closed and nobody is inside.
    #[pin]
    empty: Completion,
}

impl SubmitGate {
    /// An open gate.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            inside: Atomic::new(1),
            empty <- Completion::new(),
        })
    }

    /// Enters. The caller knows that the gate is open: it holds the lock under
    /// which it saw the object live. Context: any.
    #[inline]
    pub(crate) fn enter(&self) {
        // Relaxed: the lock orders it before the `close` that follows a lock's
        // section in which the object stopped being live.
        self.inside.add(1, Relaxed);
    }

    /// Leaves. Context: any.
    #[inline]
    pub(crate) fn leave(&self) {
        // Full: what was done inside comes before the end that the last one wakes;
        // pairs with the same operation of whoever is the last.
        if self.inside.fetch_sub(1, Full) == 1 {
            self.empty.complete_all();
        }
    }

    /// Closes the gate, once, and waits until nobody is inside. Context: may
    /// sleep; nobody can enter any more.
    pub(crate) fn close(&self) {
        self.leave();
        self.empty.wait();
    }
}
