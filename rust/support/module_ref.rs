// SPDX-License-Identifier: GPL-2.0

//! References that keep a module loaded, meant for `rust/kernel/module.rs`.
//!
//! C header: [`include/linux/module.h`](srctree/include/linux/module.h)

use core::marker::PhantomData;

use kernel::{
    prelude::*,
    ModuleMetadata, //
};

use crate::shim;

/// Keeps the module `M` from being unloaded; nothing if it is built in. What drops
/// the last one runs where the module's exit waits for it, or on behalf of a module
/// that uses this one.
pub(crate) struct ModuleRef<M: ModuleMetadata>(PhantomData<M>);

impl<M: ModuleMetadata> ModuleRef<M> {
    /// A reference. Context: any.
    ///
    /// # Errors
    ///
    /// `ENODEV`: the module is being unloaded.
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: Both a module and null are fit for it.
        if unsafe { shim::try_module_get(M::THIS_MODULE.as_ptr()) } {
            Ok(Self(PhantomData))
        } else {
            Err(ENODEV)
        }
    }
}

impl<M: ModuleMetadata> Drop for ModuleRef<M> {
    fn drop(&mut self) {
        // SAFETY: Taken by `new`.
        unsafe { shim::module_put(M::THIS_MODULE.as_ptr()) };
    }
}
