// SPDX-License-Identifier: GPL-2.0

//! `errors`: books, counts, and the latest failures to connect.

#![deny(unsafe_code)]

use core::fmt;

use kernel::prelude::*;

use super::parts::seconds;
use crate::{
    counts,
    failures::Failure,
    port::registry_lock,
    shared::{
        proto::record::Record,
        support::{
            debugfs::{
                Output,
                Show, //
            },
            ratelimit::jiffies, //
        }, //
    },
    LocalModule, //
};

/// The file.
pub(super) struct Errors;

impl Show for Errors {
    type Module = LocalModule;
    const NAME: &'static CStr = c"errors";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        let registry = registry_lock::lock();
        let books = [
            ("controller", &counts::CONTROLLERS),
            ("port_use", &counts::PORT_USES),
            ("ls_request", &counts::LS_REQUESTS),
            ("ls_received", &counts::LS_RECEIVED),
        ];
        for (kind, book) in books {
            let balance = book.balance();
            Record::new(out)
                .word("kind", kind.as_bytes())
                .count("accepted", balance.accepted)
                .count("released", balance.released)
                .count("outstanding", balance.outstanding())
                .end()?;
        }
        show_rejects(out, "received", &counts::REJECTS_RECEIVED)?;
        show_rejects(out, "sent", &counts::REJECTS_SENT)?;
        let counters = [
            ("abort", &counts::ABORTS),
            ("timeout", &counts::TIMEOUTS),
            ("ersp_error", &counts::BAD_RESPONSES),
            ("lldd_error", &counts::LLDD_ERRORS),
            ("ls_unanswered", &counts::LS_UNANSWERED),
        ];
        for (kind, counter) in counters {
            Record::new(out)
                .word("kind", kind.as_bytes())
                .count("count", counter.get())
                .end()?;
        }
        for failure in registry.failures.iter() {
            show_failure(out, failure)?;
        }
        Ok(())
    }
}

/// Rejects in one direction, those reasons of which there were any.
fn show_rejects(out: &mut Output<'_>, direction: &str, rejects: &counts::Rejects) -> fmt::Result {
    for (reason, count) in rejects.read() {
        Record::new(out)
            .word("kind", b"reject")
            .word("direction", direction.as_bytes())
            .phrase("reason", reason)
            .count("count", count)
            .end()?;
    }
    Ok(())
}

/// A failure to connect.
fn show_failure(out: &mut Output<'_>, failure: &Failure) -> fmt::Result {
    let what = &failure.what;
    Record::new(out)
        .word("kind", b"connect_failure")
        .count("count", failure.count)
        .count("age", seconds(jiffies().wrapping_sub(failure.at)))
        .numbered("controller", "nvme", what.controller)
        .traddr("host_traddr", what.host)
        .traddr("traddr", what.target)
        .word("subsysnqn", &failure.subsystem)
        .number("status", failure.status)
        .text("cause", format_args!("{}", what.cause))
}
