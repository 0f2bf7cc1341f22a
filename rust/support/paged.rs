// SPDX-License-Identifier: GPL-2.0

//! Many objects of one kind that stay where they are, in memory of one page each.
//!
//! Meant for `rust/kernel/alloc/paged.rs`, beside `KVec`: one allocation for all of them would
//! be rounded up to a power of two, half of which may stay empty, and ask the page allocator
//! for pages side by side, which a machine that has been up for long may not have.

#![deny(unsafe_code)]

use core::mem;

use kernel::{
    alloc::KVVec,
    page::PAGE_SIZE,
    prelude::*, //
};

/// The objects.
pub(crate) struct PagedArray<T> {
    /// As many as fit into a page in each, fewer in the last. None is ever resized.
    pages: KVVec<KVec<T>>,
    /// How many there are.
    length: usize,
}

impl<T> PagedArray<T> {
    /// How many fit into a page; one that is larger has memory of its own.
    const PER_PAGE: usize = match PAGE_SIZE.checked_div(mem::size_of::<T>()) {
        None | Some(0) => 1,
        Some(number) => number,
    };

    /// Makes `length` objects, each of its index. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(length: usize, make: impl FnMut(usize) -> T) -> Result<Self> {
        let mut objects = (0..length).map(make);
        let mut pages = KVVec::with_capacity(length.div_ceil(Self::PER_PAGE), GFP_KERNEL)?;
        for first in (0..length).step_by(Self::PER_PAGE) {
            let number = length.saturating_sub(first).min(Self::PER_PAGE);
            let mut page = KVec::with_capacity(number, GFP_KERNEL)?;
            for object in objects.by_ref().take(number) {
                page.push(object, GFP_KERNEL)?;
            }
            pages.push(page, GFP_KERNEL)?;
        }
        Ok(Self { pages, length })
    }

    /// How many there are.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// One of them.
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        let page = self.pages.get(index / Self::PER_PAGE)?;
        page.get(index % Self::PER_PAGE)
    }

    /// All of them, in their order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.pages.iter().flatten()
    }
}
