// SPDX-License-Identifier: GPL-2.0

//! The I/O queues of an association, and a number of them that changes.

#![deny(unsafe_code)]

use core::ops::Range;

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    ctrl::{
        failure::Failed,
        lending::Lending,
        traced,
        Ctrl, //
    },
    io::queue::Queue,
    ls::send,
    nvme::connect::ConnectError,
    shared::{
        fc::host_template::HostTemplate,
        proto::{
            cause::Step,
            contexts,
            queues, //
        },
        support::cpus, //
    }, //
};

/// Says that they could not be made as many as they were to be.
fn agree<E: Into<ConnectError>>() -> impl Fn(E) -> Failed {
    Failed::at(Step::QueueCount, 0)
}

/// Makes the I/O queues: as many as user, CPUs, LLDD and controller allow.
/// Context: may sleep; admin queue and controller are in service.
///
/// # Errors
///
/// That of the step that failed; what was made is left to the teardown.
pub(crate) fn establish(
    ctrl: &Arc<Ctrl>,
    ops: &HostTemplate,
    lldd_queues: u32,
) -> Result<(), Failed> {
    let nvme = ctrl.nvme();
    if nvme.is_administrative() {
        // It has no I/O queues, and must not be asked for them.
        return without(ctrl);
    }
    let wanted = queues::io_queues(nvme.options().io_queues(), cpus::in_use(), lldd_queues);
    if wanted == 0 {
        return Ok(());
    }
    let granted = nvme
        .set_queue_count_on_target(wanted)
        .inspect_err(|failed| {
            dev_info!(nvme.device(), "set_queue_count failed: {}\n", failed.0);
        })
        .map_err(agree())?;
    // A queue for each was made with the controller.
    let granted = granted.min(wanted);

    if ctrl.io_set().is_allocated() {
        again(ctrl, ops, granted)
    } else {
        first(ctrl, ops, granted)
    }
}

/// Makes I/O queues for the first time.
fn first(ctrl: &Ctrl, ops: &HostTemplate, granted: u32) -> Result<(), Failed> {
    let nvme = ctrl.nvme();

    nvme.set_queue_count(granted.saturating_add(1));
    if granted == 0 {
        return Ok(());
    }
    ctrl.io_set()
        .allocate_io(nvme, ctrl.fcp_private())
        .map_err(agree())?;
    connect(ctrl, ops, 1..granted.saturating_add(1))
}

/// Makes no I/O queues, which is well if there never were any.
///
/// # Errors
///
/// `ENOSPC` if there were: I/O waits for them.
fn without(ctrl: &Ctrl) -> Result<(), Failed> {
    let nvme = ctrl.nvme();

    if ctrl.io_set().is_allocated() {
        dev_info!(
            nvme.device(),
            "Fail Reconnect: At least 1 io queue required (was {})\n",
            ctrl.io_set().hardware_queues()
        );
        return Err(agree()(ENOSPC));
    }
    nvme.set_queue_count(1);
    Ok(())
}

/// Makes I/O queues anew, possibly another number of them than before.
fn again(ctrl: &Arc<Ctrl>, ops: &HostTemplate, granted: u32) -> Result<(), Failed> {
    let nvme = ctrl.nvme();
    let before = ctrl.io_set().hardware_queues();

    if granted == 0 {
        return without(ctrl);
    }
    nvme.set_queue_count(granted.saturating_add(1));
    let in_use = |context| ctrl.io_set().is_in_use(context);
    if contexts::want_new_map(before, granted, in_use) {
        let lending = Lending::new(ctrl, ops, before, granted).map_err(agree())?;
        for context in lending.carriers() {
            let index = context.saturating_add(1);
            connect(ctrl, ops, index..index.saturating_add(1))?;
        }
        if granted != before {
            dev_info!(
                nvme.device(),
                "reconnect: revising io queue count from {} to {}\n",
                before,
                granted
            );
        }
        remap(ctrl, granted, lending)?;
    }
    connect(ctrl, ops, 1..granted.saturating_add(1))
}

/// Maps hardware contexts to CPUs anew, as many as are granted. Requests that
/// wait in those that there were go out on the queues that are live already; only
/// then can contexts be frozen.
fn remap(ctrl: &Ctrl, granted: u32, lending: Lending<'_>) -> Result<(), Failed> {
    let nvme = ctrl.nvme();

    nvme.start_freeze();
    nvme.unquiesce_io();
    if !lending.until_frozen() {
        nvme.unfreeze();
        dev_warn!(
            nvme.device(),
            "io queue count not changed: requests did not end in time\n"
        );
        return Err(agree()(ENODEV));
    }
    let mapped = ctrl.io_set().map_anew(granted);
    nvme.unfreeze();
    if !mapped {
        dev_warn!(nvme.device(), "no memory to change the io queue count\n");
        return Err(agree()(ENOMEM));
    }
    Ok(())
}

/// Makes hardware queues, connections and NVMe queues in `range`, those that are
/// not live yet.
fn connect(ctrl: &Ctrl, ops: &HostTemplate, range: Range<u32>) -> Result<(), Failed> {
    let nvme = ctrl.nvme();
    let entries = nvme.sqsize().saturating_add(1);

    for index in range.clone() {
        let queue = queue(ctrl, index)?;
        let connection = queue.connection();
        if connection.is_live() {
            continue;
        }
        let at = Failed::at(Step::HardwareQueue, connection.index());
        let in_use = ctrl.in_use().lock();
        let port = in_use.as_ref().ok_or(ENODEV).map_err(&at)?;
        queue.open(ops, port, entries).map_err(&at)?;
    }
    for index in range {
        let connection = queue(ctrl, index)?.connection();
        if connection.is_live() {
            continue;
        }
        let index = connection.index();
        let association = ctrl
            .association()
            .ok_or(ENOTCONN)
            .map_err(Failed::at(Step::CreateConnection, index))?;
        let useless = || ctrl.has_failed();
        let id = send::create_connection(ctrl.remote(), association, index, entries, useless)
            .map_err(Failed::ls(Step::CreateConnection, index))?;
        connection.begin(id);
        nvme.connect_io_queue(index)
            .map_err(Failed::at(Step::Connect, index))?;
        connection.set_live(true);
        traced::queue_made(ctrl, index, id.get(), entries.into());
    }
    Ok(())
}

/// A queue, which there is: one for each was made with the controller.
fn queue(ctrl: &Ctrl, index: u32) -> Result<&Queue<Ctrl>, Failed> {
    u16::try_from(index)
        .ok()
        .and_then(|index| ctrl.queue(index))
        .ok_or(EINVAL)
        .map_err(agree())
}
