// SPDX-License-Identifier: GPL-2.0

//! Target ports with what they carry, for those who look. Each list is of one moment
//! or nearly so; what is in it stays in memory meanwhile, and nothing waits for it.

#![deny(unsafe_code)]

use kernel::{
    alloc::{
        KVVec,
        KVec, //
    },
    prelude::*,
    sync::{
        atomic::Relaxed,
        Arc, //
    }, //
};

use crate::{
    association::Association,
    limits,
    port::{
        core::Hold,
        room::{
            Account,
            ASSOCIATIONS_MAX, //
        }, //
    },
    shared::proto::hosts::Host,
    tgtport::{
        registry_lock,
        TargetPort, //
    }, //
};

/// Host ports that may come while a list of them is made.
const NEWCOMERS: usize = 16;

/// What an nvmet port allows.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    /// Its number.
    pub(crate) number: u16,
    /// Entries of the largest I/O queue.
    pub(crate) queue_entries: u16,
    /// The most data in one command to a namespace, bytes.
    pub(crate) data_max: u32,
}

/// A target port.
pub(crate) struct Listed {
    /// The port, which may go meanwhile.
    pub(crate) port: Arc<TargetPort>,
    /// The nvmet port that it is bound to.
    pub(crate) bound: Option<Bound>,
}

/// All target ports, those too whose end is not over. Context: may sleep.
///
/// # Errors
///
/// `ENOMEM`.
pub(crate) fn ports() -> Result<KVec<Listed>> {
    let registry = registry_lock::lock();
    let mut list = KVec::with_capacity(registry.all.len(), GFP_KERNEL)?;
    for port in registry.all.iter() {
        // Under the lock, so that nvmet still has its port.
        let bound = registry.bound(port).map(|bound| Bound {
            number: bound.number(),
            queue_entries: limits::queue_entries(bound),
            data_max: limits::data_max(bound),
        });
        let port = port.clone();
        list.push(Listed { port, bound }, GFP_KERNEL)?;
    }
    Ok(list)
}

impl TargetPort {
    /// Whether the LLDD has unregistered it.
    pub(crate) fn is_unregistered(&self) -> bool {
        self.unregistered.load(Relaxed)
    }

    /// Puts its end off; `None`: it has come. Context: any.
    pub(crate) fn hold(&self) -> Option<Hold> {
        Hold::try_new(&self.core)
    }

    /// Its associations, each once, the newest first. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn all_associations(&self) -> Result<KVVec<Arc<Association>>> {
        let mut list: KVVec<Arc<Association>> = KVVec::new();
        if self.associations.lock().is_empty() {
            return Ok(list);
        }
        list.reserve(ASSOCIATIONS_MAX, GFP_KERNEL)?;
        self.each_association(|association| {
            // The list has them in the order in which they were made. One that comes a
            // second time comes behind an older one, or behind itself.
            let is_next = |last: &Arc<Association>| {
                !Arc::ptr_eq(last, association) && association.is_older_than(last)
            };
            if list.last().is_none_or(is_next) {
                // There is room for all.
                let _ = list.push_within_capacity(association.clone());
            }
            true
        });
        Ok(list)
    }

    /// Its host ports. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn all_hosts(&self) -> Result<KVVec<Host>> {
        let expected = self.hosts.lock().all().len().saturating_add(NEWCOMERS);
        let mut list = KVVec::with_capacity(expected, GFP_KERNEL)?;
        let hosts = self.hosts.lock();
        for host in hosts.all() {
            // The newest are last, and are those for whom there may be no room.
            if list.push_within_capacity(*host).is_err() {
                break;
            }
        }
        drop(hosts);
        Ok(list)
    }

    /// The accounts of its hosts. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn all_accounts(&self) -> Result<KVec<Arc<Account>>> {
        let accounts = self.room.accounts.lock();
        let mut list = KVec::new();
        for account in accounts.all() {
            list.push(account.clone(), GFP_KERNEL)?;
        }
        Ok(list)
    }

    /// Associations that end, and wait for the LLDD or nvmet. Context: may sleep.
    pub(crate) fn ending(&self) -> u32 {
        let existing = self.room.accounts.lock().existing;
        existing.saturating_sub(self.room.associations.load(Relaxed))
    }
}
