// SPDX-License-Identifier: GPL-2.0

//! Received link services that wait long for their answer: Disconnects, which
//! wait for the end of their association. Each keeps memory of its own, a tenth
//! of a context, so that those contexts are there for others.

use core::ptr::NonNull;

use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Full, //
        },
        Arc, //
    }, //
};

use crate::{
    ls::receive::LsResponses,
    port::{
        hold::Hold,
        template::LsResponsePtr, //
    },
    shared::proto::ls::response::LsResponse, //
};

/// Marks our pointer in an LLDD's link service as one to a [`Waiting`]; unmarked
/// it is one to a context.
const WAITING: usize = 1;

/// What waits. The LLDD has one reference, made by [`Arc::into_raw`], from the
/// answer until `done`.
struct Waiting {
    /// What the LLDD wants back.
    lsrsp: LsResponsePtr,
    /// The response, alone; unmapped before the port may go.
    response: LsResponses,
    /// The LLDD has its reference.
    out: Atomic<bool>,
    /// The target port.
    port: Hold,
}

// SAFETY: The LLDD's pointer is used by the one who answers, on any thread.
unsafe impl Send for Waiting {}
// SAFETY: As above.
unsafe impl Sync for Waiting {}

/// A link service that was accepted and must be answered.
pub(crate) struct WaitingLs(Arc<Waiting>);

impl WaitingLs {
    /// One in the place of a context. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or `EFAULT` when the response cannot be mapped.
    pub(crate) fn new(port: Hold, lsrsp: LsResponsePtr) -> Result<Self> {
        let response = LsResponses::new(port.device(), 1)?;
        Ok(Self(Arc::new(
            Waiting {
                lsrsp,
                response,
                out: Atomic::new(false),
                port,
            },
            GFP_KERNEL,
        )?))
    }

    /// Answers it. Context: may sleep.
    pub(crate) fn answer(self, response: &LsResponse) {
        let waiting = self.0;
        // SAFETY: The response is this one's own, and the LLDD does not have it
        // yet.
        let length = response.write(unsafe { &mut *waiting.response.get(0) });
        waiting.response.sync_for_device(0);
        waiting.out.xchg(true, Full);
        // The LLDD's reference.
        let raw = Arc::into_raw(waiting.clone());
        let private = raw.map_addr(|address| address | WAITING);
        let lsrsp = waiting.lsrsp;
        // SAFETY: The LLDD's link service was accepted and not answered yet.
        unsafe {
            (*lsrsp).rspbuf = waiting.response.get(0).cast();
            (*lsrsp).rspdma = waiting.response.address(0);
            (*lsrsp).rsplen = length;
            (*lsrsp).done = Some(crate::entry::lldd::ls_response_done);
            (*lsrsp).nvme_fc_private = private.cast_mut().cast();
        }
        // SAFETY: Accepted, and answered here for the only time.
        let outcome = unsafe { waiting.port.lldd_xmt_ls_rsp(lsrsp) };
        if outcome.is_err() && waiting.out.xchg(false, Full) {
            // SAFETY: `done` did not come, and will not: the reference is ours
            // again.
            drop(unsafe { Arc::from_raw(raw) });
        }
    }
}

/// Whether a pointer from an LLDD's link service is to one that waited.
pub(crate) fn is_waiting(private: NonNull<core::ffi::c_void>) -> bool {
    private.addr().get() & WAITING != 0
}

/// The LLDD is done with the answer. Context: any.
///
/// # Safety
///
/// `private` is what [`WaitingLs::answer`] left with the LLDD, for which this is
/// the only call.
pub(crate) unsafe fn done(private: NonNull<core::ffi::c_void>) {
    let raw = private.as_ptr().map_addr(|address| address & !WAITING);
    let raw = raw.cast::<Waiting>().cast_const();
    // SAFETY: The LLDD's reference keeps it alive until this call.
    if unsafe { (*raw).out.xchg(false, Full) } {
        // SAFETY: The LLDD's reference, which it gives back by this call.
        drop(unsafe { Arc::from_raw(raw) });
    }
}
