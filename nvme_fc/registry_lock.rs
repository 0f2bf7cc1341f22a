// SPDX-License-Identifier: GPL-2.0

//! The one lock over all ports and controllers.

use kernel::{
    prelude::*,
    sync::global_lock, //
};

use crate::registry::Registry;

global_lock! {
    /// Who is registered, who uses whom, and what is owed to LLDDs. Outermost
    /// of the module's locks; never held while an LLDD is called.
    // SAFETY: Initialised by `init` before the first entry point can run.
    pub(crate) unsafe(uninit) static REGISTRY: Mutex<Registry> = Registry::new();
}

/// Makes the lock usable. Context: module init, once.
pub(crate) fn init() {
    // SAFETY: Called once, before anything else of the module.
    unsafe { REGISTRY.init() };
}
