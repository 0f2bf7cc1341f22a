// SPDX-License-Identifier: GPL-2.0

//! The words for causes.

#![deny(unsafe_code)]

use core::fmt;

use super::{
    Cause,
    Step,
    Why,
    ECONNREFUSED, //
};
use crate::proto::ls::reject;

/// Errnos that have words of their own.
mod errno {
    /// No such device.
    pub(super) const ENODEV: i32 = -19;
    /// An error of the device.
    pub(super) const EIO: i32 = -5;
    /// No memory.
    pub(super) const ENOMEM: i32 = -12;
    /// No room.
    pub(super) const ENOSPC: i32 = -28;
    /// There is no key.
    pub(super) const ENOKEY: i32 = -126;
    /// The key was refused.
    pub(super) const EKEYREJECTED: i32 = -129;
    /// No mapping.
    pub(super) const EFAULT: i32 = -14;
}

impl Step {
    /// Words for it.
    const fn text(self) -> &'static str {
        match self {
            Self::HostPort => "host port",
            Self::TargetPort => "target port",
            Self::Controller => "making the controller",
            Self::HardwareQueue => "hardware queue",
            Self::CreateAssociation => "Create Association",
            Self::CreateConnection => "Create I/O Connection",
            Self::Connect => "Connect",
            Self::Enable => "enabling the controller",
            Self::Identify => "identifying the controller",
            Self::QueueCount => "number of I/O queues",
            Self::GoLive => "going into service",
            Self::Association => "association",
            Self::Command => "command",
        }
    }

    /// Whether it is about one queue.
    const fn has_queue(self) -> bool {
        matches!(
            self,
            Self::HardwareQueue | Self::CreateConnection | Self::Connect | Self::Command
        )
    }
}

impl Cause {
    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        match (self.step, self.why) {
            (_, Why::BadAddress) => "write nn-0x<16 digits>:pn-0x<16 digits>",
            (Step::HostPort, _) => {
                "compare host_traddr with the local ports in /sys/kernel/debug/nvme_fc/ports, \
                 and see whether their driver is loaded"
            }
            (_, Why::Unknown) => {
                "compare traddr with the remote ports in /sys/kernel/debug/nvme_fc/ports, and \
                 see to zoning and to the target"
            }
            (_, Why::Gone) => "see to the link and to the target; the port is waited for",
            (_, Why::DevLoss) => "see to the link and to the target, and connect again",
            (_, Why::NotATarget) => "connect to a port with role=target",
            (_, Why::Duplicate) => "use that one, or ask for a second by duplicate_connect",
            (_, Why::Rejected { .. } | Why::BadAnswer) => "see the target's log",
            (_, Why::Unanswered) => "see whether the target is up and serves NVMe at this port",
            (_, Why::Status(status)) => status_advice(status),
            (Step::Connect, Why::Errno(errno::ENOKEY)) => "give the host its dhchap_secret",
            (Step::Connect, Why::Errno(errno::EKEYREJECTED | ECONNREFUSED)) => {
                "compare dhchap_secret (and dhchap_ctrl_secret) with the target's"
            }
            (_, Why::Errno(errno::ENOMEM | errno::EFAULT)) => "see what takes the memory",
            (_, Why::LlddRefused(_) | Why::LlddError(_)) => "see the log of the port's driver",
            (Step::HardwareQueue, _) => "see the log of the port's driver",
            (_, Why::TransferLength | Why::BadResponse | Why::ResponseLength(_)) => {
                "see the logs of the target and of the port's driver"
            }
            (_, Why::TimedOut | Why::NotAborted) => "see whether the target is slow, or gone",
            (_, Why::Disconnected) => "see the target's log for why it ended the association",
            (_, Why::Unfit) => "this subsystem cannot be used by FC",
            (_, Why::Errno(_)) => "see the lines before",
        }
    }
}

/// Bits of a status that say which.
const STATUS_CODE: u16 = 0x7ff;

