// SPDX-License-Identifier: GPL-2.0

//! configfs as the folder in which a thread works, whether anybody has mounted
//! it or not: kunit.py has no user space.
//!
//! configfs resolves the target of a symbolic link by itself, from the folder
//! of the thread that makes the link. So the thread goes there, by a file system
//! state of its own. Relative paths are configfs then, absolute ones the root of
//! user space.

use core::{ffi::c_void, marker::PhantomData, ptr, ptr::NonNull};

use kernel::{
    error::{from_err_ptr, to_result},
    fmt,
    prelude::*,
    str::CString,
};

use crate::{
    abi,
    shim, //
};

/// configfs, and the way back from there.
pub(crate) struct Tree {
    /// The mount.
    mount: NonNull<abi::vfsmount>,
    /// Where the thread worked before.
    pwd: abi::path,
    /// What its root was.
    root: abi::path,
    /// It is about this thread.
    _this_thread: PhantomData<*mut ()>,
}

/// A text as C has it.
fn c_text(text: fmt::Arguments<'_>) -> Result<CString> {
    CString::try_from_fmt(text)
}

/// Puts `path`, whose references are given away, in place of what `at` has;
/// returns that.
///
/// # Safety
///
/// `at` is the root or the working folder of this thread's own state.
unsafe fn swap(at: *mut abi::path, path: abi::path) -> abi::path {
    // SAFETY: Every thread has such a state.
    unsafe { abi::nvme_fc_kunit_shim_lock_fs() };
    // SAFETY: The lock is held, and the place is this thread's.
    let old = unsafe { at.replace(path) };
    // SAFETY: Locked above.
    unsafe { abi::nvme_fc_kunit_shim_unlock_fs() };
    old
}

impl Tree {
    /// Goes there. Context: a thread of its own; may sleep.
    ///
    /// # Errors
    ///
    /// `ENODEV`: this kernel has no configfs. Those of mounting.
    pub(crate) fn enter() -> Result<Self> {
        // SAFETY: A name with a terminator.
        let kind = unsafe { abi::get_fs_type(c"configfs".as_char_ptr()) };
        if kind.is_null() {
            return Err(ENODEV);
        }
        // SAFETY: The type is there, with a reference of ours.
        let mount = from_err_ptr(unsafe { abi::kern_mount(kind) });
        // SAFETY: Taken above; the mount has its own.
        unsafe { shim::module_put((*kind).owner) };
        let mount = NonNull::new(mount?).ok_or(ENODEV)?;
        // SAFETY: This thread's own state, from here on.
        if let Err(error) = to_result(unsafe { abi::nvme_fc_kunit_shim_unshare_fs() }) {
            // SAFETY: Mounted above.
            unsafe { abi::kern_unmount(mount.as_ptr()) };
            return Err(error);
        }
        let folder = abi::path {
            mnt: mount.as_ptr(),
            // SAFETY: The mount is alive.
            dentry: unsafe { (*mount.as_ptr()).mnt_root },
        };
        // SAFETY: Alive; constant once there is a user space, or will be one.
        let root = unsafe { *abi::nvme_fc_kunit_shim_user_root() };
        // SAFETY: Both are alive: the mount is held, the root is init's.
        unsafe { abi::path_get(&folder) };
        // SAFETY: The root is init's, and so alive.
        unsafe { abi::path_get(&root) };
        // SAFETY: The state is this thread's own.
        let pwd = unsafe { swap(abi::nvme_fc_kunit_shim_fs_pwd(), folder) };
        // SAFETY: The state is this thread's own.
        let root = unsafe { swap(abi::nvme_fc_kunit_shim_fs_root(), root) };
        Ok(Self {
            mount,
            pwd,
            root,
            _this_thread: PhantomData,
        })
    }

