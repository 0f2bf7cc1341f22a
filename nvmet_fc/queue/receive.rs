// SPDX-License-Identifier: GPL-2.0

//! Commands as they come from an LLDD.

#![deny(unsafe_code)]

use core::ptr;

use kernel::{
    prelude::*,
    sync::rcu, //
};

use crate::{
    counts::refusal::Refusal,
    port::core::PortCore,
    queue::{
        admission,
        command,
        ConnTable, //
    },
    shared::{
        fc::target_exports::{
            CheckedCommand,
            OfferedCommand, //
        },
        proto::{
            command::cmd_iu::{
                self,
                CommandIuError, //
            },
            ids::ConnectionId, //
        },
        support::ratelimit::ratelimited, //
    },
    trace::{
        self,
        CmdReceive, //
    }, //
};

/// Takes a command, or logs why not. Context: process.
///
/// # Errors
///
/// `EOVERFLOW` if it was taken, but its payload is still needed. Otherwise it was
/// not: `EIO` (malformed), `ENOTCONN` (no such connection), `ENOENT` (no room).
#[inline(always)]
pub(crate) fn receive(
    port: &PortCore,
    connections: &ConnTable,
    offer: OfferedCommand<'_>,
) -> Result {
    let command = offer.check().map_err(|error| malformed(port, error))?;
    let iu = command.iu();
    trace::cmd_receive(move || CmdReceive::new(port.number, iu));
    match start(connections, command) {
        Ok(()) => Ok(()),
        Err(error) => Err(refused(port, connections, command, error)),
    }
}

/// Finds a command's queue, and starts it.
#[inline(always)]
fn start(connections: &ConnTable, command: CheckedCommand<'_>) -> Result {
    let iu = command.iu();
    if cmd_iu::transfer(iu).is_err() {
        // It contradicts itself, and is aborted there.
        return admission::receive(connections, command);
    }
    let id = ConnectionId::from_wire(iu.connection_id.get()).ok_or(ENOTCONN)?;
    let guard = rcu::read_lock();
    let queue = connections.find(id, &guard).ok_or(ENOTCONN)?;
    let (exchange, submission) = match queue.accept(command) {
        Ok(taken) => taken,
        Err(EAGAIN) => {
            // The command is started there, which may sleep.
            drop(guard);
            return admission::receive(connections, command);
        }
        Err(error) => return Err(error),
    };
    drop(guard);
    // Looked at once more, as what was found would have to be kept over all this.
    command::start(exchange, cmd_iu::sound_transfer(iu));
    drop(submission);
    Ok(())
}

/// Reports a command that has not the form of one.
#[cold]
fn malformed(port: &PortCore, error: CommandIuError) -> Error {
    Refusal::CommandForm.counted();
    ratelimited!(
        port.commands_log,
        pr_info!(
            "{{{}}}: command refused: {}, port 0x{:016x}\n",
            port.number,
            error.text(),
            port.port_name
        )
    );
    EIO
}

/// Reports a command that has no queue or no slot, and says which error that
/// is. One that waits for a slot is no news.
#[cold]
fn refused(
    port: &PortCore,
    connections: &ConnTable,
    command: CheckedCommand<'_>,
    error: Error,
) -> Error {
    if error != EOVERFLOW {
        // An abort of it may still come, and must not follow what the LLDD's memory
        // held before.
        command.set_private(ptr::null_mut());
    }
    let why = match error {
        ENOTCONN => Refusal::CommandConnection.counted(),
        ENOENT => Refusal::CommandRoom.counted(),
        _ => return error,
    };
    let id = command.iu().connection_id.get();
    // The rest of the identifier is what keeps other hosts off it, and must not
    // be in a log.
    ratelimited!(
        port.commands_log,
        pr_info!(
            "{{{}:{}}}: command refused: {}, queue {}, port 0x{:016x}\n",
            port.number,
            association_number(connections, id).unwrap_or(-1),
            why,
            id & 0xffff,
            port.port_name
        )
    );
    error
}

/// Number of the association behind a connection, if there is one.
fn association_number(connections: &ConnTable, id: u64) -> Option<i64> {
    let guard = rcu::read_lock();
    let queue = connections.find(ConnectionId::from_wire(id)?, &guard)?;
    Some(i64::from(queue.owner_number()))
}
