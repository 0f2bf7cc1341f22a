// SPDX-License-Identifier: GPL-2.0

//! A bound on the memory that hosts can have a target port set aside for their
//! commands.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};

use crate::hold::Hold;

/// Commands that all queues of a target port may have room for: 128 hosts with
/// 32 queues of 128 commands. Each takes less than 1 KiB.
const COMMANDS_MAX: i64 = 1 << 19;

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
