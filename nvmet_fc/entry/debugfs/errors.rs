// SPDX-License-Identifier: GPL-2.0

//! The file of what was counted.

#![deny(unsafe_code)]

use kernel::{
    fmt,
    prelude::*, //
};

use crate::{
    counts::{
        self,
        refusal::Refusal, //
    },
    shared::{
        proto::{
            ls::error::LsError,
            record::Record, //
        },
        support::{
            books::{
                Book,
                Count, //
            },
            debugfs::{
                Output,
                Show, //
            }, //
        }, //
    },
    NvmetFcModule, //
};

/// The file.
pub(super) struct Errors;

impl Show for Errors {
    type Module = NvmetFcModule;
    const NAME: &'static CStr = c"errors";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        for (name, book) in counts::RECEIVED_NAMES.into_iter().zip(&counts::RECEIVED) {
            balance(kind(out, "received_ls").phrase("ls", name), book)?;
        }
        let sent = kind(out, "sent_ls").phrase("ls", "disconnect");
        balance(sent, &counts::SENT_DISCONNECTS)?;
        for (name, book) in [
            ("targetport", &counts::TARGET_PORTS),
            ("host", &counts::HOSTS),
            ("association", &counts::ASSOCIATIONS),
            ("connection", &counts::CONNECTIONS),
            ("deferred_command", &counts::DEFERRED),
        ] {
            balance(kind(out, name), book)?;
        }
        for (result, count) in [
            ("accept", &counts::ACCEPTS),
            ("reject", &counts::REJECTS),
            ("failed", &counts::FAILED_ANSWERS),
        ] {
            counted(kind(out, "ls_response").phrase("result", result), count)?;
        }
        for (why, count) in [
            ("received", &counts::ABORTS_RECEIVED),
            ("teardown", &counts::ABORTS_TEARDOWN),
            ("stale", &counts::ABORTS_STALE),
            ("lost", &counts::ABORTS_LOST),
            ("unanswered", &counts::ABORTS_UNANSWERED),
        ] {
            counted(kind(out, "abort").phrase("why", why), count)?;
        }
        rejects(out)?;
        refusals(out)
    }
}

/// Begins a record.
fn kind<'a, 'b>(out: &'a mut Output<'b>, kind: &str) -> Record<'a, Output<'b>> {
    Record::new(out).phrase("kind", kind)
}

/// Ends a record with what is out of a book.
fn balance(record: Record<'_, Output<'_>>, book: &Book) -> fmt::Result {
    let balance = book.balance();
    record
        .count("accepted", balance.accepted)
        .count("released", balance.released)
        .count("outstanding", balance.outstanding())
        .end()
}

/// Ends a record with a count.
fn counted(record: Record<'_, Output<'_>>, count: &Count) -> fmt::Result {
    record.count("count", count.get()).end()
}

/// Writes the rejects, by their cause.
fn rejects(out: &mut Output<'_>) -> fmt::Result {
    // A target does not give the cause that is left out.
    let ours = |error: &LsError| *error != LsError::NotForHost;
    for error in LsError::ALL.into_iter().filter(ours) {
        let reject = error.reject();
        kind(out, "reject")
            .phrase("direction", "sent")
            .phrase("reason", reject.reason_text())
            .phrase("explanation", reject.explanation_text())
            .count("count", counts::rejected(error).get())
            .text("cause", format_args!("{}", error.text()))?;
    }
    Ok(())
}

/// Writes what is refused otherwise.
fn refusals(out: &mut Output<'_>) -> fmt::Result {
    for refusal in Refusal::ALL {
        kind(out, "refused")
            .phrase("what", refusal.what())
            .count("count", refusal.count().map_or(0, Count::get))
            .text("cause", format_args!("{}", refusal.cause()))?;
    }
    Ok(())
}
