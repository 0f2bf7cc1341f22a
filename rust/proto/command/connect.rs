// SPDX-License-Identifier: GPL-2.0

//! Target: Connect, by which a connection becomes a queue of a controller.
//!
//! nvmet finds queue and controller by what a Connect says, and knows nothing of
//! the connection that it came by. So the transport looks first: a Connect that
//! does not fit its connection, or that comes while another one is under way, is
//! refused before nvmet executes it, and leaves nothing behind in nvmet.

#![deny(unsafe_code)]

use super::cmd_iu::Transfer;
use crate::proto::wire::SubmissionEntry;

/// Bytes of a Connect's data.
pub const DATA_LENGTH: u32 = 1024;
/// Where the controller identifier is in the data.
pub const CONTROLLER_AT: usize = 16;
/// Where the NQN of the subsystem is in the data.
pub const SUBSYSTEM_AT: usize = 256;
/// Where the NQN of the host is in the data.
pub const HOST_AT: usize = 512;
/// Bytes of the field of each.
pub const NQN_LENGTH: usize = 256;
/// Where the queue identifier is in the entry.
const QUEUE_AT: u32 = 42;
/// Where the queue size is in the entry.
const SIZE_AT: u32 = 44;
/// In the result of a refusal: the position is one in the data.
const IN_DATA: u32 = 1 << 16;

/// Fabrics type of Connect.
const CONNECT: u8 = 1;

/// Status: do not retry.
const DNR: u16 = 0x4000;
/// Status: the command does not belong to this moment.
const SEQUENCE_ERROR: u16 = 0x0c;
/// Status: the data length is not the one that the command asks for.
const BAD_LENGTH: u16 = 0x0f;
/// Status: Connect with parameters that are not right.
const INVALID_PARAMETERS: u16 = 0x182;

/// What a connection was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The queue identifier.
    pub queue_id: u16,
    /// The queue size that the link service stated, 0's based.
    pub size: u16,
}

/// Why a command of a queue that is not connected is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// Another Connect is under way, or this is none.
    Sequence,
    /// The data is not as long as a Connect's.
    DataLength,
    /// The connection was made for another queue.
    Queue,
    /// A queue of no entries, or of more than the link service stated.
    Size,
    /// The controller is not the one of the association.
    Controller,
}

impl ConnectError {
    /// Text for the log.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Sequence => "the queue is not connected yet",
            Self::DataLength => "Connect with data of another length",
            Self::Queue => "Connect for another queue",
            Self::Size => "Connect for a queue of another size",
            Self::Controller => "Connect for another association's controller",
        }
    }

    /// The status to refuse it with.
    pub const fn status(self) -> u16 {
        DNR | match self {
            Self::Sequence => SEQUENCE_ERROR,
            Self::DataLength => BAD_LENGTH,
            Self::Queue | Self::Size | Self::Controller => INVALID_PARAMETERS,
        }
    }

    /// The result that goes with it: where the wrong parameter is.
    pub const fn result(self) -> u32 {
        match self {
            Self::Sequence | Self::DataLength => 0,
            Self::Queue => QUEUE_AT,
            Self::Size => SIZE_AT,
            // CAST: A small constant.
            Self::Controller => IN_DATA | CONTROLLER_AT as u32,
        }
    }
}

/// The NQN in its field: up to the first zero.
pub fn nqn(field: &[u8; NQN_LENGTH]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Why nvmet failed a Connect, by its status and, for a parameter, by the place that
/// its result names.
pub const fn failure(status: u16, at: u32) -> &'static str {
    const SUBSYSTEM: u32 = IN_DATA | SUBSYSTEM_AT as u32;
    const HOST: u32 = IN_DATA | HOST_AT as u32;
    const CONTROLLER: u32 = IN_DATA | CONTROLLER_AT as u32;

    match (status & !DNR, at) {
        (0x180, _) => "record format not supported",
        (0x181, _) => "controller busy",
        (INVALID_PARAMETERS, SUBSYSTEM) => "no such subsystem at this port",
        (INVALID_PARAMETERS, HOST) => "NQN of the host not valid",
        (INVALID_PARAMETERS, CONTROLLER) => "no such controller",
        (INVALID_PARAMETERS, QUEUE_AT) => "queue identifier not valid",
        (INVALID_PARAMETERS, SIZE_AT) => "queue size not valid",
        (INVALID_PARAMETERS, _) => "invalid parameters",
        (0x184, _) => "host not allowed",
        (0x191, _) => "authentication required",
        (0x06, _) => "internal error: data did not come, or no memory",
        _ => "see the NVMe status",
    }
}

