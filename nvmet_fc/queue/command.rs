// SPDX-License-Identifier: GPL-2.0

//! The way of a command: write data, execution, read data, response.
//!
//! Each function has the exchange, does one step, and hands it on: to nvmet, to
//! the LLDD, or to its end.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    counts::refusal::Refusal,
    limits::{
        self,
        CHECK_LENGTH_ABOVE,
        DATA_MAX, //
    },
    nvmet::request::{
        Command,
        STATUS_BAD_LENGTH,
        STATUS_INTERNAL,
        STATUS_TOO_LONG, //
    },
    queue::{
        connect::{
            self,
            Admitted, //
        },
        exchange::{
            invalid_transition,
            Exchange, //
        }, //
    },
    shared::{
        fc::target_request::{
            Operation,
            TargetExchange, //
        },
        proto::{
            command::{
                cmd_iu::{
                    self,
                    Transfer, //
                },
                connect::DATA_LENGTH, //
            },
            life::target_exchange::{
                Action,
                Event,
                Next,
                State, //
            }, //
        },
        support::ratelimit::ratelimited, //
    }, //
};

/// The most data that a command may have whose length nvmet cannot tell, bytes.
pub(crate) const UNKNOWN_LENGTH_MAX: u32 = 4 << 20;

/// Starts a command. Context: may sleep; the queue's gate was entered.
#[inline(always)]
pub(crate) fn start(exchange: Exchange, transfer: Transfer) {
    let Some(exchange) = exchange.begin(transfer) else {
        return;
    };
    match transfer {
        Transfer::None => exchange.hand_to_nvmet(),
        Transfer::Read(length) => {
            if let Some(exchange) = allocate_read(exchange, length) {
                exchange.hand_to_nvmet();
            }
        }
        Transfer::Write(length) => start_write(exchange, length),
    }
}

/// Starts a command that had to wait, or whose queue is not connected, or aborts
/// one that was aborted meanwhile or contradicts itself. Context: as [`start`].
#[cold]
pub(crate) fn start_checked(exchange: Exchange) {
    match cmd_iu::transfer(exchange.command()) {
        Ok(transfer) => match exchange.on(Event::Init) {
            Action::Proceed => match connect::admit(exchange, transfer) {
                Some(Admitted::Command(exchange)) => start(exchange, transfer),
                Some(Admitted::Connect(exchange)) => start_write(exchange, DATA_LENGTH),
                None => {}
            },
            action => finish(exchange, action),
        },
        Err(error) => {
            Refusal::CommandDirection.counted();
            let queue = exchange.queue();
            ratelimited!(
                queue.port().commands_log,
                pr_info!(
                    "{{{}:{}}}: command 0x{:02x} aborted: {}, queue {}, port 0x{:016x}\n",
                    queue.port().number,
                    queue.owner_number(),
                    exchange.command().sqe.opcode,
                    error.text(),
                    queue.id().queue_id(),
                    queue.port().port_name
                )
            );
            act(exchange, Event::Unusable);
        }
    }
}

/// Fetches a command's data from the host.
#[inline(always)]
pub(crate) fn start_write(exchange: Exchange, length: u32) {
    let Some(mut exchange) = allocate_write(exchange, length) else {
        return;
    };
    if exchange.map_and_plan().is_none() {
        exchange.complete(STATUS_INTERNAL);
        return;
    }
    match exchange.on_issue_from(State::EXECUTING, Event::WriteData) {
        Action::Proceed => fetch(exchange),
        action => finish(exchange, action),
    }
}

/// Gives operations that fetch write data to the LLDD, for as long as each has ended
/// by the time it was given: here and below, the stack does not grow with their
/// number.
#[inline(always)]
fn fetch(mut exchange: Exchange) {
    while let Some(back) = exchange.issue_data(Operation::WriteData) {
        match after_write_data(back) {
            Some(next) => exchange = next,
            None => return,
        }
    }
}

/// Gives a command that reads its memory, unless it asks for more than it can
/// use.
#[inline(always)]
fn allocate_read(exchange: Exchange, length: u32) -> Option<Exchange> {
    if exchange.has_buffer(length) && exchange.reads_block_device() {
        exchange.show_data();
        Some(exchange)
    } else {
        allocate(exchange, length)
    }
}

/// Gives a command that writes its memory, unless it brings more than it can
/// use.
#[inline(always)]
fn allocate_write(exchange: Exchange, length: u32) -> Option<Exchange> {
    if exchange.has_buffer(length) {
        exchange.show_data();
        Some(exchange)
    } else {
        allocate(exchange, length)
    }
}

