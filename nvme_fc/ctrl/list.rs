// SPDX-License-Identifier: GPL-2.0

//! The list of all controllers.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        rcu::synchronize_rcu,
        Arc, //
    }, //
};

use crate::{
    ctrl::{
        Ctrl,
        DEV_LOSS_WORK, //
    },
    port::{
        behind::{
            Behind,
            BehindPorts, //
        },
        registry_lock::{
            self,
            Locked, //
        },
        rport::RemotePort, //
    },
    shared::support::work, //
};

/// All controllers that can be found, dead ones too until they are freed.
pub(crate) static CTRLS: BehindPorts<Ctrl> = BehindPorts::new();

impl Behind for Ctrl {
    fn remote(&self) -> &Arc<RemotePort> {
        Ctrl::remote(self)
    }
}

/// Puts a controller on the list. Context: its port's entry is there as long.
///
/// # Errors
///
/// `EIO` if the port has no entry, `ENOMEM`.
pub(super) fn list(registry: &mut Locked, ctrl: &Arc<Ctrl>) -> Result {
    let entry = registry.remote(ctrl.remote()).ok_or(EIO)?;
    entry.ctrls = entry.ctrls.saturating_add(1);
    CTRLS
        .add(registry, ctrl)
        .inspect_err(|_| count_off(registry, ctrl))
}

/// Takes a controller off the list, if it is there.
pub(super) fn unlist(registry: &mut Locked, ctrl: &Arc<Ctrl>) -> Option<Arc<Ctrl>> {
    let found = CTRLS.remove(registry, |other| Arc::ptr_eq(other, ctrl))?;
    count_off(registry, ctrl);
    Some(found)
}

/// One controller less that keeps the entry of its port.
fn count_off(registry: &mut Locked, ctrl: &Ctrl) {
    if let Some(entry) = registry.remote(ctrl.remote()) {
        entry.ctrls = entry.ctrls.saturating_sub(1);
    }
}

/// The NVMe core no longer knows the controller: nor does anybody else.
/// Context: may sleep.
pub(crate) fn freed(ctrl: Arc<Ctrl>) {
    let entry = {
        let mut registry = registry_lock::lock();
        let entry = unlist(&mut registry, &ctrl);
        registry.sweep(ctrl.remote());
        entry
    };
    drop(entry);
    // The NVMe core's work items are part of the controller's memory.
    ctrl.nvme().end_work();
    // Off the list, nobody can start this timer again, which would keep the
    // controller for as long as a port may be away.
    work::cancel_delayed_sync::<Ctrl, DEV_LOSS_WORK>(&ctrl);
    // `aen::done` may still be inside the controller after its count reached
    // zero, so its RCU section is waited for before any part is freed.
    synchronize_rcu();
    drop(ctrl);
}
