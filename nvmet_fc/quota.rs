// SPDX-License-Identifier: GPL-2.0

//! Bounds on the memory that hosts can have a target port set aside: for
//! associations, and for the commands of their queues.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};

use crate::{
    association::Association,
    hold::Hold,
    hostport::HostRef,
    shared::{
        proto::ls_error::LsError,
        ratelimit::ratelimited, //
    },
    tgtport::{
        TargetPort,
        ASSOCIATIONS_MAX, //
    }, //
};

/// Commands that all queues of a target port may have room for: 128 hosts with
/// 32 queues of 128 commands. Each takes less than 1 KiB.
const COMMANDS_MAX: i64 = 1 << 19;

/// Associations that one host port may have.
const OF_ONE_HOST: usize = ASSOCIATIONS_MAX / 2;
/// Associations that one host port may have without a controller. Each lives two
/// minutes at most; with queues as large as any they take a quarter of the room
/// for commands.
const UNCONNECTED: usize = 128;

/// What is set aside of a target port's room.
pub(crate) struct Room(Atomic<i64>);

impl Room {
    /// All of it is free.
    pub(crate) const fn new() -> Self {
        Self(Atomic::new(0))
    }
}

/// A part of it, given back when dropped.
pub(crate) struct Share {
    /// The target port.
    port: Hold,
    /// How many commands.
    commands: i64,
}

impl Share {
    /// Sets room for so many commands aside. Context: any.
    ///
    /// # Errors
    ///
    /// `ENOSPC`: there is not so much.
    pub(crate) fn new(port: &Hold, commands: u16) -> Result<Self> {
        let commands = i64::from(commands);
        let used = port.room.0.fetch_add(commands, Relaxed);
        // From here on dropping it gives the room back.
        let share = Self {
            port: port.clone(),
            commands,
        };
        if used.saturating_add(commands) > COMMANDS_MAX {
            ratelimited!(pr_warn!(
                "{{{}}}: no room for a queue of {} commands, port 0x{:016x} has room for {}\n",
                port.number,
                commands,
                port.port_name,
                COMMANDS_MAX
            ));
            return Err(ENOSPC);
        }
        Ok(share)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.port.room.0.fetch_sub(self.commands, Relaxed);
    }
}

impl TargetPort {
    /// Whether a host may have one more association. An LLDD without handles
    /// cannot tell hosts apart. Context: any; there is one caller at a time.
    ///
    /// # Errors
    ///
    /// The reject's reason; the log has the numbers.
    pub(crate) fn has_room_for(&self, host: Option<&HostRef>) -> Result<(), LsError> {
        let is_mine = |other: &HostRef| host.is_some_and(|host| host.is_same(other));
        let associations = self.associations.lock();
        let all = associations.len();
        let mine = || {
            let of_host = |other: &Association| other.host().is_some_and(is_mine);
            associations.iter().filter(move |other| of_host(other))
        };
        let of_host = mine().count();
        let unconnected = mine().filter(|other| other.ctrl().is_none()).count();
        drop(associations);
        let (number, whose) = if all >= ASSOCIATIONS_MAX {
            (all, "in all")
        } else if of_host >= OF_ONE_HOST {
            (of_host, "of this host")
        } else if unconnected >= UNCONNECTED {
            (unconnected, "of this host that it did not connect")
        } else {
            return Ok(());
        };
        ratelimited!(pr_warn!(
            "{{{}}}: no room for another association: {} associations {}, port 0x{:016x}\n",
            self.number,
            number,
            whose,
            self.port_name
        ));
        Err(LsError::AssociationAllocation)
    }
}
