// SPDX-License-Identifier: GPL-2.0

//! Host: reconnect or delete.
//!
//! The caller takes a snapshot of port and controller under one lock and asks
//! [`next_step`]. A port is either online, or offline with a deadline; so a
//! port that returns cannot be judged by the deadline it no longer has.

#![deny(unsafe_code)]

/// Bit of a positive status: do not retry (NVME_STATUS_DNR).
pub const STATUS_DNR: i32 = 0x4000;
/// Errno: the key was refused.
const EKEYREJECTED: i32 = 129;
/// Errno: there is no key.
const ENOKEY: i32 = 126;
/// Reconnect delay of nvme-fabrics when the user names none, in seconds.
const DEFAULT_DELAY: u32 = 10;
/// Reconnect delay that FC uses instead, in seconds.
const FC_DELAY: u32 = 2;

/// A remote port at the time of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Registered.
    Online,
    /// Unregistered; lost for good at this time.
    Offline {
        /// Jiffies.
        dev_loss_end: u64,
    },
}

/// What the decision depends on. Times are jiffies, which may wrap; spans are
/// below half their range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReconnectState {
    /// Now.
    pub now: u64,
    /// The remote port.
    pub port: Port,
    /// How the attempt ended: an NVMe status if positive, an errno if
    /// negative.
    pub status: i32,
    /// Attempts made since the association was lost.
    pub attempts: i32,
    /// Attempts allowed; negative for no limit.
    pub max_attempts: i32,
    /// The user's delay between attempts, in jiffies.
    pub delay: u64,
    /// The controller was in service before. Its path came back by itself, and
    /// may have come back before its target's administrator was through with
    /// setting it up: no refusal is final then.
    pub served: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try again.
    Retry {
        /// After so many jiffies.
        delay: u64,
    },
    /// Delete the controller.
    Delete(Reason),
}

/// Why a controller is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The controller said that another attempt is no use.
    DoNotRetry,
    /// Authentication failed, and will again.
    Key,
    /// All attempts were made.
    Attempts,
    /// The port did not return in time.
    DevLoss,
}

/// What the log says of a deletion. Scripts match these lines, which are the C
/// module's: there the port's state comes first, then the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// "reconnect failure".
    Refused,
    /// "Max reconnect attempts (..) reached."
    Attempts,
    /// "dev_loss_tmo (..) expired while waiting for remoteport connectivity."
    DevLoss,
}

/// The line for a deletion while the port is in this state.
pub const fn line(port: Port, reason: Reason) -> Line {
    match (port, reason) {
        (Port::Offline { .. }, _) | (Port::Online, Reason::DevLoss) => Line::DevLoss,
        (Port::Online, Reason::DoNotRetry) => Line::Refused,
        (Port::Online, Reason::Key | Reason::Attempts) => Line::Attempts,
    }
}

/// Why an attempt that ended so need not be repeated.
const fn refusal(status: i32) -> Option<Reason> {
    if status > 0 && status & STATUS_DNR != 0 {
        Some(Reason::DoNotRetry)
    } else if status == -EKEYREJECTED || status == -ENOKEY {
        Some(Reason::Key)
    } else {
        None
    }
}

/// Decides after an attempt that failed, or was not possible.
pub const fn next_step(at: &ReconnectState) -> Decision {
    let left = match at.port {
        Port::Online => None,
        Port::Offline { dev_loss_end } => match until(at.now, dev_loss_end) {
            0 => return Decision::Delete(Reason::DevLoss),
            left => Some(left),
        },
    };

    if let (Some(reason), false) = (refusal(at.status), at.served) {
        Decision::Delete(reason)
    } else if at.max_attempts >= 0 && at.attempts >= at.max_attempts {
        Decision::Delete(Reason::Attempts)
    } else {
        match left {
            Some(left) if left < at.delay => Decision::Retry { delay: left },
            _ => Decision::Retry { delay: at.delay },
        }
    }
}

/// The time at which an offline port is lost, for the work that looks then:
/// jiffies from now, 0 if that is past. `None` if the port is online.
pub const fn until_dev_loss(now: u64, port: Port) -> Option<u64> {
    match port {
        Port::Online => None,
        Port::Offline { dev_loss_end } => Some(until(now, dev_loss_end)),
    }
}

/// A remote port, as users see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Registered.
    Online,
    /// Unregistered, and controllers wait for it.
    Lost {
        /// So many jiffies more.
        left: u64,
    },
    /// Unregistered, and nobody waits.
    Deleted,
}

impl Presence {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Lost { .. } => "lost",
            Self::Deleted => "deleted",
        }
    }

    /// Seconds for which it is still waited for, begun ones included; `None` unless it
    /// is lost. `ticks` jiffies are a second.
    pub const fn seconds_left(self, ticks: u32) -> Option<u64> {
        match self {
            Self::Lost { left } if ticks != 0 => Some(left.div_ceil(ticks as u64)),
            _ => None,
        }
    }
}

/// A port with so many controllers behind it, as users see it.
pub const fn presence(now: u64, port: Port, controllers: u32) -> Presence {
    match until_dev_loss(now, port) {
        None => Presence::Online,
        Some(left) if left != 0 && controllers != 0 => Presence::Lost { left },
        Some(_) => Presence::Deleted,
    }
}

/// Delay in seconds and number of attempts that FC makes of the user's: if
/// the loss is limited and the delay is the default, the delay is shortened
/// and the attempts are multiplied to fill the same time.
pub const fn for_fc(delay: u32, max_attempts: i32) -> (u32, i32) {
    if max_attempts < 0 || delay != DEFAULT_DELAY {
        return (delay, max_attempts);
    }
    let seconds = (max_attempts as u64).saturating_mul(DEFAULT_DELAY as u64);
    let attempts = seconds.div_ceil(FC_DELAY as u64);

    if attempts > i32::MAX as u64 {
        (FC_DELAY, i32::MAX)
    } else {
        (FC_DELAY, attempts as i32)
    }
}

/// How long an offline port is waited for, in seconds, for the log: the
/// shorter of the port's and the controller's own limit.
pub const fn loss_seconds(dev_loss: u32, delay: u32, max_attempts: i32) -> u32 {
    if max_attempts < 0 {
        return dev_loss;
    }
    let controller = (max_attempts as u32).saturating_mul(delay);

    if controller < dev_loss {
        controller
    } else {
        dev_loss
    }
}

/// Jiffies from `now` to `end`, 0 if `end` is not after `now`.
const fn until(now: u64, end: u64) -> u64 {
    let left = end.wrapping_sub(now);

    if left > i64::MAX as u64 {
        0
    } else {
        left
    }
}
