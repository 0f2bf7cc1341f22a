// SPDX-License-Identifier: GPL-2.0

//! The way of a command: write data, execution, read data, response.
//!
//! Each function has the exchange, does one step, and hands it on: to nvmet, to
//! the LLDD, or to its end.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    abi,
    exchange::Exchange,
    exchange_lldd::Operation,
    nvmet::{
        STATUS_BAD_LENGTH,
        STATUS_INTERNAL, //
    },
    sgl::DataBuffer,
    shared::{
        dma::Direction,
        proto::{
            cmd_iu::{
                self,
                Transfer, //
            },
            target_exchange::{
                Action,
                Event,
                Next, //
            }, //
        },
        ratelimit::ratelimited, //
    }, //
};

/// Data that is allocated without asking nvmet what the command needs.
const UNQUESTIONED: u32 = 1 << 20;
/// Data that is allocated for a command whose need nvmet does not tell.
const UNTOLD: u32 = 4 << 20;

/// Starts a command. Context: may sleep; the queue's gate was entered.
#[inline]
pub(crate) fn start(exchange: Exchange) {
    let transfer = match cmd_iu::transfer(exchange.command()) {
        Ok(transfer) => transfer,
        Err(error) => {
            ratelimited!(pr_info!(
                "{{{}:{}}}: command 0x{:02x} aborted: {}\n",
                exchange.queue().port().number,
                exchange.queue().association().number(),
                exchange.command().sqe.opcode,
                error.text()
            ));
            act(exchange, Event::Unusable);
            return;
        }
    };
    match exchange.on(Event::Init) {
        Action::Proceed => {}
        action => return finish(exchange, action),
    }
    let Some(exchange) = exchange.init(transfer.length()) else {
        return;
    };
    match transfer {
        Transfer::None => {
            let mut exchange = exchange;
            exchange.set_transfer(0);
            exchange.execute();
        }
        Transfer::Read(length) => start_read(exchange, length),
        Transfer::Write(length) => start_write(exchange, length),
    }
}

/// Executes a command whose data goes to the host afterwards.
#[inline]
fn start_read(exchange: Exchange, length: u32) {
    if let Some(mut exchange) = allocate(exchange, length, Direction::ToDevice) {
        exchange.set_read();
        exchange.execute();
    }
}

/// Fetches a command's data from the host.
#[inline]
fn start_write(exchange: Exchange, length: u32) {
    let Some(mut exchange) = allocate(exchange, length, Direction::FromDevice) else {
        return;
    };
    if exchange.map_data().is_err() {
        exchange.fail(STATUS_INTERNAL);
        return;
    }
    match next_pull(&mut exchange) {
        Some(operation) => match exchange.on_issue(Event::Pull) {
            Action::Proceed => run(exchange, operation),
            action => finish(exchange, action),
        },
        None => exchange.fail(STATUS_INTERNAL),
    }
}

/// Gives a command its memory, unless it asks for more than it can use.
#[inline]
fn allocate(mut exchange: Exchange, length: u32, direction: Direction) -> Option<Exchange> {
    if length > UNQUESTIONED && !is_plausible(&exchange, length) {
        exchange.set_transfer(0);
        exchange.fail(STATUS_BAD_LENGTH);
        return None;
    }
    match DataBuffer::new(length, direction) {
        Ok(data) => {
            *exchange.data() = Some(data);
            exchange.set_transfer(length);
            Some(exchange)
        }
        Err(_) => {
            exchange.fail(STATUS_INTERNAL);
            None
        }
    }
}

/// Whether the command can use so much data.
fn is_plausible(exchange: &Exchange, length: u32) -> bool {
    match exchange.nvmet_length() {
        0 => length <= UNTOLD,
        // CAST: A u32 fits a usize here.
        expected => length as usize <= expected,
    }
}

/// The next part of the data.
#[inline]
fn next_chunk(exchange: &mut Exchange) -> Option<crate::shared::proto::chunk::Chunk> {
    let (total, offset) = exchange.progress();
    let limits = exchange.queue().limits();
    exchange.data().as_ref()?.chunk(total, offset, limits)
}

/// The next part of the write data.
#[inline]
fn next_pull(exchange: &mut Exchange) -> Option<Operation> {
    next_chunk(exchange).map(Operation::Pull)
}

