// SPDX-License-Identifier: GPL-2.0

//! Application identifiers: a cgroup's name for its I/O on the fabric.
//!
//! There only with CONFIG_BLK_CGROUP_FC_APPID; without, no I/O has one and the
//! attribute does not exist.

#![deny(unsafe_code)]

use kernel::prelude::*;

#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
use crate::io::exchange::Exchange;
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
use crate::shared::{
    proto::appid::{
        parse,
        APPID_LENGTH, //
    },
    support::cgroup, //
};
use crate::{
    io::connection::QueueOwner,
    shared::fc::host_exports::LlddExchange, //
};

/// The identifier of the I/O behind an exchange; null if there is none, as for
/// asynchronous events and commands without a bio. Context: any.
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
pub(crate) fn of_exchange<O: QueueOwner>(exchange: &LlddExchange) -> *mut c_char {
    Exchange::<O>::of_lldd(exchange).appid()
}

/// No I/O has an identifier in this configuration.
#[cfg(not(CONFIG_BLK_CGROUP_FC_APPID))]
pub(crate) fn of_exchange<O: QueueOwner>(_exchange: &LlddExchange) -> *mut c_char {
    core::ptr::null_mut()
}

/// Takes `<cgroup id, hexadecimal>:<application id>`. Context: may sleep.
///
/// # Errors
///
/// `EINVAL`, or the cgroup code's.
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
pub(crate) fn store(text: &[u8]) -> Result {
    let (cgroup, name) = parse(text).ok_or(EINVAL)?;
    let mut buffer = [0u8; APPID_LENGTH];
    for (to, from) in buffer.iter_mut().zip(name) {
        *to = *from;
    }
    cgroup::set_fc_appid(cgroup, &mut buffer)
}
