// SPDX-License-Identifier: GPL-2.0

//! `queues`: the queues of each controller that have a connection.

#![deny(unsafe_code)]

use core::fmt;

use kernel::prelude::*;

use crate::{
    ctrl::{
        list::CTRLS,
        Ctrl, //
    },
    io::queue::Queue,
    port::registry_lock,
    shared::{
        proto::{
            ids::ConnectionId,
            queues,
            record::Record, //
        },
        support::debugfs::{
            Output,
            Show, //
        }, //
    },
    LocalModule, //
};

/// The file.
pub(super) struct Queues;

impl Show for Queues {
    type Module = LocalModule;
    const NAME: &'static CStr = c"queues";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        for ctrl in CTRLS.all(&mut registry_lock::lock()) {
            for queue in ctrl.queues() {
                show_one(out, ctrl, queue)?;
            }
        }
        Ok(())
    }
}

/// A queue, if it has a connection.
fn show_one(out: &mut Output<'_>, ctrl: &Ctrl, queue: &Queue<Ctrl>) -> fmt::Result {
    let connection = queue.connection();
    let Some(id) = ConnectionId::from_wire(connection.id()) else {
        return Ok(());
    };
    let state = if connection.is_live() {
        "live"
    } else {
        "connecting"
    };
    let entries = match connection.index() {
        0 => queues::ADMIN_QUEUE_ENTRIES,
        _ => ctrl.nvme().sqsize().saturating_add(1),
    };
    Record::new(out)
        .numbered(
            "controller",
            "nvme",
            u32::try_from(ctrl.nvme().instance()).ok(),
        )
        .count("qid", connection.index())
        .id("connection_id", Some(id.get()))
        .count("entries", entries)
        .word("state", state.as_bytes())
        .count("commands_issued", connection.issued())
        .end()
}
