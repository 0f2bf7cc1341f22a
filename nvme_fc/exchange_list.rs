// SPDX-License-Identifier: GPL-2.0

//! The exchanges behind a queue's requests.
//!
//! Requests live longer than associations, but their IUs may be mapped for DMA
//! only while the LLDD is there: so a queue knows all its exchanges, and maps
//! and unmaps them with its hardware queue.

use core::ptr::NonNull;

use kernel::prelude::*;

use crate::{
    exchange::Exchange,
    iu_memory::IuMemory,
    shared::device::DeviceRef, //
};

/// Exchanges, and what their IUs are mapped for.
///
/// # Invariants
///
/// Every pointer is to an initialised exchange that is taken off the list
/// before it goes. All are mapped exactly while `memory` is `Some`.
pub(crate) struct ExchangeList {
    /// The exchanges.
    all: KVec<NonNull<Exchange>>,
    /// What they are mapped for.
    memory: Option<IuMemory>,
}

// SAFETY: Exchanges may be used from any thread.
unsafe impl Send for ExchangeList {}

impl ExchangeList {
    /// None, not mapped.
    pub(crate) const fn new() -> Self {
        Self {
            all: KVec::new(),
            memory: None,
        }
    }

    /// Puts an idle exchange on the list, and maps it if the others are.
    /// Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`.
    ///
    /// # Safety
    ///
    /// The exchange is initialised and is taken off before it goes.
    pub(crate) unsafe fn add(&mut self, exchange: NonNull<Exchange>) -> Result {
        self.all.push(exchange, GFP_KERNEL)?;
        if let Some(memory) = &self.memory {
            // SAFETY: Valid, by this function's contract.
            let mapped = unsafe { exchange.as_ref() }.map(memory);
            if let Err(error) = mapped {
                let _ = self.all.pop();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Takes an idle exchange off the list.
    pub(crate) fn remove(&mut self, exchange: NonNull<Exchange>) {
        // The block layer frees requests in the order in which it made them.
        let Some(at) = self.all.iter().position(|other| *other == exchange) else {
            return;
        };
        if let Some(memory) = &self.memory {
            // SAFETY: On the list, so still valid.
            unsafe { exchange.as_ref() }.unmap(memory);
        }
        let _ = self.all.remove(at);
    }

    /// Maps all for `device`. Context: may sleep; all are idle.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`, and none is mapped.
    pub(crate) fn map(&mut self, device: &DeviceRef) -> Result {
        self.unmap();
        let memory = IuMemory::new(device)?;
        for (count, exchange) in self.all.iter().enumerate() {
            // SAFETY: On the list, so valid.
            if let Err(error) = unsafe { exchange.as_ref() }.map(&memory) {
                for mapped in self.all.iter().take(count) {
                    // SAFETY: On the list, so valid.
                    unsafe { mapped.as_ref() }.unmap(&memory);
                }
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
        for exchange in &self.all {
            // SAFETY: On the list, so valid.
            unsafe { exchange.as_ref() }.unmap(&memory);
        }
    }
}
