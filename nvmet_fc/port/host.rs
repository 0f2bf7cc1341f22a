// SPDX-License-Identifier: GPL-2.0

//! Host ports: the LLDD's handles, who uses them, and when each is released.
//!
//! Everything that may use a handle has a [`HostRef`]: a received link service
//! until it is answered, an association, a link service that we sent. A later
//! login with a handle that the LLDD invalidated is another host port. When
//! `host_release` follows is decided in `proto/hosts.rs`.

#![deny(unsafe_code)]

use kernel::{
    alloc::KVVec,
    prelude::*, //
};

use crate::{
    port::hold::Hold,
    shared::{
        fc::port::HostHandle,
        proto::hosts::{
            self,
            Generation,
            Host,
            Leave, //
        }, //
    }, //
};

/// The host ports of a target port, under one lock.
pub(crate) struct HostTable {
    /// Those in use. Room for all that can be in use was made at the start.
    hosts: KVVec<Host>,
    /// The last generation given out.
    last: Generation,
}

impl HostTable {
    /// A table with room for `capacity` host ports. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(capacity: usize) -> Result<Self> {
        Ok(Self {
            hosts: KVVec::with_capacity(capacity, GFP_KERNEL)?,
            last: Generation::default(),
        })
    }

    /// Counts one more user of the host port that has this handle now.
    fn get(&mut self, handle: HostHandle) -> Result<Generation> {
        if let Some(generation) = hosts::join(&mut self.hosts, handle.to_bits()) {
            return Ok(generation);
        }
        self.last = self.last.next();
        self.hosts
            .push_within_capacity(hosts::newcomer(handle.to_bits(), self.last))
            .map_err(|_| ENOSPC)?;
        Ok(self.last)
    }

    /// Counts one more user of a host port that has one.
    fn get_again(&mut self, generation: Generation) {
        let mut all = self.hosts.iter_mut();
        if let Some(host) = all.find(|host| host.generation == generation) {
            host.users = host.users.saturating_add(1);
        }
    }

    /// Counts one user less; says whether the handle must be released.
    fn put(&mut self, generation: Generation) -> bool {
        let outcome = hosts::leave(&mut self.hosts, generation);
        if let Leave::Goes(at) | Leave::Releases(at) = outcome {
            let _ = self.hosts.remove(at);
        }
        matches!(outcome, Leave::Releases(_))
    }

    /// The LLDD invalidates the host port that has this handle now; says whether
    /// it has users. The last of them releases the handle; without any the caller
    /// does.
    pub(crate) fn invalidate(&mut self, handle: HostHandle) -> bool {
        hosts::invalidate(&mut self.hosts, handle.to_bits())
    }

    /// Whether the LLDD invalidated a host port.
    fn is_invalid(&self, generation: Generation) -> bool {
        let mut all = self.hosts.iter();
        all.find(|host| host.generation == generation)
            .is_none_or(|host| host.invalid)
    }
}

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

    /// The handle, good for as long as this lives.
    pub(crate) fn handle(&self) -> HostHandle {
        self.handle
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

impl Clone for HostRef {
    fn clone(&self) -> Self {
        self.port.hosts.lock().get_again(self.generation);
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