/// Words for a status that comes while a controller connects.
const fn status_text(status: u16) -> Option<&'static str> {
    Some(match status & STATUS_CODE {
        0x180 => "the target does not take this format of Connect",
        0x181 => "the controller is busy",
        0x182 => "the target knows no such subsystem at this port, or a parameter is wrong",
        0x183 => "the target asks to be discovered anew",
        0x184 => "this host is not allowed",
        0x191 => "the target wants authentication, and there is no secret",
        0x370 => "the transport failed",
        0x371 => "a command was aborted",
        _ => return None,
    })
}

/// What to do about such a status.
const fn status_advice(status: u16) -> &'static str {
    match status & STATUS_CODE {
        0x182 => {
            "compare the subsystem's NQN with the target's, and see what is linked to its port"
        }
        0x184 => "have the target allow the NQN of this host for this subsystem",
        0x191 => "give the host its dhchap_secret",
        0x181 => "it is tried again",
        0x370 | 0x371 => "see the lines before",
        _ => "see the target's log",
    }
}

/// Words for an errno of a step.
const fn errno_text(step: Step, error: i32) -> Option<&'static str> {
    Some(match (step, error) {
        (_, errno::ENOMEM) => "no memory",
        (_, errno::EFAULT) => "memory could not be mapped for the device",
        (Step::HardwareQueue, _) => "the LLDD did not make it",
        (Step::Connect, errno::ENOKEY) => "the target wants authentication, and there is no secret",
        (Step::Connect, errno::EKEYREJECTED) => "authentication failed, a secret is wrong",
        (Step::Connect, ECONNREFUSED) => "the target did not prove that it knows the secret",
        (Step::QueueCount, errno::ENOSPC) => "the target grants no I/O queue, and there were some",
        (Step::QueueCount, errno::ENODEV) => "requests of the queues before did not end in time",
        (Step::GoLive, errno::EIO) => "the association, or the port, went meanwhile",
        _ => return None,
    })
}

impl Why {
    /// Words for it, at a step.
    fn describe(self, step: Step, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Errno(error) => match errno_text(step, error) {
                Some(text) => return write!(f, "{text} ({error})"),
                None => return write!(f, "error {error}"),
            },
            Self::Status(status) => match status_text(status) {
                Some(text) => return write!(f, "{text} (status {status:#06x})"),
                None => return write!(f, "status {status:#06x}"),
            },
            Self::Rejected {
                reason,
                explanation,
            } => {
                return write!(
                    f,
                    "rejected by the target, {}, {}",
                    reject::reason_text(reason),
                    reject::explanation_text(explanation)
                )
            }
            Self::LlddRefused(error) => return write!(f, "refused by the LLDD ({error})"),
            Self::LlddError(error) => return write!(f, "ended by the LLDD with error {error}"),
            Self::ResponseLength(length) => {
                return write!(f, "a response of {length} bytes, which there is not")
            }
            Self::BadAnswer => "the target's answer makes no sense",
            Self::Unanswered => "not answered in time",
            Self::BadAddress => "not an address",
            Self::Unknown => "not registered",
            Self::Gone => "gone",
            Self::DevLoss => "gone, and not back in time",
            Self::NotATarget => "neither a target nor a discovery port",
            Self::Duplicate => "a controller like it exists already",
            Self::TransferLength => "not as much data as the target says",
            Self::BadResponse => "a response that does not fit it",
            Self::TimedOut => "not answered in time, aborted",
            Self::NotAborted => "not answered in time, and not given back by the LLDD",
            Self::Disconnected => "ended by the target",
            Self::Unfit => "it has no SGLs, or an offset of in-capsule data",
        };
        f.write_str(text)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.step.text())?;
        if self.step.has_queue() {
            write!(f, " of queue {}", self.queue)?;
        }
        f.write_str(": ")?;
        self.why.describe(self.step, f)?;
        write!(f, "; {}", self.advice())
    }
}
