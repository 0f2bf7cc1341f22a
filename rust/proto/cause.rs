// SPDX-License-Identifier: GPL-2.0

//! Host: why something failed, for people: at which step, in words, and what to do.
//!
//! A cause fits a word, so that it can be kept from any context, and is made words only
//! when somebody reads it.

#![deny(unsafe_code)]

mod words;

use crate::proto::command::response::Failure;

/// Errno: nobody answered.
const ETIMEDOUT: i32 = -110;
/// Errno: nobody there.
const ECONNREFUSED: i32 = -111;

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Step {
    /// Looking for the host's port.
    HostPort = 1,
    /// Looking for, or being behind, the target's port.
    TargetPort,
    /// Making a controller.
    Controller,
    /// Having the LLDD make a hardware queue.
    HardwareQueue,
    /// Create Association.
    CreateAssociation,
    /// Create I/O Connection.
    CreateConnection,
    /// Connect, and authentication.
    Connect,
    /// Enabling the controller.
    Enable,
    /// Identifying it.
    Identify,
    /// Agreeing on how many I/O queues there are.
    QueueCount,
    /// Going into service.
    GoLive,
    /// Being in service.
    Association,
    /// A command.
    Command,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 13] = [
        Self::HostPort,
        Self::TargetPort,
        Self::Controller,
        Self::HardwareQueue,
        Self::CreateAssociation,
        Self::CreateConnection,
        Self::Connect,
        Self::Enable,
        Self::Identify,
        Self::QueueCount,
        Self::GoLive,
        Self::Association,
        Self::Command,
    ];
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// An errno, negative, of the step itself.
    Errno(i32),
    /// An NVMe status.
    Status(u16),
    /// The target rejected the link service.
    Rejected {
        /// Its reason.
        reason: u8,
        /// Its explanation.
        explanation: u8,
    },
    /// The answer to the link service makes no sense.
    BadAnswer,
    /// Nobody answered the link service.
    Unanswered,
    /// The user's text is no address.
    BadAddress,
    /// There is no such port.
    Unknown,
    /// The port is not registered any more.
    Gone,
    /// The port did not return in time.
    DevLoss,
    /// The port is no target.
    NotATarget,
    /// There is such a controller.
    Duplicate,
    /// The LLDD did not take a command: its errno.
    LlddRefused(i32),
    /// The LLDD ended a command with an error: its errno.
    LlddError(i32),
    /// Less or more data was moved than promised.
    TransferLength,
    /// The extended response does not fit the command.
    BadResponse,
    /// A response of impossible length, in bytes.
    ResponseLength(u16),
    /// A command was not answered in time, and was aborted.
    TimedOut,
    /// A command was not answered in time, nor given back since.
    NotAborted,
    /// The target ended the association.
    Disconnected,
    /// The controller lacks what FC needs.
    Unfit,
}

impl Why {
    /// What an errno, or a positive NVMe status, says.
    pub const fn from_status(status: i32) -> Self {
        if status > 0 && status <= u16::MAX as i32 {
            Self::Status(status as u16)
        } else {
            Self::Errno(status)
        }
    }

    /// What the errno of a link service says.
    pub const fn from_ls_errno(error: i32) -> Self {
        match error {
            ETIMEDOUT => Self::Unanswered,
            ECONNREFUSED => Self::Gone,
            other => Self::Errno(other),
        }
    }

    /// How an exchange failed.
    pub const fn from_failure(failure: Failure) -> Self {
        match failure {
            Failure::Aborted => Self::TimedOut,
            Failure::Lldd(status) => Self::LlddError(status),
            Failure::TransferLength { .. } => Self::TransferLength,
            Failure::ExtendedResponse(_) => Self::BadResponse,
            Failure::ResponseLength(length) => Self::ResponseLength(length),
        }
    }

    /// Whether a response did not fit its command.
    pub const fn is_bad_response(self) -> bool {
        matches!(
            self,
            Self::TransferLength | Self::BadResponse | Self::ResponseLength(_)
        )
    }

    /// As a code, which is not 0, and a detail.
    const fn bits(self) -> (u8, u32) {
        match self {
            Self::Errno(error) => (1, error as u32),
            Self::Status(status) => (2, status as u32),
            Self::Rejected {
                reason,
                explanation,
            } => (3, (reason as u32) << 8 | explanation as u32),
            Self::BadAnswer => (4, 0),
            Self::Unanswered => (5, 0),
            Self::BadAddress => (6, 0),
            Self::Unknown => (7, 0),
            Self::Gone => (8, 0),
            Self::DevLoss => (9, 0),
            Self::NotATarget => (10, 0),
            Self::Duplicate => (11, 0),
            Self::LlddRefused(error) => (12, error as u32),
            Self::LlddError(error) => (13, error as u32),
            Self::TransferLength => (14, 0),
            Self::BadResponse => (15, 0),
            Self::ResponseLength(length) => (16, length as u32),
            Self::TimedOut => (17, 0),
            Self::NotAborted => (18, 0),
            Self::Disconnected => (19, 0),
            Self::Unfit => (20, 0),
        }
    }

    /// What [`Why::bits`] gave.
    const fn from_bits(code: u8, detail: u32) -> Option<Self> {
        Some(match code {
            1 => Self::Errno(detail as i32),
            2 => Self::Status(detail as u16),
            3 => Self::Rejected {
                reason: (detail >> 8) as u8,
                explanation: detail as u8,
            },
            4 => Self::BadAnswer,
            5 => Self::Unanswered,
            6 => Self::BadAddress,
            7 => Self::Unknown,
            8 => Self::Gone,
            9 => Self::DevLoss,
            10 => Self::NotATarget,
            11 => Self::Duplicate,
            12 => Self::LlddRefused(detail as i32),
            13 => Self::LlddError(detail as i32),
            14 => Self::TransferLength,
            15 => Self::BadResponse,
            16 => Self::ResponseLength(detail as u16),
            17 => Self::TimedOut,
            18 => Self::NotAborted,
            19 => Self::Disconnected,
            20 => Self::Unfit,
            _ => return None,
        })
    }

    /// What a log line says of an association that is in service when this ends it.
    /// Scripts match it.
    pub const fn event_text(self) -> &'static str {
        match self {
            Self::LlddRefused(_) => "LLDD refused a command",
            Self::NotAborted => "io timeout abort failed",
            Self::Disconnected => "Disconnect Association LS received",
            _ => "transport detected io error",
        }
    }
}

/// Why something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What was being done.
    pub step: Step,
    /// To which queue, if it was done to one.
    pub queue: u16,
    /// What went wrong.
    pub why: Why,
}

impl Cause {
    /// A cause that has to do with no queue, or with queue 0.
    pub const fn new(step: Step, why: Why) -> Self {
        Self {
            step,
            queue: 0,
            why,
        }
    }

    /// The cause as a word, which is not 0.
    pub const fn bits(self) -> u64 {
        let (code, detail) = self.why.bits();

        (self.step as u64) << 56 | (code as u64) << 48 | (self.queue as u64) << 32 | detail as u64
    }

    /// The cause that [`Cause::bits`] made that word of.
    pub fn from_bits(bits: u64) -> Option<Self> {
        let [step, code, queue @ .., _, _, _, _] = bits.to_be_bytes();

        Some(Self {
            step: Step::ALL.into_iter().find(|known| *known as u8 == step)?,
            queue: u16::from_be_bytes(queue),
            why: Why::from_bits(code, bits as u32)?,
        })
    }
}
