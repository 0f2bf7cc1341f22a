// SPDX-License-Identifier: GPL-2.0

//! Buffers that stay with slots that no command uses.

#![deny(unsafe_code)]

use crate::queue::Queue;

impl Queue {
    /// Looks at the buffers of free slots, and gives those back that the last look has
    /// found and no command has used since. Context: any; without a lock.
    pub(crate) fn give_back_idle(&self) {
        self.give_back(|was_idle| was_idle);
    }

    /// Gives the buffers of all free slots back. Context: as above.
    pub(crate) fn give_back_buffers(&self) {
        self.give_back(|_| true);
    }

    /// Gives those back that `wanted` says, of whether the last look has found them.
    fn give_back(&self, wanted: impl Fn(bool) -> bool) {
        let room = &self.port().room;
        // Nothing of any queue, so nothing of this one: idle ports have many slots.
        if !room.keeps_any() {
            return;
        }
        for slot in self.slots().iter() {
            if let Some(mut buffer) = self.take_buffer(slot, &wanted) {
                // Not under the lock: it may be many pages.
                buffer.give_back(room);
            }
        }
    }
}
