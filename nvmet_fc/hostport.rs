// SPDX-License-Identifier: GPL-2.0

//! Host ports: the LLDD's handles, who uses them, and when each is released.
//!
//! Everything that may use a handle has a [`HostRef`]: a received link service
//! until it is answered, an association, a link service that we sent. When the
//! LLDD invalidates a handle, `host_release` follows once, after the last of
//! them; a later login with the same handle is another host port.

#![deny(unsafe_code)]

use core::ffi::c_void;

use kernel::{
    alloc::KVVec,
    prelude::*, //
};

use crate::{
    hold::Hold,
    tgtport::TargetPort, //
};

/// What an LLDD calls a host port. Opaque, and never null.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct HostHandle(usize);

impl HostHandle {
    /// The handle that an LLDD gave; `None` if it uses none.
    pub(crate) fn new(raw: *mut c_void) -> Option<Self> {
        (!raw.is_null()).then_some(Self(raw as usize))
    }

    /// The handle for the LLDD.
    pub(crate) fn as_raw(self) -> *mut c_void {
        self.0 as *mut c_void
    }
}

/// One host port that something uses.
struct Host {
    /// Its handle.
    handle: HostHandle,
    /// Tells it from other host ports that had the same handle.
    generation: u32,
    /// How many [`HostRef`] there are.
    users: u32,
    /// The LLDD invalidated it.
    invalid: bool,
}

/// The host ports of a target port, under one lock.
pub(crate) struct HostTable {
    /// Those in use. Room for all that can be in use was made at the start.
    hosts: KVVec<Host>,
    /// The last generation given out.
    generation: u32,
}

/// What an LLDD is to be told after it invalidated a handle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invalidated {
    /// Nobody uses the handle: release it now.
    Unused,
    /// The last user will release it.
    InUse,
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
            generation: 0,
        })
    }

    /// Counts one more user of the host port that has this handle now.
    fn get(&mut self, handle: HostHandle) -> Result<u32> {
        if let Some(host) = self
            .hosts
            .iter_mut()
            .find(|host| host.handle == handle && !host.invalid)
        {
            host.users = host.users.checked_add(1).ok_or(EOVERFLOW)?;
            return Ok(host.generation);
        }
        self.generation = self.generation.wrapping_add(1);
        let generation = self.generation;
        self.hosts
            .push_within_capacity(Host {
                handle,
                generation,
                users: 1,
                invalid: false,
            })
            .map_err(|_| ENOSPC)?;
        Ok(generation)
    }

    /// Counts one more user of a host port that has one.
    fn get_again(&mut self, generation: u32) {
        if let Some(host) = self.find(generation) {
            host.users = host.users.saturating_add(1);
        }
    }

    /// Counts one user less; says whether the handle must be released.
    fn put(&mut self, generation: u32) -> bool {
        let Some(at) = self
            .hosts
            .iter()
            .position(|host| host.generation == generation)
        else {
            return false;
        };
        let Some(host) = self.hosts.get_mut(at) else {
            return false;
        };
        host.users = host.users.saturating_sub(1);
        if host.users != 0 {
            return false;
        }
        let invalid = host.invalid;
        let _ = self.hosts.remove(at);
        invalid
    }

    /// Notes that the LLDD will not serve the handle any more.
    fn invalidate(&mut self, handle: HostHandle) -> Invalidated {
        let mut outcome = Invalidated::Unused;
        for host in self.hosts.iter_mut().filter(|host| host.handle == handle) {
            // One that was invalid already owes its release still, and
            // that one is enough for a handle that was not used since.
            host.invalid = true;
            outcome = Invalidated::InUse;
        }
        outcome
    }

    /// The host port of a generation.
    fn find(&mut self, generation: u32) -> Option<&mut Host> {
        self.hosts
            .iter_mut()
            .find(|host| host.generation == generation)
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
    generation: u32,
}

impl HostRef {
    /// A user of the host port that has this handle now. Context: any.
    ///
    /// # Errors
    ///
    /// `ENOSPC`: more host ports than there can be users.
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
        self.port
            .hosts
            .lock()
            .find(self.generation)
            .is_none_or(|host| host.invalid)
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
            self.port.lldd_host_release(self.handle);
        }
    }
}

impl TargetPort {
    /// The LLDD lost the host port behind `handle`: ends its associations, and
    /// releases the handle when nothing uses it. Context: any in which the
    /// LLDD's `host_release` may be called.
    pub(crate) fn invalidate_host(&self, handle: HostHandle) {
        let outcome = self.hosts.lock().invalidate(handle);
        match outcome {
            Invalidated::Unused => self.lldd_host_release(handle),
            Invalidated::InUse => self.delete_associations(|association| {
                association.host().is_some_and(|host| host.handle == handle)
            }),
        }
    }
}
