// SPDX-License-Identifier: GPL-2.0

//! The mappings of an exchange's IUs for DMA.
//!
//! They last as long as an association's hardware queue. A port without a
//! device has none, and all bus addresses are 0.
//!
//! C header: [`include/linux/dma-mapping.h`](srctree/include/linux/dma-mapping.h)

use core::mem::size_of;

use kernel::prelude::*;

use crate::{
    abi,
    exchange::Exchange,
    shared::{
        device::DeviceRef,
        dma::Direction as DmaDirection,
        proto::wire::{
            CommandIu,
            ExtendedResponseIu, //
        }, //
    },
    shim, //
};

impl Exchange {
    /// Maps both IUs for the port's device. Context: may sleep; idle.
    ///
    /// # Errors
    ///
    /// `EFAULT`, logged.
    pub(crate) fn map(&self, device: &DeviceRef) -> Result {
        let raw = device.as_raw();
        if raw.is_null() {
            return Ok(());
        }
        let fcp = self.fcp();
        let command = self.command.0.get().cast();
        // SAFETY: A live device, and memory of the linear map.
        let address = unsafe {
            shim::dma_map_single(
                raw,
                command,
                size_of::<CommandIu>(),
                DmaDirection::ToDevice.as_raw(),
            )
        };
        // SAFETY: The address is the device's.
        if unsafe { shim::dma_mapping_error(raw, address) } != 0 {
            pr_err!("FCP Op failed - cmdiu dma mapping failed.\n");
            return Err(EFAULT);
        }
        // SAFETY: Idle, so nobody reads it.
        unsafe { (*fcp).cmddma = address };
        let response = self.response.0.get().cast();
        // SAFETY: A live device, and memory of the linear map.
        let address = unsafe {
            shim::dma_map_single(
                raw,
                response,
                size_of::<ExtendedResponseIu>(),
                DmaDirection::FromDevice.as_raw(),
            )
        };
        // SAFETY: The address is the device's.
        if unsafe { shim::dma_mapping_error(raw, address) } != 0 {
            pr_err!("FCP Op failed - rspiu dma mapping failed.\n");
            self.unmap_command(raw);
            return Err(EFAULT);
        }
        // SAFETY: Idle, so nobody reads it.
        unsafe { (*fcp).rspdma = address };
        Ok(())
    }

    /// Undoes the command's mapping.
    fn unmap_command(&self, device: *mut abi::device) {
        let fcp = self.fcp();
        // SAFETY: Mapped by `map`, idle since.
        unsafe {
            shim::dma_unmap_single(
                device,
                (*fcp).cmddma,
                size_of::<CommandIu>(),
                DmaDirection::ToDevice.as_raw(),
            );
            (*fcp).cmddma = 0;
        }
    }

    /// Undoes [`Exchange::map`]. Context: idle.
    pub(crate) fn unmap(&self, device: &DeviceRef) {
        let raw = device.as_raw();
        if raw.is_null() {
            return;
        }
        let fcp = self.fcp();
        self.unmap_command(raw);
        // SAFETY: Mapped by `map`, idle since.
        unsafe {
            shim::dma_unmap_single(
                raw,
                (*fcp).rspdma,
                size_of::<ExtendedResponseIu>(),
                DmaDirection::FromDevice.as_raw(),
            );
            (*fcp).rspdma = 0;
        }
    }

    /// Hands the command to the device, if there is one.
    #[inline(always)]
    pub(crate) fn sync_command(&self) {
        let device = self.queue().device();
        if !device.is_null() {
            // SAFETY: Mapped as long as the association lives.
            unsafe {
                shim::dma_sync_single_for_device(
                    device,
                    (*self.fcp()).cmddma,
                    size_of::<CommandIu>(),
                    DmaDirection::ToDevice.as_raw(),
                )
            };
        }
    }

    /// Hands the response to the CPU, if a device wrote it.
    #[inline(always)]
    pub(crate) fn sync_response(&self) {
        let device = self.queue().device();
        if !device.is_null() {
            // SAFETY: Mapped as long as the association lives.
            unsafe {
                shim::dma_sync_single_for_cpu(
                    device,
                    (*self.fcp()).rspdma,
                    size_of::<ExtendedResponseIu>(),
                    DmaDirection::FromDevice.as_raw(),
                )
            };
        }
    }
}
