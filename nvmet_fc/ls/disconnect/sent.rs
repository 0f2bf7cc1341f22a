// SPDX-License-Identifier: GPL-2.0

//! Which Disconnects were sent, of all target ports.

use kernel::{
    alloc::KVec,
    prelude::*,
    sync::{
        atomic::Relaxed,
        global_lock,
        Arc, //
    }, //
};

use super::SentDisconnect;
use crate::{
    port::{
        core::{
            Hold,
            PortCore, //
        },
        host::HostRef, //
    },
    shared::{
        proto::ids::AssociationId,
        support::ratelimit::ratelimited, //
    }, //
};

/// With so many lost by LLDDs, no more are sent: each keeps its memory, some
/// 700 bytes. nvme-fcloop loses one for each association of a port that goes.
const LOST_MAX: usize = 1024;

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
        let lost = self.0.iter().filter(|other| other.is_lost());
        if lost.count() >= LOST_MAX {
            return Err(EBUSY);
        }
        self.0.push(sent.clone(), GFP_KERNEL)?;
        Ok(())
    }

    /// Takes one out.
    fn remove(&mut self, sent: &Arc<SentDisconnect>) -> Option<Arc<SentDisconnect>> {
        let at = self.0.iter().position(|other| Arc::ptr_eq(other, sent))?;
        self.0.remove(at).ok()
    }

    /// Those of a target port, which exists, that were not given up.
    fn of<'a>(&'a self, port: &'a PortCore) -> impl Iterator<Item = &'a Arc<SentDisconnect>> {
        self.0.iter().filter(|sent| sent.is_of(port))
    }
}

global_lock! {
    // SAFETY: `init` initialises it before the module registers anything or
    // any of its symbols can be called.
    /// Link services that LLDDs were given. Nothing is called out to, and no other
    /// lock taken, while it is held.
    unsafe(uninit) static SENT: Mutex<Sent> = Sent::new();
}

/// Makes the lock usable. Context: module init, once.
pub(crate) fn init() {
    // SAFETY: Called once, before anything else of the module.
    unsafe { SENT.init() };
}

impl SentDisconnect {
    /// Takes it off the list, and ends what it has in use. Context: may sleep.
    pub(super) fn forget(self: &Arc<Self>) {
        let listed = SENT.lock().remove(self);
        drop(listed);
        let users = self.users.lock().take();
        drop(users);
    }
}

/// Tells the host that its association is over, if the LLDD can, and the host
/// is there. Nobody waits for the answer. Context: may sleep.
pub(crate) fn send(port: &Hold, host: &HostRef, id: AssociationId, number: u32) {
    if host.is_invalid() || !port.lldd.template().sends_ls() {
        return;
    }
    let sent = match SentDisconnect::new(port, host.clone(), id, number) {
        Ok(sent) => sent,
        Err(error) => {
            let why = match error {
                EBUSY => "the host answers none",
                _ => "ENOMEM",
            };
            ratelimited!(pr_info!(
                "{{{}:{}}}: send Disconnect Association failed: {}\n",
                port.number,
                number,
                why
            ));
            return;
        }
    };
    // In the list before the LLDD has it, since `done` may come at once.
    let listed = SENT.lock().add(&sent);
    if let Err(error) = listed.and_then(|()| sent.give()) {
        sent.disarm();
        sent.forget();
        ratelimited!(pr_info!(
            "{{{}:{}}}: XMT Disconnect Association failed: {}\n",
            port.number,
            number,
            error.to_errno()
        ));
    }
}

/// The module goes, and all LLDDs have gone before. Context: may sleep.
pub(crate) fn abandon_all() {
    let all = core::mem::replace(&mut *SENT.lock(), Sent::new());
    for sent in all.0 {
        if sent.done.load(Relaxed) {
            // Its work item has the LLDD's reference.
            continue;
        }
        sent.disarm();
        // An LLDD that did not wait for its port's end must not be called.
        core::mem::forget(sent.users.lock().take());
        let raw = Arc::as_ptr(&sent);
        // SAFETY: The LLDD's reference: `done` did not come, and cannot come any
        // more.
        drop(unsafe { Arc::from_raw(raw) });
    }
}

/// The port goes: what was sent gets little more time. Context: may sleep.
pub(crate) fn hurry_all(port: &PortCore) {
    for sent in SENT.lock().of(port) {
        sent.clone().queue_hurry();
    }
}

/// Whether any keeps the port in use: the LLDD has it, and has a device that may
/// write to it. Context: may sleep.
pub(crate) fn is_out(port: &PortCore) -> bool {
    SENT.lock().of(port).next().is_some()
}
