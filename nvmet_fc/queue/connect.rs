// SPDX-License-Identifier: GPL-2.0

//! Connect: how a queue gets its controller, and what is let through until then.
//!
//! Whatever comes to a queue that is not connected goes through here, and a
//! Connect comes back here twice: with its data, before nvmet executes it, and
//! when nvmet has completed it. nvmet does not undo what a Connect that fails
//! half-way has set, nor does it expect two at a time; so one is let in at a
//! time, none that cannot succeed for what it says of the connection, and
//! `install_queue`, which would be too late, is not among the operations.
//! `Documentation/upstream` has what nvmet itself should do.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    str::BStr, //
};

use crate::{
    counts::refusal::Refusal,
    nvmet::request::Command,
    queue::{
        exchange::Exchange,
        names::ConnectNames,
        Queue, //
    },
    shared::{
        proto::{
            command::{
                cmd_iu::Transfer,
                connect::{
                    self,
                    Admission,
                    ConnectError,
                    Expected,
                    Outcome, //
                }, //
            },
            life::target_exchange::Event, //
        },
        support::ratelimit::ratelimited, //
    }, //
};

/// A command that may go on.
pub(crate) enum Admitted {
    /// One of a queue that is connected.
    Command(Exchange),
    /// A Connect, which nvmet has accepted: its data is to be fetched.
    Connect(Exchange),
}

/// Lets a command of a queue that may not be connected in, or refuses it. Context: as
/// [`command::start`](crate::queue::command::start).
#[cold]
pub(crate) fn admit(exchange: Exchange, transfer: Transfer) -> Option<Admitted> {
    let is_connect = connect::is_connect(&exchange.command().sqe);
    if !is_connect && exchange.queue().admission().serves() {
        return Some(Admitted::Command(exchange));
    }
    let exchange = exchange.begin(transfer)?;
    // nvmet has accepted it. If it is no Connect, one is being executed just
    // now, and may still fail: nothing is to be in nvmet's hands by then.
    let outcome = if is_connect {
        begin(&exchange, transfer)
    } else {
        Err(ConnectError::Sequence)
    };
    match outcome {
        Ok(()) => {
            // What nvmet completes from here on is settled.
            exchange.on(Event::Connect);
            Some(Admitted::Connect(exchange))
        }
        Err(error) => {
            refuse(exchange, error);
            None
        }
    }
}

/// Looks at a Connect's entry, and lets no other Connect in.
///
/// # Errors
///
/// What to refuse it with.
fn begin(exchange: &Exchange, transfer: Transfer) -> Result<(), ConnectError> {
    let queue = exchange.queue();
    let expected = Expected {
        queue_id: queue.id().queue_id(),
        size: queue.stated_size(),
    };
    connect::check_entry(&exchange.command().sqe, transfer, expected)?;
    queue.change_admission(Admission::begin).map(|_| ())
}

/// A Connect's data is here: has it executed if it is for this association's
/// controller. Context: may sleep.
#[cold]
pub(crate) fn check(mut exchange: Exchange) {
    // The processor reads it.
    exchange.unmap_data();
    match check_controller(&mut exchange) {
        Ok(()) => exchange.hand_to_nvmet(),
        Err(error) => refuse(exchange, error),
    }
}

/// Looks at the controller that a Connect names. Hosts name none for an admin
/// queue.
///
/// # Errors
///
/// It is not the association's.
fn check_controller(exchange: &mut Exchange) -> Result<(), ConnectError> {
    let queue = exchange.queue();
    if queue.id().queue_id() == 0 {
        return Ok(());
    }
    // The admin queue keeps its controller for longer than this queue is with
    // nvmet, so the number is nobody else's meanwhile.
    let controller = queue.owner().controller();
    let mut named = [0; 2];
    let data = exchange.data();
    if !data.is_some_and(|data| data.read(connect::CONTROLLER_AT, &mut named)) {
        return Err(ConnectError::DataLength);
    }
    connect::check_controller(named, controller)
}

/// Lets nvmet complete a command that it has accepted, as refused.
fn refuse(mut exchange: Exchange, error: ConnectError) {
    let queue = exchange.queue();
    let why = Refusal::from(error).counted();
    ratelimited!(
        queue.port().commands_log,
        pr_warn!(
            "{{{}:{}}}: command 0x{:02x} of queue {} refused: {}, port 0x{:016x}\n",
            queue.port().number,
            queue.owner_number(),
            exchange.command().sqe.opcode,
            queue.id().queue_id(),
            why,
            queue.port().port_name
        )
    );
    let result = u64::from(error.result());
    exchange.response().cqe.result.set(result);
    exchange.complete(error.status());
}

/// nvmet has completed a Connect: opens the queue, or lets the next Connect in.
/// Context: may sleep, as nvmet completes a Connect where it executes it or
/// where we fail it.
#[cold]
pub(crate) fn settle(exchange: &mut Exchange) {
    let completion = exchange.response().cqe;
    let names = names(exchange);
    let queue = exchange.queue();
    let (submission, completion_queue) = queue.nvmet.controllers();
    let is_admin = queue.id().queue_id() == 0;
    let outcome = Outcome {
        ok: completion.status.get() >> 1 == 0,
        submission: submission.is_some(),
        completion: completion_queue.is_some(),
        own: is_admin || queue.owner().owns(submission),
    };
    if !outcome.ok {
        // CAST: The low half, which has the place of what is wrong.
        let at = completion.result.get() as u32;
        failed(queue, names.as_ref(), completion.status.get() >> 1, at);
    } else if is_admin {
        // CAST: The low half, as nvmet states it.
        let controller = completion.result.get() as u16;
        queue.owner().connected(controller, names);
    }
    let settled = queue.change_admission(|admission| Ok(admission.settle(outcome)));
    if settled == Ok(Admission::Spoiled) {
        spoiled(queue);
    }
}

/// The names in a Connect's data, if that came.
fn names(exchange: &mut Exchange) -> Option<ConnectNames> {
    if !exchange.is_all_moved() {
        return None;
    }
    // The processor reads it.
    exchange.unmap_data();
    ConnectNames::read(exchange.data()?)
}

/// Says that a Connect has failed, which nvmet does without naming the port.
#[cold]
fn failed(queue: &Queue, names: Option<&ConnectNames>, status: u16, at: u32) {
    Refusal::ConnectFailed.counted();
    ratelimited!(
        queue.port().commands_log,
        pr_warn!(
            "{{{}:{}}}: Connect of queue {} failed: {} (status 0x{:x}), port 0x{:016x}, host {}, subsystem {}\n",
            queue.port().number,
            queue.owner_number(),
            queue.id().queue_id(),
            connect::failure(status, at),
            status,
            queue.port().port_name,
            BStr::from_bytes(names.map_or(b"-", |names| &names.host)),
            BStr::from_bytes(names.map_or(b"-", |names| &names.subsystem))
        )
    );
}

/// Ends an association of which nvmet has half a queue.
#[cold]
fn spoiled(queue: &Queue) {
    let why = Refusal::ConnectSpoiled.counted();
    ratelimited!(
        queue.port().commands_log,
        pr_err!(
            "{{{}:{}}}: Connect of queue {}: {}: the association ends, port 0x{:016x}\n",
            queue.port().number,
            queue.owner_number(),
            queue.id().queue_id(),
            why,
            queue.port().port_name
        )
    );
    queue.owner().clone().end();
}
