// SPDX-License-Identifier: GPL-2.0

//! A mark that one side leaves and then looks at a state, while another changes the
//! state and then looks for the mark: at least one of both sees the other. Meant for
//! `rust/kernel/sync/mark.rs`; in C it is a flag and `smp_mb()` on both sides.

#![deny(unsafe_code)]

use kernel::sync::{
    atomic::Full,
    barrier::smp_mb, //
};

use crate::shared::support::word::Word;

/// The mark.
pub(crate) struct Mark(Word<bool>);

impl Mark {
    /// Not left.
    pub(crate) const fn new() -> Self {
        Self(Word::new(false))
    }

    /// Leaves it. What the caller looks at afterwards is as whoever misses this in
    /// [`Mark::is_left_by_now`] has made it. Context: any.
    pub(crate) fn leave(&self) {
        self.0.set(true);
        // Partner of the barrier in `is_left_by_now`.
        smp_mb(Full);
    }

    /// Takes it away. The caller keeps those out who leave it.
    pub(crate) fn clear(&self) {
        self.0.set(false);
    }

    /// Whether it is left, without an order. Context: any.
    #[inline(always)]
    pub(crate) fn is_left(&self) -> bool {
        self.0.get()
    }

    /// Whether it is left, after all that the caller has done before: whoever leaves
    /// it later sees that. Context: any.
    pub(crate) fn is_left_by_now(&self) -> bool {
        // Partner of the barrier in `leave`. (A compare-and-exchange before would not
        // do: one that fails orders nothing.)
        smp_mb(Full);
        self.0.get()
    }
}
