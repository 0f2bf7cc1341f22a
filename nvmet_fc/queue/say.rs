// SPDX-License-Identifier: GPL-2.0

//! What a queue reports, to the log and to whoever counts.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    counts::{
        self,
        refusal::Refusal, //
    },
    queue::Queue,
    shared::support::ratelimit::ratelimited, //
};

impl Queue {
    /// Reports operations that were aborted because their data did not come.
    pub(crate) fn say_stale(&self, operations: usize) {
        counts::ABORTS_STALE.add(operations);
        ratelimited!(pr_warn!(
            "{{{}:{}}}: write data of {} commands of queue {} did not come, aborting them, port 0x{:016x}\n",
            self.port.number,
            self.owner_number,
            operations,
            self.id.queue_id(),
            self.port.port_name
        ));
    }

    /// Reports operations that the end of the association does not wait for any
    /// longer.
    pub(crate) fn say_lost(&self, operations: usize) {
        counts::ABORTS_LOST.add(operations);
        ratelimited!(pr_warn!(
            "{{{}:{}}}: {} WRITEDATA of queue {} never ended by the LLDD, port 0x{:016x}\n",
            self.port.number,
            self.owner_number,
            operations,
            self.id.queue_id(),
            self.port.port_name
        ));
    }

    /// Reports a command for whose data there is no memory.
    #[cold]
    pub(crate) fn say_no_memory(&self, length: u32) {
        let why = Refusal::DataMemory.counted();
        ratelimited!(
            self.port.commands_log,
            pr_warn!(
                "{{{}:{}}}: command of queue {} fails: {} for {} bytes of data, port 0x{:016x}\n",
                self.port.number,
                self.owner_number,
                self.id.queue_id(),
                why,
                length,
                self.port.port_name
            )
        );
    }
}
