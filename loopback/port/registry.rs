// SPDX-License-Identifier: GPL-2.0

//! Ports that are registered, or were: transports' objects lead to them by name.

use kernel::{
    prelude::*,
    sync::{
        atomic::{Atomic, Full},
        global_lock,
        Arc, //
    },
};

use crate::{
    plan::{
        config::Role,
        life::Life, //
    },
    port::Port, //
};

global_lock! {
    // SAFETY: `init` is called before anything else, once.
    unsafe(uninit) static PORTS: SpinLockIrq<KVec<Arc<Port>>> = KVec::new();
}

/// Whether the lock has been made.
static MADE: Atomic<bool> = Atomic::new(false);

/// Makes the list: among the first things that the module does.
pub(crate) fn init() {
    if !MADE.xchg(true, Full) {
        // SAFETY: The flag says that this is the first time, and nothing of the module runs before.
        unsafe { PORTS.init() };
    }
}

/// Empties the list, when the module goes.
pub(crate) fn clear() {
    // Dropped without the lock: a port's device may sleep.
    let ports = core::mem::take(&mut *PORTS.lock());
    drop(ports);
}

/// The key of a port: only remote ports have a `local`.
fn is(port: &Port, role: Role, port_name: u64, local: u64) -> bool {
    port.role == role
        && port.config.port_name == port_name
        && (role != Role::Remote || port.config.local == local)
}

/// The port of that role and name. Context: any.
pub(crate) fn port(role: Role, port_name: u64, local: u64) -> Option<Arc<Port>> {
    let ports = PORTS.lock();
    ports
        .iter()
        .find(|port| is(port, role, port_name, local))
        .cloned()
}

/// The `index`-th remote port of that name, seen from whatever local port.
pub(crate) fn remote(port_name: u64, index: usize) -> Option<Arc<Port>> {
    let ports = PORTS.lock();
    let mut remotes = ports
        .iter()
        .filter(|port| port.role == Role::Remote && port.config.port_name == port_name);
    remotes.nth(index).cloned()
}

/// Adds a port. Context: may sleep.
///
/// # Errors
///
/// `EEXIST` for a name that is taken, also by a port that is still going away.
pub(crate) fn add_port(new: &Arc<Port>) -> Result {
    sweep();
    let mut spare = KVec::with_capacity(64, GFP_KERNEL)?;
    let config = &new.config;
    let mut ports = PORTS.lock();
    if ports
        .iter()
        .any(|port| is(port, new.role, config.port_name, config.local))
    {
        return Err(EEXIST);
    }
    if ports.len() == ports.capacity() {
        if ports.is_empty() {
            core::mem::swap(&mut *ports, &mut spare);
        } else {
            ports.reserve(16, GFP_ATOMIC)?;
        }
    }
    let result = ports.push(new.clone(), GFP_ATOMIC);
    drop(ports);
    drop(spare);
    Ok(result?)
}

/// Forgets ports that are gone and that nobody but the registry knows.
/// Context: may sleep.
pub(crate) fn sweep() {
    loop {
        let gone = {
            let mut ports = PORTS.lock();
            let index = ports
                .iter()
                .position(|port| port.is_retired() && port.life() == Life::Gone);
            index.and_then(|index| ports.remove(index).ok())
        };
        if gone.is_none() {
            return;
        }
    }
}
