// SPDX-License-Identifier: GPL-2.0

//! An association in its host's account: what it counts as, and what it takes.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Full,
            Relaxed, //
        },
        Arc, //
    }, //
};

use crate::{
    counts::refusal::Refusal,
    port::{
        core::Hold,
        host::{
            HostRef,
            NamedHost, //
        },
        room::{
            Account,
            ASSOCIATIONS_EXISTING,
            ASSOCIATIONS_MAX, //
        },
        share::Share, //
    },
    shared::{
        fc::port::KeepsHost,
        proto::{
            ls::error::LsError,
            room, //
        },
        support::ratelimit::ratelimited, //
    }, //
};

/// How far an association is, for its host's account.
#[repr(u32)]
enum Stage {
    /// It has no controller.
    Unconnected,
    /// It has one.
    Connected,
    /// It ends.
    Going,
}

/// An association in its host's account, as long as it is in memory.
pub(crate) struct Tenancy {
    /// The account.
    account: Arc<Account>,
    /// A [`Stage`].
    stage: Atomic<u32>,
    /// What it takes beside its queues.
    share: Option<Share>,
    /// The target port.
    port: Hold,
}

impl Tenancy {
    /// Counts one more association of a host, if it may have one. Context: may
    /// sleep; there is one caller at a time.
    ///
    /// # Errors
    ///
    /// The reject's reason; the log has the numbers.
    pub(crate) fn new(port: &Hold, host: Option<&HostRef>) -> Result<Self, LsError> {
        let handle = host.map(HostRef::handle);
        let mut accounts = port.room.accounts.lock();
        let all = port.room.associations.load(Relaxed);
        let found = accounts.find(handle);
        // CAST: Small constants.
        let refused = if all >= ASSOCIATIONS_MAX as u32 {
            Some((Refusal::AssociationsOfPort, all, "in all"))
        } else if accounts.existing >= ASSOCIATIONS_EXISTING as u32 {
            let whose = "in all, with those that end,";
            Some((Refusal::AssociationsOfPort, accounts.existing, whose))
        } else {
            let host = found.and_then(|account| account.has_too_many());
            host.map(|(number, whose)| (Refusal::AssociationsOfHost, number, whose))
        };
        if let Some((refusal, number, whose)) = refused {
            drop(accounts);
            refusal.counted();
            ratelimited!(
                port.services_log,
                pr_warn!(
                    "{{{}}}: no room for another association: {} associations {}, port 0x{:016x}{}\n",
                    port.number,
                    number,
                    whose,
                    port.port_name,
                    NamedHost::of(host)
                )
            );
            return Err(LsError::AssociationAllocation);
        }
        let account = accounts.open(handle);
        let account = account.map_err(|_| LsError::AssociationAllocation)?;
        accounts.existing = accounts.existing.saturating_add(1);
        account.existing.add(1, Relaxed);
        drop(accounts);
        account.associations.add(1, Relaxed);
        account.unconnected.add(1, Relaxed);
        port.room.associations.add(1, Relaxed);
        // From here on dropping it takes all that back.
        let mut this = Self {
            account,
            stage: Atomic::new(Stage::Unconnected as u32),
            share: None,
            port: port.clone(),
        };
        let share = Share::new(port, &this.account, room::ASSOCIATION_COST);
        this.share = Some(share.map_err(|_| LsError::AssociationAllocation)?);
        Ok(this)
    }

    /// Sets room aside for a queue for so many commands. Context: may sleep;
    /// there is one caller at a time.
    ///
    /// # Errors
    ///
    /// `ENOSPC`: there is not so much.
    pub(crate) fn share(&self, commands: u16) -> Result<Share> {
        Share::new(&self.port, &self.account, room::queue_cost(commands))
    }

    /// Notes that it has a controller. Context: any.
    pub(crate) fn connected(&self) {
        let (from, to) = (Stage::Unconnected as u32, Stage::Connected as u32);
        if self.stage.cmpxchg(from, to, Full).is_ok() {
            self.account.unconnected.fetch_sub(1, Relaxed);
        }
    }

    /// Notes that it ends. Context: any.
    pub(crate) fn leave(&self) {
        let before = self.stage.xchg(Stage::Going as u32, Full);
        if before == Stage::Going as u32 {
            return;
        }
        if before == Stage::Unconnected as u32 {
            self.account.unconnected.fetch_sub(1, Relaxed);
        }
        self.account.associations.fetch_sub(1, Relaxed);
        self.port.room.associations.fetch_sub(1, Relaxed);
    }
}

impl Drop for Tenancy {
    /// Context: may sleep.
    fn drop(&mut self) {
        self.leave();
        let mut accounts = self.port.room.accounts.lock();
        accounts.existing = accounts.existing.saturating_sub(1);
        self.account.existing.fetch_sub(1, Relaxed);
        accounts.close(&self.account);
    }
}
