// SPDX-License-Identifier: GPL-2.0

//! The file of limits: what each is, and how much of it is used.

#![deny(unsafe_code)]

use kernel::{
    fmt,
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};

use crate::{
    counts,
    entry::debugfs::values::number,
    limits,
    ls::{
        disconnect::sent,
        receive, //
    },
    port::room,
    queue::command,
    shared::{
        fc::port::HostHandle,
        proto::{
            record::Record,
            room as shares, //
        },
        support::debugfs::{
            Output,
            Show, //
        }, //
    },
    tgtport::{
        listing::{
            self,
            Listed, //
        },
        TargetPort, //
    },
    NvmetFcModule, //
};

/// The file.
pub(super) struct Limits;

impl Show for Limits {
    type Module = NvmetFcModule;
    const NAME: &'static CStr = c"limits";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        of_module(out)?;
        for listed in listing::ports().map_err(|_| fmt::Error)? {
            of_port(out, &listed)?;
            of_hosts(out, &listed.port)?;
        }
        Ok(())
    }
}

/// What a limit is one of.
#[derive(Clone, Copy)]
enum Scope {
    /// The module.
    Module,
    /// Each association.
    Association,
    /// Each queue.
    Queue,
    /// A target port of this number.
    Port(u32),
    /// A host port of this number, of a target port of this number.
    Host(u32, Option<u64>),
}

/// Writes one limit.
fn write(
    out: &mut Output<'_>,
    scope: Scope,
    (limit, unit): (&str, &str),
    value: Option<u64>,
    used: Option<u64>,
) -> fmt::Result {
    let (word, port, host) = match scope {
        Scope::Module => ("module", None, None),
        Scope::Association => ("association", None, None),
        Scope::Queue => ("queue", None, None),
        Scope::Port(port) => ("targetport", Some(port), None),
        Scope::Host(port, host) => ("host", Some(port), host),
    };
    Record::new(out)
        .phrase("limit", limit)
        .count_if("value", value)
        .count_if("used", used)
        .phrase("scope", word)
        .phrase("unit", unit)
        .count_if("targetport", port)
        .count_if("host", host)
        .end()
}

/// Writes those that are the same everywhere.
fn of_module(out: &mut Output<'_>) -> fmt::Result {
    for (name, unit, value) in [
        (
            "queue_entries",
            "entries",
            u64::from(limits::QUEUE_ENTRIES_MAX),
        ),
        ("queue_id", "queues", u64::from(limits::QUEUE_ID_MAX)),
        ("command_data", "bytes", u64::from(limits::DATA_MAX)),
        (
            "unchecked_data",
            "bytes",
            u64::from(limits::CHECK_LENGTH_ABOVE),
        ),
        (
            "unknown_data",
            "bytes",
            u64::from(command::UNKNOWN_LENGTH_MAX),
        ),
        ("ls_request", "bytes", number(receive::REQUEST_MAX)),
    ] {
        write(out, Scope::Module, (name, unit), Some(value), None)?;
    }
    let lost = ("lost_disconnects", "link services");
    let used = Some(number(sent::lost()));
    write(out, Scope::Module, lost, Some(number(sent::LOST_MAX)), used)?;
    let waiting = ("waiting_disconnects", "link services");
    let used = Some(counts::WAITING.balance().outstanding());
    write(out, Scope::Association, waiting, Some(1), used)?;
    // As many as the queue has entries.
    let used = Some(counts::DEFERRED.balance().outstanding());
    write(
        out,
        Scope::Queue,
        ("deferred_commands", "commands"),
        None,
        used,
    )
}

/// Writes those of a target port.
fn of_port(out: &mut Output<'_>, listed: &Listed) -> fmt::Result {
    let port = &listed.port;
    let existing = port.room.accounts.lock().existing;
    let (hosts, hosts_max) = port.hosts.lock().extent();
    for (name, unit, value, used) in [
        (
            "associations",
            "associations",
            number(room::ASSOCIATIONS_MAX),
            u64::from(port.room.associations.load(Relaxed)),
        ),
        (
            "associations_existing",
            "associations",
            number(room::ASSOCIATIONS_EXISTING),
            u64::from(existing),
        ),
        (
            "commands",
            "commands",
            room::COMMANDS_MAX,
            port.room.commands.load(Relaxed),
        ),
        (
            "data",
            "bytes",
            port.room.data_max,
            port.room.data.load(Relaxed),
        ),
        (
            "kept_data",
            "bytes",
            port.room.kept_max,
            port.room.kept.load(Relaxed),
        ),
        ("hosts", "hosts", number(hosts_max), number(hosts)),
        (
            "link_services",
            "link services",
            number(receive::CONTEXTS),
            number(port.ls.in_use()),
        ),
    ] {
        let scope = Scope::Port(port.number);
        write(out, scope, (name, unit), Some(value), Some(used))?;
    }
    let entries = listed.bound.map(|bound| u64::from(bound.queue_entries));
    let scope = Scope::Port(port.number);
    write(out, scope, ("queue_entries", "entries"), entries, None)?;
    let data = listed.bound.map(|bound| u64::from(bound.data_max));
    write(out, scope, ("command_data", "bytes"), data, None)
}

/// Writes those of the hosts that have anything of a target port. An LLDD that does
/// not tell hosts apart has none.
fn of_hosts(out: &mut Output<'_>, port: &TargetPort) -> fmt::Result {
    let accounts = port.all_accounts().map_err(|_| fmt::Error)?;
    let whole = |number: &Atomic<u32>| u64::from(number.load(Relaxed));
    for account in accounts.iter() {
        let Some(handle) = account.host else {
            continue;
        };
        let share = shares::of_one_host;
        for (name, unit, value, used) in [
            (
                "associations",
                "associations",
                u64::from(room::OF_ONE_HOST),
                whole(&account.associations),
            ),
            (
                "associations_existing",
                "associations",
                u64::from(room::EXISTING_OF_ONE_HOST),
                whole(&account.existing),
            ),
            (
                "associations_unconnected",
                "associations",
                u64::from(room::UNCONNECTED),
                whole(&account.unconnected),
            ),
            (
                "disconnects_sent",
                "link services",
                u64::from(room::SENT_TO_ONE_HOST),
                whole(&account.sent),
            ),
            (
                "commands",
                "commands",
                share(room::COMMANDS_MAX),
                account.commands.load(Relaxed),
            ),
            (
                "data",
                "bytes",
                share(port.room.data_max),
                account.data.load(Relaxed),
            ),
            (
                "link_services",
                "link services",
                number(receive::OF_ONE_HOST),
                number(port.ls.in_use_by(handle)),
            ),
        ] {
            let scope = Scope::Host(port.number, newest(port, handle));
            write(out, scope, (name, unit), Some(value), Some(used))?;
        }
    }
    Ok(())
}

/// The number of the newest host port that has this handle.
fn newest(port: &TargetPort, handle: HostHandle) -> Option<u64> {
    let hosts = port.hosts.lock();
    let mut all = hosts.all().iter().rev();
    let host = all.find(|host| host.handle == handle.to_bits())?;
    Some(host.generation.0)
}
