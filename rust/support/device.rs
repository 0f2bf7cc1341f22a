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

/// What a device takes in one piece that has said nothing, bytes.
const SEGMENT: u32 = 64 * 1024;

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

    /// Whether it takes so many bytes, a power of 2, in one piece that begins at a
    /// multiple of them. Nothing is in the way where there is no device.
    pub(crate) fn takes_segment(&self, bytes: u32) -> bool {
        if self.raw.is_null() {
            return true;
        }
        // SAFETY: `device` keeps it alive.
        let parameters = unsafe { (*self.raw).dma_parms };
        // SAFETY: The device's, if it has any.
        let Some(parameters) = (unsafe { parameters.as_ref() }) else {
            return bytes <= SEGMENT;
        };
        // Each is 0 where the driver has not said anything.
        let longest = match parameters.max_segment_size {
            0 => SEGMENT,
            longest => longest,
        };
        let boundary = match parameters.segment_boundary_mask {
            0 => usize::MAX,
            mask => mask,
        };
        // CAST: A u32 fits.
        bytes <= longest && (bytes as usize).wrapping_sub(1) <= boundary
    }

    /// Whether `raw` names this very device (or both are none).
    pub(crate) fn is(&self, raw: *mut abi::device) -> bool {
        ptr::eq(self.raw, raw)
    }
}
