// SPDX-License-Identifier: GPL-2.0

//! Equal small buffers that a device reads, mapped once and together.
//!
//! Meant for `rust/kernel/dma.rs`, beside its coherent allocations.
//!
//! C header: [`include/linux/dma-mapping.h`](srctree/include/linux/dma-mapping.h)

use core::{cell::UnsafeCell, mem};

use kernel::{
    alloc::KVec,
    prelude::*, //
};
use zerocopy::{FromBytes, IntoBytes};

use crate::{
    abi,
    shared::support::{
        device::DeviceRef,
        dma::{
            Direction,
            SingleMapping, //
        }, //
    },
    shim, //
};

/// An array of buffers for data that goes to the device.
///
/// They lie side by side: sharing a cache line does no harm in a mapping that
/// the device only reads.
///
/// # Invariants
///
/// `memory` is never resized, so that `mapping` and pointers into it stay good.
pub(crate) struct MappedArray<T> {
    /// What the buffers are mapped for and as; dropped before the memory.
    mapping: SingleMapping,
    /// The device of the mapping.
    device: DeviceRef,
    /// The buffers.
    memory: KVec<UnsafeCell<T>>,
}

// SAFETY: The buffers are plain data; whoever calls `get` vouches for exclusive
// use of one.
unsafe impl<T: Send> Send for MappedArray<T> {}
// SAFETY: Shared references give out pointers only; whoever calls `get` vouches for
// exclusive use of one buffer.
unsafe impl<T: Send> Sync for MappedArray<T> {}

impl<T: FromBytes + IntoBytes> MappedArray<T> {
    /// Allocates and maps `count` zeroed buffers. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or `EFAULT` when the device cannot reach the memory.
    pub(crate) fn new(device: &DeviceRef, count: usize) -> Result<Self> {
        let mut memory = KVec::with_capacity(count, GFP_KERNEL)?;
        for _ in 0..count {
            memory.push(UnsafeCell::new(T::new_zeroed()), GFP_KERNEL)?;
        }
        // SAFETY: `memory` is kmalloc'ed, of that size, and by the invariant
        // neither moved nor freed before the mapping is dropped.
        let mapping = unsafe {
            SingleMapping::new(
                device,
                memory.as_mut_ptr().cast(),
                count * mem::size_of::<T>(),
                Direction::ToDevice,
            )?
        };
        Ok(Self {
            mapping,
            device: device.another(),
            memory,
        })
    }

    /// One buffer, as a raw pointer; null for an index that does not exist.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> *mut T {
        match self.memory.get(index) {
            Some(cell) => cell.get(),
            None => core::ptr::null_mut(),
        }
    }

    /// The bus address of one buffer, 0 without a device.
    #[inline]
    pub(crate) fn address(&self, index: usize) -> abi::dma_addr_t {
        if self.device.as_raw().is_null() {
            return 0;
        }
        // CAST: An offset within one kmalloc'ed block fits.
        self.mapping
            .address()
            .wrapping_add((index * mem::size_of::<T>()) as abi::dma_addr_t)
    }

    /// Hands one buffer to the device. Context: any.
    #[inline]
    pub(crate) fn sync_for_device(&self, index: usize) {
        if !self.device.as_raw().is_null() && index < self.memory.len() {
            // SAFETY: The range is part of a live mapping of this device.
            unsafe {
                shim::dma_sync_single_for_device(
                    self.device.as_raw(),
                    self.address(index),
                    mem::size_of::<T>(),
                    Direction::ToDevice.as_raw(),
                )
            };
        }
    }
}
