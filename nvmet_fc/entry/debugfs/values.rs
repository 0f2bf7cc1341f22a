// SPDX-License-Identifier: GPL-2.0

//! What several files have in common.

#![deny(unsafe_code)]

use kernel::fmt;

use crate::{
    association::Association,
    port::host::HostRef,
    shared::proto::traddr::Traddr,
    tgtport::{
        listing,
        TargetPort, //
    }, //
};

/// Shows each association of each target port, the oldest first. Context: may sleep.
pub(super) fn each_association(
    mut show: impl FnMut(&TargetPort, &Association) -> fmt::Result,
) -> fmt::Result {
    for listed in listing::ports().map_err(|_| fmt::Error)? {
        let port = &listed.port;
        let associations = port.all_associations().map_err(|_| fmt::Error)?;
        for association in associations.iter().rev() {
            show(port, association)?;
        }
    }
    Ok(())
}

/// A number of things in memory.
pub(super) fn number(count: usize) -> u64 {
    // CAST: A usize fits a u64.
    count as u64
}

/// The names of a host port, if the LLDD can tell. Context: may sleep.
pub(super) fn names(host: &HostRef) -> Option<Traddr> {
    let (node, port) = host.names().ok().flatten()?;
    Some(Traddr { node, port })
}
