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
        lending::Lending,
        traced,
        Ctrl, //
    },
    ls::send,
    nvme::connect::ConnectError,
    shared::{
        fc::host_template::HostTemplate,
        proto::{
            contexts,
            queues, //
        },
        support::cpus, //
    }, //
};

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
) -> Result<(), ConnectError> {
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
        })?;
    // A queue for each was made with the controller.
    let granted = granted.min(wanted);

    if ctrl.io_set().is_allocated() {
        again(ctrl, ops, granted)
    } else {
        first(ctrl, ops, granted)
    }
}

/// Makes I/O queues for the first time.
fn first(ctrl: &Ctrl, ops: &HostTemplate, granted: u32) -> Result<(), ConnectError> {
    let nvme = ctrl.nvme();

    nvme.set_queue_count(granted.saturating_add(1));
    if granted == 0 {
        return Ok(());
    }
    ctrl.io_set().allocate_io(nvme, ctrl.fcp_private())?;
    connect(ctrl, ops, 1..granted.saturating_add(1))
}

/// Makes no I/O queues, which is well if there never were any.
///
/// # Errors
///
/// `ENOSPC` if there were: I/O waits for them.
fn without(ctrl: &Ctrl) -> Result<(), ConnectError> {
    let nvme = ctrl.nvme();

    if ctrl.io_set().is_allocated() {
        dev_info!(
            nvme.device(),
            "Fail Reconnect: At least 1 io queue required (was {})\n",
            ctrl.io_set().hardware_queues()
        );
        return Err(ENOSPC.into());
    }
    nvme.set_queue_count(1);
    Ok(())
}

/// Makes I/O queues anew, possibly another number of them than before.
fn again(ctrl: &Arc<Ctrl>, ops: &HostTemplate, granted: u32) -> Result<(), ConnectError> {
    let nvme = ctrl.nvme();
    let before = ctrl.io_set().hardware_queues();

    if granted == 0 {
        return without(ctrl);
    }
    nvme.set_queue_count(granted.saturating_add(1));
    let in_use = |context| ctrl.io_set().is_in_use(context);
    if contexts::want_new_map(before, granted, in_use) {
        let lending = Lending::new(ctrl, ops, before, granted)?;
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
fn remap(ctrl: &Ctrl, granted: u32, lending: Lending<'_>) -> Result<(), ConnectError> {
    let nvme = ctrl.nvme();

    nvme.start_freeze();
    nvme.unquiesce_io();
    if !lending.until_frozen() {
        nvme.unfreeze();
        dev_warn!(
            nvme.device(),
            "io queue count not changed: requests did not end in time\n"
        );
        return Err(ENODEV.into());
    }
    let mapped = ctrl.io_set().map_anew(granted);
    nvme.unfreeze();
    if !mapped {
        dev_warn!(nvme.device(), "no memory to change the io queue count\n");
        return Err(ENOMEM.into());
    }
    Ok(())
}

/// Makes hardware queues, connections and NVMe queues in `range`, those that are
/// not live yet.
fn connect(ctrl: &Ctrl, ops: &HostTemplate, range: Range<u32>) -> Result<(), ConnectError> {
    let nvme = ctrl.nvme();
    let entries = nvme.sqsize().saturating_add(1);

    for index in range.clone() {
        let index = u16::try_from(index).map_err(|_| EINVAL)?;
        let queue = ctrl.queue(index).ok_or(EINVAL)?;
        if queue.connection().is_live() {
            continue;
        }
        let in_use = ctrl.in_use().lock();
        let port = in_use.as_ref().ok_or(ENODEV)?;
        queue.open(ops, port, entries)?;
    }
    for index in range {
        let index = u16::try_from(index).map_err(|_| EINVAL)?;
        let queue = ctrl.queue(index).ok_or(EINVAL)?;
        if queue.connection().is_live() {
            continue;
        }
        let association = ctrl.association().ok_or(ENOTCONN)?;
        let connection =
            send::create_connection(ctrl.remote(), association, index, entries, || {
                ctrl.has_failed()
            })?;
        queue.connection().begin(connection);
        nvme.connect_io_queue(index)?;
        queue.connection().set_live(true);
        traced::queue_made(ctrl, index, connection.get(), entries.into());
    }
    Ok(())
}
