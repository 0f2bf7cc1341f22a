// SPDX-License-Identifier: GPL-2.0

//! Bounds on what hosts can have a target port set aside: associations, queues
//! with their commands, and the data of commands; for all of them, and for each.
//!
//! Where the LLDD names hosts, a host is a handle, whatever generation: one that
//! logs out and in again gets no more by that. Without names there is one
//! account, and no limit for it but the port's.

#![deny(unsafe_code)]

use kernel::{
    alloc::KVec,
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex, //
    }, //
};

use crate::shared::{
    fc::port::HostHandle,
    proto::room,
    support::memory, //
};

/// Associations that a target port takes: what bounds the memory that hosts can
/// have it allocate.
pub(crate) const ASSOCIATIONS_MAX: usize = 2048;
/// The same with those that end, which may take as long as the commands that
/// they have.
pub(crate) const ASSOCIATIONS_EXISTING: usize = 2 * ASSOCIATIONS_MAX;

/// Room for queues and associations, counted in commands: 128 hosts with 32
/// queues of 128 commands, and an admin queue of 32. A command takes less than
/// 1 KiB; what a queue takes beside its commands, and an association beside its
/// queues, is counted as so many commands (`rust/proto/room.rs`).
pub(crate) const COMMANDS_MAX: u64 = 9 << 16;
/// Room for data: this part of the machine's memory. Only buffers of commands
/// with much data are counted; the others are bounded by the commands.
const DATA_PART: u64 = 8;

/// Room for buffers that stay with the memory of commands when these are over: this
/// part of the machine's memory, or as many bytes, whatever is less.
const KEPT_PART: u64 = 256;
/// Those bytes.
const KEPT_BYTES: u64 = 256 << 20;

/// Associations that one host port may have, those that end left out.
pub(crate) const OF_ONE_HOST: u32 = ASSOCIATIONS_MAX as u32 / 2;
/// The same with those that end.
pub(crate) const EXISTING_OF_ONE_HOST: u32 = ASSOCIATIONS_EXISTING as u32 / 2;
/// Associations that one host port may have without a controller. Each lives two
/// minutes at most, and has an admin queue and nothing else: with queues as large
/// as any they take less than a quarter of the room.
pub(crate) const UNCONNECTED: u32 = 128;
/// Disconnects under way to one host port: one that never answers keeps each for
/// half a minute.
pub(crate) const SENT_TO_ONE_HOST: u32 = OF_ONE_HOST;

/// What is set aside of a target port's room.
#[pin_data]
pub(crate) struct Room {
    /// For queues and associations, in commands.
    pub(crate) commands: Atomic<u64>,
    /// For data, bytes.
    pub(crate) data: Atomic<u64>,
    /// The most of that.
    pub(crate) data_max: u64,
    /// For data of commands that are over, bytes. Not in the accounts of hosts: who
    /// gets none of it has buffers allocated for each command.
    pub(crate) kept: Atomic<u64>,
    /// The most of that.
    pub(crate) kept_max: u64,
    /// Associations that are not going.
    pub(crate) associations: Atomic<u32>,
    /// What each host has of all that. Innermost; only where sleeping is allowed.
    #[pin]
    pub(crate) accounts: Mutex<Accounts>,
}

/// The accounts of hosts that have anything.
pub(crate) struct Accounts {
    /// One for each.
    list: KVec<Arc<Account>>,
    /// Associations in memory, of all hosts.
    pub(crate) existing: u32,
}

/// What one host has of a target port.
pub(crate) struct Account {
    /// Its handle; `None` for all hosts of an LLDD without handles.
    pub(crate) host: Option<HostHandle>,
    /// Queues and associations, in commands.
    pub(crate) commands: Atomic<u64>,
    /// Data, bytes.
    pub(crate) data: Atomic<u64>,
    /// Associations that are not going.
    pub(crate) associations: Atomic<u32>,
    /// Those of them that have no controller.
    pub(crate) unconnected: Atomic<u32>,
    /// Associations in memory. Changes under the lock of the accounts.
    pub(crate) existing: Atomic<u32>,
    /// What keeps the account: associations in memory, and Disconnects that were
    /// sent. Changes under the lock of the accounts.
    users: Atomic<u32>,
    /// Disconnects that it was sent and that are not over.
    pub(crate) sent: Atomic<u32>,
}

