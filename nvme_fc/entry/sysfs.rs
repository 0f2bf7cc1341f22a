// SPDX-License-Identifier: GPL-2.0

//! The "fc" class, whose device is what uevents about discovery controllers come
//! from, and the files that ask for them.
//!
//! The class and its one device are what udev rules of nvme-cli match, literally.
//!
//! C header: [`include/linux/device/class.h`](srctree/include/linux/device/class.h)

use core::ptr;

use kernel::{
    error::{
        from_err_ptr,
        to_result, //
    },
    prelude::*,
    types::Opaque, //
};

use crate::{
    abi::{
        self,
        AssertSync, //
    },
    port::{
        discovery,
        uevent, //
    }, //
};

/// A file that only root may write.
const WRITE_ONLY: abi::umode_t = 0o200;

/// An attribute that is only written.
#[allow(
    clippy::needless_update,
    reason = "lockdep adds fields to `struct attribute`"
)]
const fn attribute(
    name: &'static CStr,
    store: unsafe extern "C" fn(
        *mut abi::device,
        *mut abi::device_attribute,
        *const c_char,
        usize,
    ) -> isize,
) -> AssertSync<abi::device_attribute> {
    AssertSync(abi::device_attribute {
        attr: abi::attribute {
            name: kernel::str::as_char_ptr_in_const_context(name),
            mode: WRITE_ONLY,
            ..pin_init::zeroed()
        },
        __bindgen_anon_1: pin_init::zeroed(),
        __bindgen_anon_2: abi::device_attribute__bindgen_ty_2 { store: Some(store) },
    })
}

/// `nvme_discovery`.
static NVME_DISCOVERY: AssertSync<abi::device_attribute> =
    attribute(c"nvme_discovery", nvme_discovery_store);
/// `appid_store`.
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
static APPID_STORE: AssertSync<abi::device_attribute> = attribute(c"appid_store", appid_store);

/// How many attributes there are.
const ATTRIBUTE_COUNT: usize = if cfg!(CONFIG_BLK_CGROUP_FC_APPID) {
    2
} else {
    1
};

/// The attributes, null-terminated.
static ATTRIBUTES: AssertSync<[*const abi::attribute; ATTRIBUTE_COUNT + 1]> = AssertSync([
    &raw const NVME_DISCOVERY.0.attr,
    #[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
    (&raw const APPID_STORE.0.attr),
    ptr::null(),
]);

/// The group of the attributes.
static GROUP: AssertSync<abi::attribute_group> = AssertSync(abi::attribute_group {
    __bindgen_anon_2: abi::attribute_group__bindgen_ty_2 {
        attrs: ATTRIBUTES.0.as_ptr().cast_mut().cast(),
    },
    ..pin_init::zeroed()
});

/// The groups of each device, null-terminated.
static GROUPS: AssertSync<[*const abi::attribute_group; 2]> =
    AssertSync([&raw const GROUP.0, ptr::null()]);

/// The class.
static CLASS: AssertSync<Opaque<abi::class>> = AssertSync(Opaque::new(abi::class {
    name: kernel::str::as_char_ptr_in_const_context(c"fc"),
    dev_groups: GROUPS.0.as_ptr(),
    ..pin_init::zeroed()
}));

/// The class and its device, while the module is loaded.
pub(crate) struct FcClass(());

impl FcClass {
    /// Registers the class and makes the device. Context: module init, once.
    ///
    /// # Errors
    ///
    /// The driver core's, logged.
    pub(crate) fn register() -> Result<Self> {
        // SAFETY: A static class, not registered yet.
        let registered = to_result(unsafe { abi::class_register(CLASS.0.get()) });
        if registered.is_err() {
            pr_err!("couldn't register class fc\n");
        }
        registered?;
        // SAFETY: A registered class; the name holds no conversions.
        let device = from_err_ptr(unsafe {
            abi::device_create(
                CLASS.0.get(),
                ptr::null_mut(),
                0,
                ptr::null_mut(),
                c"fc_udev_device".as_char_ptr(),
            )
        });
        match device {
            Ok(device) => {
                // SAFETY: It lives until `drop`.
                unsafe { uevent::set_device(device) };
                Ok(Self(()))
            }
            Err(error) => {
                pr_err!("couldn't create fc_udev device!\n");
                // SAFETY: Registered above.
                unsafe { abi::class_unregister(CLASS.0.get()) };
                Err(error)
            }
        }
    }
}

impl Drop for FcClass {
    fn drop(&mut self) {
        // SAFETY: Null may always be said.
        unsafe { uevent::set_device(ptr::null_mut()) };
        // SAFETY: Made by `register`; ports, which could send an event, exist
        // no longer when the module is unloaded.
        unsafe { abi::device_destroy(CLASS.0.get(), 0) };
        // SAFETY: Registered by `register`.
        unsafe { abi::class_unregister(CLASS.0.get()) };
    }
}

/// `nvme_discovery`: a write repeats the event of every port that has a
/// discovery controller.
///
/// # Safety
///
/// Called by sysfs.
unsafe extern "C" fn nvme_discovery_store(
    _device: *mut abi::device,
    _attribute: *mut abi::device_attribute,
    _buffer: *const c_char,
    count: usize,
) -> isize {
    match discovery::signal_all() {
        // CAST: sysfs passes at most a page.
        Ok(()) => count as isize,
        Err(error) => error.to_errno() as isize,
    }
}

/// `appid_store`: gives a cgroup its application identifier.
///
/// # Safety
///
/// Called by sysfs.
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
unsafe extern "C" fn appid_store(
    _device: *mut abi::device,
    _attribute: *mut abi::device_attribute,
    buffer: *const c_char,
    count: usize,
) -> isize {
    // SAFETY: sysfs passes a buffer of that many bytes.
    let text = unsafe { core::slice::from_raw_parts(buffer.cast::<u8>(), count) };
    match crate::io::appid::store(text) {
        // CAST: sysfs passes at most a page.
        Ok(()) => count as isize,
        Err(error) => error.to_errno() as isize,
    }
}
