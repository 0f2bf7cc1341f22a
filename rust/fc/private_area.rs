// SPDX-License-Identifier: GPL-2.0

//! The memory that an LLDD asked to have beside an object of the transport
//! (`*_priv_sz` of its template), meant for `rust/kernel/nvme_fc/private_area.rs`.
//!
//! LLDDs write what they like into it, and some overwrite the object's
//! `private` pointer as well: the transport keeps the memory here and never
//! reads it back through that pointer.

#![deny(unsafe_code)]

use core::{ffi::c_void, mem, ptr};

use kernel::{alloc::KVec, prelude::*};

/// Zeroed memory for an LLDD, aligned for a `u64`.
pub(crate) struct PrivateArea {
    /// The memory, in whole `u64`s; never touched by the transport.
    words: KVec<u64>,
}

impl PrivateArea {
    /// Allocates `size` bytes. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(size: u32) -> Result<Self> {
        // CAST: A u32 fits a usize on every platform with HBAs.
        let count = (size as usize).div_ceil(mem::size_of::<u64>());
        Ok(Self {
            words: KVec::from_elem(0, count, GFP_KERNEL)?,
        })
    }

    /// What to put into the object's `private` field: null for no memory.
    pub(crate) fn as_ptr(&self) -> *mut c_void {
        if self.words.is_empty() {
            ptr::null_mut()
        } else {
            self.words.as_ptr().cast_mut().cast()
        }
    }
}
