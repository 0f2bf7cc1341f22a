// SPDX-License-Identifier: GPL-2.0

//! Target: short or extended response, and its bytes.
//!
//! A short response lets the host make the completion entry itself, so it is
//! sent only where that entry would be the same. The counters belong to the
//! connection; the caller keeps them in atomics and passes plain numbers:
//!
//! * responses: incremented once per response of any kind; the value after
//!   the increment is the ordinal passed here, so the first is 1;
//! * outstanding: commands taken and not yet answered, the one at hand not
//!   counted. This is the fill of the submission queue, and unlike the
//!   difference of a tail and a head it needs no modulus, stays right when
//!   flow control is off, and cannot drift when a command is refused;
//! * response sequence number: incremented once per extended response; the
//!   value after the increment goes on the wire, so the first is 1.

#![deny(unsafe_code)]

use crate::proto::wire::{
    self,
    CompletionEntry,
    ExtendedResponseIu,
    SubmissionEntry, //
};
use core::num::NonZeroU32;

/// What a response depends on.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The command.
    pub sqe: &'a SubmissionEntry,
    /// Its completion entry.
    pub cqe: &'a CompletionEntry,
    /// Data length that the command IU stated.
    pub expected: u32,
    /// Bytes moved by the time the response arrives: with READDATA_RSP, all
    /// that it moves itself included.
    pub transferred: u32,
    /// Ordinal of this response in its connection.
    pub ordinal: u32,
    /// Commands taken and not yet answered, without this one.
    pub outstanding: u32,
}

/// What a connection fixes, as each response is compared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// An extended response at least every so many responses.
    ratio: NonZeroU32,
    /// Outstanding commands with which the submission queue is at least 90 % full.
    nearly_full: u32,
}

impl Rules {
    /// An extended response at least every `ersp_ratio` responses, 0 being taken as
    /// "every". `submission_queue_size` is 0's based: what the queue can hold.
    pub const fn new(ersp_ratio: u16, submission_queue_size: u16) -> Self {
        let ratio = match NonZeroU32::new(ersp_ratio as u32) {
            Some(ratio) => ratio,
            None => NonZeroU32::MIN,
        };
        Self {
            ratio,
            nearly_full: (submission_queue_size as u32).wrapping_mul(9).div_ceil(10),
        }
    }
}

/// Whether an extended response is due. Inlines to a few compares and one
/// division.
#[inline]
pub fn extended_is_due(answer: &Answer<'_>, rules: Rules) -> bool {
    // The entry that the host would make up: everything zero that is
    // compared here. Bit 0 of the status is the phase tag.
    answer.cqe.status.get() & !1 != 0
        || answer.cqe.result.get() != 0
        || answer.transferred != answer.expected
        || answer.sqe.is_fabrics()
        || answer.sqe.is_fused()
        || answer.ordinal % rules.ratio == 0
        || answer.outstanding >= rules.nearly_full
}

/// Makes the buffer a short response; returns its length in bytes. The
/// completion entry behind it is left alone.
#[inline]
pub fn write_short(iu: &mut ExtendedResponseIu) -> u16 {
    iu.result = 0;
    iu.reserved1 = 0;
    iu.iu_words.set(0);
    iu.sequence_number.set(0);
    iu.transferred.set(0);
    wire::SHORT_RESPONSE
}

/// Makes the buffer an extended response around the completion entry that is
/// already in it; returns its length in bytes.
#[inline]
pub fn write_extended(iu: &mut ExtendedResponseIu, sequence_number: u32, transferred: u32) -> u16 {
    iu.result = 0;
    iu.reserved1 = 0;
    iu.iu_words.set(wire::EXTENDED_RESPONSE_WORDS);
    iu.sequence_number.set(sequence_number);
    iu.transferred.set(transferred);
    iu.reserved12.set(0);
    wire::EXTENDED_RESPONSE
}
