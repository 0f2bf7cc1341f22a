// SPDX-License-Identifier: GPL-2.0

//! Target: which host ports are in use, and when an LLDD's handle is released.
//!
//! An LLDD has one reference for a handle, however often its host logs in and
//! out while something here still uses it. So `host_release` is owed for the
//! handle, not for each host port that had it: it follows once, when the last
//! of them goes, if the LLDD invalidated any of them.

#![deny(unsafe_code)]

/// Tells host ports apart that had the same handle. Never given out again: at a
/// billion a second it takes five centuries to come round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Generation(pub u64);

impl Generation {
    /// The one after this.
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// One host port that something uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// The LLDD's handle.
    pub handle: usize,
    /// Which host port of that handle.
    pub generation: Generation,
    /// How many use it.
    pub users: u32,
    /// The LLDD invalidated it.
    pub invalid: bool,
    /// An older one of the same handle went that was invalid: the release is
    /// this one's to pass on.
    pub owes: bool,
}

/// What follows when a user goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Others use the host port, or there is none such.
    Stays,
    /// It was the last: the entry at this index goes.
    Goes(usize),
    /// As [`Leave::Goes`], and the handle must be released.
    Releases(usize),
}

/// Counts one more user of the host port that has this handle now; `None`: there
/// is none. An overflow keeps the count at its end, so that it never goes.
pub fn join(hosts: &mut [Host], handle: usize) -> Option<Generation> {
    let mut live = hosts.iter_mut();
    let host = live.find(|host| host.handle == handle && !host.invalid)?;
    host.users = host.users.saturating_add(1);
    Some(host.generation)
}

/// A host port of which nobody knew.
pub const fn newcomer(handle: usize, generation: Generation) -> Host {
    Host {
        handle,
        generation,
        users: 1,
        invalid: false,
        owes: false,
    }
}

/// Counts one user less.
pub fn leave(hosts: &mut [Host], generation: Generation) -> Leave {
    let is_it = |host: &Host| host.generation == generation;
    let Some(at) = hosts.iter().position(is_it) else {
        return Leave::Stays;
    };
    let Some(host) = hosts.get_mut(at).filter(|host| host.users != u32::MAX) else {
        return Leave::Stays;
    };
    host.users = host.users.saturating_sub(1);
    if host.users != 0 {
        return Leave::Stays;
    }
    let gone = *host;
    if !gone.invalid && !gone.owes {
        return Leave::Goes(at);
    }
    let is_other = |host: &&mut Host| host.handle == gone.handle && !is_it(host);
    match hosts.iter_mut().find(is_other) {
        Some(other) => {
            other.owes = true;
            Leave::Goes(at)
        }
        None => Leave::Releases(at),
    }
}

/// The LLDD will not serve the handle any more. Says whether anything uses it: if
/// not, it is to be released at once.
pub fn invalidate(hosts: &mut [Host], handle: usize) -> bool {
    let mut is_used = false;
    for host in hosts.iter_mut().filter(|host| host.handle == handle) {
        host.invalid = true;
        is_used = true;
    }
    is_used
}
