// SPDX-License-Identifier: GPL-2.0

//! Link services that the scripted controller sends to the host.

use core::slice;

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::abi;

use super::{
    lldd::{
        require,
        Lldd, //
    },
    ports::RemotePort,
    script::{
        Delivery,
        On, //
    },
    sleep_ms, //
};

/// The longest answer that is kept.
const ANSWER: usize = 64;

/// What the host answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    /// How long it was.
    pub(crate) length: usize,
    /// How it began.
    pub(crate) bytes: [u8; ANSWER],
}

impl Answered {
    /// A byte of it.
    pub(crate) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }
}

/// An answer that `xmt_ls_rsp` was given.
///
/// # Invariants
///
/// The struct is a box of ours, and the transport keeps what it points to
/// until `done`.
pub(crate) struct Answer(*mut abi::nvmefc_ls_rsp);

// SAFETY: `done` may be called from any thread.
unsafe impl Send for Answer {}

impl Answer {
    /// Takes an answer.
    ///
    /// # Safety
    ///
    /// It was given to the transport by [`send`], and was not answered before.
    pub(crate) unsafe fn new(response: *mut abi::nvmefc_ls_rsp) -> Self {
        // INVARIANT: As the caller promises.
        Self(response)
    }

    /// What it says.
    fn read(&self) -> Answered {
        // SAFETY: Valid, by the type's invariant.
        let response = unsafe { &*self.0 };
        // SAFETY: The transport's buffer is so long.
        let bytes = unsafe {
            slice::from_raw_parts(response.rspbuf.cast::<u8>(), usize::from(response.rsplen))
        };
        let mut answered = Answered {
            length: bytes.len(),
            bytes: [0; ANSWER],
        };
        for (to, from) in answered.bytes.iter_mut().zip(bytes) {
            *to = *from;
        }
        answered
    }

    /// Tells the transport that it is out.
    pub(crate) fn give_back(self) {
        // SAFETY: Valid, by the type's invariant.
        if let Some(done) = unsafe { (*self.0).done } {
            // SAFETY: Given back once, for `self` is gone then.
            unsafe { done(self.0) };
        }
        self.free();
    }

    /// Frees the struct.
    fn free(self) {
        // SAFETY: A box of ours, by the type's invariant.
        drop(unsafe { KBox::from_raw(self.0) });
    }
}

impl Lldd {
    /// `xmt_ls_rsp`. Context: may sleep.
    pub(crate) fn respond(self: &Arc<Self>, answer: Answer) -> c_int {
        let rule = self.step(On::Respond);
        let answered = answer.read();
        self.books.counts.responses.add();
        sleep_ms(rule.stall);
        self.with(|state| {
            let _ = state.answered.push_within_capacity(answered);
        });
        if let Some(errno) = rule.refuse {
            // As HBA drivers do.
            answer.free();
            return errno;
        }
        match rule.delivery {
            Some(Delivery::Thread(delay)) => self.later(delay, move |_| answer.give_back()),
            Some(Delivery::Kept) => {
                let kept = self.with(|state| state.kept.push_within_capacity(answer).is_ok());
                require!(self, kept, "no room to keep an answer", 0);
            }
            _ => answer.give_back(),
        }
        0
    }

    /// Lets the first answer that was kept go out; says whether there was one.
    pub(crate) fn release_answer(&self) -> bool {
        let kept = self.with(|state| state.kept.remove(0).ok());
        kept.map(Answer::give_back).is_some()
    }
}

/// Gives the host a link service request, as if it came from `remote`.
///
/// # Errors
///
/// The transport's; then no answer comes.
pub(crate) fn send(lldd: &Lldd, remote: &RemotePort, request: &mut [u8]) -> Result<(), c_int> {
    let response =
        KBox::new(abi::nvmefc_ls_rsp::default(), GFP_KERNEL).map_err(|_| ENOMEM.to_errno())?;
    let response = KBox::into_raw(response);
    // SAFETY: The struct stays until it is answered; the request is valid for
    // the call.
    let status = unsafe {
        abi::nvme_fc_rcv_ls_req(
            remote.as_raw(),
            response,
            request.as_mut_ptr().cast(),
            // CAST: Requests of suites are short.
            request.len() as u32,
        )
    };
    if status != 0 {
        // SAFETY: The transport did not take it.
        drop(unsafe { KBox::from_raw(response) });
        return Err(status);
    }
    lldd.books.counts.received.add();
    Ok(())
}
