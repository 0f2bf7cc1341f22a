// SPDX-License-Identifier: GPL-2.0

//! Who alone may touch an exchange: whoever is about to send it, and whoever it
//! came back to.

use core::ptr;

use kernel::prelude::*;

use crate::{
    abi,
    io::{
        connection::{
            Connection,
            QueueOwner, //
        },
        exchange::{
            Exchange,
            INLINE_SEGMENTS, //
        },
        traced, //
    },
    nvme::request::{
        Operations,
        Request,
        RequestData,
        Submission,
        Transfer, //
    },
    shared::{
        proto::{
            command::{
                cmd_iu::Direction,
                response::Report, //
            },
            life::host_exchange::Event,
            wire::{
                CommandIu,
                ExtendedResponseIu, //
            }, //
        },
        support::{
            dma,
            sg_chain, //
        }, //
    },
    trace, //
};

/// Commands whose memory is an exchange.
pub(crate) trait Commands<O>: Operations<Data = Exchange<O>> {}

impl<O, T: Operations<Data = Exchange<O>>> Commands<O> for T {}

/// An exchange that is about to be sent.
///
/// # Invariants
///
/// It is not with the LLDD, and the holder is its only user. The connection is its own.
pub(crate) struct Unsent<'a, O> {
    /// The exchange.
    exchange: &'a Exchange<O>,
    /// Its connection, which need not be looked up again.
    connection: &'a Connection<O>,
}

impl<'a, O: QueueOwner> Unsent<'a, O> {
    /// That of a request, which came to that connection's queue.
    #[inline(always)]
    pub(super) fn of(
        request: &mut Submission<'a, impl Commands<O>>,
        connection: &'a Connection<O>,
    ) -> Self {
        let exchange = request.data();
        debug_assert!(ptr::eq(exchange.connection(), connection));
        // INVARIANT: A submission's holder is the only user of what is behind it, and requests have
        // the connection of their hardware context.
        Self {
            exchange,
            connection,
        }
    }

    /// That of an asynchronous event, if it is not sent already.
    pub(crate) fn begin(exchange: &'a Exchange<O>) -> Option<Self> {
        exchange.state().on(Event::Start).ok()?;
        // INVARIANT: Of all who come here one wins that change.
        Some(Self {
            exchange,
            connection: exchange.connection(),
        })
    }

    /// The command.
    #[inline(always)]
    pub(crate) fn command(&mut self) -> &mut CommandIu {
        // SAFETY: Nobody else touches it, by the type's invariant.
        unsafe { &mut *self.exchange.command.0.get() }
    }

    /// Describes the data to the LLDD, and clears what it will report.
    #[inline(always)]
    pub(crate) fn describe(&mut self, direction: Direction, length: u32) {
        // SAFETY: Nobody else touches it, by the type's invariant.
        let fcp = unsafe { &mut *self.exchange.fcp() };
        fcp.payload_length = length;
        fcp.io_dir = match direction {
            Direction::NoData => abi::nvmefc_fcp_datadir_NVMEFC_FCP_NODATA,
            Direction::Write => abi::nvmefc_fcp_datadir_NVMEFC_FCP_WRITE,
            Direction::Read => abi::nvmefc_fcp_datadir_NVMEFC_FCP_READ,
        };
        fcp.transferred_length = 0;
        fcp.rcv_rsplen = 0;
        fcp.status = 0;
        fcp.sg_cnt = 0;
        self.exchange.elements.set(0);
    }

    /// Maps a request's data, of which there is some, into the scatterlist.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; nothing is mapped then.
    #[inline(always)]
    pub(crate) fn map(
        &mut self,
        request: &Submission<'_, impl Commands<O>>,
        data: Transfer,
    ) -> Result {
        // SAFETY: Nobody else touches it, by the type's invariant.
        let fcp = unsafe { &mut *self.exchange.fcp() };
        let inline = self.exchange.inline.get().cast::<abi::scatterlist>();
        // SAFETY: The exchange's own, which stays where it is.
        let list = unsafe {
            sg_chain::allocate(
                &raw mut fcp.sg_table,
                inline,
                INLINE_SEGMENTS,
                data.segments,
            )
        }?;
        // SAFETY: The table has an element for each segment.
        let count = unsafe { request.fill(list) };
        let device = self.connection.device();
        // SAFETY: The device is null or alive; the list has so many elements.
        let mapped = unsafe { sg_chain::map(device, list, count, dma_direction(data.direction)) };
        if mapped <= 0 {
            // SAFETY: Allocated above.
            unsafe { sg_chain::free(&raw mut fcp.sg_table, INLINE_SEGMENTS) };
            return Err(ENOMEM);
        }
        self.exchange.elements.set(count);
        fcp.first_sgl = list;
        fcp.sg_cnt = mapped;
        Ok(())
    }

    /// Says that a request's exchange is sent. (An event's was when it was begun.)
    #[inline(always)]
    pub(super) fn start(&self) {
        self.exchange.state().start();
    }

    /// Hands the command to the device, if there is one.
    #[inline(always)]
    pub(crate) fn sync(&self) {
        self.exchange.sync_command(self.connection.device());
    }

    /// Gives the exchange to the LLDD. Context: any but hard IRQ.
    ///
    /// # Errors
    ///
    /// The LLDD's errno; the exchange is idle again, and its data unmapped.
    #[inline(always)]
    pub(crate) fn submit(self) -> Result<(), c_int> {
        let (exchange, connection) = (self.exchange, self.connection);
        trace::cmd_issue(move || {
            // SAFETY: The LLDD has not got it, and nobody else touches it, by the
            // type's invariant.
            traced::issued(connection, unsafe { &*exchange.command.0.get() })
        });
        // SAFETY: Exchange and mappings stay valid until `done`: the block layer
        // does not reuse a request that was not completed, and a controller keeps
        // its event's until then.
        match unsafe { self.connection.link().submit(self.exchange.fcp()) } {
            0 => Ok(()),
            status => {
                self.refused(status);
                Err(status)
            }
        }
    }

