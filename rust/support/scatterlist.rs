// SPDX-License-Identifier: GPL-2.0

//! Pages in a scatterlist, and their mapping for a device that may not exist.
//!
//! Meant for `rust/kernel/scatterlist.rs`, whose tables come from pages that the
//! caller has, are mapped from their making to their end, and for a device that
//! is there. These are allocated with their pages, and mapped when the data is
//! ready, perhaps in an interrupt.
//!
//! C header: [`include/linux/scatterlist.h`](srctree/include/linux/scatterlist.h)

use core::ptr::NonNull;

use kernel::prelude::*;

use crate::{
    abi,
    shared::support::{
        device::DeviceRef,
        dma::Direction, //
    }, //
};

/// Pages with data.
///
/// # Invariants
///
/// `list` has `entries` elements one after the other, from `sgl_alloc`. If
/// `mapped` is not zero, they are mapped in `direction` for the device that
/// `map` was called with, and the first `mapped` elements carry addresses.
pub(crate) struct PageList {
    /// The scatterlist.
    list: NonNull<abi::scatterlist>,
    /// Its elements.
    entries: u32,
    /// Elements that a device sees; 0 if not mapped.
    mapped: u32,
    /// Elements that were moved already.
    moved: u32,
    /// Which way it is mapped.
    direction: Direction,
}

// SAFETY: Plain memory with one owner.
unsafe impl Send for PageList {}

impl PageList {
    /// Allocates `length` bytes, a page in each element, all of them 0 if
    /// `clear`. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    #[inline]
    pub(crate) fn new(length: u32, direction: Direction, clear: bool) -> Result<Self> {
        let mut entries = 0;
        let flags = if clear {
            abi::GFP_KERNEL | abi::__GFP_ZERO
        } else {
            abi::GFP_KERNEL
        };
        // SAFETY: `entries` is valid for writes.
        let list = unsafe { abi::sgl_alloc(u64::from(length), flags, &mut entries) };
        // INVARIANT: As `sgl_alloc` says; not mapped.
        Ok(Self {
            list: NonNull::new(list).ok_or(ENOMEM)?,
            entries,
            mapped: 0,
            moved: 0,
            direction,
        })
    }

    /// The first element, for C.
    #[inline]
    pub(crate) fn list(&self) -> *mut abi::scatterlist {
        self.list.as_ptr()
    }

    /// Its elements.
    #[inline]
    pub(crate) fn entries(&self) -> u32 {
        self.entries
    }

    /// Copies what lies `skip` bytes into the data, and says whether there was
    /// as much as `to` takes. The data is not mapped. Context: may sleep.
    pub(crate) fn read(&self, skip: usize, to: &mut [u8]) -> bool {
        // SAFETY: By the invariant the list has that many elements, and `to` is
        // valid for writes. CAST: `skip` is a place in data, of which there is
        // far less than an `off_t` counts.
        let copied = unsafe {
            abi::sg_pcopy_to_buffer(
                self.list(),
                self.entries,
                to.as_mut_ptr().cast(),
                to.len(),
                skip as isize,
            )
        };
        copied == to.len()
    }

    /// Makes the data visible to the device. Context: any.
    ///
    /// # Errors
    ///
    /// `EIO`: the device cannot reach it.
    pub(crate) fn map(&mut self, device: &DeviceRef) -> Result {
        if device.as_raw().is_null() {
            self.map_without_device();
            return Ok(());
        }
        // SAFETY: By the invariant the list has that many elements; it is not
        // mapped yet. CAST: The number came from an allocation.
        let mapped = unsafe {
            abi::dma_map_sg_attrs(
                device.as_raw(),
                self.list(),
                self.entries as c_int,
                self.direction.as_raw(),
                0,
            )
        };
        if mapped == 0 {
            return Err(EIO);
        }
        // INVARIANT: Mapped, with so many elements for the device.
        self.mapped = mapped;
        Ok(())
    }

    /// What takes the place of a mapping for software: address 0, all lengths.
    #[inline]
    fn map_without_device(&mut self) {
        #[cfg(CONFIG_NEED_SG_DMA_LENGTH)]
        match self.entries {
            1 => self.set_dma_length(0),
            _ => self.set_dma_lengths(),
        }
        // INVARIANT: There is no device that would see anything.
        self.mapped = self.entries;
    }

    /// Sets the length for the device of each element.
    #[cfg(CONFIG_NEED_SG_DMA_LENGTH)]
    #[inline(never)]
    fn set_dma_lengths(&mut self) {
        for at in 0..self.entries as usize {
            self.set_dma_length(at);
        }
    }

    /// Sets the length for the device of one element that there is.
    #[cfg(CONFIG_NEED_SG_DMA_LENGTH)]
    #[inline]
    fn set_dma_length(&mut self, at: usize) {
        // SAFETY: By the invariant the list has that element.
        let element = unsafe { &mut *self.list().add(at) };
        element.dma_length = element.length;
    }

    /// Takes the data back from the device. Context: any.
    pub(crate) fn unmap(&mut self, device: &DeviceRef) {
        if self.mapped != 0 && !device.as_raw().is_null() {
            // SAFETY: By the invariant it is mapped for this device, with as
            // many elements as the list has. CAST: As in `map`.
            unsafe {
                abi::dma_unmap_sg_attrs(
                    device.as_raw(),
                    self.list(),
                    self.entries as c_int,
                    self.direction.as_raw(),
                    0,
                )
            };
        }
        // INVARIANT: Not mapped.
        self.mapped = 0;
    }

    /// Whether a device sees each element as it is: it is mapped, and nothing was
    /// merged. All but the last are whole pages then.
    #[inline(always)]
    pub(crate) fn is_uniform(&self) -> bool {
        self.mapped == self.entries
    }

    /// The bytes of each element that a device sees and that was not moved.
    pub(crate) fn rest_lengths(&self) -> impl Iterator<Item = u32> + '_ {
        (self.moved..self.mapped).map(|at| {
            // SAFETY: By the invariant the element exists and is mapped.
            unsafe { abi::sg_dma_len(self.list().add(at as usize)) }
        })
    }

    /// The first element that was not moved.
    #[inline]
    pub(crate) fn rest(&self) -> *mut abi::scatterlist {
        // SAFETY: `moved` never passes `entries`.
        unsafe { self.list().add(self.moved as usize) }
    }

    /// Notes that `elements` more were moved.
    #[inline]
    pub(crate) fn advance(&mut self, elements: u32) {
        self.moved = self.moved.saturating_add(elements).min(self.entries);
    }

    /// Unmaps and frees the data. Context: any.
    pub(crate) fn free(mut self, device: &DeviceRef) {
        self.unmap(device);
        // SAFETY: From `sgl_alloc`, and not mapped any more; `self` is gone.
        unsafe { abi::sgl_free(self.list()) };
    }
}
