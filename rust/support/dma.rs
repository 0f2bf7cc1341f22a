// SPDX-License-Identifier: GPL-2.0

//! Streaming DMA mappings for a device that may not exist.
//!
//! The rule of FC transports: a port without a device is served by software
//! that reads and writes buffers by their CPU address, so nothing is mapped and
//! every bus address is 0.
//!
//! C header: [`include/linux/dma-mapping.h`](srctree/include/linux/dma-mapping.h)

use core::ffi::c_void;

use kernel::prelude::*;

use crate::{
    abi,
    shared::support::device::DeviceRef,
    shim, //
};

/// Which way the device moves data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The device reads and writes.
    Bidirectional,
    /// The device reads what the CPU wrote.
    ToDevice,
    /// The device writes what the CPU will read.
    FromDevice,
}

impl Direction {
    /// The value as C knows it.
    pub(crate) fn as_raw(self) -> abi::dma_data_direction {
        match self {
            Self::Bidirectional => abi::dma_data_direction::DMA_BIDIRECTIONAL,
            Self::ToDevice => abi::dma_data_direction::DMA_TO_DEVICE,
            Self::FromDevice => abi::dma_data_direction::DMA_FROM_DEVICE,
        }
    }
}

/// One contiguous buffer, mapped until it is dropped.
///
/// The buffer must stay where it is for as long as the mapping lives; that is
/// the promise made to [`SingleMapping::new`].
///
/// # Invariants
///
/// If `device` has a device, `address` is what `dma_map_single` gave for `size`
/// bytes in `direction` on it, and was not unmapped yet. Otherwise it is 0.
pub(crate) struct SingleMapping {
    /// What the buffer is mapped for.
    device: DeviceRef,
    /// The bus address, 0 without a device.
    address: abi::dma_addr_t,
    /// Length in bytes.
    size: usize,
    /// Direction of the mapping.
    direction: Direction,
}

impl SingleMapping {
    /// Maps `size` bytes at `buffer`.
    ///
    /// Context: any, for the direct mapping and for IOMMUs alike.
    ///
    /// # Errors
    ///
    /// `EFAULT` when the device cannot reach the buffer or mappings ran out.
    ///
    /// # Safety
    ///
    /// `buffer` is valid for `size` bytes of kernel memory from the linear map,
    /// is not moved or freed before the mapping is dropped, and shares no cache
    /// line with data that the CPU writes while the device owns it.
    pub(crate) unsafe fn new(
        device: &DeviceRef,
        buffer: *mut c_void,
        size: usize,
        direction: Direction,
    ) -> Result<Self> {
        let mut address = 0;
        if !device.as_raw().is_null() {
            let raw = device.as_raw();
            // SAFETY: The device is alive through `device`, and the buffer is
            // as the caller promises.
            address = unsafe { shim::dma_map_single(raw, buffer, size, direction.as_raw()) };
            // SAFETY: The address came from this device just now.
            if unsafe { shim::dma_mapping_error(device.as_raw(), address) } != 0 {
                return Err(EFAULT);
            }
        }
        // INVARIANT: Mapped above, or there is no device and it is 0.
        Ok(Self {
            device: device.another(),
            address,
            size,
            direction,
        })
    }

    /// The bus address of the buffer's first byte.
    pub(crate) fn address(&self) -> abi::dma_addr_t {
        self.address
    }

    /// Hands the buffer to the device, after the CPU wrote it. Context: any.
    #[inline]
    pub(crate) fn sync_for_device(&self) {
        if !self.device.as_raw().is_null() {
            // SAFETY: By the invariant this is a live mapping of the device.
            unsafe {
                shim::dma_sync_single_for_device(
                    self.device.as_raw(),
                    self.address,
                    self.size,
                    self.direction.as_raw(),
                )
            };
        }
    }
}

impl Drop for SingleMapping {
    fn drop(&mut self) {
        if !self.device.as_raw().is_null() {
            // SAFETY: By the invariant this is a live mapping, undone once.
            unsafe {
                shim::dma_unmap_single(
                    self.device.as_raw(),
                    self.address,
                    self.size,
                    self.direction.as_raw(),
                )
            };
        }
    }
}