    /// Takes the exchange back from an LLDD that did not want it.
    #[cold]
    fn refused(self, status: c_int) {
        traced::refused(self.connection, &self.exchange.command(), status);
        // An abort that came meanwhile found nothing to abort.
        let _ = self.exchange.state().on(Event::Refused);
        unmap(self.exchange);
    }
}

/// An exchange that its LLDD gave back.
///
/// # Invariants
///
/// It is complete, and the holder is its only user until it is released.
pub(crate) struct Finished<'a, O> {
    /// The exchange.
    exchange: &'a Exchange<O>,
    /// It was aborted before it ended.
    aborted: bool,
    /// A teardown asked for that.
    pub(crate) terminated: bool,
}

impl<'a, O: QueueOwner> Finished<'a, O> {
    /// The LLDD gives an exchange back: `None` if it has done so before.
    #[inline(always)]
    pub(crate) fn new(exchange: &'a Exchange<O>) -> Option<Self> {
        let (aborted, terminated) = exchange.state().finish()?;
        // INVARIANT: Of all who come here one wins that change.
        Some(Self {
            exchange,
            aborted,
            terminated,
        })
    }

    /// What the LLDD reports.
    #[inline(always)]
    pub(crate) fn report(&self) -> Report {
        // SAFETY: The LLDD writes it no longer, by the type's invariant.
        let fcp = unsafe { &*self.exchange.fcp() };
        // SAFETY: Nobody writes it, by the type's invariant.
        let command = unsafe { &*self.exchange.command.0.get() };
        Report {
            aborted: self.aborted,
            // CAST: The field is an errno in unsigned clothes.
            lldd_status: fcp.status as i32,
            response_length: fcp.rcv_rsplen,
            transferred: fcp.transferred_length,
            data_length: command.data_length.get(),
            command_id: command.sqe.command_id,
        }
    }

    /// Tells that the exchange is over.
    #[inline(always)]
    pub(crate) fn trace(&self) {
        // No more than fits two registers, for what is borrowed must have an address.
        let (exchange, aborted) = (self.exchange, self.aborted);
        trace::cmd_done(move || {
            // INVARIANT: It stands for `self`, which is borrowed meanwhile.
            let finished = Finished {
                exchange,
                aborted,
                terminated: false,
            };
            let connection = finished.exchange.connection();
            let opcode = finished.exchange.command().sqe.opcode;
            traced::done(connection, opcode, &finished.report(), finished.response())
        });
    }

    /// The response that came.
    #[inline(always)]
    pub(crate) fn response(&self) -> &ExtendedResponseIu {
        // SAFETY: The place is valid, and the LLDD writes it no longer, by the
        // type's invariant.
        unsafe { &*(*self.exchange.reply.get()).as_ref().0.get() }
    }

    /// Completes the request that the exchange is behind.
    #[inline(always)]
    pub(super) fn complete<T: Commands<O>>(self, status: u16, result: u64) {
        // SAFETY: A request of ours, valid like its exchange.
        let request = unsafe { Request::<T>::from_raw(self.exchange.request()) };
        // SAFETY: It was started; of all who may complete it the holder does.
        unsafe { request.complete(status, result) };
    }
}

/// Marks a request as one that this host took back, for those who wait for it.
/// Context: the caller has the exchange as [`Finished`].
pub(super) fn mark_cancelled<O: QueueOwner>(exchange: &Exchange<O>) {
    // SAFETY: The request is over, and the caller alone completes it.
    unsafe { exchange.nvme().mark_cancelled() };
}

/// Makes the exchange behind a completed request idle. Context: any.
#[inline(always)]
pub(super) fn release<O: QueueOwner>(exchange: &Exchange<O>) {
    unmap(exchange);
    exchange.state().release();
    exchange.connection().ctrl().exchange_over();
}

/// Unmaps an exchange's data, if it has any. Context: not with the LLDD.
#[inline(always)]
fn unmap<O: QueueOwner>(exchange: &Exchange<O>) {
    let elements = exchange.elements.get();
    if elements != 0 {
        unmap_elements(exchange, elements);
    }
}

/// Unmaps an exchange's data.
fn unmap_elements<O: QueueOwner>(exchange: &Exchange<O>, elements: c_int) {
    exchange.elements.set(0);
    let fcp = exchange.fcp();
    let device = exchange.connection().device();
    if !device.is_null() {
        // SAFETY: Not with the LLDD, so the caller alone uses it.
        let (list, direction) = unsafe { ((*fcp).sg_table.sgl, (*fcp).io_dir) };
        let direction = match direction {
            abi::nvmefc_fcp_datadir_NVMEFC_FCP_WRITE => dma::Direction::ToDevice,
            _ => dma::Direction::FromDevice,
        };
        // SAFETY: Mapped by `Unsent::map`, with so many elements.
        unsafe { sg_chain::unmap(device, list, elements, direction) };
    }
    // SAFETY: Allocated by `Unsent::map`, unmapped above.
    unsafe { sg_chain::free(&raw mut (*fcp).sg_table, INLINE_SEGMENTS) };
    // SAFETY: Not with the LLDD, so the caller alone uses it.
    unsafe { (*fcp).sg_cnt = 0 };
}

/// A direction as the DMA API knows it.
fn dma_direction(direction: Direction) -> dma::Direction {
    match direction {
        Direction::Write => dma::Direction::ToDevice,
        Direction::Read => dma::Direction::FromDevice,
        Direction::NoData => dma::Direction::Bidirectional,
    }
}