    /// Makes a folder. Context: may sleep, as all of this.
    ///
    /// # Errors
    ///
    /// `EEXIST`, `ENOENT` (no such parent), and the file system's.
    pub(crate) fn make(&self, path: fmt::Arguments<'_>) -> Result {
        self.create(path, |parent, dentry| {
            // SAFETY: Both are locked and alive; on an error the dentry is
            // given up, and the error is what is left of it.
            unsafe {
                abi::vfs_mkdir(
                    &raw mut abi::nop_mnt_idmap,
                    (*parent).d_inode,
                    dentry,
                    0o755,
                    ptr::null_mut(),
                )
            }
        })
    }

    /// Makes a symbolic link to `target`.
    ///
    /// # Errors
    ///
    /// As for [`Tree::make`]; nvmet's, where the link binds something.
    pub(crate) fn link(&self, target: fmt::Arguments<'_>, path: fmt::Arguments<'_>) -> Result {
        let target = c_text(target)?;
        let mut outcome = Ok(());
        self.create(path, |parent, dentry| {
            // SAFETY: Both are locked and alive.
            outcome = to_result(unsafe {
                abi::vfs_symlink(
                    &raw mut abi::nop_mnt_idmap,
                    (*parent).d_inode,
                    dentry,
                    target.as_char_ptr(),
                    ptr::null_mut(),
                )
            });
            dentry
        })?;
        outcome
    }

    /// Has `make` fill a new name.
    fn create(
        &self,
        path: fmt::Arguments<'_>,
        make: impl FnOnce(*mut abi::dentry, *mut abi::dentry) -> *mut abi::dentry,
    ) -> Result {
        let path = c_text(path)?;
        let mut parent = abi::path::default();
        // SAFETY: A name with a terminator; the parent is written to.
        let dentry = from_err_ptr(unsafe {
            abi::nvme_fc_kunit_shim_start_creating(path.as_char_ptr(), &mut parent)
        })?;
        let dentry = make(parent.dentry, dentry);
        let outcome = from_err_ptr(dentry).map(|_| ());
        // SAFETY: Begun above.
        unsafe { abi::nvme_fc_kunit_shim_end_creating(&mut parent, dentry) };
        outcome
    }

    /// Removes a folder.
    ///
    /// # Errors
    ///
    /// `ENOENT`, and the file system's.
    pub(crate) fn remove(&self, path: fmt::Arguments<'_>) -> Result {
        self.take_away(path, |parent, dentry| {
            // SAFETY: The parent is locked, both are alive.
            unsafe {
                abi::vfs_rmdir(
                    &raw mut abi::nop_mnt_idmap,
                    (*parent).d_inode,
                    dentry,
                    ptr::null_mut(),
                )
            }
        })
    }

    /// Removes a symbolic link, or a file.
    ///
    /// # Errors
    ///
    /// As for [`Tree::remove`].
    pub(crate) fn unlink(&self, path: fmt::Arguments<'_>) -> Result {
        self.take_away(path, |parent, dentry| {
            // SAFETY: The parent is locked, both are alive.
            unsafe {
                abi::vfs_unlink(
                    &raw mut abi::nop_mnt_idmap,
                    (*parent).d_inode,
                    dentry,
                    ptr::null_mut(),
                )
            }
        })
    }

