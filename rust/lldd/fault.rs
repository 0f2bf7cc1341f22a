// SPDX-License-Identifier: GPL-2.0

//! What an LLDD does to the `private` fields that transports lend it, well or on purpose not.

use core::{ffi::c_void, marker::PhantomData, slice};

/// A `private` field of an object of a transport's.
///
/// # Invariants
///
/// For `'a`, the field is the LLDD's to read and to write.
#[derive(Clone, Copy)]
pub(crate) struct PrivateField<'a>(*mut *mut c_void, PhantomData<&'a ()>);

impl PrivateField<'_> {
    /// The field at that address.
    ///
    /// # Safety
    ///
    /// For `'a`, the field is valid, and written by nobody else.
    pub(crate) unsafe fn new(field: *mut *mut c_void) -> Self {
        // INVARIANT: As the caller promises.
        Self(field, PhantomData)
    }

    /// The memory that the field leads to, null if the template asked for none.
    pub(crate) fn area(self) -> *mut c_void {
        // SAFETY: Valid, by the type's invariant.
        unsafe { *self.0 }
    }

    /// Overwrites the memory, as HBA drivers do.
    ///
    /// # Safety
    ///
    /// The template asked for `size` bytes, and [`PrivateField::point_to`] was not called before.
    pub(crate) unsafe fn fill(self, byte: u8, size: usize) {
        let area = self.area();
        if !area.is_null() {
            // SAFETY: So many bytes, as the caller promises.
            unsafe { area.cast::<u8>().write_bytes(byte, size) };
        }
    }

    /// Whether there is memory, all of it zero; for a `size` of 0, whether there is none.
    ///
    /// # Safety
    ///
    /// As for [`PrivateField::fill`].
    pub(crate) unsafe fn is_clean(self, size: usize) -> bool {
        let area = self.area();
        if size == 0 || area.is_null() {
            return (size == 0) == area.is_null();
        }
        // SAFETY: So many bytes, as the caller promises; nobody writes to them meanwhile.
        let bytes = unsafe { slice::from_raw_parts(area.cast::<u8>(), size) };
        bytes.iter().all(|byte| *byte == 0)
    }

    /// Points the field somewhere else: no transport may follow it.
    pub(crate) fn point_to(self, area: *mut c_void) {
        // SAFETY: Ours to write, by the type's invariant.
        unsafe { *self.0 = area };
    }
}
