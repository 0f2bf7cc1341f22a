// SPDX-License-Identifier: GPL-2.0

//! Commands as they come from an LLDD, and aborts of them.

use core::ptr;

use kernel::{
    prelude::*,
    sync::rcu, //
};

use crate::{
    port::core::{
        PortCore,
        PortUses, //
    },
    queue::{
        admission,
        command,
        exchange,
        slots,
        ConnTable, //
    },
    shared::{
        fc::{
            target_exports::{
                AbortedExchange,
                OfferedCommand, //
            },
            target_template::FcpRequestPtr, //
        },
        proto::{
            command::cmd_iu::{
                self,
                CommandIuError, //
            },
            ids::ConnectionId, //
        },
        support::ratelimit::ratelimited, //
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
    let (exchange, payload) = (offer.exchange(), offer.payload());
    // SAFETY: By the offer's invariants.
    match unsafe { start(port, connections, exchange, payload) } {
        Ok(()) => Ok(()),
        // SAFETY: By the offer's invariants.
        Err(error) => Err(unsafe { refused(port, connections, exchange, payload, error) }),
    }
}

/// Checks a command, finds its queue, and starts it.
///
/// # Safety
///
/// Exchange and payload are those of an [`OfferedCommand`].
#[inline(always)]
unsafe fn start(
    port: &PortCore,
    connections: &ConnTable,
    exchange: FcpRequestPtr,
    payload: &[u8],
) -> Result {
    let command = cmd_iu::check(payload).map_err(|error| malformed(port, error))?;
    let id = ConnectionId::from_wire(command.connection_id.get()).ok_or(ENOTCONN)?;
    let guard = rcu::read_lock();
    let queue = connections.find(id, &guard).ok_or(ENOTCONN)?;
    let transfer = cmd_iu::transfer(command);
    // SAFETY: An offer, whose payload is kept if it is to be.
    let taken = unsafe { queue.accept(exchange, command, transfer.is_ok()) };
    let (exchange, submission) = match taken {
        Ok(taken) => taken,
        Err(EAGAIN) => {
            // The command is started there, which may sleep.
            drop(guard);
            // SAFETY: An offer, whose payload is kept if it is to be.
            return unsafe { admission::receive(connections, exchange, command) };
        }
        Err(error) => return Err(error),
    };
    drop(guard);
    match transfer {
        Ok(transfer) => command::start(exchange, transfer),
        Err(_) => command::start_checked(exchange),
    }
    drop(submission);
    Ok(())
}

/// Reports a command that has not the form of one.
#[cold]
fn malformed(port: &PortCore, error: CommandIuError) -> Error {
    ratelimited!(pr_info!(
        "{{{}}}: command refused: {}\n",
        port.number,
        error.text()
    ));
    EIO
}

/// Reports a command that has no queue or no slot, and says which error that
/// is. One that waits for a slot is no news, and one that is malformed was
/// reported before.
///
/// # Safety
///
/// As for [`start`], which gave the error.
#[cold]
unsafe fn refused(
    port: &PortCore,
    connections: &ConnTable,
    exchange: FcpRequestPtr,
    payload: &[u8],
    error: Error,
) -> Error {
    if error != EOVERFLOW {
        // An abort of it may still come, and must not follow what the LLDD's memory
        // held before.
        // SAFETY: Valid, and the LLDD's again only when the call that offers it
        // returns.
        unsafe { exchange::set_private(exchange, ptr::null_mut()) };
    }
    let why = match error {
        ENOTCONN => "no such connection",
        ENOENT => "more commands than the connection has room for",
        _ => return error,
    };
    if let Ok(command) = cmd_iu::check(payload) {
        let id = command.connection_id.get();
        // The rest of the identifier is what keeps other hosts off it, and must not
        // be in a log.
        ratelimited!(pr_info!(
            "{{{}:{}}}: command refused: {}, queue {}, port 0x{:016x}\n",
            port.number,
            association_number(connections, id).unwrap_or(-1),
            why,
            id & 0xffff,
            port.port_name
        ));
    }
    error
}

/// Number of the association behind a connection, if there is one.
fn association_number(connections: &ConnTable, id: u64) -> Option<i64> {
    let guard = rcu::read_lock();
    let queue = connections.find(ConnectionId::from_wire(id)?, &guard)?;
    Some(i64::from(queue.owner_number()))
}

/// A command was aborted by its host. Context: any.
pub(crate) fn abort(port: &PortUses, exchange: &AbortedExchange) {
    // SAFETY: It was offered on this port, by the type's invariant.
    unsafe { slots::abort(port, exchange.as_raw()) };
}
