// SPDX-License-Identifier: GPL-2.0

//! The one lock over all ports and controllers.

use core::{
    cell::UnsafeCell,
    ops::{
        Deref,
        DerefMut, //
    }, //
};

use kernel::{
    prelude::*,
    sync::{
        global_lock,
        lock::GlobalGuard, //
    }, //
};

use crate::{
    port::registry::Registry,
    shared::support::noio::WithoutIo, //
};

global_lock! {
    /// Who is registered, who uses whom, and what is owed to LLDDs.
    // SAFETY: Initialised by `init` before the first entry point can run.
    unsafe(uninit) static REGISTRY: Mutex<Registry> = Registry::new();
}

/// Makes the lock usable. Context: module init, once.
pub(crate) fn init() {
    // SAFETY: Called once, before anything else of the module.
    unsafe { REGISTRY.init() };
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
    guard: GlobalGuard<REGISTRY>,
    /// See above.
    _without_io: WithoutIo,
}

/// What belongs to the registry's lock, but is no business of ports. (The kernel
/// crate's `GlobalLockedBy` cannot be made in a static.)
pub(crate) struct WithRegistry<T>(UnsafeCell<T>);

// SAFETY: Who gets at the value has the registry locked.
unsafe impl<T: Send> Sync for WithRegistry<T> {}

impl<T> WithRegistry<T> {
    /// To be used with the registry locked.
    pub(crate) const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// The value.
    pub(crate) fn get<'a>(&'a self, _locked: &'a mut Locked) -> &'a mut T {
        // SAFETY: There is one registry, and it is locked, and borrowed as long
        // as the value is.
        unsafe { &mut *self.0.get() }
    }
}

/// Locks the registry: the outermost of the module's locks, never held while
/// an LLDD is called. Context: may sleep.
pub(crate) fn lock() -> Locked {
    let guard = REGISTRY.lock();
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
