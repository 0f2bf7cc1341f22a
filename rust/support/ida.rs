// SPDX-License-Identifier: GPL-2.0

//! Small unique numbers.
//!
//! C header: [`include/linux/idr.h`](srctree/include/linux/idr.h)

use kernel::{
    error::to_result,
    prelude::*,
    types::Opaque, //
};

use crate::{abi, shim};

/// An allocator of the smallest free number.
#[pin_data(PinnedDrop)]
pub(crate) struct Ida {
    /// The C object, with a lock of its own.
    #[pin]
    inner: Opaque<abi::ida>,
}

// SAFETY: An IDA may be used and destroyed from any thread.
unsafe impl Send for Ida {}
// SAFETY: An IDA does its own locking.
unsafe impl Sync for Ida {}

impl Ida {
    /// An empty allocator.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            inner <- Opaque::ffi_init(|slot: *mut abi::ida| {
                // SAFETY: `slot` is memory for one `struct ida`.
                unsafe { shim::ida_init(slot) }
            }),
        })
    }

    /// Takes the smallest free number. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or `ENOSPC` when all are taken.
    pub(crate) fn alloc(&self) -> Result<u32> {
        // SAFETY: The object was initialised by `new`.
        let id =
            unsafe { abi::ida_alloc_range(self.inner.get(), 0, i32::MAX as u32, abi::GFP_KERNEL) };
        to_result(id)?;
        // CAST: Not negative, or `to_result` had failed.
        Ok(id as u32)
    }

    /// Gives back a number from [`Ida::alloc`]. Context: any.
    pub(crate) fn free(&self, id: u32) {
        // SAFETY: The object was initialised by `new`.
        unsafe { abi::ida_free(self.inner.get(), id) };
    }
}

#[pinned_drop]
impl PinnedDrop for Ida {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: Nobody else can reach the object any more.
        unsafe { abi::ida_destroy(self.inner.get()) };
    }
}
