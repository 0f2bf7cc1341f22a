// SPDX-License-Identifier: GPL-2.0

//! The one lock over all ports and controllers.

#![deny(unsafe_code)]

use core::ops::{
    Deref,
    DerefMut, //
};

use crate::{
    port::registry::Registry,
    shared::support::{
        noio::WithoutIo,
        static_mutex::{
            static_mutex,
            LockedBy,
            StaticGuard,
            StaticLock, //
        }, //
    }, //
};

static_mutex! {
    /// Who is registered, who uses whom, and what is owed to LLDDs.
    RegistryLock: Registry = Registry::new()
}

/// Drops the registry's memory: a static has no destructor. Context: module
/// exit, when nothing else of the module runs any more. What an LLDD left
/// registered is not touched, since that LLDD is gone.
pub(crate) struct Memory;

impl Drop for Memory {
    fn drop(&mut self) {
        let registry = core::mem::replace(&mut *lock(), Registry::new());
        if !registry.locals.is_empty() {
            core::mem::forget(registry);
        }
    }
}

/// The registry, locked.
///
/// Allocating may not wait for I/O with it locked: that might be I/O of a
/// controller that cannot reconnect before it has this lock.
pub(crate) struct Locked {
    /// The lock; given up first.
    guard: StaticGuard<RegistryLock>,
    /// See above.
    _without_io: WithoutIo,
}

/// What belongs to the registry's lock, but is no business of ports.
pub(crate) struct WithRegistry<T>(LockedBy<T, RegistryLock>);

impl<T> WithRegistry<T> {
    /// To be used with the registry locked.
    pub(crate) const fn new(value: T) -> Self {
        Self(LockedBy::new(value))
    }

    /// The value.
    pub(crate) fn get<'a>(&'a self, locked: &'a mut Locked) -> &'a mut T {
        self.0.get(&mut locked.guard)
    }
}

/// Locks the registry: the outermost of the module's locks, never held while
/// an LLDD is called. Context: may sleep.
pub(crate) fn lock() -> Locked {
    let guard = RegistryLock::lock();
    Locked {
        guard,
        _without_io: WithoutIo::begin(),
    }
}

impl Deref for Locked {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        &self.guard
    }
}

impl DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut Registry {
        &mut self.guard
    }
}
