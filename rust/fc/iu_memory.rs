// SPDX-License-Identifier: GPL-2.0

//! What the IUs of exchanges are mapped for.
//!
//! It lasts from a local port's first association until the port's delete
//! callback: what one association gives back is there for the next, which
//! therefore needs no memory of the system, of which there may be none before
//! it is made.
//!
//! Responses lie in coherent memory: LLDDs write them by DMA, and also by CPU
//! when they make one up or correct it, and neither may undo the other.
//!
//! The pool is meant for `rust/kernel/dma_pool.rs`; what it holds is not.
//!
//! C header: [`include/linux/dmapool.h`](srctree/include/linux/dmapool.h)

use core::{
    cell::UnsafeCell,
    ffi::c_void,
    mem::size_of,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    abi,
    shared::{
        proto::wire::ExtendedResponseIu,
        support::device::DeviceRef, //
    }, //
};

/// A response IU, aligned for LLDDs that write it by words.
#[repr(C, align(8))]
pub(crate) struct ResponseBuffer(pub(crate) UnsafeCell<ExtendedResponseIu>);

/// Bytes from one response to the next: no two in a cache line.
const STRIDE: usize = 64;

const _: () = assert!(size_of::<ResponseBuffer>() <= STRIDE);

impl ResponseBuffer {
    /// Nothing came yet.
    pub(crate) fn zeroed() -> Self {
        Self(UnsafeCell::new(zerocopy::FromZeros::new_zeroed()))
    }
}

/// A device, and coherent memory of it.
///
/// # Invariants
///
/// `pool` is a pool of `device`, null exactly if that is none.
pub(crate) struct IuMemory {
    /// The device.
    device: DeviceRef,
    /// Memory for responses.
    pool: *mut c_void,
}

// SAFETY: A pool does its own locking.
unsafe impl Send for IuMemory {}
// SAFETY: A pool does its own locking.
unsafe impl Sync for IuMemory {}

/// A response in coherent memory, and where the device finds it.
pub(crate) type Place = (NonNull<ResponseBuffer>, abi::dma_addr_t);

impl IuMemory {
    /// Memory of `device`, which may be none. Context: may sleep; begun
    /// [`WithoutIo`](crate::shared::support::noio::WithoutIo).
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(device: &DeviceRef) -> Result<Arc<Self>> {
        let mut pool = ptr::null_mut();
        let raw = device.as_raw();
        if !raw.is_null() {
            // SAFETY: A live device; the name is copied.
            pool = unsafe {
                abi::nvme_fc_shim_dma_pool_create(c"nvme_fc_response".as_char_ptr(), raw, STRIDE)
            };
            if pool.is_null() {
                return Err(ENOMEM);
            }
        }
        // INVARIANT: Made above, or there is no device.
        let memory = Self {
            device: device.another(),
            pool,
        };
        Ok(Arc::new(memory, GFP_KERNEL)?)
    }

    /// The device; null for none.
    pub(crate) fn device(&self) -> *mut abi::device {
        self.device.as_raw()
    }

    /// Zeroed memory for a response; `None` without a device. Context: may
    /// sleep, but waits for no I/O.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn allocate(&self) -> Result<Option<Place>> {
        if self.pool.is_null() {
            return Ok(None);
        }
        let mut address = 0;
        // SAFETY: The pool is there, by the invariant.
        let start = unsafe {
            abi::nvme_fc_shim_dma_pool_zalloc(
                self.pool,
                abi::nvme_fc_const_gfp_without_io,
                &raw mut address,
            )
        };
        let start = NonNull::new(start.cast::<ResponseBuffer>()).ok_or(ENOMEM)?;
        Ok(Some((start, address)))
    }

    /// Gives memory back.
    ///
    /// # Safety
    ///
    /// It came from [`IuMemory::allocate`], and nobody uses it any more.
    pub(crate) unsafe fn free(&self, (start, address): Place) {
        // SAFETY: As the caller promises, so there is a pool.
        unsafe { abi::nvme_fc_shim_dma_pool_free(self.pool, start.as_ptr().cast(), address) };
    }
}

impl Drop for IuMemory {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: All is given back; null is nothing.
        unsafe { abi::nvme_fc_shim_dma_pool_destroy(self.pool) };
    }
}
