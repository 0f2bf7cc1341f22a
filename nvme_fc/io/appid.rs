// SPDX-License-Identifier: GPL-2.0

//! Application identifiers: a cgroup's name for its I/O on the fabric.
//!
//! There only with CONFIG_BLK_CGROUP_FC_APPID; without, no I/O has one and the
//! attribute does not exist.
//!
//! C header: [`include/linux/blk-cgroup.h`](srctree/include/linux/blk-cgroup.h)

use kernel::prelude::*;

#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
use crate::abi;
use crate::io::connection::QueueOwner;
use crate::shared::fc::host_exports::LlddExchange;
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
use crate::shared::proto::appid::{
    parse,
    APPID_LENGTH, //
};

/// The identifier of the I/O behind an exchange; null if there is none, as for
/// asynchronous events and commands without a bio. Context: any.
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
pub(crate) fn of_exchange<O: QueueOwner>(exchange: &LlddExchange) -> *mut c_char {
    // SAFETY: Ours, and with the LLDD, by the type's invariant.
    let exchange = unsafe { crate::io::exchange::Exchange::<O>::from_fcp(exchange.as_raw()) };
    let request = exchange.request();
    if request.is_null() {
        return core::ptr::null_mut();
    }
    // SAFETY: The request is started, so its bio does not change.
    let bio = unsafe { (*request).bio };
    if bio.is_null() {
        return core::ptr::null_mut();
    }
    // SAFETY: A bio in flight.
    unsafe { abi::nvme_fc_shim_blkcg_get_fc_appid(bio) }
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
    // SAFETY: The buffer is valid for its length, and copied by the callee.
    let status = unsafe {
        abi::nvme_fc_shim_blkcg_set_fc_appid(buffer.as_mut_ptr().cast(), cgroup, APPID_LENGTH)
    };
    kernel::error::to_result(status)
}
