// SPDX-License-Identifier: GPL-2.0

//! The commands of a queue that are not over, for files; and for the log what keeps a
//! queue when its association ends: nothing else tells an administrator whom the end
//! waits for.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    port::core::Hold,
    queue::Queue,
    shared::{
        proto::life::target_exchange::State,
        support::ratelimit::ratelimited, //
    }, //
};

/// Commands of a queue that are not over, by who has them.
#[derive(Clone, Copy)]
pub(crate) struct Unfinished {
    /// nvmet, or on their way there.
    pub(crate) nvmet: u16,
    /// The LLDD, for its WRITEDATA.
    pub(crate) write_data: u16,
    /// The LLDD, for its READDATA.
    pub(crate) read_data: u16,
    /// The LLDD, for its RSP or READDATA_RSP.
    pub(crate) responses: u16,
}

impl Unfinished {
    /// Those of a queue; each command as it is when it is looked at. Context: any.
    pub(crate) fn of(queue: &Queue) -> Self {
        let mut this = Self {
            nvmet: 0,
            write_data: 0,
            read_data: 0,
            responses: 0,
        };
        for slot in queue.slots().iter() {
            let number = match slot.phase.state() {
                State::FREE => continue,
                State::WRITE_DATA => &mut this.write_data,
                State::READ_DATA => &mut this.read_data,
                State::RESPONSE => &mut this.responses,
                _ => &mut this.nvmet,
            };
            *number = number.saturating_add(1);
        }
        this
    }

    /// How many wait for their response.
    pub(crate) fn unanswered(&self) -> u64 {
        let numbers = [self.nvmet, self.write_data, self.read_data];
        numbers.into_iter().map(u64::from).sum()
    }

    /// Whether there is any.
    fn is_any(&self) -> bool {
        let numbers = [self.nvmet, self.write_data, self.read_data, self.responses];
        numbers.iter().any(|number| *number != 0)
    }

    /// Says that the end of an association, of that number, waits for them.
    /// Context: any.
    pub(crate) fn say(&self, port: &Hold, association: u32, queue_id: u16) {
        if !self.is_any() {
            return;
        }
        ratelimited!(pr_warn!(
            "{{{}:{}}}: {} WRITEDATA, {} READDATA, {} RSP with the LLDD, {} commands with nvmet keep queue {}, port 0x{:016x}\n",
            port.number,
            association,
            self.write_data,
            self.read_data,
            self.responses,
            self.nvmet,
            queue_id,
            port.port_name
        ));
    }
}
