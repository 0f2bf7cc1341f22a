// SPDX-License-Identifier: GPL-2.0

//! Keeps the end of an object and what is done with it meanwhile apart.
//!
//! The end waits for those inside, who look under a lock whether they may enter, and
//! are counted there. Meant for `rust/kernel/sync/submit_gate.rs`.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::shared::support::{
    completion::Completion,
    departures::Departures, //
};

/// Tells when nobody is inside.
#[pin_data]
pub(crate) struct SubmitGate {
    /// Those who have left.
    left: Departures,
    /// The gate is closed and nobody is inside.
    #[pin]
    empty: Completion,
}

impl SubmitGate {
    /// An open gate.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            left: Departures::new(),
            empty <- Completion::new(),
        })
    }

    /// Leaves, once for each time that one has entered: has been counted, under the
    /// lock under which the object was seen live. Context: any.
    #[inline]
    pub(crate) fn leave(&self) {
        if self.left.leave() {
            self.empty.complete_all();
        }
    }

    /// Closes the gate, once, and waits until nobody is inside. `entered` is how many
    /// have entered; nobody can any more. Context: may sleep.
    pub(crate) fn close(&self, entered: i64) {
        if !self.left.close(entered) {
            self.empty.wait();
        }
    }
}
