// SPDX-License-Identifier: GPL-2.0

//! Target: who carries an exchange on when an operation of the LLDD ends.
//!
//! An LLDD may call `done` before `fcp_op` has returned, on the same stack or
//! on another CPU, and the transport may be inside `fcp_abort` for the same
//! exchange on a third. The exchange must be carried on exactly once, not from
//! within `fcp_op` (the stack would grow with every chunk), and not while
//! `fcp_abort` still uses it. So the last of the parties carries on: each
//! leaves by one of the functions below, and the one that is told `true` has
//! the exchange to itself.

#![deny(unsafe_code)]

/// Who is at an operation. Zero: there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handover(u32);

/// An operation was given to the LLDD, or is about to be.
const OUTSTANDING: u32 = 1;
/// The call of `fcp_op` has not returned.
const ISSUING: u32 = 2;
/// A call of `fcp_abort` has not returned.
const ABORTING: u32 = 4;
/// The LLDD ended the operation, or refused it.
const DONE: u32 = 8;

impl Handover {
    /// Nobody is at work: whoever has the exchange has it alone.
    pub const IDLE: Self = Self(0);
    /// `fcp_op` is about to be called.
    pub const ISSUING: Self = Self(OUTSTANDING | ISSUING);

    /// The value that was stored by [`Handover::bits`].
    #[inline]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The value as an atomic holds it; four bits.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// `fcp_op` returned. `refused`: the LLDD did not take the operation and
    /// will not call `done`.
    #[inline]
    pub const fn issued(self, refused: bool) -> (Self, bool) {
        let done = if refused { DONE } else { 0 };
        Self((self.0 & !ISSUING) | done).last_one()
    }

    /// For the caller of `fcp_op`, which has returned: whether `done` has ended
    /// the operation and nobody else is at it. Nobody can be any more, so the
    /// caller carries on, and the value may stay until the next operation.
    #[inline]
    pub const fn is_over(self) -> bool {
        self.0 & (DONE | ABORTING) == DONE
    }

    /// The LLDD called `done`. `None` if it has no operation of ours: the call
    /// is the LLDD's mistake and changes nothing.
    #[inline]
    pub const fn done(self) -> Option<(Self, bool)> {
        if self.0 & OUTSTANDING == 0 || self.0 & DONE != 0 {
            return None;
        }
        Some(Self(self.0 | DONE).last_one())
    }

    /// What the LLDD's `done` adds to the bits, as [`Handover::done`] does it; for
    /// an atomic that can add. Only if [`Handover::is_running`].
    pub const ADD_DONE: u32 = DONE;

    /// Whether the LLDD has an operation that it has not ended.
    #[inline]
    pub const fn is_running(self) -> bool {
        self.0 & (OUTSTANDING | DONE) == OUTSTANDING
    }

    /// Whether nobody but the LLDD is at the operation: whoever ends it carries
    /// on. The value may then stay until the next operation.
    #[inline]
    pub const fn is_lldd_alone(self) -> bool {
        self.0 & (ISSUING | ABORTING) == 0
    }

    /// `fcp_abort` is about to be called. `None` if there is no operation that
    /// still runs, or somebody aborts it already.
    #[inline]
    pub const fn abort(self) -> Option<Self> {
        if self.0 & OUTSTANDING == 0 || self.0 & (DONE | ABORTING) != 0 {
            return None;
        }
        Some(Self(self.0 | ABORTING))
    }

    /// `fcp_abort` returned.
    #[inline]
    pub const fn aborted(self) -> (Self, bool) {
        Self(self.0 & !ABORTING).last_one()
    }

    /// Ends the operation if it is done and nobody else is at it.
    const fn last_one(self) -> (Self, bool) {
        if self.0 & DONE != 0 && self.0 & (ISSUING | ABORTING) == 0 {
            (Self::IDLE, true)
        } else {
            (self, false)
        }
    }
}
