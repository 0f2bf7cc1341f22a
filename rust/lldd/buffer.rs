// SPDX-License-Identifier: GPL-2.0

//! Memory that is handed to a transport for a while.

use core::{cell::UnsafeCell, ffi::c_void};

use kernel::{alloc::Flags, prelude::*};

/// Bytes that C may read or write while Rust holds only shared references:
/// there is never a Rust reference to them.
pub(crate) struct Buffer {
    /// The memory; its length never changes.
    bytes: UnsafeCell<KVec<u8>>,
    /// Where it is.
    start: *mut u8,
    /// How much.
    length: usize,
}

// SAFETY: The memory is only reached by raw copies; what they race with is the
// contract between LLDD and transport, and only bytes can come out wrong.
unsafe impl Send for Buffer {}
// SAFETY: Shared references give the address and raw copies alone; length and address never change.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// `length` bytes, zero but for a copy of `from` in front.
    pub(crate) fn new(from: &[u8], length: usize, flags: Flags) -> Result<Self> {
        let length = length.max(from.len());
        let mut bytes = KVec::from_elem(0u8, length, flags)?;
        for (to, byte) in bytes.iter_mut().zip(from) {
            *to = *byte;
        }
        let start = bytes.as_mut_ptr();
        Ok(Self {
            bytes: UnsafeCell::new(bytes),
            start,
            length,
        })
    }

    /// The memory, for C.
    pub(crate) fn as_ptr(&self) -> *mut c_void {
        self.start.cast()
    }

    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Overwrites everything, so that a late reader is noticed.
    pub(crate) fn poison(&self) {
        // SAFETY: The memory is that long, and no reference to it exists.
        unsafe { self.start.write_bytes(0xa5, self.length) };
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.poison();
        self.bytes.get_mut().clear();
    }
}
