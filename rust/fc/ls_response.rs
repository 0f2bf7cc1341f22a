// SPDX-License-Identifier: GPL-2.0

//! The C side of a link service that was received: what its LLDD keeps, and is
//! given the answer in.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr::NonNull, //
};

use crate::abi;

/// An answer as an LLDD gets it.
pub(crate) struct Answer {
    /// Where it lies.
    pub(crate) buffer: *mut c_void,
    /// Where the device finds it, 0 without one.
    pub(crate) address: abi::dma_addr_t,
    /// Its length, bytes.
    pub(crate) length: u16,
    /// Called by the LLDD, once, when it is done with the answer.
    pub(crate) done: unsafe extern "C" fn(*mut abi::nvmefc_ls_rsp),
    /// For `done`: `nvme_fc_private`.
    pub(crate) private: *mut c_void,
}

/// A link service that an LLDD offers, and that is to be answered once if it is
/// accepted.
///
/// # Invariants
///
/// The LLDD's struct is valid during the call that offers it, and, if that accepts
/// it, until it was answered.
#[derive(Clone, Copy)]
pub(crate) struct UnansweredLs(NonNull<abi::nvmefc_ls_rsp>);

// SAFETY: It may be answered by any thread.
unsafe impl Send for UnansweredLs {}
// SAFETY: A shared reference says which it is, and changes nothing.
unsafe impl Sync for UnansweredLs {}

impl UnansweredLs {
    /// A link service of an LLDD.
    ///
    /// # Safety
    ///
    /// As the invariants say.
    pub(crate) unsafe fn new(response: NonNull<abi::nvmefc_ls_rsp>) -> Self {
        // INVARIANT: By this function's contract.
        Self(response)
    }

    /// The LLDD's struct.
    pub(crate) fn as_raw(&self) -> *mut abi::nvmefc_ls_rsp {
        self.0.as_ptr()
    }

    /// Says what the answer is.
    ///
    /// # Safety
    ///
    /// The link service was accepted and not answered yet; nobody else does this.
    pub(crate) unsafe fn set_answer(&self, answer: &Answer) {
        let response = self.as_raw();
        // SAFETY: The LLDD's struct is valid, by the invariant, and by this function's
        // contract nobody else uses it.
        unsafe {
            (*response).rspbuf = answer.buffer;
            (*response).rspdma = answer.address;
            (*response).rsplen = answer.length;
            (*response).done = Some(answer.done);
            (*response).nvme_fc_private = answer.private;
        }
    }
}
