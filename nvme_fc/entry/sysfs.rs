// SPDX-License-Identifier: GPL-2.0

//! The "fc" class: uevents about discovery controllers, and the files that ask
//! for them.
//!
//! The class, its one device and the variables of the event are what udev rules
//! of nvme-cli match, literally.
//!
//! C header: [`include/linux/device/class.h`](srctree/include/linux/device/class.h)

use core::ptr;

use kernel::{
    error::{
        from_err_ptr,
        to_result, //
    },
    prelude::*,
    str::CString,
    types::Opaque, //
};

use crate::{
    abi::{
        self,
        AssertSync, //
    },
    port::{
        port_abi::Names,
        rport, //
    },
    shared::proto::traddr::Traddr,
    word::Word, //
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

/// `fc_udev_device`, while it exists.
static DEVICE: Word<*mut abi::device> = Word::new(ptr::null_mut());

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
                DEVICE.set(device);
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
        // SAFETY: Made by `register`; ports, which could send an event, exist
        // no longer when the module is unloaded.
        unsafe { abi::device_destroy(CLASS.0.get(), 0) };
        DEVICE.set(ptr::null_mut());
        // SAFETY: Registered by `register`.
        unsafe { abi::class_unregister(CLASS.0.get()) };
    }
}

/// Sends the event that a port has a discovery controller. Context: may sleep.
pub(crate) fn signal_discovery(host: Traddr, target: Traddr) {
    let device = DEVICE.get();
    if device.is_null() {
        return;
    }
    let host = CString::try_from_fmt(fmt!("NVMEFC_HOST_TRADDR={}", Names(host)));
    let target = CString::try_from_fmt(fmt!("NVMEFC_TRADDR={}", Names(target)));
    let (Ok(host), Ok(target)) = (host, target) else {
        pr_warn!("no memory for a discovery event\n");
        return;
    };
    let mut variables = [
        c"FC_EVENT=nvmediscovery".as_char_ptr().cast_mut(),
        host.as_char_ptr().cast_mut(),
        target.as_char_ptr().cast_mut(),
        ptr::null_mut(),
    ];
    // SAFETY: The device lives as long as the module is loaded; the strings
    // are only read, and the array ends in null.
    unsafe {
        abi::kobject_uevent_env(
            &raw mut (*device).kobj,
            abi::kobject_action_KOBJ_CHANGE,
            variables.as_mut_ptr(),
        )
    };
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
    match rport::all_with_discovery() {
        Ok(ports) => {
            for port in &ports {
                port.signal_discovery();
            }
            // CAST: sysfs passes at most a page.
            count as isize
        }
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
