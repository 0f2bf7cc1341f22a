// SPDX-License-Identifier: GPL-2.0

//! The memory for a command's data, which stays with the slot where it may.
//!
//! The next command of the same length takes it as it is, and one with less data
//! has it end earlier. What is in it then is what commands of the same queue have
//! left, so it is its host's own; and wherever memory from the page allocator would
//! have to be cleared, it is cleared as well.
//!
//! How much stays is bounded for each target port ([`Room::keep`]). A buffer is given
//! back with its queue, and before that once two looks at the queue, one after the
//! other, have found its slot free and unused in between.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    limits::CHECK_LENGTH_ABOVE,
    port::room::Room,
    shared::{
        proto::command::chunk::Limits,
        support::{
            device::DeviceRef,
            scatterlist::PageList, //
        }, //
    }, //
};

/// What the buffers of a queue are for, and bounded by.
pub(crate) struct Terms<'a> {
    /// The device that moves the data, if any.
    pub(crate) device: &'a DeviceRef,
    /// What one operation takes.
    pub(crate) limits: Limits,
    /// The most that stays with a slot, bytes.
    pub(crate) kept_length: u32,
    /// The room for all that stays.
    pub(crate) room: &'a Room,
}

/// A buffer, or none.
///
/// Its pages are not mapped for a device while no command has them.
pub(crate) struct Buffer {
    /// The pages.
    pages: PageList,
    /// It stays with its slot.
    kept: bool,
    /// What a command may have that is given it as it is and without a question, bytes;
    /// 0 if none is.
    quick: u32,
    /// It stays, and one operation moves all of it, unless a device sees other pieces
    /// than its elements.
    whole: bool,
    /// The same, and there is no device: there is nothing to do for a command of that
    /// length but to point at it.
    straight: bool,
}

impl Buffer {
    /// None.
    pub(crate) const fn none() -> Self {
        Self {
            pages: PageList::none(),
            kept: false,
            quick: 0,
            whole: false,
            straight: false,
        }
    }

    /// The pages, of which there may be none.
    #[inline]
    pub(crate) fn pages(&self) -> &PageList {
        &self.pages
    }

    /// The same, to map them.
    #[inline]
    pub(crate) fn pages_mut(&mut self) -> &mut PageList {
        &mut self.pages
    }

    /// Whether it is what a command with so many bytes, not 0, would be given
    /// without being cleared, and none is asked whether it may have as many.
    #[inline]
    pub(crate) fn fits(&self, length: u32) -> bool {
        self.quick == length
    }

    /// Whether it has so many bytes, and more perhaps, and stays.
    pub(crate) fn keeps(&self, length: u32) -> bool {
        self.kept && self.pages.bytes() >= u64::from(length)
    }

    /// Whether it needs neither mapping nor planning, nor anything when the command
    /// is over.
    #[inline]
    pub(crate) fn is_straight(&self) -> bool {
        self.straight
    }

    /// Whether one operation moves all of it, now that it is mapped.
    #[inline]
    pub(crate) fn is_whole(&self) -> bool {
        self.whole && self.pages.is_uniform()
    }

    /// Whether there is one while its slot is free.
    pub(crate) fn is_kept(&self) -> bool {
        self.kept
    }

    /// Has it take so many bytes, not 0, all of them 0 if `clear`; of what stays
    /// with the slot, or from the page allocator. Context: may sleep; not mapped.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; there is none then.
    pub(crate) fn prepare(&mut self, length: u32, clear: bool, terms: &Terms<'_>) -> Result {
        let may_stay = length <= terms.kept_length;
        if !(may_stay && self.kept && self.pages.resize(length, clear, terms.device)) {
            self.give_back(terms.room);
            self.pages.allocate(length, clear, terms.device)?;
            self.kept = may_stay && terms.room.keep(self.pages.bytes());
        }
        self.quick = if length <= CHECK_LENGTH_ABOVE {
            length
        } else {
            0
        };
        self.whole = self.kept
            && self.pages.entries() <= terms.limits.elements
            && length <= terms.limits.bytes;
        self.straight = self.whole && terms.device.as_raw().is_null();
        Ok(())
    }

    /// The command is over: frees what does not stay, and says how many bytes those
    /// were. Context: any; not mapped.
    pub(crate) fn end_use(&mut self) -> u64 {
        if self.kept {
            return 0;
        }
        let bytes = self.pages.bytes();
        self.quick = 0;
        self.pages.free();
        bytes
    }

    /// Frees it, though it might stay. Context: any; not mapped.
    pub(crate) fn give_back(&mut self, room: &Room) {
        if self.kept {
            room.give_back(self.pages.bytes());
        }
        self.kept = false;
        self.quick = 0;
        self.whole = false;
        self.straight = false;
        self.pages.free();
    }
}
