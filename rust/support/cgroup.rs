// SPDX-License-Identifier: GPL-2.0

//! The names that cgroups have for their I/O on a Fibre Channel fabric; meant for
//! `rust/kernel/block/cgroup.rs`.
//!
//! C header: [`include/linux/blk-cgroup.h`](srctree/include/linux/blk-cgroup.h)

use kernel::{
    error::to_result,
    prelude::*, //
};

use crate::abi;

/// Names the I/O of a cgroup. Context: may sleep.
///
/// # Errors
///
/// The cgroup code's.
pub(crate) fn set_fc_appid(cgroup: u64, name: &mut [u8]) -> Result {
    let (start, length) = (name.as_mut_ptr().cast(), name.len());
    // SAFETY: The name is valid for its length, and copied by the callee.
    to_result(unsafe { abi::nvme_fc_shim_blkcg_set_fc_appid(start, cgroup, length) })
}

/// The name of the I/O that a request carries; null if it has none, or no bio.
///
/// # Safety
///
/// The request is started, so that its bio does not change.
pub(crate) unsafe fn fc_appid(request: *mut abi::request) -> *mut c_char {
    // SAFETY: By this function's contract.
    let bio = unsafe { (*request).bio };
    if bio.is_null() {
        return core::ptr::null_mut();
    }
    // SAFETY: A bio in flight.
    unsafe { abi::nvme_fc_shim_blkcg_get_fc_appid(bio) }
}
