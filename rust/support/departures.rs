// SPDX-License-Identifier: GPL-2.0

//! Tells the last of many who leave, for those who are counted under a lock when
//! they come: one atomic operation for each, and no more than that.
//!
//! Meant for `rust/kernel/sync/departures.rs`; the C kernel has `percpu_ref`, which
//! costs memory for each processor and an RCU grace period for each end.

#![deny(unsafe_code)]

use kernel::sync::atomic::{
    Atomic,
    Full, //
};

/// How many have left; after [`Departures::close`], less those who came: 0 or below.
pub(crate) struct Departures(Atomic<i64>);

impl Departures {
    /// Nobody has left.
    pub(crate) const fn new() -> Self {
        Self(Atomic::new(0))
    }

    /// One leaves; says whether it is the last, and all know that nobody comes any
    /// more. Context: any.
    #[inline(always)]
    pub(crate) fn leave(&self) -> bool {
        // Full: what each has done comes before what the last one does. Pairs with the
        // same operation of the others, and with `close`.
        self.0.fetch_add(1, Full) == -1
    }

    /// Nobody comes any more, and `came` have come; says whether all have left. Else
    /// the last of them is told. Once. Context: any.
    pub(crate) fn close(&self, came: i64) -> bool {
        // Full: as above.
        self.0.fetch_sub(came, Full) == came
    }
}