impl Room {
    /// All of it is free. Context: may sleep.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            commands: Atomic::new(0),
            data: Atomic::new(0),
            data_max: memory::total_bytes() / DATA_PART,
            kept: Atomic::new(0),
            kept_max: KEPT_BYTES.min(memory::total_bytes() / KEPT_PART),
            associations: Atomic::new(0),
            accounts <- new_mutex!(
                Accounts {
                    list: KVec::new(),
                    existing: 0,
                },
                "nvmet_fc::accounts"
            ),
        })
    }

    /// Takes room for so many bytes that are to stay, if there is. Of several callers at
    /// a time some may be refused what the last would have had room for. Context: any.
    pub(crate) fn keep(&self, bytes: u64) -> bool {
        let has_room = |used| room::check(self.kept_max, used, None, bytes).is_ok();
        // A look first, as without room each command asks.
        if !has_room(self.kept.load(Relaxed)) {
            return false;
        }
        let is_kept = has_room(self.kept.fetch_add(bytes, Relaxed));
        if !is_kept {
            self.give_back(bytes);
        }
        is_kept
    }

    /// Whether any of it is taken. Context: any.
    pub(crate) fn keeps_any(&self) -> bool {
        self.kept.load(Relaxed) != 0
    }

    /// Gives it back. Context: any.
    pub(crate) fn give_back(&self, bytes: u64) {
        self.kept.fetch_sub(bytes, Relaxed);
    }
}

impl Accounts {
    /// All of them.
    pub(crate) fn all(&self) -> &[Arc<Account>] {
        &self.list
    }

    /// The account of a host, if there is one.
    pub(crate) fn find(&self, host: Option<HostHandle>) -> Option<&Arc<Account>> {
        self.list.iter().find(|account| account.host == host)
    }

    /// The account of a host, with one user more. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn open(&mut self, host: Option<HostHandle>) -> Result<Arc<Account>> {
        let account = match self.find(host) {
            Some(account) => account.clone(),
            None => {
                let new = Arc::new(Account::new(host), GFP_KERNEL)?;
                self.list.push(new.clone(), GFP_KERNEL)?;
                new
            }
        };
        account.users.add(1, Relaxed);
        Ok(account)
    }

    /// Counts a user less; without any, the account is no more.
    pub(crate) fn close(&mut self, account: &Arc<Account>) {
        if account.users.fetch_sub(1, Relaxed) != 1 {
            return;
        }
        let is_it = |other: &Arc<Account>| Arc::ptr_eq(other, account);
        if let Some(at) = self.list.iter().position(is_it) {
            // The caller has a reference.
            let _ = self.list.remove(at);
        }
    }
}

impl Account {
    /// An account of nothing.
    fn new(host: Option<HostHandle>) -> Self {
        Self {
            host,
            commands: Atomic::new(0),
            data: Atomic::new(0),
            associations: Atomic::new(0),
            unconnected: Atomic::new(0),
            existing: Atomic::new(0),
            users: Atomic::new(0),
            sent: Atomic::new(0),
        }
    }

    /// A number of it, if it is one host's.
    pub(crate) fn of_host(&self, number: &Atomic<u64>) -> Option<u64> {
        self.host.map(|_| number.load(Relaxed))
    }

    /// Whether its host may have one more association; if not, how many there
    /// are and of which kind. Under the lock of the accounts.
    pub(crate) fn has_too_many(&self) -> Option<(u32, &'static str)> {
        self.host?;
        let limits = [
            (&self.associations, OF_ONE_HOST, "of this host"),
            (
                &self.existing,
                EXISTING_OF_ONE_HOST,
                "of this host, with those that end,",
            ),
            (
                &self.unconnected,
                UNCONNECTED,
                "of this host that it did not connect",
            ),
        ];
        limits.into_iter().find_map(|(number, limit, kind)| {
            let number = number.load(Relaxed);
            (number >= limit).then_some((number, kind))
        })
    }
}
