// SPDX-License-Identifier: GPL-2.0

//! Reasons of an LS reject: those we send, and names for those we receive.

#![deny(unsafe_code)]

use crate::proto::wire;
use zerocopy::FromBytes;

/// Reason code of an LS reject (`enum fcnvme_ls_rjt_reason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RejectReason {
    /// Invalid NVMe_LS command code.
    InvalidCommand = 0x01,
    /// Logical error.
    Logical = 0x03,
    /// Unable to perform command request.
    Unable = 0x09,
    /// Command not supported.
    Unsupported = 0x0b,
    /// Invalid association identifier.
    InvalidAssociation = 0x40,
    /// Invalid connection identifier.
    InvalidConnection = 0x41,
    /// Invalid parameters.
    InvalidParameters = 0x42,
    /// Insufficient resources.
    InsufficientResources = 0x43,
    /// Vendor specific error.
    Vendor = 0xff,
}

/// Explanation of an LS reject (`enum fcnvme_ls_rjt_explan`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RejectExplanation {
    /// No additional explanation.
    None = 0x00,
    /// Invalid OX_ID-RX_ID combination.
    ExchangeIds = 0x17,
    /// Unable to supply requested data.
    UnableToSupply = 0x2a,
    /// Invalid payload length.
    PayloadLength = 0x2d,
    /// Invalid NVMe_ERSP ratio.
    ErspRatio = 0x40,
    /// Invalid controller identifier.
    ControllerId = 0x41,
    /// Invalid queue identifier.
    QueueId = 0x42,
    /// Invalid submission queue size.
    SubmissionQueueSize = 0x43,
    /// Invalid host identifier.
    HostId = 0x44,
    /// Invalid host NQN.
    HostNqn = 0x45,
    /// Invalid subsystem NQN.
    SubsystemNqn = 0x46,
}

/// A reject that we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Reason.
    pub reason: RejectReason,
    /// Explanation.
    pub explanation: RejectExplanation,
}

impl Reject {
    /// A reject with an explanation.
    pub const fn new(reason: RejectReason, explanation: RejectExplanation) -> Self {
        Self {
            reason,
            explanation,
        }
    }

    /// A reject without explanation.
    pub const fn plain(reason: RejectReason) -> Self {
        Self::new(reason, RejectExplanation::None)
    }

    /// Text of the reason.
    pub const fn reason_text(self) -> &'static str {
        reason_text(self.reason as u8)
    }

    /// Text of the explanation.
    pub const fn explanation_text(self) -> &'static str {
        explanation_text(self.explanation as u8)
    }
}

/// A reject that we received. Any values may be in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceivedReject {
    /// Reason code; 0 if the payload was cut short or malformed.
    pub reason: u8,
    /// Explanation code.
    pub explanation: u8,
    /// Vendor code.
    pub vendor: u8,
}

impl ReceivedReject {
    /// Takes the codes out of a received reject whose command byte was
    /// already seen. A malformed one keeps no codes: it says no more than
    /// that it is a reject.
    pub fn from_payload(payload: &wire::RejectPayload) -> Self {
        let reject = &payload.reject;

        if reject.header.tag.get() != wire::tag::REJECT
            || reject.header.length.get() != wire::stated_length::<wire::RejectDescriptor>()
        {
            return Self::default();
        }
        Self {
            reason: reject.reason,
            explanation: reject.explanation,
            vendor: reject.vendor,
        }
    }

    /// Text of the reason.
    pub const fn reason_text(self) -> &'static str {
        reason_text(self.reason)
    }

    /// Text of the explanation.
    pub const fn explanation_text(self) -> &'static str {
        explanation_text(self.explanation)
    }
}

/// The command code of an answer, and what a reject says, for whoever tells of it.
pub fn codes_of_answer(bytes: &[u8]) -> (u8, ReceivedReject) {
    let command = bytes.first().copied().unwrap_or(0);
    let reject = match wire::RejectPayload::ref_from_prefix(bytes) {
        Ok((payload, _)) if command == wire::ls::REJECT => ReceivedReject::from_payload(payload),
        _ => ReceivedReject::default(),
    };
    (command, reject)
}

/// The reason codes that have a text.
pub const REASONS: [u8; 12] = [
    0x00, 0x01, 0x03, 0x09, 0x0b, 0x0e, 0x40, 0x41, 0x42, 0x43, 0x44, 0xff,
];

/// Text of all others.
pub const UNKNOWN_REASON: &str = "unknown reason";

/// Text of any reason code.
pub const fn reason_text(code: u8) -> &'static str {
    match code {
        0x00 => "no reason given",
        0x01 => "invalid NVMe_LS command code",
        0x03 => "logical error",
        0x09 => "unable to perform command request",
        0x0b => "command not supported",
        0x0e => "command already in progress",
        0x40 => "invalid association ID",
        0x41 => "invalid connection ID",
        0x42 => "invalid parameters",
        0x43 => "insufficient resources",
        0x44 => "invalid host",
        0xff => "vendor specific error",
        _ => UNKNOWN_REASON,
    }
}

/// Text of any explanation code.
pub const fn explanation_text(code: u8) -> &'static str {
    match code {
        0x00 => "no explanation",
        0x17 => "invalid OX_ID-RX_ID combination",
        0x29 => "insufficient resources",
        0x2a => "unable to supply requested data",
        0x2d => "invalid payload length",
        0x40 => "invalid NVMe_ERSP ratio",
        0x41 => "invalid controller ID",
        0x42 => "invalid queue ID",
        0x43 => "invalid submission queue size",
        0x44 => "invalid host ID",
        0x45 => "invalid host NQN",
        0x46 => "invalid subsystem NQN",
        _ => "unknown explanation",
    }
}
