// SPDX-License-Identifier: GPL-2.0

//! The one lock over all target ports and bindings.

use kernel::{
    prelude::*,
    sync::{
        global_lock,
        lock::GlobalGuard, //
    }, //
};

use crate::tgtport::bindings::Registry;

global_lock! {
    // SAFETY: `init` initialises it before the module registers anything or
    // any of its symbols can be called.
    /// All target ports and all bindings to nvmet ports.
    pub(crate) unsafe(uninit) static REGISTRY: Mutex<Registry> = Registry::new();
}

/// Makes the lock usable. Context: module init, once.
pub(crate) fn init() {
    // SAFETY: Called once, before anything else of the module.
    unsafe { REGISTRY.init() };
}

/// Locks the registry. That is done under nvmet's configuration semaphore or under
/// a subsystem's lock; nothing is called out to while it is held. Context: may
/// sleep.
pub(crate) fn lock() -> GlobalGuard<REGISTRY> {
    REGISTRY.lock()
}
