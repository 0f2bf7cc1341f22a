// SPDX-License-Identifier: GPL-2.0

//! The one lock over all target ports and bindings.

#![deny(unsafe_code)]

use crate::{
    shared::support::static_mutex::{
        static_mutex,
        StaticGuard,
        StaticLock, //
    },
    tgtport::bindings::Registry, //
};

static_mutex! {
    /// All target ports and all bindings to nvmet ports.
    pub(crate) RegistryLock: Registry = Registry::new()
}

/// Locks the registry. That is done under nvmet's configuration semaphore or under
/// a subsystem's lock; nothing is called out to while it is held. Context: may
/// sleep.
pub(crate) fn lock() -> StaticGuard<RegistryLock> {
    RegistryLock::lock()
}
