// SPDX-License-Identifier: GPL-2.0

//! A platform device for a port, so that its transport maps buffers.
//!
//! C header: [`include/linux/platform_device.h`](srctree/include/linux/platform_device.h)

use core::ptr;

use kernel::{error::from_err_ptr, error::to_result, prelude::*};

use crate::{
    abi,
    dma::table,
    lldd::scatter::Bus,
    plan::config::{
        Config,
        Device, //
    },
    shim, //
};

/// The device of one port, alive as long as the port.
pub(crate) struct Platform {
    /// The device.
    device: *mut abi::platform_device,
}

// SAFETY: A platform device may be used and unregistered from any thread.
unsafe impl Send for Platform {}
// SAFETY: The driver core locks what it changes of a device that many threads have.
unsafe impl Sync for Platform {}

impl Platform {
    /// Registers the device that a port is to have, if any. Context: may
    /// sleep.
    pub(crate) fn new(config: &Config) -> Result<Option<Self>> {
        if config.device == Device::None {
            return Ok(None);
        }
        let mask = u64::MAX >> 64u32.saturating_sub(u32::from(config.dma_bits)).min(63);
        let info = abi::platform_device_info {
            name: c"nvme_fc_loopback".as_char_ptr(),
            // CAST: Any number that differs between ports will do.
            id: (config.port_name & 0x7fff_ffff) as c_int,
            dma_mask: mask,
            ..Default::default()
        };
        // SAFETY: The description is complete, and copied.
        let device = from_err_ptr(unsafe { abi::platform_device_register_full(&info) })?;
        let this = Self { device };
        // SAFETY: Registered, with no driver that would keep data of its own there. The fault plan knows
        // the device's mappings by this.
        unsafe {
            (*device).dev.driver_data = ptr::without_provenance_mut(config.port_name as usize)
        };
        if config.device == Device::Bounce {
            // SAFETY: Registered, and not used for DMA yet.
            unsafe { shim::set_dma_ops(&raw mut (*device).dev) };
        }
        // What is merged or large already is copied all the same; without this,
        // a device claims 64 KiB, and DMA_API_DEBUG reports what is longer.
        // SAFETY: The device is ours, and has its parameters.
        unsafe { abi::dma_set_max_seg_size(&raw mut (*device).dev, u32::MAX) };
        // SAFETY: The device is registered.
        to_result(unsafe { abi::dma_set_mask_and_coherent(&raw mut (*device).dev, mask) })?;
        Ok(Some(this))
    }

    /// The device, for the transport and for address translation.
    pub(crate) fn bus(&self) -> Bus {
        // SAFETY: Only the address of a field is taken.
        Bus(unsafe { &raw mut (*self.device).dev })
    }

    /// Notes a violation if anything is still mapped for the device.
    pub(crate) fn expect_no_mapping(&self) {
        table::expect_none(self.bus().0);
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.expect_no_mapping();
        // SAFETY: Registered by `new`; the port that it belonged to is gone.
        unsafe { abi::platform_device_unregister(self.device) };
    }
}
