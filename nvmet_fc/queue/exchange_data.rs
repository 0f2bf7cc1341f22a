// SPDX-License-Identifier: GPL-2.0

//! The data of an exchange: its memory, and what of it the device sees.

#![deny(unsafe_code)]

use crate::{
    abi,
    limits::CHECK_LENGTH_ABOVE,
    queue::{
        exchange::{
            Exchange,
            Parts,
            ViewMut, //
        },
        slot::Work, //
    },
    shared::{
        fc::target_request::Part,
        support::{
            dma::Direction,
            scatterlist::PageList, //
        }, //
    }, //
};

/// Bytes of a page, of which a buffer has a whole number.
const PAGE: u32 = abi::PAGE_SIZE as u32;

impl Work {
    /// One operation is to move all of the data.
    #[inline(always)]
    fn plan_all(&mut self) {
        self.part = Part {
            offset: 0,
            first: 0,
            length: self.expected,
            elements: self.buffer.pages().entries(),
        };
    }
}

impl Exchange {
    /// Whether the slot has memory for so much data, not 0, that a command may have
    /// as it is.
    #[inline]
    pub(crate) fn has_buffer(&self, length: u32) -> bool {
        self.work_ref().buffer.fits(length)
    }

    /// The command's data, if there is memory for it.
    pub(crate) fn data(&self) -> Option<&PageList> {
        let work = self.work_ref();
        let pages = work.buffer.pages();
        (work.expected != 0 && pages.length() == work.expected).then_some(pages)
    }

    /// Gives the command memory for its data, not 0 bytes of it, all of them 0 if
    /// `clear`; says whether there is any. Context: may sleep.
    pub(crate) fn give_buffer(&mut self, length: u32, clear: bool) -> bool {
        let Parts { work, queue, .. } = self.parts();
        let prepared = work.buffer.prepare(length, clear, &queue.terms());
        prepared
            .inspect_err(|_| queue.say_no_memory(length))
            .is_ok()
    }

    /// The same for much data, of which the host may have too much: it counts in its
    /// account, but for what stays with a slot, which has a bound of its own.
    pub(crate) fn give_buffer_in_account(&mut self, length: u32, clear: bool) -> bool {
        if self.work_ref().buffer.keeps(length) {
            return self.give_buffer(length, clear);
        }
        let bytes = u64::from(length.div_ceil(PAGE)).wrapping_mul(u64::from(PAGE));
        if !self.queue().share().take_data(bytes) {
            return false;
        }
        let has_data = self.give_buffer(length, clear);
        if !has_data || self.work_ref().buffer.is_kept() {
            self.queue().share().give_data(bytes);
        }
        has_data
    }

    /// Takes the data back from the device, and the memory for it from the command.
    /// Context: any.
    #[inline(always)]
    pub(crate) fn free_data(&mut self) {
        if !self.work_ref().buffer.is_straight() {
            Self::free_mapped_data(self.view_mut());
        }
    }

    /// The same where there may be something to do.
    #[inline(never)]
    fn free_mapped_data(mut view: ViewMut<'_>) {
        let Parts { work, queue, .. } = view.parts();
        work.buffer.pages_mut().unmap(queue.port().device());
        let freed = work.buffer.end_use();
        if freed > u64::from(CHECK_LENGTH_ABOVE) {
            queue.share().give_data(freed);
        }
    }

    /// Makes the data visible to the device, and finds what the first operation
    /// moves; says whether that is all of it. `None`: the device cannot reach it, or
    /// there is none. Context: any.
    #[inline(always)]
    pub(crate) fn map_and_plan(&mut self) -> Option<bool> {
        let work = self.work();
        if work.buffer.is_straight() {
            work.plan_all();
            return Some(true);
        }
        Self::map_and_plan_parts(self.view_mut())
    }

    /// The same where there is something to do for it.
    #[inline(never)]
    fn map_and_plan_parts(mut view: ViewMut<'_>) -> Option<bool> {
        view.data()?;
        let Parts { work, queue, .. } = view.parts();
        let direction = if work.marks.read {
            Direction::ToDevice
        } else {
            Direction::FromDevice
        };
        let pages = work.buffer.pages_mut();
        pages.map(queue.port().device(), direction).ok()?;
        if work.buffer.is_whole() {
            work.plan_all();
            return Some(true);
        }
        view.plan()
    }

    /// Takes the data back from the device. Context: any.
    #[inline]
    pub(crate) fn unmap_data(&mut self) {
        let Parts { work, queue, .. } = self.parts();
        if !work.buffer.is_straight() {
            work.buffer.pages_mut().unmap(queue.port().device());
        }
    }
}
