// SPDX-License-Identifier: GPL-2.0

//! How long a caller may wait, and for how long the module stays.

use kernel::prelude::*;

use crate::{
    abi,
    shim, //
};

/// Whether somebody who asks for memory with these flags, here and now, may have
/// to wait for I/O to be done.
pub(crate) fn may_wait_for_io(flags: abi::gfp_t) -> bool {
    // SAFETY: Reads flags of the calling thread.
    unsafe { shim::waits_for_io(flags) }
}

/// Keeps the module loaded: a transport has a pointer into it.
pub(crate) fn hold_module() {
    let module = kernel::module::this_module::<crate::LocalModule>();
    // SAFETY: The module is running, and so alive.
    if !unsafe { shim::try_module_get(module.as_ptr()) } {
        pr_err!("registering a port while the module goes away\n");
    }
}

/// The counterpart of [`hold_module`].
pub(crate) fn let_module_go() {
    let module = kernel::module::this_module::<crate::LocalModule>();
    // SAFETY: Taken by `hold_module`.
    unsafe { shim::module_put(module.as_ptr()) };
}

/// Sleeps. Context: may sleep.
pub(crate) fn sleep(milliseconds: u32) {
    // SAFETY: The caller may sleep.
    unsafe { abi::msleep(milliseconds) };
}
