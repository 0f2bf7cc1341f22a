// SPDX-License-Identifier: GPL-2.0

//! The file of target ports.

#![deny(unsafe_code)]

use kernel::{
    fmt,
    prelude::*,
    sync::atomic::Relaxed, //
};

use crate::{
    entry::debugfs::values::number,
    shared::{
        proto::record::Record,
        support::debugfs::{
            Output,
            Show, //
        }, //
    },
    tgtport::listing::{
        self,
        Listed, //
    },
    NvmetFcModule, //
};

/// The file.
pub(super) struct Ports;

impl Show for Ports {
    type Module = NvmetFcModule;
    const NAME: &'static CStr = c"ports";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        for listed in listing::ports().map_err(|_| fmt::Error)? {
            write(out, &listed)?;
        }
        Ok(())
    }
}

/// Writes a port.
fn write(out: &mut Output<'_>, listed: &Listed) -> fmt::Result {
    let port = &listed.port;
    // Once its end has come, the driver may go.
    let hold = port.hold();
    let driver = hold.as_ref().and_then(|hold| hold.device().driver_name());
    let hosts = port.hosts.lock().all().len();
    let ending = port.ending();
    let state = match port.is_unregistered() {
        false => b"online".as_slice(),
        true => b"deleted",
    };
    Record::new(out)
        .count("targetport", port.number)
        .traddr("traddr", Some(port.names()))
        .port_id("port_id", port.lldd.port_id())
        .word("lldd", driver.map_or(b"", |driver| driver.to_bytes()))
        .word("state", state)
        .count_if("nvmet_port", listed.bound.map(|bound| bound.number))
        .count("associations", port.room.associations.load(Relaxed))
        .count("hosts", number(hosts))
        .count("ending", ending)
        .end()
}
