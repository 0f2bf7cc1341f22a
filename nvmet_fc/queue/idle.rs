// SPDX-License-Identifier: GPL-2.0

//! Buffers that stay with slots that no command uses.

use core::mem;

use crate::queue::{
    buffer::Buffer,
    Queue,
    Slot, //
};

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

    /// Takes a free slot's buffer out.
    fn take_buffer(&self, slot: &Slot, wanted: impl Fn(bool) -> bool) -> Option<Buffer> {
        let _list = self.list().lock();
        if !slot.lldd.get().is_null() {
            return None;
        }
        // SAFETY: The slot is free, and its queue's lock is held.
        let work = unsafe { &mut *slot.work.get() };
        if !work.buffer.is_kept() || !wanted(mem::replace(&mut work.marks.idle, true)) {
            return None;
        }
        Some(mem::replace(&mut work.buffer, Buffer::none()))
    }
}
