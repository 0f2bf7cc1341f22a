// SPDX-License-Identifier: GPL-2.0

//! An exchange on its way to the LLDD and back: the operations that move data
//! and send the response.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::ptr;

use kernel::prelude::*;

use crate::{
    abi,
    exchange::Exchange,
    shared::proto::{
        chunk::Chunk,
        ersp, //
    }, //
};

/// Seconds that the LLDD may take for a data transfer: twice R_A_TOV.
const DATA_TIMEOUT: u16 = abi::NVME_FC_TGTOP_TIMEOUT_SEC as u16;

/// What is given to the LLDD.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Fetch data from the host.
    Pull(Chunk),
    /// Send data to the host.
    Push(Chunk),
    /// Send data to the host, and the response behind it.
    PushAndRespond(Chunk),
    /// Send the response.
    Respond,
}

/// How an operation of the LLDD ended.
#[derive(Clone, Copy)]
pub(crate) struct Ended {
    /// Which one it was: `NVMET_FCOP_*`.
    pub(crate) operation: u8,
    /// No error, and all of it was moved.
    pub(crate) complete: bool,
}

impl Exchange {
    /// Gives an operation to the LLDD. Comes back with the exchange if the
    /// operation has ended, or was refused, by the time `fcp_op` returns.
    ///
    /// Context: any.
    #[inline]
    pub(crate) fn issue(mut self, operation: Operation) -> Option<Self> {
        let lldd = self.lldd();
        let mut chunk = None;
        let mut code = abi::NVMET_FCOP_RSP;
        let mut timeout = 0;
        match operation {
            Operation::Pull(next) => {
                code = abi::NVMET_FCOP_WRITEDATA;
                chunk = Some(next);
                timeout = DATA_TIMEOUT;
            }
            Operation::Push(next) => {
                code = abi::NVMET_FCOP_READDATA;
                chunk = Some(next);
                timeout = DATA_TIMEOUT;
            }
            Operation::PushAndRespond(next) => {
                code = abi::NVMET_FCOP_READDATA_RSP;
                chunk = Some(next);
                timeout = DATA_TIMEOUT;
            }
            Operation::Respond => {}
        }
        if matches!(operation, Operation::Respond | Operation::PushAndRespond(_)) {
            self.write_response(operation);
        }
        let work = self.work();
        let (mut list, mut elements, mut length) = (ptr::null_mut(), 0, 0);
        if let (Some(chunk), Some(data)) = (chunk, &work.data) {
            list = data.rest();
            elements = chunk.elements;
            length = chunk.length;
        }
        work.elements = elements;
        work.refused = false;
        let offset = work.offset;
        // SAFETY: The LLDD's exchange is valid, and no operation is at hand.
        unsafe {
            // CAST: The operation codes fit a byte; a timeout is small.
            (*lldd).op = code as u8;
            (*lldd).timeout = u32::from(timeout);
            (*lldd).offset = offset;
            (*lldd).transfer_length = length;
            (*lldd).transferred_length = 0;
            (*lldd).fcp_error = 0;
            (*lldd).sg = list;
            (*lldd).sg_cnt = elements as c_int;
        }
        // SAFETY: Filled in above. The exchange is the LLDD's during the call.
        let error = unsafe { self.queue().port().lldd_fcp_op(lldd) };
        // The port may not be touched from here on unless the exchange is ours:
        // whoever carries on may release it. The slot may: this call has not
        // been accounted for yet.
        if error != 0 {
            // No `done` comes, so the exchange is still the caller's.
            self.work().refused = true;
        }
        if self.slot().phase.issued(error != 0) {
            Some(self)
        } else {
            None
        }
    }

    /// Finishes the response and points the LLDD at it.
    fn write_response(&mut self, operation: Operation) {
        let (expected, offset) = self.progress();
        let transferred = match operation {
            Operation::PushAndRespond(_) => expected,
            _ => offset,
        };
        let index = usize::from(self.slot().index);
        let lldd = self.lldd();
        let queue = self.queue();
        let responses = queue.responses();
        // SAFETY: As in `response`; the command is another object.
        let response = unsafe { &mut *responses.get(index) };
        let extended = ersp::extended_is_due(
            &ersp::Answer {
                sqe: &self.command().sqe,
                cqe: &response.cqe,
                expected,
                transferred,
                ordinal: queue.next_ordinal(),
                outstanding: queue.outstanding(),
            },
            queue.rules(),
        );
        let length = if extended {
            ersp::write_extended(response, queue.next_sequence_number(), transferred)
        } else {
            ersp::write_short(response)
        };
        responses.sync_for_device(index);
        // SAFETY: The LLDD's exchange is valid, and no operation is at hand.
        unsafe {
            (*lldd).rspaddr = ptr::from_mut(response).cast();
            (*lldd).rspdma = responses.address(index);
            (*lldd).rsplen = length;
        }
    }

    /// How the operation at hand ended. Counts what it moved.
    #[inline]
    pub(crate) fn ended(&mut self) -> Ended {
        let lldd = self.lldd();
        // SAFETY: The LLDD's exchange is valid, and its operation has ended.
        let (operation, error, moved, wanted) = unsafe {
            (
                (*lldd).op,
                (*lldd).fcp_error,
                (*lldd).transferred_length,
                (*lldd).transfer_length,
            )
        };
        let work = self.work();
        let complete = !work.refused && error == 0 && moved == wanted;
        if complete && work.elements != 0 {
            work.offset = work.offset.saturating_add(wanted);
            let elements = work.elements;
            if let Some(data) = &mut work.data {
                data.advance(elements);
            }
        }
        Ended {
            operation,
            complete: complete || (!work.refused && error == 0 && wanted == 0),
        }
    }

    /// Whether the LLDD took the operation at hand.
    #[inline]
    pub(crate) fn was_taken(&self) -> bool {
        !self.work_ref().refused
    }
}
