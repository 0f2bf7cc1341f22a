// SPDX-License-Identifier: GPL-2.0

//! References that keep this module loaded.
//!
//! C header: [`include/linux/module.h`](srctree/include/linux/module.h)

use kernel::{
    prelude::*,
    ModuleMetadata, //
};

use crate::{
    abi,
    NvmetFcModule, //
};

/// This module; null if it is built in.
fn this_module() -> *mut abi::module {
    NvmetFcModule::THIS_MODULE.as_ptr()
}

/// Keeps the module from being unloaded. What drops the last one runs on a work
/// item that the module's exit flushes, or on behalf of a module that uses this
/// one.
pub(crate) struct ModuleRef(());

impl ModuleRef {
    /// A reference. Context: any.
    ///
    /// # Errors
    ///
    /// `ENODEV`: the module is being unloaded.
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: Both this module and null are fit for it.
        if unsafe { abi::try_module_get(this_module()) } {
            Ok(Self(()))
        } else {
            Err(ENODEV)
        }
    }
}

impl Drop for ModuleRef {
    fn drop(&mut self) {
        // SAFETY: Taken by `new`.
        unsafe { abi::module_put(this_module()) };
    }
}
