// SPDX-License-Identifier: GPL-2.0

//! An exchange on its way to nvmet and back.
//!
//! C header: `drivers/nvme/target/nvmet.h`

use core::ptr;

use kernel::prelude::*;
use zerocopy::FromZeros;

use crate::{
    abi,
    exchange::Exchange,
    nvmet,
    ops,
    shared::proto::wire::ExtendedResponseIu, //
};

impl Exchange {
    /// Prepares nvmet's request and has nvmet look at the command. `None`:
    /// nvmet refused the command, and `queue_response` has dealt with it.
    ///
    /// Context: may sleep; the queue's gate is held open.
    #[inline]
    pub(crate) fn init(mut self, expected: u32) -> Option<Self> {
        let work = self.work();
        work.expected = expected;
        work.offset = 0;
        work.read = false;
        work.refused = false;
        let (slot, queue) = (self.slot(), self.queue());
        let request = slot.request.get();
        let response = slot.response;
        // SAFETY: The owner may write request and response; both stay where
        // they are, and so does the command.
        unsafe {
            *response = ExtendedResponseIu::new_zeroed();
            (*request).cmd = (&raw mut (*slot.command.get()).sqe).cast();
            (*request).cqe = (&raw mut (*response).cqe).cast();
            (*request).port = queue.nvmet_port().as_raw();
        }
        let sq = queue.nvmet.sq();
        // SAFETY: Prepared above; the queue is not destroyed while its gate is
        // held open. The exchange is nvmet's during the call.
        let ok = unsafe { abi::nvmet_req_init(request, sq, ops::fabrics_ops()) };
        // On failure the exchange came back through `queue_response` already.
        ok.then_some(self)
    }

    /// nvmet's request, which nvmet does not have at the moment or only shares.
    #[inline]
    fn request(&self) -> *mut abi::nvmet_req {
        self.slot().request.get()
    }

    /// The data length that nvmet expects of the command; 0 if it has no
    /// opinion.
    pub(crate) fn nvmet_length(&self) -> usize {
        // SAFETY: nvmet has looked at the request.
        unsafe { abi::nvmet_req_transfer_len(self.request()) }
    }

    /// Tells nvmet how long the data is, and where.
    #[inline]
    pub(crate) fn set_transfer(&mut self, length: u32) {
        // CAST: A u32 fits a usize here.
        let (list, entries) = match &self.work_ref().data {
            Some(data) => (data.list(), data.entries() as c_int),
            None => (ptr::null_mut(), 0),
        };
        // SAFETY: The owner may write the request.
        unsafe {
            let request = self.request();
            (*request).transfer_len = length as usize;
            (*request).sg = list;
            (*request).sg_cnt = entries;
        };
    }

    /// Gives the exchange to nvmet for execution. Context: may sleep.
    #[inline]
    pub(crate) fn execute(self) {
        let request = self.request();
        // SAFETY: `nvmet_req_init` accepted the request and set the function.
        if let Some(execute) = unsafe { (*request).execute } {
            // SAFETY: As above; the exchange is nvmet's from here on.
            unsafe { execute(request) };
        } else {
            self.fail(nvmet::STATUS_INTERNAL);
        }
    }

    /// Completes the command towards nvmet, which then gives the exchange back
    /// through `queue_response`. Context: any.
    pub(crate) fn fail(self, status: u16) {
        // SAFETY: `nvmet_req_init` accepted the request, which was not
        // completed yet; the exchange is nvmet's from here on.
        unsafe { abi::nvmet_req_complete(self.request(), status) };
    }

    /// The response, in which nvmet left its completion.
    #[inline]
    pub(crate) fn response(&mut self) -> &mut ExtendedResponseIu {
        // SAFETY: The response is the slot's own, and the owner's.
        unsafe { &mut *self.slot().response }
    }
}
