// SPDX-License-Identifier: GPL-2.0

//! The file of host ports.

#![deny(unsafe_code)]

use kernel::{
    fmt,
    prelude::*, //
};

use crate::{
    entry::debugfs::values::{
        names,
        number, //
    },
    port::host::HostRef,
    shared::{
        proto::{
            hosts::Host,
            record::Record, //
        },
        support::debugfs::{
            Output,
            Show, //
        }, //
    },
    tgtport::{
        listing,
        TargetPort, //
    },
    NvmetFcModule, //
};

/// The file.
pub(super) struct Hosts;

impl Show for Hosts {
    type Module = NvmetFcModule;
    const NAME: &'static CStr = c"hosts";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        for listed in listing::ports().map_err(|_| fmt::Error)? {
            write_all(out, &listed.port)?;
        }
        Ok(())
    }
}

/// Writes the host ports of a target port.
fn write_all(out: &mut Output<'_>, port: &TargetPort) -> fmt::Result {
    let hosts = port.all_hosts().map_err(|_| fmt::Error)?;
    if hosts.is_empty() {
        return Ok(());
    }
    let associations = port.all_associations().map_err(|_| fmt::Error)?;
    for host in hosts.iter() {
        let is_its = |of: &&HostRef| of.generation() == host.generation;
        let of = associations
            .iter()
            .filter_map(|association| association.host());
        write(out, port, host, of.filter(is_its).count())?;
    }
    Ok(())
}

/// Writes a host port with so many associations.
fn write(out: &mut Output<'_>, port: &TargetPort, host: &Host, associations: usize) -> fmt::Result {
    // The handle is good as long as there is a user, which this is, if it is not late.
    let user = port
        .hold()
        .and_then(|hold| HostRef::again(&hold, host.generation));
    let state = match host.invalid {
        false => b"valid".as_slice(),
        true => b"invalidated",
    };
    Record::new(out)
        .count("targetport", port.number)
        .count("host", host.generation.0)
        .traddr("host_traddr", user.as_ref().and_then(names))
        .word("state", state)
        .count("associations", number(associations))
        .count("users", host.users)
        .end()
}
