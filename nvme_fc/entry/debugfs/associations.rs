// SPDX-License-Identifier: GPL-2.0

//! `associations`: controllers, with the association that each has or tries to get.

#![deny(unsafe_code)]

use core::fmt;

use kernel::prelude::*;

use super::parts::{
    names,
    seconds, //
};
use crate::{
    ctrl::{
        list::CTRLS,
        Ctrl, //
    },
    port::registry_lock,
    shared::{
        proto::{
            ids::AssociationId,
            record::{
                Record,
                ABSENT, //
            }, //
        },
        support::debugfs::{
            Output,
            Show, //
        }, //
    },
    LocalModule, //
};

/// The file.
pub(super) struct Associations;

impl Show for Associations {
    type Module = LocalModule;
    const NAME: &'static CStr = c"associations";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        for ctrl in CTRLS.all(&mut registry_lock::lock()) {
            show_one(out, ctrl)?;
        }
        Ok(())
    }
}

/// A controller.
fn show_one(out: &mut Output<'_>, ctrl: &Ctrl) -> fmt::Result {
    let nvme = ctrl.nvme();
    let history = ctrl.history();
    let remote = ctrl.remote();
    let queues = ctrl.queues().filter(|queue| queue.connection().is_live());
    let last = history.last();

    let line = Record::new(out)
        .numbered("controller", "nvme", u32::try_from(nvme.instance()).ok())
        .count("localport", remote.local().number())
        .count("remoteport", remote.number());
    let line = names(line, remote)
        .word("subsysnqn", nvme.options().subsystem_nqn().to_bytes())
        .word("state", nvme.state_word().as_bytes())
        .id("association_id", ctrl.association().map(AssociationId::get))
        // CAST: A usize fits a u64.
        .count("queues", queues.count() as u64)
        .count("queue_entries", nvme.sqsize().saturating_add(1))
        .count_if("age", nvme.is_live().then(|| seconds(history.age())))
        .count("associations_made", history.associations())
        .count("recoveries", history.recoveries())
        .number("attempt", Some(nvme.attempts()))
        .count("ls_rejects", history.ls_rejects.get())
        .count("aborts", history.aborts.get())
        .count("ersp_errors", history.bad_responses.get())
        .count_if("last_error_age", last.map(|(_, age)| seconds(age)));
    match last {
        Some((cause, _)) => line.text("last_error", format_args!("{cause}")),
        None => line.text("last_error", format_args!("{ABSENT}")),
    }
}
