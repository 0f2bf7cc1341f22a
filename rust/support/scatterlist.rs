// SPDX-License-Identifier: GPL-2.0

//! Pages in a scatterlist, and their mapping for a device that may not exist.
//!
//! Meant for `rust/kernel/scatterlist.rs`, whose tables come from pages that the
//! caller has, are mapped from their making to their end, and for a device that
//! is there. These are allocated with their pages, which one piece of data after
//! the other may use, and mapped when the data is ready, perhaps in an interrupt.
//!
//! C header: [`include/linux/scatterlist.h`](srctree/include/linux/scatterlist.h)

use core::ptr;

use kernel::prelude::*;

use crate::{
    abi,
    shared::support::{
        device::DeviceRef,
        dma::Direction, //
    }, //
};

/// Bytes of a page.
const PAGE: u32 = abi::PAGE_SIZE as u32;
/// Pages of a large element: 64 KiB, what a device takes that has not said more.
const LARGE_ORDER: u32 = 4;
/// Bytes of one.
const LARGE: u32 = PAGE << LARGE_ORDER;

/// Pages for data.
///
/// # Invariants
///
/// `list` is null, and all numbers are 0; or it has `elements` one after the other,
/// from `sgl_alloc_order`, each with 2 to the power of `order` pages. The first
/// `entries` of them have `length` bytes together, all but the last as many as it has
/// pages for, and end the list; neither is 0 then.
///
/// If `mapped` is not zero, the `entries` are mapped in `direction` for the device
/// that `map` was called with, and the first `mapped` elements carry addresses; or
/// there is no device, and it is `entries`.
pub(crate) struct PageList {
    /// The scatterlist.
    list: *mut abi::scatterlist,
    /// Bytes.
    length: u32,
    /// Elements that have them.
    entries: u32,
    /// Elements with pages.
    elements: u32,
    /// How many pages each has.
    order: u32,
    /// Elements that a device sees; 0 if not mapped.
    mapped: u32,
    /// Which way it is mapped.
    direction: Direction,
}

// SAFETY: Plain memory with one owner.
unsafe impl Send for PageList {}

impl PageList {
    /// No pages.
    pub(crate) const fn none() -> Self {
        // INVARIANT: Null, and all numbers are 0.
        Self {
            list: ptr::null_mut(),
            length: 0,
            entries: 0,
            elements: 0,
            order: 0,
            mapped: 0,
            direction: Direction::Bidirectional,
        }
    }

    /// Allocates `length` bytes, not 0, all of them 0 if `clear`, for data that
    /// `device` moves: a page in each element, or sixteen where that wastes none, the
    /// device takes as much, and they are there at once. What was there is freed.
    /// Context: may sleep; not mapped.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; there are no pages then.
    pub(crate) fn allocate(&mut self, length: u32, clear: bool, device: &DeviceRef) -> Result {
        self.free();
        let zero = if clear { abi::__GFP_ZERO } else { 0 };
        let is_large = length > LARGE && length % LARGE == 0 && device.takes_segment(LARGE);
        // Nothing is reclaimed or moved out of the way for them. Whoever holds on to one
        // of their pages holds all of it.
        let at_once = abi::GFP_NOWAIT | (1 << abi::___GFP_COMP_BIT) | zero;
        let is_filled = (is_large && self.fill(length, LARGE_ORDER, at_once))
            || self.fill(length, 0, abi::GFP_KERNEL | zero);
        if !is_filled {
            return Err(ENOMEM);
        }
        #[cfg(CONFIG_NEED_SG_DMA_LENGTH)]
        for at in 0..self.elements {
            self.show_length(at);
        }
        self.show(device);
        Ok(())
    }

    /// Allocates elements of that order; says whether there are.
    fn fill(&mut self, length: u32, order: u32, flags: abi::gfp_t) -> bool {
        let mut elements = 0;
        // SAFETY: `elements` is valid for writes.
        let list =
            unsafe { abi::sgl_alloc_order(u64::from(length), order, false, flags, &mut elements) };
        if list.is_null() {
            return false;
        }
        // INVARIANT: As `sgl_alloc_order` says; not mapped.
        self.list = list;
        self.length = length;
        self.entries = elements;
        self.elements = elements;
        self.order = order;
        true
    }

    /// Bytes of an element, but perhaps for the last.
    #[inline]
    pub(crate) fn element(&self) -> u32 {
        PAGE.wrapping_shl(self.order)
    }

    /// Has the pages take `length` bytes, if there are enough of them, and says
    /// whether. Those bytes are 0 if `clear`, and whatever they were otherwise.
    /// Context: any; not mapped.
    pub(crate) fn resize(&mut self, length: u32, clear: bool, device: &DeviceRef) -> bool {
        if length == 0 || u64::from(length) > self.bytes() {
            return false;
        }
        self.end_at(length);
        self.show(device);
        if clear {
            // SAFETY: By the invariant the list has that many elements. CAST: A u32
            // fits.
            unsafe { abi::sg_zero_buffer(self.list, self.entries, length as usize, 0) };
        }
        true
    }

    /// Moves the end of the list to `length` bytes, not 0, for which there are pages.
    fn end_at(&mut self, length: u32) {
        let element = self.element();
        // The place of the last byte, by elements.
        let shift = PAGE.trailing_zeros().wrapping_add(self.order);
        let last = length.wrapping_sub(1).wrapping_shr(shift);
        let entries = last.wrapping_add(1);
        self.set_element(self.entries.saturating_sub(1), element, false);
        self.set_element(last, length.wrapping_sub(last.wrapping_mul(element)), true);
        // INVARIANT: So many elements now have so many bytes, and end there.
        self.entries = entries;
        self.length = length;
    }