/// Gives a command its memory, where its slot has none that is just right, or where
/// nvmet may leave some of it as it is. Whatever a command succeeds with goes to the
/// host, all of it, so memory that is read is cleared, unless a block device is sure
/// to fill it or to fail; what fails carries no data.
#[inline(never)]
fn allocate(mut exchange: Exchange, length: u32) -> Option<Exchange> {
    if length > exchange.queue().unchecked_length() {
        if let Err(status) = check_length(&exchange, length) {
            exchange.complete(status);
            return None;
        }
    }
    let clear = exchange.is_read() && !exchange.reads_block_device();
    let has_data = if length <= CHECK_LENGTH_ABOVE {
        exchange.give_buffer(length, clear)
    } else {
        exchange.give_buffer_in_account(length, clear)
    };
    if !has_data {
        exchange.complete(STATUS_INTERNAL);
        return None;
    }
    exchange.show_data();
    Some(exchange)
}

/// Whether a command may have so much data.
///
/// # Errors
///
/// The NVMe status.
fn check_length(exchange: &Exchange, length: u32) -> Result<(), u16> {
    // What the user set is stated by controllers with namespaces of nvmet's own;
    // others (discovery, passthrough) state none, or the device's.
    let most = if exchange.has_namespace() {
        limits::data_max(exchange.queue().nvmet_port())
    } else {
        DATA_MAX
    };
    if length > most {
        return Err(STATUS_TOO_LONG);
    }
    // nvmet takes the host's word for it, and allocates as much in one piece.
    if exchange.command().sqe.is_fabrics() && length > CHECK_LENGTH_ABOVE {
        return Err(STATUS_BAD_LENGTH);
    }
    let is_plausible = match exchange.nvmet_length() {
        0 => length <= UNKNOWN_LENGTH_MAX,
        // CAST: A u32 fits a usize here.
        expected => length as usize <= expected,
    };
    if is_plausible {
        Ok(())
    } else {
        Err(STATUS_BAD_LENGTH)
    }
}

/// The operation for a part of the read data, with the response if that can go along:
/// with the last one.
#[inline(always)]
fn read_operation(exchange: &Exchange, last: bool) -> Operation {
    if last && exchange.queue().adds_response() {
        Operation::ReadDataRsp
    } else {
        Operation::ReadData
    }
}

/// nvmet completed the command: sends its data, or its response. Context: any,
/// hard IRQ included.
#[inline(always)]
pub(crate) fn completed(mut exchange: Exchange) {
    let mut planned = None;
    if exchange.is_read() && exchange.response().cqe.status.get() == 0 {
        planned = exchange.map_and_plan();
        if planned.is_none() {
            let status = STATUS_INTERNAL.wrapping_shl(1);
            exchange.response().cqe.status.set(status);
        }
    }
    let exchange = match planned {
        Some(last) => begin_sending(exchange, last),
        None => begin_response(exchange),
    };
    if let Some(exchange) = exchange {
        respond(exchange);
    }
}

/// The response of a command without read data is next, with what comes back.
#[inline(always)]
fn begin_response(exchange: Exchange) -> Option<Exchange> {
    match exchange.on_issue_from(State::EXECUTING, Event::Completed(Next::Rsp)) {
        Action::Proceed => Some(exchange),
        action => {
            finish(exchange, action);
            None
        }
    }
}

/// Sends read data that was planned. With what comes back the response is next.
#[inline(always)]
fn begin_sending(exchange: Exchange, last: bool) -> Option<Exchange> {
    if read_operation(&exchange, last) == Operation::ReadDataRsp {
        send_last(begin_response(exchange)?);
        return None;
    }
    match exchange.on_issue_from(State::EXECUTING, Event::Completed(Next::ReadData)) {
        Action::Proceed => send(exchange),
        action => {
            finish(exchange, action);
            None
        }
    }
}

/// Gives operations that send read data to the LLDD, for as long as each has ended by
/// the time it was given. With what comes back the response is next.
#[inline(always)]
fn send(mut exchange: Exchange) -> Option<Exchange> {
    loop {
        match after_read_data(exchange.issue_data(Operation::ReadData)?)? {
            (next, Operation::ReadData) => exchange = next,
            (next, operation) => return unless_last(next, operation),
        }
    }
}

/// Gives the last read data to the LLDD, and the response with it, if that is what is
/// next. If not, the response alone is, with what comes back.
#[inline(always)]
fn unless_last(exchange: Exchange, operation: Operation) -> Option<Exchange> {
    if operation != Operation::ReadDataRsp {
        return Some(exchange);
    }
    send_last(exchange);
    None
}

