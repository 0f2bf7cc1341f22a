// SPDX-License-Identifier: GPL-2.0

//! Uses of ports: the last of them delivers the delete callback.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        Arc,
        ArcBorrow, //
    },
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

use crate::{
    abi,
    counts,
    port::{
        delete::{
            deliver_local,
            deliver_remote, //
        },
        lport::LocalPort,
        registry::Registry,
        registry_lock,
        rport::RemotePort, //
    },
    shared::{
        fc::{
            host_template::HostTemplate,
            iu_memory::IuMemory, //
        },
        proto::life::port::Delete,
        support::books::Entry, //
    }, //
};

/// Waits until the LLDD of a port that was registered just now has made its part
/// of it ready. Context: may sleep; the registry is not locked.
pub(crate) fn settle(remote: &RemotePort) {
    let ticks = registry_lock::lock()
        .remote(remote)
        .map_or(0, |entry| entry.ready_after());
    if ticks != 0 {
        let millis = ticks.saturating_mul(1000) / u64::from(abi::HZ);
        // CAST: A quarter of a second at most.
        fsleep(Delta::from_millis(millis as i64));
    }
}

/// A use of a remote port and of its local port: as long as it lives, the LLDD
/// gets no delete callback for either, and may be called. Not to be dropped
/// with the registry locked: dropping may sleep, and may call the LLDD.
pub(crate) struct PortUse {
    /// The port.
    remote: Arc<RemotePort>,
    /// It is counted.
    _held: Entry,
}

impl PortUse {
    /// Begins to use a port.
    ///
    /// # Errors
    ///
    /// `ENODEV` if either port is not registered.
    pub(crate) fn join(
        registry: &mut Registry,
        remote: ArcBorrow<'_, RemotePort>,
    ) -> Result<(Self, HostTemplate)> {
        let local = registry.local(remote.local()).ok_or(ENODEV)?;
        let ops = local.ops;
        local.life.join().map_err(|_| ENODEV)?;
        let joined = match registry.remote(&remote) {
            Some(entry) => entry.life.join().is_ok(),
            None => false,
        };
        if joined {
            return Ok((
                Self {
                    remote: remote.into(),
                    _held: counts::PORT_USES.enter(),
                },
                ops,
            ));
        }
        if let Some(local) = registry.local(remote.local()) {
            // Registered, and still locked: no callback can be due.
            let _ = local.life.leave();
        }
        Err(ENODEV)
    }

    /// The port in use.
    pub(crate) fn remote(&self) -> &Arc<RemotePort> {
        &self.remote
    }

    /// What IUs are mapped for. It is to be given up before the use of the port
    /// is. Context: may sleep; begun [`WithoutIo`](crate::shared::support::noio::WithoutIo).
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn iu_memory(&self) -> Result<Arc<IuMemory>> {
        self.remote.local().iu_memory()
    }
}

impl Drop for PortUse {
    fn drop(&mut self) {
        let remote = &self.remote;
        let due = {
            let mut registry = registry_lock::lock();
            let ops = registry.local(remote.local()).map(|entry| entry.ops);
            let due = match registry.remote(remote).map(|entry| entry.life.leave()) {
                Some(Ok((_, Delete::Deliver))) => ops,
                _ => None,
            };
            due
        };
        if let Some(ops) = due {
            deliver_remote(&ops, remote);
        }
        leave_local(remote.local());
        registry_lock::lock().sweep(remote);
    }
}

/// Ends a use of a local port; delivers its delete callback if that is due.
pub(crate) fn leave_local(local: &Arc<LocalPort>) {
    let due = {
        let mut registry = registry_lock::lock();
        match registry.local(local) {
            Some(entry) => match entry.life.leave() {
                Ok((_, Delete::Deliver)) => Some(entry.ops),
                _ => None,
            },
            None => None,
        }
    };
    if let Some(ops) = due {
        deliver_local(&ops, local);
    }
}
