// SPDX-License-Identifier: GPL-2.0

//! What the LLDD does when the target calls it.

#![deny(unsafe_code)]

use kernel::prelude::*;

/// Where something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Before the call returns.
    Now,
    /// In a thread of its own, so many milliseconds later.
    Thread(u32),
    /// When the case says so.
    Hold,
}

/// READDATA.
pub(crate) const READDATA: u8 = 1;
/// WRITEDATA.
pub(crate) const WRITEDATA: u8 = 2;
/// READDATA_RSP.
pub(crate) const READDATA_RSP: u8 = 3;
/// RSP.
pub(crate) const RSP: u8 = 4;

/// What happens to an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    /// `fcp_op` returns this, unless 0.
    pub(crate) refuse: c_int,
    /// `fcp_error` of its end.
    pub(crate) error: c_int,
    /// Bytes by which it is short.
    pub(crate) short: u32,
    /// The host's abort comes while it is under way.
    pub(crate) aborted: bool,
    /// Where it ends.
    pub(crate) place: Place,
}

impl Act {
    /// It ends well.
    pub(crate) const fn well(place: Place) -> Self {
        Self {
            refuse: 0,
            error: 0,
            short: 0,
            aborted: false,
            place,
        }
    }
}

/// What happens to an exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    /// Where operations end.
    pub(crate) usual: Place,
    /// The operation that is different, and which of them, from 1.
    pub(crate) special: (u8, u32),
    /// What happens to that one.
    pub(crate) act: Act,
    /// Where an operation that is held ends, with an error, once the target
    /// aborts the exchange.
    pub(crate) on_abort: Place,
    /// `defer_rcv` does not return before the case says so.
    pub(crate) holds_deferral: bool,
    /// The LLDD did not zero the memory of its exchange.
    pub(crate) leftovers: bool,
}

impl Script {
    /// Everything ends well.
    pub(crate) const fn usual(usual: Place) -> Self {
        Self {
            usual,
            special: (0, 0),
            act: Act::well(Place::Now),
            on_abort: Place::Thread(0),
            holds_deferral: false,
            leftovers: false,
        }
    }

    /// One operation is different.
    pub(crate) const fn with(self, operation: u8, nth: u32, act: Act) -> Self {
        Self {
            special: (operation, nth),
            act,
            ..self
        }
    }

    /// What happens to the `nth` operation of its kind.
    pub(crate) fn act(&self, operation: u8, nth: u32) -> Act {
        if self.special == (operation, nth) {
            self.act
        } else {
            Act::well(self.usual)
        }
    }
}

/// What happens to link services that the target sends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SentPlan {
    /// Accepted.
    Accept(Place),
    /// Rejected, as by a host that knows no such association.
    Reject,
    /// Ends with this status.
    Fail(c_int),
    /// `ls_req` returns this.
    Refuse(c_int),
    /// Held, and an abort is ignored.
    Ignore,
}
