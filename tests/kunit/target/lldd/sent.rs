// SPDX-License-Identifier: GPL-2.0

//! Link services that the target sends to the scripted host.

use core::{ffi::c_void, mem};

use kernel::{prelude::*, sync::atomic::Relaxed};

use super::{
    books::Call,
    port::Port,
    script::{Place, SentPlan},
    threads,
};
use crate::{
    abi,
    cases::{payload::Payload, samples},
};

/// Link services of the target's.
pub(super) struct Sent {
    /// What happens to them.
    pub(super) plan: SentPlan,
    /// The one that is held; the address of its request.
    pub(super) held: usize,
    /// The bytes of the last one.
    pub(super) last: Option<Payload>,
    /// The host that it went to.
    pub(super) handle: usize,
}

impl Port {
    /// What happens to link services of the target's from now on.
    pub(crate) fn plan_sent(&self, plan: SentPlan) {
        self.sent.lock().plan = plan;
    }

    /// The last link service of the target's, and the host that it went to.
    pub(crate) fn last_sent(&self) -> (Option<Payload>, usize) {
        let sent = self.sent.lock();
        (sent.last, sent.handle)
    }

    /// The target sends a link service: `ls_req`.
    ///
    /// # Safety
    ///
    /// The request is filled in, and lives until its `done`.
    pub(super) unsafe fn send(
        &self,
        handle: *mut c_void,
        request: *mut abi::nvmefc_ls_req,
    ) -> c_int {
        self.books.count(Call::LsReq);
        // SAFETY: So many bytes, as the transport says.
        let bytes = unsafe {
            core::slice::from_raw_parts(
                (*request).rqstaddr.cast::<u8>(),
                (*request).rqstlen as usize,
            )
        };
        let mut sent = self.sent.lock();
        sent.last = Some(Payload::of(bytes));
        sent.handle = handle as usize;
        let plan = sent.plan;
        if let SentPlan::Refuse(error) = plan {
            return error;
        }
        self.books.sent.add(1, Relaxed);
        if matches!(plan, SentPlan::Accept(Place::Hold) | SentPlan::Ignore) {
            sent.held = request as usize;
        }
        drop(sent);
        match plan {
            SentPlan::Accept(Place::Now) => {
                self.end_sent(request as usize, 0, &samples::accept_disconnect());
            }
            SentPlan::Accept(Place::Thread(wait)) => {
                let (address, object) = (request as usize, self.object() as usize);
                self.books.threads.add(1, Relaxed);
                let spawned = threads::threads().try_spawn(GFP_KERNEL, move || {
                    // SAFETY: The request keeps the port from going.
                    let port = unsafe { Self::of(object as *mut _) };
                    port.pause(wait);
                    port.books.threads.add(-1, Relaxed);
                    port.end_sent(address, 0, &samples::accept_disconnect());
                });
                if spawned.is_err() {
                    self.books.offend("no memory");
                }
            }
            SentPlan::Reject => {
                self.end_sent(request as usize, 0, &samples::reject(5, 0x40, 0));
            }
            SentPlan::Fail(status) => self.end_sent(request as usize, status, &[]),
            _ => {}
        }
        0
    }

    /// Ends a link service of the target's.
    fn end_sent(&self, request: usize, status: c_int, answer: &[u8]) {
        let request = request as *mut abi::nvmefc_ls_req;
        // SAFETY: With us since `ls_req`; this is its only end.
        let (place, room, done) = unsafe {
            (
                (*request).rspaddr.cast::<u8>(),
                (*request).rsplen as usize,
                (*request).done,
            )
        };
        // SAFETY: There is so much room.
        unsafe { place.copy_from_nonoverlapping(answer.as_ptr(), answer.len().min(room)) };
        self.books.sent.add(-1, Relaxed);
        if let Some(done) = done {
            // SAFETY: The transport's own function.
            unsafe { done(request, status) };
        }
    }

    /// Ends the one that is held.
    pub(crate) fn let_sent_go(&self) -> bool {
        let held = mem::take(&mut self.sent.lock().held);
        if held != 0 {
            self.end_sent(held, 0, &samples::accept_disconnect());
        }
        held != 0
    }

    /// The target gives a link service up: `ls_abort`.
    pub(super) fn abort_sent(&self, request: *mut abi::nvmefc_ls_req) {
        self.books.count(Call::LsAbort);
        let mut sent = self.sent.lock();
        if sent.held != request as usize || matches!(sent.plan, SentPlan::Ignore) {
            return;
        }
        sent.held = 0;
        drop(sent);
        self.end_sent(request as usize, ECANCELED.to_errno(), &[]);
    }
}
