// SPDX-License-Identifier: GPL-2.0

//! Values that several files have.

#![deny(unsafe_code)]

use crate::{
    port::host::HostRef,
    shared::proto::traddr::Traddr, //
};

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
