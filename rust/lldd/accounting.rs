// SPDX-License-Identifier: GPL-2.0

//! What was taken, what came back, what should not have happened: of all ports of a module.

#![deny(unsafe_code)]

use kernel::{
    fmt,
    pr_err,
    sync::atomic::{Atomic, Relaxed}, //
};

use crate::lldd::{
    account::{
        balanced,
        Account,
        Entry,
        Violation, //
    },
    context,
    kind::Kind, //
};

/// Number of accounts.
const ACCOUNTS: usize = Account::ALL.len();
/// Number of kinds of calls.
const KINDS: usize = Kind::ALL.len();
/// Number of violations.
const VIOLATIONS: usize = Violation::ALL.len();

/// The accounting of a module.
pub(crate) struct Accounting {
    /// Taken, by account.
    opened: [Atomic<u64>; ACCOUNTS],
    /// Given back, by account.
    closed: [Atomic<u64>; ACCOUNTS],
    /// Given back in hard IRQ, by account.
    closed_hard: [Atomic<u64>; ACCOUNTS],
    /// Calls, by kind.
    calls: [Atomic<u64>; KINDS],
    /// Calls from hard IRQ, by kind: completions are delivered there.
    hard: [Atomic<u64>; KINDS],
    /// What should not have happened.
    violations: [Atomic<u64>; VIOLATIONS],
    /// Times that a port with a device was asked for coherent memory, and times
    /// that the caller was ready to wait for I/O to get it.
    coherent: [Atomic<u64>; 2],
}

/// The only one.
pub(crate) static ACCOUNTING: Accounting = Accounting {
    opened: [const { Atomic::new(0) }; ACCOUNTS],
    closed: [const { Atomic::new(0) }; ACCOUNTS],
    closed_hard: [const { Atomic::new(0) }; ACCOUNTS],
    calls: [const { Atomic::new(0) }; KINDS],
    hard: [const { Atomic::new(0) }; KINDS],
    violations: [const { Atomic::new(0) }; VIOLATIONS],
    coherent: [const { Atomic::new(0) }; 2],
};

/// Adds one to a number of a table.
fn count(table: &[Atomic<u64>], index: usize) {
    if let Some(number) = table.get(index) {
        number.fetch_add(1, Relaxed);
    }
}

/// A number of a table.
fn read(table: &[Atomic<u64>], index: usize) -> u64 {
    table.get(index).map_or(0, |number| number.load(Relaxed))
}

impl Accounting {
    /// Something is taken. Context: any.
    pub(crate) fn open(&self, account: Account) {
        count(&self.opened, account.index());
    }

    /// Something is given back. Context: any.
    pub(crate) fn close(&self, account: Account) {
        count(&self.closed, account.index());
        if context::in_hardirq() {
            count(&self.closed_hard, account.index());
        }
    }

    /// A callback was called, or calls. Context: any.
    pub(crate) fn call(&self, kind: Kind) {
        count(&self.calls, kind.index());
        if context::in_hardirq() {
            count(&self.hard, kind.index());
        }
    }

    /// Something that no contract allows has happened: the log tells what, and where it was seen.
    /// Context: any.
    #[track_caller]
    pub(crate) fn violation(&self, violation: Violation) {
        let at = core::panic::Location::caller();
        pr_err!("{}:{}: {violation:?}\n", at.file(), at.line());
        count(&self.violations, violation as usize);
    }

    /// The same for what has no name of its own: the log tells what, and a number that says more.
    #[track_caller]
    pub(crate) fn unexpected(&self, what: &str, value: u64) {
        let at = core::panic::Location::caller();
        pr_err!("{}:{}: {what} ({value:#x})\n", at.file(), at.line());
        count(&self.violations, Violation::Unexpected as usize);
    }

    /// How often a callback was called, or called. Context: any.
    pub(crate) fn calls(&self, kind: Kind) -> u64 {
        read(&self.calls, kind.index())
    }

    /// How many violations there were.
    pub(crate) fn violations(&self) -> u64 {
        self.violations
            .iter()
            .map(|number| number.load(Relaxed))
            .sum()
    }

    /// Notes a violation if the caller may not sleep here. Context: any.
    #[track_caller]
    pub(crate) fn expect_sleep(&self) {
        if !context::may_sleep() {
            self.violation(Violation::WrongContext);
        }
    }

    /// Coherent memory is asked for; `io` says whether the caller would wait for
    /// I/O. Context: any.
    pub(crate) fn coherent(&self, io: bool) {
        count(&self.coherent, 0);
        if io {
            count(&self.coherent, 1);
        }
    }

    /// What an account says.
    pub(crate) fn entry(&self, account: Account) -> Entry {
        Entry {
            // Closed first: a pair made meanwhile then shows as open, not as
            // given back too often.
            closed: read(&self.closed, account.index()),
            opened: read(&self.opened, account.index()),
        }
    }

    /// Whether every account is even and nothing happened that should not.
    pub(crate) fn balanced(&self, strict: bool) -> bool {
        let entries = Account::ALL.iter().map(|a| (*a, self.entry(*a)));
        self.violations() == 0 && balanced(entries, strict)
    }

    /// Whether every account is even that has to be while ports are there.
    pub(crate) fn even(&self) -> bool {
        balanced(Account::ALL.iter().map(|a| (*a, self.entry(*a))), true)
    }

    /// Starts anew. Context: nothing may be under way.
    pub(crate) fn reset(&self) {
        let tables = [&self.opened, &self.closed, &self.closed_hard];
        let counts = self.calls.iter().chain(&self.hard).chain(&self.violations);
        let counts = counts.chain(&self.coherent);
        tables
            .into_iter()
            .flatten()
            .chain(counts)
            .for_each(|number| number.store(0, Relaxed));
    }
}

impl fmt::Display for Accounting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match (self.balanced(false), self.balanced(true)) {
            (_, true) => "balanced",
            (true, false) => "idle",
            _ => "open",
        };
        writeln!(f, "state {state}")?;
        for account in Account::ALL {
            let entry = self.entry(*account);
            let (name, left) = (account.name(), entry.left());
            let hard = read(&self.closed_hard, account.index());
            writeln!(f, "{name} {} {} {left} {hard}", entry.opened, entry.closed)?;
        }
        for kind in Kind::ALL {
            let (calls, hard) = (
                read(&self.calls, kind.index()),
                read(&self.hard, kind.index()),
            );
            if calls != 0 {
                writeln!(f, "{} {calls} {hard}", kind.name())?;
            }
        }
        let (asked, io) = (read(&self.coherent, 0), read(&self.coherent, 1));
        if asked != 0 {
            writeln!(f, "coherent {asked} {io}")?;
        }
        for (violation, name) in Violation::ALL {
            let number = read(&self.violations, *violation as usize);
            if number != 0 {
                writeln!(f, "offence {name} {number}")?;
            }
        }
        Ok(())
    }
}
