// SPDX-License-Identifier: GPL-2.0

//! The lock over the Disconnects that were sent.

use kernel::{
    prelude::*,
    sync::{
        global_lock,
        lock::GlobalGuard, //
    }, //
};

use crate::ls::sent_list::Sent;

global_lock! {
    // SAFETY: `init` initialises it before the module registers anything or
    // any of its symbols can be called.
    /// Link services that LLDDs were given.
    pub(crate) unsafe(uninit) static SENT: Mutex<Sent> = Sent::new();
}

/// Makes the lock usable. Context: module init, once.
pub(crate) fn init() {
    // SAFETY: Called once, before anything else of the module.
    unsafe { SENT.init() };
}

/// Locks the list. Nothing is called out to, and no other lock taken, while it is
/// held. Context: may sleep.
pub(crate) fn lock() -> GlobalGuard<SENT> {
    SENT.lock()
}
