// SPDX-License-Identifier: GPL-2.0

//! What a link service keeps while the LLDD may have it: memory that the LLDD
//! reaches, and what keeps the LLDD callable. Meant for
//! `rust/kernel/nvme_fc/ls_memory.rs`.
//!
//! Both are given up at once, the mapping first: when the last use of a port
//! goes, its LLDD is told, and may unbind the device.

use core::mem;

use kernel::{
    new_mutex,
    prelude::*,
    sync::Mutex, //
};

use crate::{
    abi,
    shared::support::{
        device::DeviceRef,
        dma::{
            Direction,
            SingleMapping, //
        }, //
    }, //
};

/// What is given up when the link service is over.
struct Held<U> {
    /// The memory's mapping.
    mapping: Option<SingleMapping>,
    /// Keeps the LLDD callable.
    in_use: Option<U>,
}

/// Memory of a link service. `U` keeps the LLDD callable as long as it lives.
/// Fields are dropped in this order.
///
/// # Invariants
///
/// `start` is where `words` are, which nobody else touches.
#[pin_data]
pub(crate) struct LsMemory<U> {
    /// What is given up when the link service is over.
    #[pin]
    held: Mutex<Held<U>>,
    /// The memory; the LLDD reads or writes it while it has the link service.
    _words: KVec<u64>,
    /// Its first byte.
    start: *mut u8,
    /// Where the device finds that, 0 without one.
    address: Option<abi::dma_addr_t>,
}

// SAFETY: The memory may be used by any thread.
unsafe impl<U: Send> Send for LsMemory<U> {}
// SAFETY: To use the memory takes unsafe code; the rest is under a lock, or does not
// change.
unsafe impl<U: Send> Sync for LsMemory<U> {}

impl<U: Unpin> LsMemory<U> {
    /// Zeroed memory of `size` bytes, at least one, that begins with what `fill`
    /// writes there, mapped for a device, which may be none. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EFAULT` if it cannot be mapped; what `fill` says.
    pub(crate) fn new(
        device: &DeviceRef,
        size: usize,
        direction: Direction,
        in_use: U,
        fill: impl FnOnce(&mut [u8]) -> Result,
    ) -> Result<impl PinInit<Self>> {
        let mut words = KVec::from_elem(0u64, size.div_ceil(mem::size_of::<u64>()), GFP_KERNEL)?;
        let start = words.as_mut_ptr().cast::<u8>();
        // SAFETY: The words have at least so many bytes, and are ours.
        fill(unsafe { core::slice::from_raw_parts_mut(start, size) })?;
        // SAFETY: The words stay where they are, and outlive the mapping: they are
        // fields of one object, the mapping first.
        let mapping = unsafe { SingleMapping::new(device, start.cast(), size, direction)? };
        let address = (!device.as_raw().is_null()).then_some(mapping.address());
        let held = Held {
            mapping: Some(mapping),
            in_use: Some(in_use),
        };
        // INVARIANT: Taken from the words just now.
        Ok(pin_init!(Self {
            held <- new_mutex!(held, "LsMemory::held"),
            _words: words,
            start,
            address,
        }))
    }

    /// The first byte. The memory is the LLDD's while that has the link service.
    pub(crate) fn start(&self) -> *mut u8 {
        self.start
    }

    /// Where the device finds what lies `offset` bytes into the memory; 0 without a
    /// device.
    pub(crate) fn address(&self, offset: usize) -> abi::dma_addr_t {
        // CAST: A usize fits a u64.
        self.address
            .map_or(0, |address| address.wrapping_add(offset as u64))
    }

    /// Hands the memory to the device. Context: may sleep.
    pub(crate) fn sync_for_device(&self) {
        if let Some(mapping) = &self.held.lock().mapping {
            mapping.sync_for_device();
        }
    }

    /// Calls `act` unless the LLDD was given up; it is not meanwhile. Context: may
    /// sleep.
    pub(crate) fn while_in_use<R>(&self, act: impl FnOnce(&U) -> R) -> Option<R> {
        self.held.lock().in_use.as_ref().map(act)
    }

    /// Gives up the mapping, if that is to go, and what keeps the LLDD callable, which
    /// is the caller's to drop. Context: may sleep.
    pub(crate) fn give_up(&self, unmap: bool) -> Option<U> {
        let (mapping, in_use) = {
            let mut held = self.held.lock();
            let mapping = if unmap { held.mapping.take() } else { None };
            (mapping, held.in_use.take())
        };
        drop(mapping);
        in_use
    }

    /// Leaves the mapping as it is for ever, and the LLDD uncalled. Context: may
    /// sleep; the LLDD is gone.
    pub(crate) fn forget(&self) {
        let mut held = self.held.lock();
        mem::forget((held.mapping.take(), held.in_use.take()));
    }
}
