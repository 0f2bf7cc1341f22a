// SPDX-License-Identifier: GPL-2.0

//! The numbers of a queue, for those who look: all of them are there anyway.

#![deny(unsafe_code)]

use kernel::sync::atomic::Relaxed;

use crate::queue::{
    unfinished::Unfinished,
    Queue, //
};

/// The numbers of a queue. Each is what it was at some moment while they were
/// gathered.
pub(crate) struct Numbers {
    /// Commands that it has memory for.
    pub(crate) entries: u32,
    /// Commands that have memory, by who has them.
    pub(crate) unfinished: Unfinished,
    /// Commands that wait for memory.
    pub(crate) deferred: usize,
    /// nvmet's SQ head pointer.
    pub(crate) sqhd: u32,
    /// Responses.
    pub(crate) responses: u32,
    /// Those of them that were extended ones.
    pub(crate) extended: u32,
}

impl Queue {
    /// Gathers them: looks at each slot. Context: any.
    pub(crate) fn numbers(&self) -> Numbers {
        let deferred = self.list.lock().waiting();
        Numbers {
            // CAST: A queue has at most 65535 slots.
            entries: self.slots.len() as u32,
            unfinished: Unfinished::of(self),
            deferred,
            sqhd: self.nvmet.sqhd(),
            responses: self.ordinal.load(Relaxed),
            extended: self.sequence_number.load(Relaxed),
        }
    }
}
