// SPDX-License-Identifier: GPL-2.0

//! Target: what a port sets aside for hosts, and what one of them may have of
//! it.
//!
//! One host never gets all of a port: what is beyond its share it gets only
//! while the port is less than half full, so that the other half is there for
//! those who come later.

#![deny(unsafe_code)]

/// What a queue takes beside its commands, in commands: the queue itself, nvmet's
/// part of it, and the percpu counter there.
pub const QUEUE_COST: u32 = 4;
/// What an association takes beside its queues, in commands: itself, and the
/// controller that nvmet makes for it (25 KiB), which is most of it.
pub const ASSOCIATION_COST: u32 = 44;
/// One host's share: the whole, divided by this.
const SHARES: u64 = 4;

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// The port's is used up.
    Port,
    /// The host has its share, and the port is half full.
    Host,
}

/// What a queue for so many commands takes, in commands.
#[inline]
pub const fn queue_cost(commands: u16) -> u32 {
    QUEUE_COST.saturating_add(commands as u32)
}

/// What one host may have of `whole`, however much of it is gone.
#[inline]
pub const fn of_one_host(whole: u64) -> u64 {
    whole / SHARES
}

/// Whether `wanted` more may be set aside of `whole`, of which `used` is gone,
/// `mine` of that to the host that asks. `None`: hosts cannot be told apart.
///
/// # Errors
///
/// What is short.
pub fn check(whole: u64, used: u64, mine: Option<u64>, wanted: u64) -> Result<(), Shortage> {
    let then = used.saturating_add(wanted);

    if then > whole {
        return Err(Shortage::Port);
    }
    let is_over = |mine: u64| mine.saturating_add(wanted) > of_one_host(whole);
    if mine.is_some_and(is_over) && then > whole / 2 {
        return Err(Shortage::Host);
    }
    Ok(())
}
