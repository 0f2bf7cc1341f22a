// SPDX-License-Identifier: GPL-2.0

//! The exchanges behind a queue's requests.
//!
//! Requests live longer than associations, but their IUs may be mapped for DMA
//! only while the LLDD is there: so a queue knows all its exchanges, and maps
//! and unmaps them with its hardware queue.

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    io::{
        connection::QueueOwner,
        exchange::Exchange, //
    },
    shared::{
        fc::iu_memory::IuMemory,
        support::links::List, //
    }, //
};

/// Exchanges, and what their IUs are mapped for.
///
/// # Invariants
///
/// All are mapped exactly while `memory` is `Some`.
pub(crate) struct ExchangeList<O: QueueOwner> {
    /// The exchanges.
    exchanges: List<Exchange<O>>,
    /// What they are mapped for.
    memory: Option<Arc<IuMemory>>,
}

impl<O: QueueOwner> ExchangeList<O> {
    /// None, not mapped.
    pub(crate) const fn new() -> Self {
        Self {
            exchanges: List::new(),
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
    pub(crate) unsafe fn add(&mut self, exchange: &Exchange<O>) -> Result {
        if let Some(memory) = &self.memory {
            exchange.map(memory)?;
        }
        // SAFETY: By this function's contract.
        unsafe { self.exchanges.add(exchange) };
        Ok(())
    }

    /// Takes an idle exchange off the list.
    ///
    /// # Safety
    ///
    /// It is on this list.
    pub(crate) unsafe fn remove(&mut self, exchange: &Exchange<O>) {
        if let Some(memory) = &self.memory {
            exchange.unmap(memory);
        }
        // SAFETY: By this function's contract.
        unsafe { self.exchanges.remove(exchange) };
    }

    /// Tells the LLDD of all which hardware queue carries them. Context: all are
    /// idle, and nobody submits one.
    pub(crate) fn set_queue_id(&self, index: u16) {
        for exchange in self.exchanges.iter() {
            // SAFETY: Idle and not submitted, by this function's contract.
            unsafe { exchange.set_queue_id(index) };
        }
    }

    /// Maps all for the device of `memory`. Context: may sleep; all are idle.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`, and none is mapped.
    pub(crate) fn map(&mut self, memory: Arc<IuMemory>) -> Result {
        self.unmap();
        for (count, exchange) in self.exchanges.iter().enumerate() {
            if let Err(error) = exchange.map(&memory) {
                let mapped = self.exchanges.iter().take(count);
                mapped.for_each(|exchange| exchange.unmap(&memory));
                return Err(error);
            }
        }
        self.memory = Some(memory);
        Ok(())
    }

    /// Unmaps all. Context: may sleep; all are idle.
    pub(crate) fn unmap(&mut self) {
        if let Some(memory) = self.memory.take() {
            self.exchanges
                .iter()
                .for_each(|exchange| exchange.unmap(&memory));
        }
    }
}
