// SPDX-License-Identifier: GPL-2.0

//! Files of devices in sysfs, meant for `rust/kernel/device/attributes.rs`.
//!
//! C headers: [`include/linux/device.h`](srctree/include/linux/device.h),
//! [`include/linux/sysfs.h`](srctree/include/linux/sysfs.h)

use core::ptr;

use kernel::{
    error::to_result,
    prelude::*,
    str::as_char_ptr_in_const_context, //
};

use crate::abi;

/// Only root may write it.
const WRITE_ONLY: abi::umode_t = 0o200;
/// Everybody may read it.
const READ_ONLY: abi::umode_t = 0o444;

/// What sysfs calls for a file that somebody reads: with the device, the file, and a
/// page of zeroes for the text, of which the length comes back.
pub(crate) type ShowFn = unsafe extern "C" fn(
    device: *mut abi::device,
    attribute: *mut abi::device_attribute,
    page: *mut c_char,
) -> isize;

/// What is done about a write to a file.
pub(crate) trait Store {
    /// The file's name.
    const NAME: &'static CStr;

    /// Somebody wrote `text`, of a page at most. Context: may sleep.
    ///
    /// # Errors
    ///
    /// What the writer gets.
    fn store(text: &[u8]) -> Result;
}

/// A file, that is either only written or only read.
#[repr(transparent)]
pub(crate) struct File(abi::device_attribute);

// SAFETY: The driver core only reads it.
unsafe impl Sync for File {}

impl File {
    /// The file of `T`.
    pub(crate) const fn new<T: Store>() -> Self {
        Self(abi::device_attribute {
            attr: attribute(T::NAME, WRITE_ONLY),
            __bindgen_anon_1: pin_init::zeroed(),
            __bindgen_anon_2: abi::device_attribute__bindgen_ty_2 {
                store: Some(Self::store::<T>),
            },
        })
    }

    /// A file that everybody may read.
    ///
    /// # Safety
    ///
    /// `show` does with the devices that are given this file.
    pub(crate) const unsafe fn readable(name: &'static CStr, show: ShowFn) -> Self {
        Self(abi::device_attribute {
            attr: attribute(name, READ_ONLY),
            __bindgen_anon_1: abi::device_attribute__bindgen_ty_1 { show: Some(show) },
            __bindgen_anon_2: pin_init::zeroed(),
        })
    }

    /// Somebody wrote to the file.
    ///
    /// # Safety
    ///
    /// Called by sysfs.
    unsafe extern "C" fn store<T: Store>(
        _device: *mut abi::device,
        _attribute: *mut abi::device_attribute,
        buffer: *const c_char,
        count: usize,
    ) -> isize {
        // SAFETY: sysfs passes a buffer of that many bytes.
        let text = unsafe { core::slice::from_raw_parts(buffer.cast::<u8>(), count) };
        match T::store(text) {
            // CAST: sysfs passes at most a page.
            Ok(()) => count as isize,
            Err(error) => error.to_errno() as isize,
        }
    }
}

/// What all files have.
#[allow(
    clippy::needless_update,
    reason = "lockdep adds fields to `struct attribute`"
)]
const fn attribute(name: &'static CStr, mode: abi::umode_t) -> abi::attribute {
    abi::attribute {
        name: as_char_ptr_in_const_context(name),
        mode,
        ..pin_init::zeroed()
    }
}

/// Files of a device.
#[repr(transparent)]
pub(crate) struct Group(abi::attribute_group);

// SAFETY: The driver core only reads it.
unsafe impl Sync for Group {}

impl Group {
    /// The files in `files`, up to `None`, which there must be; in a folder of their own
    /// if it has a name.
    pub(crate) const fn new(
        folder: Option<&'static CStr>,
        files: &'static [Option<&'static File>],
    ) -> Self {
        ends(files.len(), matches!(files, [.., None]));
        // A reference to a file is the address of its `struct attribute`, and
        // `None` is null.
        Self(abi::attribute_group {
            name: match folder {
                Some(name) => as_char_ptr_in_const_context(name),
                None => ptr::null(),
            },
            __bindgen_anon_2: abi::attribute_group__bindgen_ty_2 {
                attrs: files.as_ptr().cast_mut().cast(),
            },
            ..pin_init::zeroed()
        })
    }
}

impl Group {
    /// Gives a device these files; they go with it, or when it is deleted. Context: may
    /// sleep.
    ///
    /// # Errors
    ///
    /// sysfs'.
    ///
    /// # Safety
    ///
    /// The device is added, and not being deleted; it has no such files yet. They are for
    /// such devices.
    pub(crate) unsafe fn add_to(&'static self, device: *mut abi::device) -> Result {
        // SAFETY: An added device, by this function's contract; a static group.
        to_result(unsafe { abi::sysfs_create_group(&raw mut (*device).kobj, &self.0) })
    }
}

const _: () = assert!(core::mem::offset_of!(abi::device_attribute, attr) == 0);

/// Does not compile for a list that does not end in `None`.
const fn ends(length: usize, well: bool) {
    assert!(length > 0 && well);
}
