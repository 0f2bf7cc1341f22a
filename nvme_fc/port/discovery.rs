// SPDX-License-Identifier: GPL-2.0

//! Discovery controllers: user space is told which ports have one.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    abi,
    port::{
        registry_lock,
        rport::RemotePort,
        traced,
        uevent, //
    },
    shared::fc::port::ROLE_DISCOVERY, //
};

/// Whether a port has a discovery controller, as its LLDD says.
fn has_discovery(port: &RemotePort) -> bool {
    port.abi().role() & ROLE_DISCOVERY != 0
}

/// Tells user space that there is a discovery controller to be asked, if the port
/// has one. Context: may sleep.
pub(crate) fn signal(port: &RemotePort) {
    if has_discovery(port) {
        traced::discovery(port);
        uevent::signal_discovery(port.local().abi().names(), port.abi().names());
    }
}

/// Tells user space about the discovery controller of an LLDD's port once more.
/// Context: may sleep.
pub(crate) fn rescan(raw: *mut abi::nvme_fc_remote_port) {
    let port = registry_lock::lock()
        .remote_by_raw(raw)
        .map(|entry| entry.port.clone());
    match port {
        Some(port) => signal(&port),
        None => pr_warn!("rescan: no such remote port\n"),
    }
}

/// Tells user space about the discovery controllers of all ports once more.
/// Context: may sleep.
///
/// # Errors
///
/// `ENOMEM`.
pub(crate) fn signal_all() -> Result {
    let mut ports = KVec::new();
    for entry in registry_lock::lock().remotes() {
        if entry.life.is_online() && has_discovery(&entry.port) {
            ports.push(entry.port.clone(), GFP_KERNEL)?;
        }
    }
    for port in &ports {
        signal(port);
    }
    Ok(())
}
