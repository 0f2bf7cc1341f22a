// SPDX-License-Identifier: GPL-2.0

//! Scatterlists whose first elements their owner has, so that small ones take no
//! memory; meant for `rust/kernel/scatterlist.rs`.
//!
//! C headers: [`include/linux/scatterlist.h`](srctree/include/linux/scatterlist.h),
//! [`include/linux/dma-mapping.h`](srctree/include/linux/dma-mapping.h)

use core::ptr;

use kernel::prelude::*;

use crate::{
    abi,
    shared::support::dma::Direction, //
};

/// Allocates a table of `count` elements, of which `inline` are at `first`; gives
/// its first element. Context: any.
///
/// # Errors
///
/// `ENOMEM`.
///
/// # Safety
///
/// Table and elements may be written, and stay where they are until [`free`].
#[inline(always)]
pub(crate) unsafe fn allocate(
    table: *mut abi::sg_table,
    first: *mut abi::scatterlist,
    inline: usize,
    count: u16,
) -> Result<*mut abi::scatterlist> {
    // SAFETY: May be written, by this function's contract.
    unsafe { (*table).sgl = first };
    // SAFETY: By this function's contract. CAST: Few elements are inline.
    let status =
        unsafe { abi::sg_alloc_table_chained(table, c_int::from(count), first, inline as c_uint) };
    if status != 0 {
        return Err(ENOMEM);
    }
    // SAFETY: Allocated just now.
    Ok(unsafe { (*table).sgl })
}

/// Frees a table, but the part that its owner has. Context: any.
///
/// # Safety
///
/// [`allocate`] made it, with so many elements inline, and it is not mapped.
#[inline(always)]
pub(crate) unsafe fn free(table: *mut abi::sg_table, inline: usize) {
    // SAFETY: By this function's contract. CAST: Few elements are inline.
    unsafe { abi::sg_free_table_chained(table, inline as c_uint) };
}

/// Maps `count` elements for a device, or for none; gives how many there are then,
/// not above 0 if they could not be mapped. Context: any.
///
/// # Safety
///
/// `device` is null or alive; `list` has so many elements.
#[inline(always)]
pub(crate) unsafe fn map(
    device: *mut abi::device,
    list: *mut abi::scatterlist,
    count: c_int,
    direction: Direction,
) -> c_int {
    if device.is_null() {
        // SAFETY: By this function's contract.
        unsafe { address_by_cpu(list, count) };
        return count;
    }
    // SAFETY: By this function's contract. CAST: No more than `count`.
    unsafe { abi::dma_map_sg_attrs(device, list, count, direction.as_raw(), 0) as c_int }
}

/// Undoes [`map`], for a device. Context: any.
///
/// # Safety
///
/// The arguments are those of a [`map`] for a device that succeeded and was not
/// undone.
#[inline(always)]
pub(crate) unsafe fn unmap(
    device: *mut abi::device,
    list: *mut abi::scatterlist,
    count: c_int,
    direction: Direction,
) {
    // SAFETY: By this function's contract.
    unsafe { abi::dma_unmap_sg_attrs(device, list, count, direction.as_raw(), 0) };
}

/// The mapping for a port without a device: an LLDD that works in software
/// goes by pages, and finds bus address 0 and the CPU's lengths.
///
/// # Safety
///
/// `list` has `count` elements.
unsafe fn address_by_cpu(list: *mut abi::scatterlist, count: c_int) {
    let mut element = list;
    for left in (0..count).rev() {
        // SAFETY: One of the list's elements.
        unsafe { (*element).dma_address = 0 };
        #[cfg(CONFIG_NEED_SG_DMA_LENGTH)]
        // SAFETY: One of the list's elements.
        unsafe {
            (*element).dma_length = (*element).length;
        }
        if left > 0 {
            // SAFETY: Not the last element.
            element = unsafe { next(element) };
        }
    }
}

/// The element after one that is not the last (`sg_next()`).
///
/// # Safety
///
/// `element` is part of a list and not its last element.
#[inline(always)]
unsafe fn next(element: *mut abi::scatterlist) -> *mut abi::scatterlist {
    // SAFETY: There is another element, or a link, behind it.
    let next = unsafe { element.add(1) };
    // SAFETY: It was found valid just now, and any element has this field.
    let link = unsafe { (*next).page_link };
    // CAST: The constants are small bits.
    if link & abi::SG_CHAIN as usize != 0 {
        ptr::with_exposed_provenance_mut(link & !0b11)
    } else {
        next
    }
}
