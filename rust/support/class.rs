// SPDX-License-Identifier: GPL-2.0

//! A class of the driver core with one device, and files of it that are only
//! written; meant for `rust/kernel/device/class.rs`.
//!
//! C headers: [`include/linux/device/class.h`](srctree/include/linux/device/class.h),
//! [`include/linux/kobject.h`](srctree/include/linux/kobject.h)

use core::ptr;

use kernel::{
    error::{
        from_err_ptr,
        to_result, //
    },
    prelude::*,
    static_lock_class,
    str::as_char_ptr_in_const_context,
    types::Opaque, //
};

use crate::{
    abi,
    shared::support::static_mutex::StaticMutex, //
};

/// A file that only root may write.
const WRITE_ONLY: abi::umode_t = 0o200;

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

/// A file that is only written.
#[repr(transparent)]
pub(crate) struct File(abi::device_attribute);

// SAFETY: The driver core only reads it.
unsafe impl Sync for File {}

impl File {
    /// The file of `T`.
    #[allow(
        clippy::needless_update,
        reason = "lockdep adds fields to `struct attribute`"
    )]
    pub(crate) const fn new<T: Store>() -> Self {
        Self(abi::device_attribute {
            attr: abi::attribute {
                name: as_char_ptr_in_const_context(T::NAME),
                mode: WRITE_ONLY,
                ..pin_init::zeroed()
            },
            __bindgen_anon_1: pin_init::zeroed(),
            __bindgen_anon_2: abi::device_attribute__bindgen_ty_2 {
                store: Some(Self::store::<T>),
            },
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

/// Files of a device.
#[repr(transparent)]
pub(crate) struct Group(abi::attribute_group);

// SAFETY: The driver core only reads it.
unsafe impl Sync for Group {}

impl Group {
    /// The files in `files`, up to `None`, which there must be.
    pub(crate) const fn new(files: &'static [Option<&'static File>]) -> Self {
        ends(files.len(), matches!(files, [.., None]));
        // A reference to a file is the address of its `struct attribute`, and
        // `None` is null.
        Self(abi::attribute_group {
            __bindgen_anon_2: abi::attribute_group__bindgen_ty_2 {
                attrs: files.as_ptr().cast_mut().cast(),
            },
            ..pin_init::zeroed()
        })
    }
}

const _: () = assert!(core::mem::offset_of!(abi::device_attribute, attr) == 0);

/// Does not compile for a list that does not end in `None`.
const fn ends(length: usize, well: bool) {
    assert!(length > 0 && well);
}

/// A class, with its device while it is registered.
pub(crate) struct Class {
    /// The C object.
    inner: Opaque<abi::class>,
    /// The device.
    device: StaticMutex<Option<ClassDevice>>,
}

// SAFETY: The driver core does its own locking.
unsafe impl Sync for Class {}

/// A device of a class.
///
/// # Invariants
///
/// It is alive, and the class's.
struct ClassDevice(*mut abi::device);

// SAFETY: The driver core does its own locking.
unsafe impl Send for ClassDevice {}

impl Class {
    /// A class that is not registered.
    pub(crate) const fn new(name: &'static CStr) -> Self {
        Self {
            inner: Opaque::new(abi::class {
                name: as_char_ptr_in_const_context(name),
                ..pin_init::zeroed()
            }),
            device: StaticMutex::new(|| None, c"Class::device", static_lock_class!()),
        }
    }

    /// Sends a change event of the device, if there is one, with `variables`, of
    /// which there are at most three. Context: may sleep.
    pub(crate) fn send_change(&'static self, variables: &[&CStr]) {
        let device = self.device.lock();
        let Some(ClassDevice(raw)) = &*device else {
            return;
        };
        let mut list = [ptr::null_mut(); 4];
        for (to, from) in list.iter_mut().zip(variables.iter().take(3)) {
            *to = from.as_char_ptr().cast_mut();
        }
        // SAFETY: The device is alive while it is locked, by the type's invariant; the
        // strings are only read, and the array ends in null.
        unsafe {
            abi::kobject_uevent_env(
                &raw mut (**raw).kobj,
                abi::kobject_action_KOBJ_CHANGE,
                list.as_mut_ptr(),
            )
        };
    }
}

/// A class as the driver core knows it, while it does.
pub(crate) struct Registration(&'static Class);

impl Registration {
    /// Registers a class whose devices have the files of `groups`, up to `None`.
    /// Context: may sleep.
    ///
    /// # Errors
    ///
    /// The driver core's.
    pub(crate) fn new(
        class: &'static Class,
        groups: &'static [Option<&'static Group>; 2],
    ) -> Result<Self> {
        let raw = class.inner.get();
        // SAFETY: The field is whoever's who registers the class. A reference to a
        // group is its address, and `None` is null.
        unsafe { (*raw).dev_groups = groups.as_ptr().cast_mut().cast() };
        // SAFETY: A static class.
        to_result(unsafe { abi::class_register(raw) })?;
        Ok(Self(class))
    }

    /// Makes the device. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `EBUSY`: there is one. The driver core's.
    pub(crate) fn add_device(&self, name: &CStr) -> Result {
        let mut place = self.0.device.lock();
        if place.is_some() {
            return Err(EBUSY);
        }
        // SAFETY: A registered class, and a format with its argument.
        let device = from_err_ptr(unsafe {
            abi::device_create(
                self.0.inner.get(),
                ptr::null_mut(),
                0,
                ptr::null_mut(),
                c"%s".as_char_ptr(),
                name.as_char_ptr(),
            )
        })?;
        // INVARIANT: Just made; `drop` takes it away before it destroys it.
        *place = Some(ClassDevice(device));
        Ok(())
    }
}

impl Drop for Registration {
    #[inline]
    fn drop(&mut self) {
        let raw = self.0.inner.get();
        // Not with the lock held: who writes to a file of the device may want it, and
        // is waited for.
        let device = self.0.device.lock().take();
        if device.is_some() {
            // SAFETY: Made by `add_device`.
            unsafe { abi::device_destroy(raw, 0) };
        }
        // SAFETY: Registered by `new`.
        unsafe { abi::class_unregister(raw) };
    }
}
