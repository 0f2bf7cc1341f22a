// SPDX-License-Identifier: GPL-2.0

//! Files of a controller's device, meant for `rust/kernel/nvme/files.rs`.
//!
//! They are there from before the controller is known to its transport until the NVMe
//! core takes the device away (`nvme_uninit_ctrl`), which waits for those who are
//! reading.
//!
//! C header: `drivers/nvme/host/nvme.h`

use kernel::{
    container_of,
    fmt,
    page::PAGE_SIZE,
    prelude::*,
    str::Formatter, //
};

use crate::{
    abi,
    nvme::{
        ctrl::NvmeCtrl,
        ops::CtrlOps, //
    },
    shared::support::attributes::{
        File,
        Group, //
    }, //
};

/// A file of a controller's device that everybody may read.
pub(crate) trait CtrlFile: 'static {
    /// The transport's controllers.
    type Ctrl: CtrlOps;
    /// The file's name.
    const NAME: &'static CStr;

    /// Writes what is in the file, up to the end of the line. Context: may sleep; the
    /// device is not taken away meanwhile.
    ///
    /// # Errors
    ///
    /// `out`'s: there was more than a page.
    fn show(ctrl: &Self::Ctrl, out: &mut Formatter<'_>) -> fmt::Result;
}

/// The file of `T`, for controllers of its transport's.
pub(crate) const fn file<T: CtrlFile>() -> File {
    // SAFETY: A group with it is for `CtrlOps::files` of these controllers.
    unsafe { File::readable(T::NAME, show::<T>) }
}

/// Somebody reads the file.
///
/// # Safety
///
/// Called by sysfs for the device of a `T::Ctrl`.
unsafe extern "C" fn show<T: CtrlFile>(
    device: *mut abi::device,
    _attribute: *mut abi::device_attribute,
    page: *mut c_char,
) -> isize {
    // SAFETY: The device is part of the NVMe core's object.
    let nvme = unsafe { container_of!(device, abi::nvme_ctrl, ctrl_device) };
    // SAFETY: The NVMe core's object is the first field of a `T::Ctrl`, which is alive as
    // long as its device is not taken away.
    let ctrl = unsafe { &*nvme.cast::<T::Ctrl>() };
    // SAFETY: sysfs passes a page of zeroes.
    let page = unsafe { core::slice::from_raw_parts_mut(page.cast::<u8>(), PAGE_SIZE) };
    let mut out = Formatter::new(page);
    // What does not fit is left out.
    let _ = T::show(ctrl, &mut out).and_then(|()| fmt::Write::write_char(&mut out, '\n'));
    // CAST: sysfs takes less than a page.
    out.bytes_written().min(PAGE_SIZE.saturating_sub(1)) as isize
}

impl NvmeCtrl {
    /// Gives the controller's device the files of its transport. Context: may sleep; it
    /// was added, and nobody can delete it yet.
    ///
    /// # Errors
    ///
    /// sysfs'.
    pub(super) fn add_files(&self, files: &'static Group) -> Result {
        // SAFETY: An initialised controller, and its device.
        unsafe { files.add_to(&raw mut (*self.as_raw()).ctrl_device) }
    }
}