    /// Sets the length of an element that there is, and whether it is the last.
    fn set_element(&mut self, at: u32, length: u32, is_last: bool) {
        // SAFETY: By the invariant the list has that element.
        let element = unsafe { &mut *self.list.add(at as usize) };
        element.length = length;
        // CAST: A bit of the word that has the page's address.
        let end = abi::SG_END as usize;
        element.page_link &= !end;
        if is_last {
            element.page_link |= end;
        }
        #[cfg(CONFIG_NEED_SG_DMA_LENGTH)]
        self.show_length(at);
    }

    /// Lets software that takes the place of a device see the length of an element
    /// that there is: address 0, its bytes.
    #[cfg(CONFIG_NEED_SG_DMA_LENGTH)]
    fn show_length(&mut self, at: u32) {
        // SAFETY: By the invariant the list has that element.
        let element = unsafe { &mut *self.list.add(at as usize) };
        element.dma_length = element.length;
    }

    /// Without a device the data is as good as mapped from the start: nobody needs
    /// more than the addresses of the pages.
    fn show(&mut self, device: &DeviceRef) {
        // INVARIANT: There is no device that would see anything; or it is not mapped.
        self.mapped = if device.as_raw().is_null() {
            self.entries
        } else {
            0
        };
    }

    /// The first element, for C.
    #[inline]
    pub(crate) fn list(&self) -> *mut abi::scatterlist {
        self.list
    }

    /// Bytes; 0 without pages.
    #[inline]
    pub(crate) fn length(&self) -> u32 {
        self.length
    }

    /// Elements that have them.
    #[inline]
    pub(crate) fn entries(&self) -> u32 {
        self.entries
    }

    /// Bytes of all its pages, for this data or for more.
    pub(crate) fn bytes(&self) -> u64 {
        u64::from(self.elements).wrapping_mul(u64::from(self.element()))
    }

    /// Copies what lies `skip` bytes into the data, and says whether there was
    /// as much as `to` takes. The data is not mapped. Context: may sleep.
    pub(crate) fn read(&self, skip: usize, to: &mut [u8]) -> bool {
        // SAFETY: By the invariant the list has that many elements, and `to` is
        // valid for writes. CAST: `skip` is a place in data, of which there is
        // far less than an `off_t` counts.
        let copied = unsafe {
            abi::sg_pcopy_to_buffer(
                self.list,
                self.entries,
                to.as_mut_ptr().cast(),
                to.len(),
                skip as isize,
            )
        };
        copied == to.len()
    }

    /// Makes the data visible to the device that it was allocated for. Context: any.
    ///
    /// # Errors
    ///
    /// `EIO`: the device cannot reach it.
    pub(crate) fn map(&mut self, device: &DeviceRef, direction: Direction) -> Result {
        if device.as_raw().is_null() {
            return Ok(());
        }
        // SAFETY: By the invariant the list has that many elements; it is not
        // mapped yet. CAST: The number came from an allocation.
        let mapped = unsafe {
            abi::dma_map_sg_attrs(
                device.as_raw(),
                self.list,
                self.entries as c_int,
                direction.as_raw(),
                0,
            )
        };
        if mapped == 0 {
            return Err(EIO);
        }
        // INVARIANT: Mapped, with so many elements for the device.
        self.mapped = mapped;
        self.direction = direction;
        Ok(())
    }

    /// Takes the data back from the device. Context: any.
    pub(crate) fn unmap(&mut self, device: &DeviceRef) {
        if self.mapped == 0 || device.as_raw().is_null() {
            return;
        }
        // SAFETY: By the invariant it is mapped for this device, with as many
        // elements as the list has. CAST: As in `map`.
        unsafe {
            abi::dma_unmap_sg_attrs(
                device.as_raw(),
                self.list,
                self.entries as c_int,
                self.direction.as_raw(),
                0,
            )
        };
        // INVARIANT: Not mapped.
        self.mapped = 0;
    }

    /// Whether a device sees each element as it is: it is mapped, and nothing was
    /// merged. All but the last have [`PageList::element`] bytes then.
    #[inline(always)]
    pub(crate) fn is_uniform(&self) -> bool {
        self.mapped == self.entries
    }

    /// The bytes of each element that a device sees, without the first `moved`.
    pub(crate) fn rest_lengths(&self, moved: u32) -> impl Iterator<Item = u32> + '_ {
        (moved..self.mapped).map(|at| {
            // SAFETY: By the invariant the element exists and is mapped.
            unsafe { abi::sg_dma_len(self.list.add(at as usize)) }
        })
    }

    /// The element behind the first `moved`, which there are.
    #[inline]
    pub(crate) fn rest(&self, moved: u32) -> *mut abi::scatterlist {
        self.list.wrapping_add(moved as usize)
    }

    /// Frees the pages. Context: any; not mapped.
    pub(crate) fn free(&mut self) {
        if self.list.is_null() {
            return;
        }
        // What frees them goes up to the end of the list.
        self.end_at(self.elements.saturating_mul(self.element()));
        // SAFETY: From `sgl_alloc_order`, not mapped, and nobody has it: it is forgotten
        // below. CAST: Few bits.
        unsafe { abi::sgl_free_order(self.list, self.order as c_int) };
        // INVARIANT: Null, and all numbers are 0.
        self.list = ptr::null_mut();
        self.length = 0;
        self.entries = 0;
        self.elements = 0;
        self.order = 0;
        self.mapped = 0;
    }
}

impl Drop for PageList {
    fn drop(&mut self) {
        self.free();
    }
}
