// SPDX-License-Identifier: GPL-2.0

//! The exchanges behind a queue's requests.
//!
//! Requests live longer than associations, but their IUs may be mapped for DMA
//! only while the LLDD is there: so a queue knows all its exchanges, and maps
//! and unmaps them with its hardware queue.

use core::{
    cell::UnsafeCell,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    io::exchange::Exchange,
    port::iu_memory::IuMemory, //
};

/// An exchange's place on its queue's list, so that putting it there takes no
/// memory and taking it off no search. Only the list touches it.
pub(crate) struct Links(UnsafeCell<Neighbours>);

/// The exchanges before and after; null at the ends.
#[derive(Clone, Copy)]
struct Neighbours {
    /// The one before.
    previous: *const Exchange,
    /// The one after.
    next: *const Exchange,
}

impl Links {
    /// On no list.
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(Neighbours {
            previous: ptr::null(),
            next: ptr::null(),
        }))
    }
}

/// Exchanges, and what their IUs are mapped for.
///
/// # Invariants
///
/// `first` begins a list of initialised exchanges, joined both ways, each of
/// which is taken off before it goes; nobody else changes their links. All are
/// mapped exactly while `memory` is `Some`.
pub(crate) struct ExchangeList {
    /// The one that was added last; null for none.
    first: *const Exchange,
    /// What they are mapped for.
    memory: Option<Arc<IuMemory>>,
}

// SAFETY: Exchanges may be used from any thread.
unsafe impl Send for ExchangeList {}

impl ExchangeList {
    /// None, not mapped.
    pub(crate) const fn new() -> Self {
        // INVARIANT: An empty list.
        Self {
            first: ptr::null(),
            memory: None,
        }
    }

    /// Puts an idle exchange on the list, and maps it if the others are.
    /// Context: may sleep, but waits for no I/O.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`.
    ///
    /// # Safety
    ///
    /// The exchange is initialised, on no list, and is taken off this one before
    /// it goes.
    pub(crate) unsafe fn add(&mut self, exchange: NonNull<Exchange>) -> Result {
        if let Some(memory) = &self.memory {
            // SAFETY: Valid, by this function's contract.
            unsafe { exchange.as_ref() }.map(memory)?;
        }
        let links = Neighbours {
            previous: ptr::null(),
            next: self.first,
        };
        // SAFETY: Valid, by this function's contract.
        unsafe { set(exchange.as_ptr(), links) };
        if !self.first.is_null() {
            // SAFETY: On the list, by the invariant.
            let links = unsafe { get(self.first) };
            let previous = exchange.as_ptr();
            // SAFETY: On the list, by the invariant.
            unsafe { set(self.first, Neighbours { previous, ..links }) };
        }
        // INVARIANT: The new exchange and the old first are joined.
        self.first = exchange.as_ptr();
        Ok(())
    }

    /// Takes an idle exchange off the list.
    ///
    /// # Safety
    ///
    /// It is on this list.
    pub(crate) unsafe fn remove(&mut self, exchange: NonNull<Exchange>) {
        if let Some(memory) = &self.memory {
            // SAFETY: On the list, so still valid.
            unsafe { exchange.as_ref() }.unmap(memory);
        }
        // SAFETY: On the list, by this function's contract.
        let Neighbours { previous, next } = unsafe { get(exchange.as_ptr()) };
        if previous.is_null() {
            self.first = next;
        } else {
            // SAFETY: A neighbour on the list is on it as well.
            let links = unsafe { get(previous) };
            // SAFETY: A neighbour on the list is on it as well.
            unsafe { set(previous, Neighbours { next, ..links }) };
        }
        if !next.is_null() {
            // SAFETY: A neighbour on the list is on it as well.
            let links = unsafe { get(next) };
            // SAFETY: A neighbour on the list is on it as well.
            unsafe { set(next, Neighbours { previous, ..links }) };
        }
        // INVARIANT: The exchange's neighbours are each other's now.
    }

    /// Calls `each` for one exchange after the other, until it fails.
    fn try_for_each(&self, mut each: impl FnMut(&Exchange) -> Result) -> Result {
        let mut at = self.first;
        while !at.is_null() {
            // SAFETY: On the list, by the invariant.
            each(unsafe { &*at })?;
            // SAFETY: On the list, by the invariant; `each` changes no list.
            at = unsafe { get(at) }.next;
        }
        Ok(())
    }

    /// Tells the LLDD of all which hardware queue carries them. Context: all are
    /// idle, and nobody submits one.
    pub(crate) fn set_queue_id(&self, index: u16) {
        let _ = self.try_for_each(|exchange| {
            // SAFETY: Idle and not submitted, by this function's contract.
            unsafe { exchange.set_queue_id(index) };
            Ok(())
        });
    }

    /// Maps all for the device of `memory`. Context: may sleep; all are idle.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`, and none is mapped.
    pub(crate) fn map(&mut self, memory: Arc<IuMemory>) -> Result {
        self.unmap();
        if !memory.device().is_null() {
            let mut count = 0usize;
            let mapped = self.try_for_each(|exchange| {
                exchange.map(&memory)?;
                count = count.saturating_add(1);
                Ok(())
            });
            if let Err(error) = mapped {
                let _ = self.try_for_each(|exchange| {
                    count = count.checked_sub(1).ok_or(error)?;
                    exchange.unmap(&memory);
                    Ok(())
                });
                return Err(error);
            }
        }
        self.memory = Some(memory);
        Ok(())
    }

    /// Unmaps all. Context: may sleep; all are idle.
    pub(crate) fn unmap(&mut self) {
        let Some(memory) = self.memory.take() else {
            return;
        };
        if memory.device().is_null() {
            return;
        }
        let _ = self.try_for_each(|exchange| {
            exchange.unmap(&memory);
            Ok(())
        });
    }
}

/// Reads an exchange's links.
///
/// # Safety
///
/// The exchange is on the caller's list, or comes to it now.
unsafe fn get(exchange: *const Exchange) -> Neighbours {
    // SAFETY: Valid, and its links are the caller's.
    unsafe { *(*exchange).links.0.get() }
}

/// Writes an exchange's links.
///
/// # Safety
///
/// The exchange is on the caller's list, or comes to it now.
unsafe fn set(exchange: *const Exchange, links: Neighbours) {
    // SAFETY: Valid, and its links are the caller's.
    unsafe { *(*exchange).links.0.get() = links };
}
