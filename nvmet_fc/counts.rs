// SPDX-License-Identifier: GPL-2.0

//! What the module counts: link services, objects, answers, aborts. Refusals are in
//! [`refusal`].

#![deny(unsafe_code)]

pub(crate) mod refusal;

use crate::shared::{
    proto::{
        ls::{
            error::LsError,
            response::LsResponse, //
        },
        wire::ls, //
    },
    support::books::{
        Book,
        Count, //
    }, //
};

/// Target ports in memory.
pub(crate) static TARGET_PORTS: Book = Book::new();
/// Host ports that something uses.
pub(crate) static HOSTS: Book = Book::new();
/// Associations in memory.
pub(crate) static ASSOCIATIONS: Book = Book::new();
/// Queues in memory.
pub(crate) static CONNECTIONS: Book = Book::new();
/// Commands that wait for a slot.
pub(crate) static DEFERRED: Book = Book::new();
/// Disconnects of hosts that wait for the end of their association.
pub(crate) static WAITING: Book = Book::new();
/// Disconnects to hosts.
pub(crate) static SENT_DISCONNECTS: Book = Book::new();
/// Received link services, by the names in [`RECEIVED_NAMES`].
pub(crate) static RECEIVED: [Book; 4] = [const { Book::new() }; 4];
/// Their names in files.
pub(crate) const RECEIVED_NAMES: [&str; 4] = [
    "create_association",
    "create_connection",
    "disconnect",
    "other",
];

/// The book for a received link service, by its command.
pub(crate) fn received(command: u8) -> &'static Book {
    let [create_association, create_connection, disconnect, other] = &RECEIVED;
    match command {
        ls::CREATE_ASSOCIATION => create_association,
        ls::CREATE_CONNECTION => create_connection,
        ls::DISCONNECT_ASSOCIATION => disconnect,
        _ => other,
    }
}

/// Accepts that LLDDs were given to send.
pub(crate) static ACCEPTS: Count = Count::new();
/// Rejects that LLDDs were given to send.
pub(crate) static REJECTS: Count = Count::new();
/// Of these, and of accepts, those that they did not take.
pub(crate) static FAILED_ANSWERS: Count = Count::new();

/// Counts an answer that an LLDD is given. Context: any.
pub(crate) fn answered(answer: &LsResponse) {
    match answer {
        LsResponse::Reject(_) => REJECTS.up(),
        _ => ACCEPTS.up(),
    }
}

/// Rejects, by their cause.
static REJECTED: [Count; LsError::ALL.len()] = [const { Count::new() }; LsError::ALL.len()];

/// How often a link service was rejected for this cause.
pub(crate) fn rejected(error: LsError) -> &'static Count {
    // CAST: A small number.
    let at = error as usize;
    REJECTED.get(at).unwrap_or(&REJECTS)
}

/// Aborts that the LLDD has reported.
pub(crate) static ABORTS_RECEIVED: Count = Count::new();
/// Write data aborted for the end of its queue.
pub(crate) static ABORTS_TEARDOWN: Count = Count::new();
/// Write data aborted for its age.
pub(crate) static ABORTS_STALE: Count = Count::new();
/// Write data that the LLDD did not end.
pub(crate) static ABORTS_LOST: Count = Count::new();
/// Disconnects that no host answered.
pub(crate) static ABORTS_UNANSWERED: Count = Count::new();
