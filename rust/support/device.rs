// SPDX-License-Identifier: GPL-2.0

//! The device behind a port, if it has one.
//!
//! An HBA driver registers its ports with the `struct device` that does DMA; a
//! software LLDD registers with none, and then nothing is mapped at all.
//!
//! C header: [`include/linux/device.h`](srctree/include/linux/device.h)

use core::ptr;

use kernel::{
    device::Device,
    prelude::*,
    sync::aref::ARef, //
};

use crate::abi;

/// A counted reference to a port's device, or none.
///
/// # Invariants
///
/// `raw` is null exactly when `device` is `None`, and names the same device
/// otherwise: the kernel crate keeps its own accessor private.
pub(crate) struct DeviceRef {
    /// Keeps the device alive.
    device: Option<ARef<Device>>,
    /// The same device as C names it.
    raw: *mut abi::device,
}

// SAFETY: A `struct device` may be used from any thread, and `raw` is kept
// alive by `device`.
unsafe impl Send for DeviceRef {}
// SAFETY: Every use of `raw` is a call into the driver core or the DMA API, which
// do their own locking.
unsafe impl Sync for DeviceRef {}

impl DeviceRef {
    /// Takes a reference to `raw`, which may be null.
    ///
    /// # Safety
    ///
    /// `raw` is null, or points at a device that is alive during this call.
    pub(crate) unsafe fn get(raw: *mut abi::device) -> Self {
        if raw.is_null() {
            return Self {
                device: None,
                raw: ptr::null_mut(),
            };
        }
        // SAFETY: The device is alive, by this function's contract.
        let device = unsafe { Device::get_device(raw) };
        // INVARIANT: Both name `raw`.
        Self {
            device: Some(device),
            raw,
        }
    }

    /// A second reference to the same device.
    pub(crate) fn another(&self) -> Self {
        // INVARIANT: Copied from a value for which it holds.
        Self {
            device: self.device.clone(),
            raw: self.raw,
        }
    }

    /// The device, for log lines.
    pub(crate) fn device(&self) -> Option<&Device> {
        self.device.as_deref()
    }

    /// The device as C names it: null when there is none.
    pub(crate) fn as_raw(&self) -> *mut abi::device {
        self.raw
    }

    /// The name of the device's driver; of its bus while it has none. `None` if there
    /// is no device, or neither. Context: the driver is not unloaded meanwhile.
    pub(crate) fn driver_name(&self) -> Option<&CStr> {
        if self.raw.is_null() {
            return None;
        }
        // SAFETY: `device` keeps it alive.
        let name = unsafe { abi::dev_driver_string(self.raw) };
        // SAFETY: A string, which lives as long as driver and bus do.
        let name = unsafe { CStr::from_char_ptr(name) };
        (!name.is_empty()).then_some(name)
    }

    /// Most 512-byte sectors that can be mapped in one piece, however much
    /// memory there is: bounce buffers (`swiotlb=force`) have room for 512.
    pub(crate) fn max_mapping_sectors(&self) -> u32 {
        if self.raw.is_null() {
            return u32::MAX;
        }
        // SAFETY: `device` keeps it alive.
        let bytes = unsafe { abi::dma_max_mapping_size(self.raw) };
        u32::try_from(bytes / 512).unwrap_or(u32::MAX)
    }

    /// Whether `raw` names this very device (or both are none).
    pub(crate) fn is(&self, raw: *mut abi::device) -> bool {
        ptr::eq(self.raw, raw)
    }
}
