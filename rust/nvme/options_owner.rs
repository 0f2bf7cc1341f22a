// SPDX-License-Identifier: GPL-2.0

//! Who frees a controller's options.

use core::ptr;

use crate::{
    abi,
    nvme::options::Options,
    shared::support::word::Word, //
};

/// Frees options when it is dropped, if it was given any.
///
/// # Invariants
///
/// Null, or options that are ours to free and that nobody uses once this is
/// dropped.
pub(crate) struct OptionsOwner(Word<*mut abi::nvmf_ctrl_options>);

impl OptionsOwner {
    /// Owns none.
    pub(crate) const fn new() -> Self {
        Self(Word::new(ptr::null_mut()))
    }

    /// Takes them over.
    ///
    /// # Safety
    ///
    /// They are the caller's, whose controller this is part of.
    pub(crate) unsafe fn own(&self, options: &Options) {
        self.0.set(options.as_raw());
    }
}

impl Drop for OptionsOwner {
    fn drop(&mut self) {
        let raw = self.0.get();
        if !raw.is_null() {
            // SAFETY: Ours, by the type's invariant; the controller is gone.
            unsafe { Options::new(raw).free() };
        }
    }
}
