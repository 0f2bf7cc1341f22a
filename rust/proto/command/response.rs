// SPDX-License-Identifier: GPL-2.0

//! Host: judges how an exchange ended.
//!
//! The exchange's own state, the LLDD's report and the response IU become
//! the status and result that the NVMe core gets, and whether the
//! association must end: whatever fails in the transport ends it, whatever
//! the controller itself reports does not.

#![deny(unsafe_code)]

use crate::proto::wire::{
    self,
    ExtendedResponseIu, //
};

/// Status of a command that was aborted by this host, in a completion
/// entry's form (shifted by one): NVME_SC_HOST_ABORTED_CMD.
pub const HOST_ABORTED: u16 = 0x371 << 1;
/// Status of a command that failed on the way, in a completion entry's form
/// (shifted by one): NVME_SC_HOST_PATH_ERROR.
pub const HOST_PATH_ERROR: u16 = 0x370 << 1;

/// What the LLDD reported, and what was asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The exchange was aborted by us before it ended.
    pub aborted: bool,
    /// `status` of the request: 0, or an errno of the LLDD.
    pub lldd_status: i32,
    /// `rcv_rsplen`: bytes of response received.
    pub response_length: u16,
    /// `transferred_length`: bytes of data moved.
    pub transferred: u32,
    /// Data length that the command IU stated.
    pub data_length: u32,
    /// Command identifier in the entry that was sent, as it lies in memory.
    pub command_id: [u8; 2],
}

/// Why an exchange failed in the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Aborted by this host.
    Aborted,
    /// The LLDD reported an error.
    Lldd(i32),
    /// A short response although not all data was moved.
    TransferLength {
        /// Bytes moved.
        transferred: u32,
        /// Bytes expected.
        expected: u32,
    },
    /// An extended response that does not fit the command.
    ExtendedResponse(BadExtendedResponse),
    /// A response of impossible length.
    ResponseLength(u16),
}

/// The fields of an extended response that were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadExtendedResponse {
    /// Words in the IU; 8 is right.
    pub iu_words: u16,
    /// Bytes moved, says the target.
    pub stated: u32,
    /// Bytes moved, says the LLDD.
    pub transferred: u32,
    /// Transport result; 0 is right.
    pub result: u8,
    /// Command identifier sent, as it lies in memory.
    pub sent_id: [u8; 2],
    /// Command identifier received, as it lies in memory.
    pub received_id: [u8; 2],
}

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Status as in a completion entry (shifted by one), in CPU order.
    pub status: u16,
    /// Dwords 0 and 1 of the completion entry, in CPU order; 0 on failure.
    pub result: u64,
    /// Set if the transport failed: the association must end.
    pub failure: Option<Failure>,
}

impl Outcome {
    /// Success without an entry.
    const SUCCESS: Self = Self {
        status: 0,
        result: 0,
        failure: None,
    };

    /// Failure in the transport.
    const fn failed(status: u16, failure: Failure) -> Self {
        Self {
            status,
            result: 0,
            failure: Some(failure),
        }
    }

    /// Whether the association must end.
    #[inline]
    pub const fn terminates(&self) -> bool {
        self.failure.is_some()
    }
}

/// Whether a report is a plain success: nothing wrong, a short response or
/// none at all, and all data moved. This is nearly every report.
#[inline]
pub const fn plain_success(report: &Report) -> bool {
    !report.aborted
        && report.lldd_status == 0
        && (report.response_length == wire::SHORT_RESPONSE || report.response_length == 0)
        && report.transferred == report.data_length
}

/// Judges a report. `iu` is the response buffer; it is read only for an
/// extended response.
#[inline]
pub fn judge(report: &Report, iu: &ExtendedResponseIu) -> Outcome {
    if plain_success(report) {
        Outcome::SUCCESS
    } else {
        judge_rest(report, iu)
    }
}

/// Judges a report that is not a plain success.
fn judge_rest(report: &Report, iu: &ExtendedResponseIu) -> Outcome {
    if report.aborted {
        return Outcome::failed(HOST_ABORTED, Failure::Aborted);
    }
    if report.lldd_status != 0 {
        return Outcome::failed(HOST_PATH_ERROR, Failure::Lldd(report.lldd_status));
    }
    match report.response_length {
        0 | wire::SHORT_RESPONSE => Outcome::failed(
            HOST_PATH_ERROR,
            Failure::TransferLength {
                transferred: report.transferred,
                expected: report.data_length,
            },
        ),
        wire::EXTENDED_RESPONSE => judge_extended(report, iu),
        other => Outcome::failed(HOST_PATH_ERROR, Failure::ResponseLength(other)),
    }
}

/// Judges an extended response. The sequence number is not looked at: the
/// NVMe core does not use the submission queue head it would put in order.
fn judge_extended(report: &Report, iu: &ExtendedResponseIu) -> Outcome {
    if iu.iu_words.get() == wire::EXTENDED_RESPONSE_WORDS
        && iu.transferred.get() == report.transferred
        && iu.result == 0
        && iu.cqe.command_id == report.command_id
    {
        return Outcome {
            status: iu.cqe.status.get(),
            result: iu.cqe.result.get(),
            failure: None,
        };
    }
    Outcome::failed(
        HOST_PATH_ERROR,
        Failure::ExtendedResponse(BadExtendedResponse {
            iu_words: iu.iu_words.get(),
            stated: iu.transferred.get(),
            transferred: report.transferred,
            result: iu.result,
            sent_id: report.command_id,
            received_id: iu.cqe.command_id,
        }),
    )
}
