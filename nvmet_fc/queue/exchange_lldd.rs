// SPDX-License-Identifier: GPL-2.0

//! An exchange on its way to the LLDD and back: the operations that move data
//! and send the response.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

#![deny(unsafe_code)]

use crate::{
    queue::exchange::{
        Exchange,
        Parts, //
    },
    shared::{
        fc::target_request::{
            Operation,
            Part,
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

/// What an operation moves of data, behind what was moved.
#[inline]
fn next_chunk(data: &PageList, moved: Part, limits: Limits) -> Option<Chunk> {
    let (total, offset) = (data.length(), moved.offset);
    if data.is_uniform() {
        return chunk::next_uniform(total, offset, limits, data.element());
    }
    // An IOMMU has merged elements.
    chunk::next(total, offset, limits, data.rest_lengths(moved.first))
}

impl Exchange {
    /// Finds the next part of the data, and says whether it is the last. `None` if
    /// nothing is left, or if the data is not mapped.
    pub(crate) fn plan(&mut self) -> Option<bool> {
        let limits = self.queue().limits();
        let chunk = next_chunk(self.data()?, self.work_ref().part, limits)?;
        let part = &mut self.work().part;
        part.length = chunk.length;
        part.elements = chunk.elements;
        Some(chunk.last)
    }

    /// Gives an operation to the LLDD that moves the part of the data that was found
    /// last, perhaps with the response behind it. Comes back with the exchange if the
    /// operation has ended, or was refused, by the time `fcp_op` returns. Context: any.
    #[inline(always)]
    pub(crate) fn issue_data(mut self, operation: Operation) -> Option<Self> {
        self.work().marks.operation = operation;
        let work = self.work_ref();
        self.set_data(work.buffer.pages(), work.part);
        let view = self.view();
        trace::data(move || view.data_event());
        self.set_operation(operation);
        if operation == Operation::ReadDataRsp {
            let all = self.work_ref().part.end();
            self.write_response(all);
        }
        self.hand_over()
    }

    /// Gives the response alone to the LLDD, as [`Exchange::issue_data`] does.
    #[inline(always)]
    pub(crate) fn issue_response(mut self) -> Option<Self> {
        self.work().marks.operation = Operation::Rsp;
        // The memory for the data is not the command's by now.
        self.set_no_data();
        self.set_operation(Operation::Rsp);
        let moved = self.work_ref().part.offset;
        self.write_response(moved);
        self.hand_over()
    }

    /// Gives the LLDD the operation that was set.
    #[inline(always)]
    fn hand_over(mut self) -> Option<Self> {
        // The exchange is the LLDD's during the call.
        let refused = self.give();
        // Until this call is accounted for, nobody else carries on. A command of
        // which an operation was refused gets no other.
        if refused {
            self.work().marks.refused = true;
        }
        self.slot().phase.issued(refused).then_some(self)
    }

    /// Finishes the response and points the LLDD at it. `transferred`: all that
    /// was moved by the time the host gets it.
    #[inline(always)]
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
        self.work_ref().marks.operation
    }

    /// What the operation at hand moves, for events.
    fn data_event(&self) -> Data {
        let work = self.work_ref();
        let is_read = work.marks.operation != Operation::WriteData;
        let part = work.part;
        let is_last = part.end() == work.expected;
        Data::new(
            self.identified(),
            is_read,
            part.offset,
            part.length,
            is_last,
        )
    }

    /// Whether an operation that moves data did all of it; counts what it moved.
    #[inline]
    pub(crate) fn has_moved(&mut self) -> bool {
        let (error, moved) = self.outcome();
        let work = self.work();
        let part = &mut work.part;
        if work.marks.refused || error != 0 || moved != part.length {
            return false;
        }
        part.offset = part.end();
        if part.offset != work.expected {
            part.first = part.first.wrapping_add(part.elements);
        }
        true
    }

    /// Whether the LLDD took the operation that has ended.
    #[inline]
    pub(crate) fn was_taken(&self) -> bool {
        !self.work_ref().marks.refused
    }
}
