// SPDX-License-Identifier: GPL-2.0

//! Received link services that wait long for their answer: Disconnects, which
//! wait for the end of their association. Each keeps memory of its own, a tenth
//! of a context, so that those contexts are there for others.

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
    abi,
    ls::response::{
        take_private,
        LsResponses, //
    },
    port::core::Hold,
    shared::{
        fc::ls_response::{
            Answer,
            UnansweredLs, //
        },
        proto::ls::response::LsResponse, //
    }, //
};

/// What waits. The LLDD has one reference, made by [`Arc::into_raw`], from the
/// answer until `done`.
struct Waiting {
    /// What the LLDD wants back.
    response: UnansweredLs,
    /// The answer, alone; unmapped before the port may go.
    answer: LsResponses,
    /// The LLDD has its reference.
    out: Atomic<bool>,
    /// The target port.
    port: Hold,
}

/// A link service that was accepted and must be answered.
pub(crate) struct WaitingLs(Arc<Waiting>);

impl WaitingLs {
    /// One in the place of a context. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or `EFAULT` when the response cannot be mapped.
    pub(crate) fn new(port: Hold, response: UnansweredLs) -> Result<Self> {
        let answer = LsResponses::new(port.device(), 1)?;
        Ok(Self(Arc::new(
            Waiting {
                response,
                answer,
                out: Atomic::new(false),
                port,
            },
            GFP_KERNEL,
        )?))
    }

    /// Answers it. Context: may sleep.
    pub(crate) fn answer(self, answer: &LsResponse) {
        let waiting = self.0;
        // SAFETY: The memory is this one's own, and the LLDD does not have it yet.
        let length = answer.write(unsafe { &mut *waiting.answer.get(0) });
        waiting.answer.sync_for_device(0);
        waiting.out.xchg(true, Full);
        // The LLDD's reference.
        let raw = Arc::into_raw(waiting.clone());
        let response = waiting.response;
        let answer = Answer {
            buffer: waiting.answer.get(0).cast(),
            address: waiting.answer.address(0),
            length,
            done: answer_done,
            private: raw.cast_mut().cast(),
        };
        // SAFETY: Accepted and not answered yet.
        unsafe { response.set_answer(&answer) };
        // SAFETY: Accepted, and answered here for the only time.
        let outcome = unsafe { waiting.port.lldd.xmt_ls_rsp(response.as_raw()) };
        if outcome.is_err() && waiting.out.xchg(false, Full) {
            // SAFETY: `done` did not come, and will not: the reference is ours
            // again.
            drop(unsafe { Arc::from_raw(raw) });
        }
    }
}

/// The answer is out, and the LLDD done with it. Context: any.
///
/// # Safety
///
/// `lsrsp` is one that [`WaitingLs::answer`] gave to `xmt_ls_rsp`, valid during
/// this call.
unsafe extern "C" fn answer_done(lsrsp: *mut abi::nvmefc_ls_rsp) {
    // SAFETY: By this function's contract.
    let Some(private) = (unsafe { take_private(lsrsp) }) else {
        return;
    };
    let raw = private.cast::<Waiting>().as_ptr().cast_const();
    // SAFETY: The LLDD's reference keeps it alive until this call, the only one
    // for which it was taken.
    if unsafe { (*raw).out.xchg(false, Full) } {
        // SAFETY: The LLDD's reference, which it gives back by this call.
        drop(unsafe { Arc::from_raw(raw) });
    }
}
