// SPDX-License-Identifier: GPL-2.0

//! Which Disconnects were sent, of all target ports.

#![deny(unsafe_code)]

use core::ptr;

use kernel::{
    alloc::KVec,
    prelude::*,
    sync::{
        atomic::Relaxed,
        Arc, //
    }, //
};

use crate::{
    port::{
        core::{
            Hold,
            PortCore, //
        },
        host::HostRef,
        share::Sending, //
    },
    shared::{
        fc::ls_request::LsRequest,
        support::{
            books::Entry,
            static_mutex::{
                static_mutex,
                StaticLock, //
            }, //
        }, //
    }, //
};

/// What is in use until the link service ends or is given up.
pub(crate) struct Users {
    /// The host port that it goes to.
    pub(super) host: HostRef,
    /// It in the host's account.
    pub(super) _sending: Sending,
    /// The target port.
    pub(super) port: Hold,
    /// It among those that are out.
    pub(super) _entry: Entry,
}

impl Users {
    /// Whether the target port can go without it: it is unregistered, and has no
    /// device that may write the buffers.
    pub(super) fn may_leave(&self) -> bool {
        // Pairs with the exchange in `unregister`, by way of the list's lock: see
        // `disconnect::send`.
        self.port.unregistered.load(Relaxed) && self.port.device().as_raw().is_null()
    }
}

/// Whose a Disconnect Association is.
pub(crate) struct ToHost {
    /// Address of the target port, for comparison alone.
    pub(super) port: usize,
    /// Number of the association, for log lines.
    pub(super) number: u32,
}

/// A Disconnect Association that was sent.
pub(super) type SentDisconnect = LsRequest<ToHost>;

impl ToHost {
    /// Whether it is of this target port, which then exists.
    fn is_of(&self, port: &PortCore) -> bool {
        self.port == ptr::from_ref(port).addr()
    }
}

/// With so many lost by LLDDs, no more are sent: each keeps its memory, some
/// 700 bytes. nvme-fcloop loses one for each association of a port that goes.
pub(crate) const LOST_MAX: usize = 1024;

/// Those that LLDDs have, or have lost. The LLDD's reference is beside the one
/// in the list.
struct Sent(KVec<Arc<SentDisconnect>>);

impl Sent {
    /// None.
    const fn new() -> Self {
        Self(KVec::new())
    }

    /// Adds one.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EBUSY`: LLDDs have lost too many.
    fn add(&mut self, sent: &Arc<SentDisconnect>) -> Result {
        if self.lost() >= LOST_MAX {
            return Err(EBUSY);
        }
        self.0.push(sent.clone(), GFP_KERNEL)?;
        Ok(())
    }

    /// How many LLDDs have lost.
    fn lost(&self) -> usize {
        self.0.iter().filter(|sent| sent.state().is_lost()).count()
    }

    /// Those of a target port, which exists, that were not given up.
    fn of<'a>(&'a self, port: &'a PortCore) -> impl Iterator<Item = &'a Arc<SentDisconnect>> {
        self.0
            .iter()
            .filter(|sent| sent.sender().is_of(port) && !sent.state().is_lost())
    }
}

static_mutex! {
    /// Link services that LLDDs were given. Nothing is called out to, and no other
    /// lock taken, while it is held.
    SentLock: Sent = Sent::new()
}

/// Adds one to the list. Context: may sleep.
///
/// # Errors
///
/// `ENOMEM`; `EBUSY`: LLDDs have lost too many.
pub(super) fn add(sent: &Arc<SentDisconnect>) -> Result {
    SentLock::lock().add(sent)
}

/// How many LLDDs have lost. Context: may sleep.
pub(crate) fn lost() -> usize {
    SentLock::lock().lost()
}

/// Takes one off the list. Context: may sleep.
pub(super) fn remove(sent: &Arc<SentDisconnect>) {
    let mut list = SentLock::lock();
    let at = list.0.iter().position(|other| Arc::ptr_eq(other, sent));
    let listed = at.and_then(|at| list.0.remove(at).ok());
    drop(list);
    drop(listed);
}

/// The module goes, and all LLDDs have gone before. Context: may sleep.
pub(crate) fn abandon_all() {
    let all = core::mem::replace(&mut *SentLock::lock(), Sent::new());
    for sent in all.0 {
        sent.abandon();
    }
}

/// The port goes: what was sent gets little more time. Context: may sleep.
pub(crate) fn hurry_all(port: &PortCore) {
    for sent in SentLock::lock().of(port) {
        sent.clone().queue_shorten();
    }
}

/// Whether any keeps the port in use: the LLDD has it, and has a device that may
/// write to it. Context: may sleep.
pub(crate) fn is_out(port: &PortCore) -> bool {
    SentLock::lock().of(port).next().is_some()
}
