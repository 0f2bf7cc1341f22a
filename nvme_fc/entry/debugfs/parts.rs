// SPDX-License-Identifier: GPL-2.0

//! What records of several files have in common.

#![deny(unsafe_code)]

use crate::{
    abi,
    port::rport::RemotePort,
    shared::{
        proto::record::Record,
        support::debugfs::Output, //
    }, //
};

/// A record of these files.
type Line<'a, 'b> = Record<'a, Output<'b>>;

/// The names of a remote port and its local port.
pub(super) fn names<'a, 'b>(line: Line<'a, 'b>, remote: &RemotePort) -> Line<'a, 'b> {
    line.traddr("host_traddr", Some(remote.local().abi().names()))
        .traddr("traddr", Some(remote.abi().names()))
}

/// Whole seconds.
pub(super) fn seconds(jiffies: u64) -> u64 {
    jiffies / u64::from(abi::HZ)
}
