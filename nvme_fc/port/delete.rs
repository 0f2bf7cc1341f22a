// SPDX-License-Identifier: GPL-2.0

//! The delete callbacks, `localport_delete` and `remoteport_delete`: each is called
//! once, when the port was unregistered and its last use is over.

#![deny(unsafe_code)]

use kernel::sync::Arc;

use crate::{
    port::{
        lport::LocalPort,
        registry_lock,
        rport::RemotePort, //
    },
    shared::fc::host_template::HostTemplate, //
};

/// Calls `remoteport_delete`. Context: the registry's `PortLife` said so.
pub(super) fn deliver_remote(ops: &HostTemplate, remote: &Arc<RemotePort>) {
    ops.remoteport_delete(remote.abi());
    let mut registry = registry_lock::lock();
    if let Some(entry) = registry.remote(remote) {
        entry.life.delivered();
    }
    registry.sweep(remote);
}

/// Calls `localport_delete`. Context: the registry's `PortLife` said so.
pub(super) fn deliver_local(ops: &HostTemplate, local: &Arc<LocalPort>) {
    local.forget_iu_memory();
    ops.localport_delete(local.abi());
    let mut registry = registry_lock::lock();
    if let Some(entry) = registry.local(local) {
        entry.life.delivered();
    }
    registry.sweep_local(local);
}
