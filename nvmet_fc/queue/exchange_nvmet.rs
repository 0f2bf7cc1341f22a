// SPDX-License-Identifier: GPL-2.0

//! An exchange on its way to nvmet and back.
//!
//! C header: `drivers/nvme/target/nvmet.h`

use core::ptr;

use kernel::prelude::*;

use crate::{
    abi,
    entry,
    nvmet,
    queue::exchange::Exchange,
    shared::proto::wire::ExtendedResponseIu, //
};

impl Exchange {
    /// Prepares for a new command and has nvmet look at it. `None`: nvmet refused
    /// the command, and `queue_response` has dealt with it. The response still
    /// holds the slot's last one: nvmet writes all of the completion, and
    /// [`ersp`](crate::shared::proto::command::ersp) all of the rest that is sent.
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
        let sq = queue.nvmet.sq();
        // SAFETY: Command, response and port are in the request since
        // `Slot::adopt_all`; the queue is not destroyed while its gate is held
        // open. The exchange is nvmet's during the call.
        let ok = unsafe { abi::nvmet_req_init(request, sq, entry::nvmet::fabrics_ops()) };
        // On failure the exchange came back through `queue_response` already.
        ok.then_some(self)
    }

    /// nvmet's request, which nvmet does not have at the moment or only shares.
    #[inline]
    fn request(&self) -> *mut abi::nvmet_req {
        self.slot().request.get()
    }

    /// Whether it reads a namespace whose backend fills all of the buffer, or
    /// fails: a block device. A file that was cut short meanwhile is read as
    /// nothing, which nvmet takes for a success, and whether the command is for
    /// a namespace at all only shows in that nvmet has found one.
    #[inline]
    pub(crate) fn reads_block_device(&self) -> bool {
        // SAFETY: nvmet has looked at the request, and holds the namespace that
        // it has found.
        let device = unsafe {
            match (*self.request()).ns.as_ref() {
                Some(namespace) => namespace.bdev,
                None => return false,
            }
        };
        !device.is_null() && self.command().sqe.opcode == abi::nvme_opcode_nvme_cmd_read as u8
    }

    /// Whether nvmet has found the namespace that an I/O command is for, and it
    /// is one of its own. Passed-through ones it does not look for.
    pub(crate) fn has_namespace(&self) -> bool {
        // SAFETY: nvmet has looked at the request.
        !unsafe { (*self.request()).ns }.is_null()
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
            // SAFETY: The function that nvmet set for this request, which it has accepted; the
            // exchange is nvmet's from here on.
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
