// SPDX-License-Identifier: GPL-2.0

//! All ports, and who uses them.
//!
//! A port is found here from its registration until it is unregistered *and*
//! nobody holds it any more, so that a port that returns meanwhile is the same
//! object to its LLDD. The entry's reference stands for the LLDD's: a pointer
//! that an LLDD passes is compared with the entries, never followed.
//!
//! Locking: everything here belongs to one mutex, see
//! [`lock`](crate::port::registry_lock::lock).

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    abi,
    failures::Failures,
    numbers::Numbers,
    port::{
        lport::LocalPort,
        rport::RemotePort, //
    },
    shared::{
        fc::host_template::HostTemplate,
        proto::{
            life::port::PortLife,
            reconnect::{
                self,
                Presence, //
            },
            traddr::Traddr, //
        },
        support::ratelimit::jiffies, //
    }, //
};

/// The part of a second that an LLDD has to make a registered port ready.
const READY_FRACTION: u32 = 4;

/// A local port's entry.
pub(crate) struct LocalEntry {
    /// The port.
    pub(crate) port: Arc<LocalPort>,
    /// Registration, and uses that may call the LLDD.
    pub(crate) life: PortLife,
    /// Operations of the latest registration.
    pub(crate) ops: HostTemplate,
    /// Its remote ports.
    pub(crate) remotes: KVec<RemoteEntry>,
    /// `port_num` of the remote ports.
    pub(crate) numbers: Numbers,
}

/// A remote port's entry.
pub(crate) struct RemoteEntry {
    /// The port.
    pub(crate) port: Arc<RemotePort>,
    /// Registration, and uses that may call the LLDD.
    pub(crate) life: PortLife,
    /// When an offline port is given up, jiffies.
    pub(crate) dev_loss_end: u64,
    /// When the port was last registered, jiffies.
    pub(crate) registered_at: u64,
    /// Controllers behind this port, dead ones too until they are freed.
    pub(crate) ctrls: u32,
    /// Link services received and not yet answered.
    pub(crate) received: u32,
}

/// Everything.
pub(crate) struct Registry {
    /// Local ports.
    pub(crate) locals: KVec<LocalEntry>,
    /// `port_num` of the local ports.
    pub(crate) numbers: Numbers,
    /// Numbers of controllers in log lines.
    pub(crate) ctrl_numbers: Numbers,
    /// The latest failures to connect.
    pub(crate) failures: Failures,
}

impl LocalEntry {
    /// Whether nobody can ask for this port again. Until its delete callback is
    /// over, a registration of its names finds the entry, and waits.
    fn is_over(&self) -> bool {
        self.life.is_over() && self.remotes.is_empty()
    }
}

impl RemoteEntry {
    /// Whether nobody can ask for this port again.
    fn is_over(&self) -> bool {
        self.life.is_over() && self.ctrls == 0
    }

    /// How long the port is to be left alone after its registration, jiffies:
    /// an LLDD makes its part of a port ready only when it has been given that,
    /// and must not be called before it has.
    pub(crate) fn ready_after(&self) -> u64 {
        let since = jiffies().wrapping_sub(self.registered_at);
        u64::from(abi::HZ / READY_FRACTION).saturating_sub(since)
    }

    /// The port as the reconnect policy sees it.
    pub(crate) fn situation(&self) -> reconnect::Port {
        if self.life.is_online() {
            reconnect::Port::Online
        } else {
            reconnect::Port::Offline {
                dev_loss_end: self.dev_loss_end,
            }
        }
    }
}

impl RemoteEntry {
    /// The port as users see it.
    pub(crate) fn presence(&self) -> Presence {
        reconnect::presence(jiffies(), self.situation(), self.ctrls)
    }
}

impl Registry {
    /// Nothing registered.
    pub(crate) const fn new() -> Self {
        Self {
            locals: KVec::new(),
            numbers: Numbers::new(),
            ctrl_numbers: Numbers::new(),
            failures: Failures::new(),
        }
    }

    /// The local port that an LLDD knows by `raw`.
    pub(crate) fn local_by_raw(
        &mut self,
        raw: *mut abi::nvme_fc_local_port,
    ) -> Option<&mut LocalEntry> {
        self.locals
            .iter_mut()
            .find(|entry| entry.port.abi().as_raw() == raw)
    }

    /// The remote port that an LLDD knows by `raw`.
    pub(crate) fn remote_by_raw(
        &mut self,
        raw: *mut abi::nvme_fc_remote_port,
    ) -> Option<&mut RemoteEntry> {
        self.remotes()
            .find(|entry| entry.port.abi().as_raw() == raw)
    }

    /// The local port with these names.
    pub(crate) fn local_by_names(&mut self, names: Traddr) -> Option<&mut LocalEntry> {
        self.locals
            .iter_mut()
            .find(|entry| entry.port.abi().names() == names)
    }

    /// A local port's entry.
    pub(crate) fn local(&mut self, port: &LocalPort) -> Option<&mut LocalEntry> {
        self.local_by_raw(port.abi().as_raw())
    }

    /// A remote port's entry.
    pub(crate) fn remote(&mut self, port: &RemotePort) -> Option<&mut RemoteEntry> {
        let raw = port.abi().as_raw();
        self.local(port.local())?
            .remotes
            .iter_mut()
            .find(|entry| entry.port.abi().as_raw() == raw)
    }

    /// All remote ports.
    pub(crate) fn remotes(&mut self) -> impl Iterator<Item = &mut RemoteEntry> {
        self.locals
            .iter_mut()
            .flat_map(|local| local.remotes.iter_mut())
    }

    /// Drops the entries of a remote port and its local port if they are over.
    pub(crate) fn sweep(&mut self, port: &RemotePort) {
        if let Some(local) = self.local(port.local()) {
            let raw = port.abi().as_raw();
            let over = local
                .remotes
                .iter()
                .position(|entry| entry.port.abi().as_raw() == raw && entry.is_over());
            if let Some(at) = over {
                if let Ok(entry) = local.remotes.remove(at) {
                    local.numbers.give(entry.port.number());
                }
            }
        }
        self.sweep_local(port.local());
    }

    /// Drops a local port's entry if it is over.
    pub(crate) fn sweep_local(&mut self, port: &LocalPort) {
        let raw = port.abi().as_raw();
        let over = self
            .locals
            .iter()
            .position(|entry| entry.port.abi().as_raw() == raw && entry.is_over());
        if let Some(at) = over {
            if let Ok(entry) = self.locals.remove(at) {
                self.numbers.give(entry.port.number());
            }
        }
    }
}
