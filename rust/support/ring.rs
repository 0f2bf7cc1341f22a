// SPDX-License-Identifier: GPL-2.0

//! A first-in, first-out list of fixed capacity, for use under a spinlock.
//!
//! The kernel crate has none; its place would be `rust/kernel/ring.rs`, beside
//! `list.rs`, whose lists need a link in each element.

#![deny(unsafe_code)]

use kernel::{
    alloc::KVVec,
    prelude::*, //
};

/// The list. Memory is allocated when it is made, and never after.
pub(crate) struct Ring<T> {
    /// The elements, from `first` on, and around the end.
    cells: KVVec<Option<T>>,
    /// Where the oldest is.
    first: usize,
    /// How many there are.
    used: usize,
}

impl<T> Ring<T> {
    /// An empty list for `capacity` elements. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(capacity: usize) -> Result<Self> {
        let mut cells = KVVec::with_capacity(capacity, GFP_KERNEL)?;
        for _ in 0..capacity {
            cells.push(None, GFP_KERNEL)?;
        }
        Ok(Self {
            cells,
            first: 0,
            used: 0,
        })
    }

    /// Where the cell is that is `nth` after the oldest, `nth` being no more than
    /// the capacity. No division: the list may be gone through with interrupts
    /// off.
    fn after(&self, nth: usize) -> usize {
        let at = self.first.wrapping_add(nth);
        at.checked_sub(self.cells.len()).unwrap_or(at)
    }

    /// The cell that is `nth` after the oldest.
    fn cell(&mut self, nth: usize) -> Option<&mut Option<T>> {
        let at = self.after(nth);
        self.cells.get_mut(at)
    }

    /// Appends an element; says whether there was room.
    pub(crate) fn push(&mut self, element: T) -> bool {
        let used = self.used;
        if used >= self.cells.len() {
            return false;
        }
        let Some(cell) = self.cell(used) else {
            return false;
        };
        *cell = Some(element);
        self.used = used.saturating_add(1);
        true
    }

    /// Whether there is none.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.used
    }

    /// Takes the oldest element.
    pub(crate) fn pop(&mut self) -> Option<T> {
        if self.used == 0 {
            return None;
        }
        let element = self.cell(0)?.take();
        self.first = self.after(1);
        self.used = self.used.saturating_sub(1);
        element
    }

    /// Takes the first element that `wanted` accepts; the others keep their
    /// order.
    pub(crate) fn take(&mut self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        let used = self.used;
        let at = (0..used).find(|nth| {
            self.cell(*nth)
                .and_then(|cell| cell.as_ref())
                .is_some_and(&wanted)
        })?;
        let found = self.cell(at)?.take();
        for nth in at..used.saturating_sub(1) {
            let next = self.cell(nth.saturating_add(1))?.take();
            *self.cell(nth)? = next;
        }
        self.used = used.saturating_sub(1);
        found
    }
}
