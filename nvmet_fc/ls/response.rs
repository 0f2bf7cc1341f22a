// SPDX-License-Identifier: GPL-2.0

//! The memory of responses, and what an LLDD keeps of ours until its `done`.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr::{
        null_mut,
        NonNull, //
    }, //
};

use kernel::{
    pr_warn_once,
    sync::atomic::{
        self,
        Full, //
    }, //
};

use crate::{
    abi,
    shared::{
        proto::wire::LS_RESPONSE_MAX,
        support::mapped::MappedArray, //
    }, //
};

/// Responses to link services.
pub(super) type LsResponses = MappedArray<[u8; LS_RESPONSE_MAX]>;

/// Takes what we left in an LLDD's link service for its `done`; `None`, which is
/// reported, for a second `done`. Context: any.
///
/// # Safety
///
/// `lsrsp` is null, or was given to `xmt_ls_rsp` and is valid during this call.
pub(super) unsafe fn take_private(lsrsp: *mut abi::nvmefc_ls_rsp) -> Option<NonNull<c_void>> {
    let lsrsp = NonNull::new(lsrsp)?;
    // SAFETY: Valid by this function's contract; the field is one word, and only
    // we use it.
    let private =
        unsafe { atomic::xchg(&raw mut (*lsrsp.as_ptr()).nvme_fc_private, null_mut(), Full) };
    let private = NonNull::new(private);
    if private.is_none() {
        pr_warn_once!("LLDD: done for a link service whose answer is not out\n");
    }
    private
}
