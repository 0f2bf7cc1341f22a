// SPDX-License-Identifier: GPL-2.0

//! A folder of debugfs with files that are only read, meant for
//! `rust/kernel/debugfs.rs`.
//!
//! The kernel crate's files have no owner. One that is held open while its module is
//! unloaded is then closed by a table that is gone with the module
//! (`full_proxy_release`). These keep their module loaded while they are open. Their
//! mode and their table are what `debugfs_locked_down` lets through.
//!
//! C headers: [`include/linux/debugfs.h`](srctree/include/linux/debugfs.h),
//! [`include/linux/seq_file.h`](srctree/include/linux/seq_file.h)

use core::{
    ffi::c_void,
    fmt,
    marker::PhantomData,
    ptr, //
};

use kernel::{
    module::this_module,
    prelude::*,
    types::Opaque,
    ModuleMetadata, //
};

use crate::abi;

/// Who may do what with a file: root may read it.
#[cfg(CONFIG_DEBUG_FS)]
const READ_ONLY: abi::umode_t = 0o400;

/// A file that is only read.
pub(crate) trait Show: 'static {
    /// The module that has it.
    type Module: ModuleMetadata;
    /// Its name.
    const NAME: &'static CStr;

    /// Writes all of it, whenever somebody begins to read; and once more, with more
    /// room, if it was too long. Context: may sleep; not called, nor running, any
    /// more once the folder is dropped.
    ///
    /// # Errors
    ///
    /// `out`'s; otherwise there is no memory, and the reader gets `ENOMEM`.
    fn show(out: &mut Output<'_>) -> fmt::Result;
}

/// Where the text goes.
pub(crate) struct Output<'a>(&'a Opaque<abi::seq_file>);

impl Output<'_> {
    /// Whether there was too little room.
    fn is_full(&self) -> bool {
        // SAFETY: Alive as long as this, and used by the reader's thread alone.
        let file = unsafe { &*self.0.get() };
        file.count == file.size
    }
}

impl fmt::Write for Output<'_> {
    /// # Errors
    ///
    /// There is no room for it; [`Show::show`] will be called again.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: A seq_file, and bytes that are only read.
        match unsafe { abi::seq_write(self.0.get(), text.as_ptr().cast(), text.len()) } {
            0 => Ok(()),
            _ => Err(fmt::Error),
        }
    }
}

/// The table of a file.
struct Table<T>(PhantomData<T>);

impl<T: Show> Table<T> {
    /// The table.
    const OPERATIONS: abi::file_operations = abi::file_operations {
        owner: this_module::<T::Module>().as_ptr(),
        open: Some(Self::open),
        read: Some(abi::seq_read),
        llseek: Some(abi::seq_lseek),
        release: Some(abi::single_release),
        ..pin_init::zeroed()
    };

    /// Somebody opens the file.
    ///
    /// # Safety
    ///
    /// Called by debugfs with a file that is being opened.
    unsafe extern "C" fn open(_inode: *mut abi::inode, file: *mut abi::file) -> c_int {
        // SAFETY: A file that is being opened; `show` does with any seq_file.
        unsafe { abi::single_open(file, Some(Self::show), ptr::null_mut()) }
    }

    /// Somebody reads the file.
    ///
    /// # Safety
    ///
    /// Called by seq_file.
    unsafe extern "C" fn show(file: *mut abi::seq_file, _private: *mut c_void) -> c_int {
        // SAFETY: Alive in this call; the type is transparent.
        let mut out = Output(unsafe { &*file.cast::<Opaque<abi::seq_file>>() });
        // seq_file sees for itself when there was no room.
        if T::show(&mut out).is_ok() || out.is_full() {
            0
        } else {
            ENOMEM.to_errno()
        }
    }
}

/// A folder with its files; gone with this, once nobody is reading.
///
/// # Invariants
///
/// What `debugfs_create_dir` gave, which may be an error.
pub(crate) struct Folder(*mut abi::dentry);

// SAFETY: debugfs does its own locking.
unsafe impl Send for Folder {}
// SAFETY: debugfs does its own locking.
unsafe impl Sync for Folder {}

#[cfg(CONFIG_DEBUG_FS)]
impl Folder {
    /// A folder at the top of debugfs. That there is none, or that it cannot be made, is
    /// no reason to fail. Context: may sleep.
    pub(crate) fn new(name: &CStr) -> Self {
        // SAFETY: A string.
        let folder = unsafe { abi::debugfs_create_dir(name.as_char_ptr(), ptr::null_mut()) };
        // INVARIANT: Made just now.
        Self(folder)
    }

    /// Adds a file. Context: may sleep.
    pub(crate) fn add<T: Show>(&self) {
        // SAFETY: A string, a folder or an error, and a static table.
        unsafe {
            abi::debugfs_create_file_full(
                T::NAME.as_char_ptr(),
                READ_ONLY,
                self.0,
                ptr::null_mut(),
                ptr::null(),
                &Table::<T>::OPERATIONS,
            )
        };
    }
}

#[cfg(not(CONFIG_DEBUG_FS))]
impl Folder {
    /// No folder: this kernel has no debugfs.
    pub(crate) fn new(_name: &CStr) -> Self {
        // INVARIANT: Nobody uses it.
        Self(ptr::null_mut())
    }

    /// No file.
    pub(crate) fn add<T: Show>(&self) {}
}

impl Drop for Folder {
    #[inline]
    fn drop(&mut self) {
        #[cfg(CONFIG_DEBUG_FS)]
        // SAFETY: As `debugfs_create_dir` gave it, and not removed yet.
        unsafe {
            abi::debugfs_remove(self.0)
        };
    }
}
