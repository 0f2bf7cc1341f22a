// SPDX-License-Identifier: GPL-2.0

//! A class of the driver core with one device, meant for
//! `rust/kernel/device/class.rs`.
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
    shared::support::{
        attributes::Group,
        static_mutex::StaticMutex, //
    }, //
};

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
