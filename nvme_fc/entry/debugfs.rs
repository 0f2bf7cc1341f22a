// SPDX-License-Identifier: GPL-2.0

//! `/sys/kernel/debug/nvme_fc`: what there is, a record a line.
//!
//! Each file is written with the registry locked, so that it is of one moment.
//! Documentation/ABI/testing/debugfs-nvme-fc says what is in them.

#![deny(unsafe_code)]

mod ports;

use crate::{
    port::registry::RemoteEntry,
    shared::{
        proto::record::Record,
        support::debugfs::{
            Folder,
            Output, //
        }, //
    }, //
};

/// A record of these files.
type Line<'a, 'b> = Record<'a, Output<'b>>;

/// Makes the files. Context: module init, last.
pub(crate) fn add() -> Folder {
    let folder = Folder::new(c"nvme_fc");
    folder.add::<ports::Ports>();
    folder
}

/// The names of a remote port and its local port.
fn names<'a, 'b>(line: Line<'a, 'b>, entry: &RemoteEntry) -> Line<'a, 'b> {
    let remote = &entry.port;
    line.traddr("host_traddr", Some(remote.local().abi().names()))
        .traddr("traddr", Some(remote.abi().names()))
}