/// Whether a command is a Connect.
pub const fn is_connect(entry: &SubmissionEntry) -> bool {
    let [fabrics_type, ..] = entry.namespace;

    entry.is_fabrics() && fabrics_type == CONNECT
}

/// Checks a Connect's entry, before its data is fetched.
///
/// # Errors
///
/// The first check that fails.
pub fn check_entry(
    entry: &SubmissionEntry,
    transfer: Transfer,
    expected: Expected,
) -> Result<(), ConnectError> {
    let [dword10, dword11, ..] = entry.dwords10;
    // CAST: Halves of a word.
    let (queue_id, size) = ((dword10.get() >> 16) as u16, dword11.get() as u16);

    if transfer != Transfer::Write(DATA_LENGTH) {
        Err(ConnectError::DataLength)
    } else if queue_id != expected.queue_id {
        Err(ConnectError::Queue)
    } else if size == 0 || size > expected.size {
        Err(ConnectError::Size)
    } else {
        Ok(())
    }
}

/// Checks the controller that the data of an I/O queue's Connect names. No two
/// controllers of a machine have the same identifier, so this is enough.
/// `association`: the one that the admin queue was connected to, if it was.
///
/// # Errors
///
/// It is another one.
pub fn check_controller(named: [u8; 2], association: Option<u16>) -> Result<(), ConnectError> {
    if association == Some(u16::from_le_bytes(named)) {
        Ok(())
    } else {
        Err(ConnectError::Controller)
    }
}

/// What a queue takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Admission {
    /// A Connect. nvmet knows no controller for either half of the queue.
    Unconnected,
    /// No other Connect: one is under way.
    Connecting,
    /// Commands. nvmet has given both halves of the queue a controller, and
    /// takes no Connect.
    Connected,
    /// Nothing: a Connect left something behind in nvmet.
    Spoiled,
    /// Nothing: the queue goes.
    Going,
}

/// How nvmet leaves a queue after a Connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The Connect succeeded.
    pub ok: bool,
    /// The submission queue has a controller.
    pub submission: bool,
    /// The completion queue has one.
    pub completion: bool,
    /// It is the association's.
    pub own: bool,
}

impl Admission {
    /// Whether a command may be offered to nvmet at all.
    pub const fn takes_commands(self) -> bool {
        !matches!(self, Self::Spoiled | Self::Going)
    }

    /// Whether nvmet may execute what is not a Connect. What came before the
    /// queue was to go is still nvmet's.
    pub const fn serves(self) -> bool {
        matches!(self, Self::Connected | Self::Going)
    }

    /// A Connect begins.
    ///
    /// # Errors
    ///
    /// It is not the time for one.
    pub const fn begin(self) -> Result<Self, ConnectError> {
        match self {
            Self::Unconnected => Ok(Self::Connecting),
            _ => Err(ConnectError::Sequence),
        }
    }

    /// A Connect that had begun is over.
    pub const fn settle(self, outcome: Outcome) -> Self {
        match (self, outcome) {
            (
                Self::Connecting,
                Outcome {
                    ok: true,
                    submission: true,
                    completion: true,
                    own: true,
                },
            ) => Self::Connected,
            (
                Self::Connecting,
                Outcome {
                    ok: false,
                    submission: false,
                    completion: false,
                    ..
                },
            ) => Self::Unconnected,
            (Self::Connecting, _) => Self::Spoiled,
            (other, _) => other,
        }
    }
}
