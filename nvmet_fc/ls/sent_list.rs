// SPDX-License-Identifier: GPL-2.0

//! Which Disconnects were sent, of all target ports.

#![deny(unsafe_code)]

use kernel::{
    alloc::KVec,
    prelude::*,
    sync::Arc, //
};

use crate::{
    ls::disconnect::SentDisconnect,
    tgtport::TargetPort, //
};

/// With so many lost by LLDDs, no more are sent: each keeps its memory, some
/// 700 bytes. nvme-fcloop loses one for each association of a port that goes.
const LOST_MAX: usize = 1024;

/// Those that LLDDs have, or have lost. The LLDD's reference is beside the one
/// in the list.
pub(crate) struct Sent(KVec<Arc<SentDisconnect>>);

impl Sent {
    /// None.
    pub(crate) const fn new() -> Self {
        Self(KVec::new())
    }

    /// Adds one.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EBUSY`: LLDDs have lost too many.
    pub(crate) fn add(&mut self, sent: &Arc<SentDisconnect>) -> Result {
        let lost = self.0.iter().filter(|other| other.is_lost());
        if lost.count() >= LOST_MAX {
            return Err(EBUSY);
        }
        self.0.push(sent.clone(), GFP_KERNEL)?;
        Ok(())
    }

    /// Takes one out.
    pub(crate) fn remove(&mut self, sent: &Arc<SentDisconnect>) -> Option<Arc<SentDisconnect>> {
        let at = self.0.iter().position(|other| Arc::ptr_eq(other, sent))?;
        self.0.remove(at).ok()
    }

    /// Those of a target port, which exists, that were not given up.
    pub(crate) fn of<'a>(
        &'a self,
        port: &'a TargetPort,
    ) -> impl Iterator<Item = &'a Arc<SentDisconnect>> {
        self.0.iter().filter(|sent| sent.is_of(port))
    }

    /// All of them.
    pub(crate) fn into_list(self) -> KVec<Arc<SentDisconnect>> {
        self.0
    }
}
