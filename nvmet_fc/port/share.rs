// SPDX-License-Identifier: GPL-2.0

//! What is taken of a target port's room, and given back when dropped.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        atomic::Relaxed,
        Arc, //
    }, //
};

use crate::{
    counts::refusal::Refusal,
    port::{
        core::Hold,
        room::{
            Account,
            COMMANDS_MAX,
            SENT_TO_ONE_HOST, //
        }, //
    },
    shared::{
        fc::port::HostHandle,
        proto::room::{
            self,
            Shortage, //
        },
        support::ratelimit::ratelimited, //
    }, //
};

/// Room for commands, and what their data takes.
pub(crate) struct Share {
    /// Whose it is.
    account: Arc<Account>,
    /// How many commands.
    commands: u64,
    /// The target port.
    port: Hold,
}

impl Share {
    /// Sets room aside. Context: any; there is one caller at a time.
    ///
    /// # Errors
    ///
    /// `ENOSPC`: there is not so much.
    pub(crate) fn new(port: &Hold, account: &Arc<Account>, commands: u32) -> Result<Self> {
        let commands = u64::from(commands);
        let used = port.room.commands.load(Relaxed);
        let mine = account.of_host(&account.commands);
        if let Err(shortage) = room::check(COMMANDS_MAX, used, mine, commands) {
            let (refusal, whose, number) = match shortage {
                Shortage::Port => (Refusal::CommandsOfPort, "the port", used),
                Shortage::Host => (Refusal::CommandsOfHost, "this host", mine.unwrap_or(0)),
            };
            refusal.counted();
            ratelimited!(
                port.services_log,
                pr_warn!(
                    "{{{}}}: no room for {} more commands: {} has {} of {}, port 0x{:016x}\n",
                    port.number,
                    commands,
                    whose,
                    number,
                    COMMANDS_MAX,
                    port.port_name
                )
            );
            return Err(ENOSPC);
        }
        port.room.commands.add(commands, Relaxed);
        account.commands.add(commands, Relaxed);
        Ok(Self {
            account: account.clone(),
            commands,
            port: port.clone(),
        })
    }
}

impl Share {
    /// Takes room for so many bytes of data, if there are. Several callers at a
    /// time may together take a little more. Context: any.
    pub(crate) fn take_data(&self, bytes: u64) -> bool {
        let room = &self.port.room;
        let used = room.data.load(Relaxed);
        let mine = self.account.of_host(&self.account.data);
        if let Err(shortage) = room::check(room.data_max, used, mine, bytes) {
            let (refusal, whose, number) = match shortage {
                Shortage::Port => (Refusal::DataOfPort, "the port", used),
                Shortage::Host => (Refusal::DataOfHost, "this host", mine.unwrap_or(0)),
            };
            refusal.counted();
            ratelimited!(
                self.port.commands_log,
                pr_warn!(
                    "{{{}}}: no room for {} bytes of data: {} has {} of {}, port 0x{:016x}\n",
                    self.port.number,
                    bytes,
                    whose,
                    number,
                    room.data_max,
                    self.port.port_name
                )
            );
            return false;
        }
        room.data.add(bytes, Relaxed);
        self.account.data.add(bytes, Relaxed);
        true
    }

    /// Gives it back. Context: any.
    pub(crate) fn give_data(&self, bytes: u64) {
        self.account.data.fetch_sub(bytes, Relaxed);
        self.port.room.data.fetch_sub(bytes, Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.account.commands.fetch_sub(self.commands, Relaxed);
        self.port.room.commands.fetch_sub(self.commands, Relaxed);
    }
}

/// A Disconnect on its way to a host.
pub(crate) struct Sending {
    /// The host's account.
    account: Arc<Account>,
    /// The target port.
    port: Hold,
}

impl Sending {
    /// One more to a host, if it may be sent one. Context: may sleep.
    pub(crate) fn new(port: &Hold, host: HostHandle) -> Option<Self> {
        let account = port.room.accounts.lock().open(Some(host)).ok()?;
        // From here on dropping it takes it back.
        let before = account.sent.fetch_add(1, Relaxed);
        let sending = Self {
            account,
            port: port.clone(),
        };
        (before < SENT_TO_ONE_HOST).then_some(sending)
    }
}

impl Drop for Sending {
    /// Context: may sleep.
    fn drop(&mut self) {
        self.account.sent.fetch_sub(1, Relaxed);
        self.port.room.accounts.lock().close(&self.account);
    }
}
