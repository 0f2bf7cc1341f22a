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
    io::{
        connection::QueueOwner,
        exchange::Exchange, //
    },
    shared::{
        fc::iu_memory::IuMemory,
        proto::wire::CommandIu,
        support::dma::Direction as DmaDirection, //
    },
    shim, //
};

impl<O: QueueOwner> Exchange<O> {
    /// Maps the command for the port's device, and has the response in memory
    /// of it. Context: may sleep; idle.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EFAULT`, logged.
    pub(crate) fn map(&self, memory: &IuMemory) -> Result {
        let raw = memory.device();
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
        let place = memory.allocate().inspect_err(|_| {
            pr_err!("FCP Op failed - no memory for rspiu.\n");
            self.unmap_command(raw);
        })?;
        // SAFETY: Idle, and the memory is there until `unmap`.
        unsafe { self.reply_to(place) };
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
    pub(crate) fn unmap(&self, memory: &IuMemory) {
        let raw = memory.device();
        if raw.is_null() {
            return;
        }
        self.unmap_command(raw);
        // SAFETY: Idle; what comes back is from `map`, and used by nobody.
        unsafe { memory.free(self.reply_to(None)) };
    }

    /// Hands the command to the port's device, if that is not null.
    #[inline(always)]
    pub(crate) fn sync_command(&self, device: *mut abi::device) {
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
}