    /// Has `take` remove a name.
    fn take_away(
        &self,
        path: fmt::Arguments<'_>,
        take: impl FnOnce(*mut abi::dentry, *mut abi::dentry) -> c_int,
    ) -> Result {
        let path = c_text(path)?;
        let bytes = path.to_bytes();
        let at = bytes.iter().rposition(|byte| *byte == b'/').ok_or(EINVAL)?;
        let (folder, name) = (bytes.get(..at), bytes.get(at + 1..));
        let (folder, name) = (folder.ok_or(EINVAL)?, name.ok_or(EINVAL)?);
        let text = core::str::from_utf8(folder).map_err(|_| EINVAL)?;
        let text = if text.is_empty() { "/" } else { text };
        let folder = c_text(fmt!("{text}"))?;
        let mut parent = abi::path::default();
        // SAFETY: A name with a terminator; the result is written to.
        to_result(unsafe {
            abi::nvme_fc_kunit_shim_find_folder(folder.as_char_ptr(), &mut parent)
        })?;
        let mut last = abi::qstr {
            name: name.as_ptr(),
            ..Default::default()
        };
        // CAST: A path is short.
        last.__bindgen_anon_1.__bindgen_anon_1.len = name.len() as u32;
        // SAFETY: The parent is alive, and the name is within `path`.
        let dentry = from_err_ptr(unsafe {
            abi::nvme_fc_kunit_shim_start_removing(parent.dentry, &mut last)
        });
        let outcome = dentry.and_then(|dentry| {
            let outcome = to_result(take(parent.dentry, dentry));
            // SAFETY: Begun above.
            unsafe { abi::end_dirop(dentry) };
            outcome
        });
        // SAFETY: Found above.
        unsafe { abi::path_put(&parent) };
        outcome
    }

    /// Opens a file, and closes it after `with`.
    fn open<R>(
        &self,
        path: fmt::Arguments<'_>,
        flags: u32,
        with: impl FnOnce(*mut abi::file) -> Result<R>,
    ) -> Result<R> {
        let path = c_text(path)?;
        // CAST: The flags are C's int.
        let flags = flags as c_int;
        // SAFETY: A name with a terminator.
        let file = unsafe { abi::filp_open(path.as_char_ptr(), flags, 0o600) };
        let file = from_err_ptr(file)?;
        let outcome = with(file);
        // SAFETY: Opened above; closed at once, so that nothing is in use
        // when the caller goes on.
        unsafe { abi::__fput_sync(file) };
        outcome
    }

    /// Writes a text, in one call.
    ///
    /// # Errors
    ///
    /// Those of whoever the file belongs to; `EIO` if it took a part.
    pub(crate) fn write(&self, path: fmt::Arguments<'_>, text: fmt::Arguments<'_>) -> Result {
        let text = c_text(text)?;
        let bytes = text.to_bytes();
        self.open(path, abi::O_WRONLY, |file| {
            let mut at = 0;
            let start = bytes.as_ptr().cast::<c_void>();
            // SAFETY: The file is open, and the bytes are there.
            let written = unsafe { abi::kernel_write(file, start, bytes.len(), &mut at) };
            match usize::try_from(written) {
                Ok(written) if written == bytes.len() => Ok(()),
                Ok(_) => Err(EIO),
                // CAST: An errno.
                Err(_) => to_result(written as c_int),
            }
        })
    }

    /// Takes everything out of a file.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub(crate) fn cut_file(&self, path: fmt::Arguments<'_>) -> Result {
        self.open(path, abi::O_TRUNC | abi::O_RDWR, |_| Ok(()))
    }

    /// Makes a file of so many zeros.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub(crate) fn make_file(&self, path: fmt::Arguments<'_>, length: i64) -> Result {
        self.open(path, abi::O_CREAT | abi::O_TRUNC | abi::O_RDWR, |file| {
            let mut at = length.saturating_sub(1);
            // SAFETY: The file is open, and there is one byte to read.
            let written = unsafe { abi::kernel_write(file, [0u8].as_ptr().cast(), 1, &mut at) };
            if written == 1 {
                Ok(())
            } else {
                Err(ENOSPC)
            }
        })
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // SAFETY: The state is this thread's own, since `enter`.
        let pwd = unsafe { swap(abi::nvme_fc_kunit_shim_fs_pwd(), self.pwd) };
        // SAFETY: The state is this thread's own, since `enter`.
        let root = unsafe { swap(abi::nvme_fc_kunit_shim_fs_root(), self.root) };
        // SAFETY: The references were the state's.
        unsafe { abi::path_put(&pwd) };
        // SAFETY: The reference was the state's.
        unsafe { abi::path_put(&root) };
        // SAFETY: Mounted by `enter`, and nothing of it is in use here.
        unsafe { abi::kern_unmount(self.mount.as_ptr()) };
    }
}
