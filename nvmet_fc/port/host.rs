// SPDX-License-Identifier: GPL-2.0

//! The use of a host port, whose handle is the LLDD's.
//!
//! Everything that may use a handle has a [`HostRef`]: a received link service
//! until it is answered, an association, a link service that we sent. A later
//! login with a handle that the LLDD invalidated is another host port.

use kernel::{
    fmt,
    prelude::*, //
};

use crate::{
    port::core::Hold,
    shared::{
        fc::port::{
            HostHandle,
            KeepsHost, //
        },
        proto::hosts::Generation, //
    }, //
};

/// A user of a host port. Dropped where interrupts are on and no lock is held,
/// since the last one of an invalidated host port calls `host_release`.
pub(crate) struct HostRef {
    /// The target port that the host port is seen from.
    port: Hold,
    /// The handle.
    handle: HostHandle,
    /// Which host port of that handle.
    generation: Generation,
}

impl HostRef {
    /// A user of the host port that has this handle now. Context: any.
    ///
    /// # Errors
    ///
    /// `ENOSPC`: more host ports than there is room for.
    pub(crate) fn new(port: &Hold, handle: HostHandle) -> Result<Self> {
        let generation = port.hosts.lock().get(handle)?;
        Ok(Self {
            port: port.clone(),
            handle,
            generation,
        })
    }

    /// Which host port it is, in events.
    pub(crate) fn number(&self) -> u64 {
        self.generation.0
    }

    /// A user of a host port that has one. Context: any.
    pub(crate) fn again(port: &Hold, generation: Generation) -> Option<Self> {
        let handle = port.hosts.lock().get_again(generation)?;
        Some(Self {
            port: port.clone(),
            handle,
            generation,
        })
    }

    /// Which of the target port's host ports it is.
    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// Its node and port name; `None` if the LLDD cannot tell. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The LLDD's.
    pub(crate) fn names(&self) -> Result<Option<(u64, u64)>> {
        if !self.port.lldd.template().resolves_hosts() {
            return Ok(None);
        }
        self.port.lldd.host_traddr(self).map(Some)
    }

    /// Whether the LLDD invalidated the host port.
    pub(crate) fn is_invalid(&self) -> bool {
        self.port.hosts.lock().is_invalid(self.generation)
    }

    /// Whether both use the same host port.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.handle == other.handle && self.generation == other.generation
    }
}

// SAFETY: This is a user in the port's table, and the handle is released when the table
// has none any more.
unsafe impl KeepsHost for HostRef {
    fn handle(&self) -> HostHandle {
        self.handle
    }
}

/// A host port, for the end of a log line: its port name, if it is known.
pub(crate) struct NamedHost(Option<u64>);

impl NamedHost {
    /// That of a host port, if there is one. Context: may sleep.
    pub(crate) fn of(host: Option<&HostRef>) -> Self {
        let names = host.and_then(|host| host.names().ok().flatten());
        Self(names.map(|(_, port)| port))
    }
}

impl fmt::Display for NamedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(port) => write!(f, ", host 0x{port:016x}"),
            None => Ok(()),
        }
    }
}

impl Clone for HostRef {
    fn clone(&self) -> Self {
        // This is a user, so it is there.
        let _ = self.port.hosts.lock().get_again(self.generation);
        Self {
            port: self.port.clone(),
            handle: self.handle,
            generation: self.generation,
        }
    }
}

impl Drop for HostRef {
    fn drop(&mut self) {
        let release = self.port.hosts.lock().put(self.generation);
        if release {
            self.port.lldd.host_release(self.handle);
        }
    }
}
