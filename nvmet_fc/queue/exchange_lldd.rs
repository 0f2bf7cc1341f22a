// SPDX-License-Identifier: GPL-2.0

//! An exchange on its way to the LLDD and back: the operations that move data
//! and send the response.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

#![deny(unsafe_code)]

use crate::{
    abi,
    queue::exchange::{
        Exchange,
        Parts, //
    },
    shared::{
        fc::target_request::{
            Operation,
            TargetExchange, //
        },
        proto::command::{
            chunk::{
                self,
                Chunk,
                Limits, //
            },
            ersp, //
        },
        support::scatterlist::PageList, //
    },
    trace::{
        self,
        Data,
        Response, //
    }, //
};

/// What an operation moves of data, of which `offset` of `total` bytes were moved.
#[inline(always)]
fn next_chunk(data: &PageList, total: u32, offset: u32, limits: Limits) -> Option<Chunk> {
    if data.is_uniform() {
        return chunk::next_uniform(total, offset, limits, abi::PAGE_SIZE as u32);
    }
    next_chunk_of_merged(data, total, offset, limits)
}

/// The same, where an IOMMU has merged elements.
#[cold]
fn next_chunk_of_merged(data: &PageList, total: u32, offset: u32, limits: Limits) -> Option<Chunk> {
    chunk::next(total, offset, limits, data.rest_lengths())
}

impl Exchange {
    /// Finds the next part of the data. `None` if nothing is left, or if the
    /// data is not mapped.
    #[inline(always)]
    pub(crate) fn plan(&mut self) -> Option<bool> {
        let limits = self.queue().limits();
        let work = self.work();
        let chunk = next_chunk(work.data.as_ref()?, work.expected, work.offset, limits)?;
        work.chunk = chunk;
        Some(chunk.last)
    }

    /// Gives an operation to the LLDD, on what [`Exchange::plan`] found. Comes
    /// back with the exchange if the operation has ended, or was refused, by
    /// the time `fcp_op` returns.
    ///
    /// Context: any.
    #[inline]
    pub(crate) fn issue(mut self, operation: Operation) -> Option<Self> {
        let work = self.work();
        work.operation = operation;
        let (chunk, offset) = (work.chunk, work.offset);
        if operation == Operation::Rsp {
            // The data is freed by now.
            self.set_no_data();
        } else if let Some(data) = &self.work_ref().data {
            self.set_data(data, offset, chunk.length, chunk.elements);
            let view = self.view();
            trace::data(move || {
                let work = view.work_ref();
                let is_read = work.operation != Operation::WriteData;
                let (chunk, offset) = (work.chunk, work.offset);
                Data::new(view.identified(), is_read, offset, chunk.length, chunk.last)
            });
        }
        self.set_operation(operation);
        match operation {
            Operation::Rsp => {
                let moved = self.work_ref().offset;
                self.write_response(moved);
            }
            Operation::ReadDataRsp => {
                let work = self.work_ref();
                let all = work.offset.saturating_add(work.chunk.length);
                self.write_response(all);
            }
            _ => {}
        }
        // The exchange is the LLDD's during the call.
        let refused = self.give();
        // Until this call is accounted for, nobody else carries on. A command of
        // which an operation was refused gets no other.
        if refused {
            self.work().refused = true;
        }
        if self.slot().phase.issued(refused) {
            Some(self)
        } else {
            None
        }
    }

    /// Finishes the response and points the LLDD at it. `transferred`: all that
    /// was moved by the time the host gets it.
    #[inline]
    fn write_response(&mut self, transferred: u32) {
        let ordinal = self.queue().next_ordinal();
        let Parts {
            work,
            command,
            response,
            queue,
        } = self.parts();
        let extended = ersp::extended_is_due(
            &ersp::Answer {
                sqe: &command.sqe,
                cqe: &response.cqe,
                expected: work.expected,
                transferred,
                ordinal,
                outstanding: queue.outstanding(),
            },
            queue.rules(),
        );
        let length = if extended {
            ersp::write_extended(response, queue.next_sequence_number(), transferred)
        } else {
            ersp::write_short(response)
        };
        let slot = self.slot();
        let responses = self.queue().responses();
        responses.sync_for_device(usize::from(slot.index));
        self.set_response(slot.response.cast(), slot.response_address, length);
        let view = self.view();
        trace::response(move || Response::new(view.identified(), view.response_ref(), transferred));
    }

    /// The operation that has ended.
    #[inline]
    pub(crate) fn operation(&self) -> Operation {
        self.work_ref().operation
    }

    /// Whether an operation that moves data did all of it; counts what it moved.
    #[inline]
    pub(crate) fn has_moved(&mut self) -> bool {
        let (error, moved) = self.outcome();
        let work = self.work();
        let wanted = work.chunk.length;
        if work.refused || error != 0 || moved != wanted {
            return false;
        }
        work.offset = work.offset.saturating_add(wanted);
        if work.offset != work.expected {
            if let Some(data) = &mut work.data {
                data.advance(work.chunk.elements);
            }
        }
        true
    }

    /// Whether the LLDD took the operation that has ended.
    #[inline]
    pub(crate) fn was_taken(&self) -> bool {
        !self.work_ref().refused
    }
}