/// The next part of the read data, with the response if it can go along.
#[inline]
fn next_push(exchange: &mut Exchange) -> Option<(Operation, Next)> {
    let chunk = next_chunk(exchange)?;
    if chunk.last && exchange.queue().adds_response() {
        Some((Operation::PushAndRespond(chunk), Next::Respond))
    } else {
        Some((Operation::Push(chunk), Next::Push))
    }
}

/// nvmet completed the command: sends its data, or its response. Context: any,
/// hard IRQ included.
#[inline]
pub(crate) fn completed(mut exchange: Exchange) {
    let mut step = None;
    if exchange.is_read() && exchange.response().cqe.status.get() == 0 {
        if exchange.map_data().is_ok() {
            step = next_push(&mut exchange);
        }
        if step.is_none() {
            exchange
                .response()
                .cqe
                .status
                .set(STATUS_INTERNAL.wrapping_shl(1));
        }
    }
    let (operation, next) = step.unwrap_or((Operation::Respond, Next::Respond));
    match exchange.on_issue(Event::Completed(next)) {
        Action::Proceed => run(exchange, operation),
        action => finish(exchange, action),
    }
}

/// The caller was told to carry an exchange on after an operation. Context: any
/// that the LLDD calls `done` in.
#[inline]
pub(crate) fn carry_on(exchange: Exchange) {
    if let Some((exchange, operation)) = after_operation(exchange) {
        run(exchange, operation);
    }
}

/// Gives operations to the LLDD, for as long as each has ended by the time it
/// was given: the stack does not grow with their number.
#[inline]
fn run(mut exchange: Exchange, mut operation: Operation) {
    loop {
        if operation == Operation::Respond {
            exchange.free_data();
        }
        let Some(back) = exchange.issue(operation) else {
            return;
        };
        match after_operation(back) {
            Some(next) => (exchange, operation) = next,
            None => return,
        }
    }
}

/// An operation has ended: what comes next for the LLDD, if the exchange is not
/// handed on otherwise.
#[inline]
fn after_operation(mut exchange: Exchange) -> Option<(Exchange, Operation)> {
    let ended = exchange.ended();
    match u32::from(ended.operation) {
        abi::NVMET_FCOP_WRITEDATA => after_pull(exchange, ended.complete),
        abi::NVMET_FCOP_READDATA => after_push(exchange, ended.complete),
        abi::NVMET_FCOP_READDATA_RSP => {
            act(exchange, Event::ResponseDone { ok: ended.complete });
            None
        }
        _ => {
            let ok = exchange.was_taken();
            act(exchange, Event::ResponseDone { ok });
            None
        }
    }
}

/// Write data came, or did not.
#[inline]
fn after_pull(mut exchange: Exchange, ok: bool) -> Option<(Exchange, Operation)> {
    let operation = next_pull(&mut exchange);
    let (total, offset) = exchange.progress();
    let more = operation.is_some();
    let ok = ok && (more || offset == total);
    let event = Event::PullDone { ok, more };
    let Some(operation) = operation else {
        match exchange.on(event) {
            Action::Proceed => {
                // Everything is here; nvmet reads it.
                exchange.unmap_data();
                exchange.execute();
            }
            action => finish(exchange, action),
        }
        return None;
    };
    match exchange.on_issue(event) {
        Action::Proceed => Some((exchange, operation)),
        action => {
            finish(exchange, action);
            None
        }
    }
}

/// Read data went, or did not.
#[inline]
fn after_push(mut exchange: Exchange, ok: bool) -> Option<(Exchange, Operation)> {
    let (total, offset) = exchange.progress();
    let step = if offset == total {
        Some((Operation::Respond, Next::Respond))
    } else {
        next_push(&mut exchange)
    };
    let ok = ok && step.is_some();
    let (operation, next) = step.unwrap_or((Operation::Respond, Next::Respond));
    match exchange.on_issue(Event::PushDone { ok, next }) {
        Action::Proceed => Some((exchange, operation)),
        action => {
            finish(exchange, action);
            None
        }
    }
}

/// Takes an event that ends an exchange.
#[inline]
fn act(exchange: Exchange, event: Event) {
    let action = exchange.on(event);
    finish(exchange, action);
}

/// Does what an event asked for other than to proceed.
#[inline]
fn finish(mut exchange: Exchange, action: Action) {
    match action {
        Action::FailCommand => exchange.fail(STATUS_INTERNAL),
        Action::Abandon { call_abort } => {
            exchange.free_data();
            if call_abort {
                exchange.abort();
            }
            exchange.release();
        }
        // The rest cannot come from the events above; the exchange still ends.
        _ => exchange.release(),
    }
}
