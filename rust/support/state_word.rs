// SPDX-License-Identifier: GPL-2.0

//! A state in one word, which whoever wins a compare-and-exchange changes; meant for
//! `rust/kernel/sync/atomic.rs`, whose loads and stores are function calls where
//! helpers are not inlined.
//!
//! C header: [`include/linux/atomic.h`](srctree/include/linux/atomic.h)

#![deny(unsafe_code)]

use kernel::sync::atomic::{
    Atomic,
    Full, //
};

use crate::shared::support::access;

/// The word.
pub(crate) struct StateWord(Atomic<u32>);

impl StateWord {
    /// One in this state.
    pub(crate) const fn new(state: u32) -> Self {
        Self(Atomic::new(state))
    }

    /// The state as it is now, without an ordering. Who acts on it alone, and not
    /// on a change that follows, has to see to that.
    #[inline(always)]
    pub(crate) fn get(&self) -> u32 {
        access::read_once(&self.0)
    }

    /// The state as it is now, before anything that is read afterwards: pairs with
    /// a change, which comes after all that was written before.
    #[inline(always)]
    pub(crate) fn observe(&self) -> u32 {
        let state = access::read_once(&self.0);
        // Partner of the fence in `publish`, and of the full order in `change` and `add`.
        access::acquire();
        state
    }

    /// Sets the state, which nobody else changes meanwhile. Without an ordering.
    #[inline(always)]
    pub(crate) fn set(&self, state: u32) {
        access::write_once(&self.0, state);
    }

    /// As [`StateWord::set`], after all that was read and written before: pairs with
    /// [`StateWord::observe`], and with a change.
    #[inline(always)]
    pub(crate) fn publish(&self, state: u32) {
        // Partner of the fence in `observe`, and of the full order in `change` and `add`.
        access::release();
        self.set(state);
    }

    /// Changes the state if it still is `old`. Fully ordered if it does: what the caller
    /// did before is seen by who observes the change or makes the next one.
    ///
    /// # Errors
    ///
    /// What it is instead.
    #[inline(always)]
    pub(crate) fn change(&self, old: u32, new: u32) -> Result<u32, u32> {
        self.0.cmpxchg(old, new, Full)
    }

    /// Adds to the state, and gives what it was. Fully ordered, as a change is.
    #[inline(always)]
    pub(crate) fn add(&self, value: u32) -> u32 {
        self.0.fetch_add(value, Full)
    }
}