/// Gives the last read data to the LLDD, and the response with it.
fn send_last(exchange: Exchange) {
    if let Some(exchange) = exchange.issue_data(Operation::ReadDataRsp) {
        after_last_data(exchange);
    }
}

/// Gives the response to the LLDD.
#[inline(always)]
fn respond(mut exchange: Exchange) {
    exchange.free_data();
    if let Some(exchange) = exchange.issue_response() {
        after_response(exchange);
    }
}

/// The caller was told to carry an exchange on after an operation. Context: any
/// that the LLDD calls `done` in.
pub(crate) fn carry_on(exchange: Exchange) {
    match exchange.operation() {
        Operation::Rsp => after_response(exchange),
        Operation::ReadData => {
            let ready = match after_read_data(exchange) {
                Some((next, Operation::ReadData)) => send(next),
                Some((next, operation)) => unless_last(next, operation),
                None => return,
            };
            if let Some(exchange) = ready {
                respond(exchange);
            }
        }
        Operation::WriteData => {
            if let Some(exchange) = after_write_data(exchange) {
                fetch(exchange);
            }
        }
        Operation::ReadDataRsp => after_last_data(exchange),
    }
}

/// The response went, or did not.
#[inline(always)]
fn after_response(exchange: Exchange) {
    // Nothing changes the end of a response that was taken.
    if exchange.was_taken() {
        exchange.release_without_data();
    } else {
        act(exchange, Event::ResponseDone { ok: false });
    }
}

/// The last data went, and the response with it, or they did not.
#[inline(always)]
fn after_last_data(mut exchange: Exchange) {
    // Nothing changes the end of a response that was sent.
    if exchange.has_moved() {
        exchange.release();
    } else {
        act(exchange, Event::ResponseDone { ok: false });
    }
}

/// Write data came, or did not. What comes back has more of it to fetch.
#[inline(always)]
fn after_write_data(mut exchange: Exchange) -> Option<Exchange> {
    let ok = exchange.has_moved();
    if ok && exchange.is_all_moved() {
        let done = Event::WriteDataDone {
            ok: true,
            more: false,
        };
        match exchange.on_from(State::WRITE_DATA, done) {
            Action::Proceed => {
                // nvmet reads it.
                exchange.unmap_data();
                exchange.hand_to_nvmet();
            }
            action => finish(exchange, action),
        }
        return None;
    }
    let ok = ok && exchange.plan().is_some();
    match exchange.on_issue(Event::WriteDataDone { ok, more: true }) {
        Action::Proceed => Some(exchange),
        action => {
            finish(exchange, action);
            None
        }
    }
}

/// Read data went, or did not: which operation is next.
#[inline(always)]
fn after_read_data(mut exchange: Exchange) -> Option<(Exchange, Operation)> {
    let ok = exchange.has_moved();
    if !(ok && exchange.is_all_moved()) {
        return go_on_reading(exchange, ok);
    }
    let next = Next::Rsp;
    match exchange.on_issue_from(State::READ_DATA, Event::ReadDataDone { ok: true, next }) {
        Action::Proceed => Some((exchange, Operation::Rsp)),
        action => {
            finish(exchange, action);
            None
        }
    }
}

/// Read data went, but not the last of it; or it did not.
#[inline(never)]
fn go_on_reading(mut exchange: Exchange, ok: bool) -> Option<(Exchange, Operation)> {
    let last = if ok { exchange.plan() } else { None };
    let ok = last.is_some();
    let operation = last.map_or(Operation::Rsp, |last| read_operation(&exchange, last));
    let next = match operation {
        Operation::ReadData => Next::ReadData,
        _ => Next::Rsp,
    };
    match exchange.on_issue(Event::ReadDataDone { ok, next }) {
        Action::Proceed => Some((exchange, operation)),
        action => {
            finish(exchange, action);
            None
        }
    }
}

/// Takes an event that ends an exchange.
#[cold]
fn act(exchange: Exchange, event: Event) {
    let action = exchange.on(event);
    finish(exchange, action);
}

/// Does what an event asked for other than to proceed.
#[cold]
fn finish(mut exchange: Exchange, action: Action) {
    match action {
        Action::FailCommand => exchange.complete(STATUS_INTERNAL),
        Action::CheckConnect => connect::check(exchange),
        Action::SettleConnect => {
            connect::settle(&mut exchange);
            completed(exchange);
        }
        Action::Abandon { call_abort } => {
            exchange.free_data();
            if call_abort {
                exchange.fcp_abort();
            }
            exchange.release();
        }
        // The rest cannot come from the events above; the exchange still ends.
        _ => {
            invalid_transition();
            exchange.release();
        }
    }
}
