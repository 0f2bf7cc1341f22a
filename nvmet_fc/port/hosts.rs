// SPDX-License-Identifier: GPL-2.0

//! The host ports that a target port knows.
//!
//! When `host_release` follows is decided in `proto/hosts.rs`.

#![deny(unsafe_code)]

use kernel::{
    alloc::KVVec,
    prelude::*, //
};

use crate::{
    counts,
    shared::{
        fc::port::HostHandle,
        proto::hosts::{
            self,
            Generation,
            Host,
            Leave, //
        }, //
    },
    trace::{
        self,
        HostChange, //
    }, //
};

/// The host ports of a target port, under one lock.
pub(crate) struct HostTable {
    /// Those in use. Room for all that can be in use was made at the start.
    hosts: KVVec<Host>,
    /// The last generation given out.
    last: Generation,
    /// Number of the target port.
    port: u32,
}

impl HostTable {
    /// The table of a target port, with room for `capacity` host ports. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(port: u32, capacity: usize) -> Result<Self> {
        Ok(Self {
            hosts: KVVec::with_capacity(capacity, GFP_KERNEL)?,
            last: Generation::default(),
            port,
        })
    }

    /// Counts one more user of the host port that has this handle now.
    pub(super) fn get(&mut self, handle: HostHandle) -> Result<Generation> {
        if let Some(generation) = hosts::join(&mut self.hosts, handle.to_bits()) {
            return Ok(generation);
        }
        self.last = self.last.next();
        self.hosts
            .push_within_capacity(hosts::newcomer(handle.to_bits(), self.last))
            .map_err(|_| ENOSPC)?;
        self.trace(HostChange::Add, self.last);
        counts::HOSTS.accept();
        Ok(self.last)
    }

    /// Counts one more user of a host port, if it has one; gives its handle.
    pub(super) fn get_again(&mut self, generation: Generation) -> Option<HostHandle> {
        let mut all = self.hosts.iter_mut();
        let host = all.find(|host| host.generation == generation)?;
        host.users = host.users.saturating_add(1);
        Some(HostHandle::from_bits(host.handle))
    }

    /// Those in use.
    pub(crate) fn all(&self) -> &[Host] {
        &self.hosts
    }

    /// How many there are, and can be.
    pub(crate) fn extent(&self) -> (usize, usize) {
        (self.hosts.len(), self.hosts.capacity())
    }

    /// Counts one user less; says whether the handle must be released.
    pub(super) fn put(&mut self, generation: Generation) -> bool {
        let outcome = hosts::leave(&mut self.hosts, generation);
        if let Leave::Goes(at) | Leave::Releases(at) = outcome {
            let _ = self.hosts.remove(at);
            self.trace(HostChange::Release, generation);
            counts::HOSTS.release();
        }
        matches!(outcome, Leave::Releases(_))
    }

    /// Tells what becomes of a host port.
    fn trace(&self, change: HostChange, generation: Generation) {
        trace::host(|| trace::Host {
            change: change as u8,
            targetport: self.port,
            host: generation.0,
        });
    }

    /// The LLDD invalidates the host port that has this handle now; says whether
    /// it has users. The last of them releases the handle; without any the caller
    /// does.
    pub(crate) fn invalidate(&mut self, handle: HostHandle) -> bool {
        let is_it = |host: &&Host| host.handle == handle.to_bits() && !host.invalid;
        let current = self.hosts.iter().find(is_it).map(|host| host.generation);
        self.trace(HostChange::Invalidate, current.unwrap_or_default());
        hosts::invalidate(&mut self.hosts, handle.to_bits())
    }

    /// Whether the LLDD invalidated a host port.
    pub(super) fn is_invalid(&self, generation: Generation) -> bool {
        let mut all = self.hosts.iter();
        all.find(|host| host.generation == generation)
            .is_none_or(|host| host.invalid)
    }
}
