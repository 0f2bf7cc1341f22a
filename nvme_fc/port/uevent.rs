// SPDX-License-Identifier: GPL-2.0

//! The event that a port has a discovery controller, with the variables that
//! udev rules of nvme-cli match, literally.
//!
//! C header: [`include/linux/kobject.h`](srctree/include/linux/kobject.h)

use core::ptr;

use kernel::{
    prelude::*,
    str::CString, //
};

use crate::{
    abi,
    shared::{
        fc::port::Names,
        proto::traddr::Traddr,
        support::word::Word, //
    }, //
};

/// The device that events come from, while it exists.
static DEVICE: Word<*mut abi::device> = Word::new(ptr::null_mut());

/// Says which device events come from; null for none. Context: module init and
/// exit, when there are no ports.
///
/// # Safety
///
/// `device` is null, or lives until this is called again.
pub(crate) unsafe fn set_device(device: *mut abi::device) {
    DEVICE.set(device);
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
    // SAFETY: The device is alive, see `set_device`; the strings
    // are only read, and the array ends in null.
    unsafe {
        abi::kobject_uevent_env(
            &raw mut (*device).kobj,
            abi::kobject_action_KOBJ_CHANGE,
            variables.as_mut_ptr(),
        )
    };
}
