// SPDX-License-Identifier: GPL-2.0

//! Making an association and its queues, and taking them apart.
//!
//! One thread at a time does either: the work item that connects, or a reset or
//! deletion that waits for it. A failure half-way is taken apart by the very
//! function that ends a whole association.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    ctrl::{
        drain,
        failure::Failed,
        io_queues,
        traced,
        Ctrl,
        ABORT_WORK,
        AEN_WORK, //
    },
    io::queue::Queue,
    log::ctrl_log,
    ls::send,
    nvme::{
        connect::ConnectError,
        ctrl::CtrlState, //
    },
    port::{
        port_use::{
            self,
            PortUse, //
        },
        registry_lock, //
    },
    shared::{
        fc::{
            host_template::HostTemplate,
            iu_memory::IuMemory, //
        },
        proto::{
            cause::{
                Cause,
                Step,
                Why, //
            },
            queues, //
        },
        support::work, //
    },
    trace::AssociationChange, //
};

/// Status of a controller that FC cannot serve: NVME_SC_INVALID_FIELD, with
/// NVME_STATUS_DNR.
const INVALID_FIELD_DO_NOT_RETRY: i32 = 0x4002;
/// Status of one that the NVMe core cannot identify again: NVME_SC_INTERNAL, with
/// NVME_STATUS_DNR.
const INTERNAL_DO_NOT_RETRY: i32 = 0x4006;

/// Makes an association with all its queues, and puts the controller into
/// service. Context: may sleep; the connect work.
///
/// # Errors
///
/// `ENODEV` if the port is not registered, `ENOTUNIQ` if there is an
/// association, or that of the step that failed; nothing is left then.
pub(crate) fn create(ctrl: &Arc<Ctrl>) -> Result<(), Failed> {
    let nvme = ctrl.nvme();

    nvme.count_attempt();
    let ops = begin(ctrl)?;
    ctrl_log!(
        info,
        ctrl,
        "create association : host wwpn {:#018x}  rport wwpn {:#018x}: NQN \"{}\"\n",
        ctrl.remote().local().abi().names().port,
        ctrl.remote().abi().names().port,
        nvme.options().subsystem_nqn()
    );
    if let Err(failed) = establish(ctrl, &ops).and_then(|()| go_live(ctrl)) {
        ctrl_log!(
            warn,
            ctrl,
            "create_assoc failed, assoc_id {:x} ret {}\n",
            ctrl.association().map_or(0, |id| id.get()),
            failed.status
        );
        traced::association(AssociationChange::Failed, ctrl, failed.status);
        end(ctrl);
        return Err(failed);
    }
    traced::association(AssociationChange::Made, ctrl, 0);
    nvme.attempts_succeeded();
    ctrl.set_served();
    ctrl.history().in_service();
    nvme.start();
    // Whoever saw the controller connecting left a mark, and no reset.
    if ctrl.has_failed_by_now() {
        nvme.reset();
    }
    Ok(())
}

/// Takes the port for an association.
fn begin(ctrl: &Arc<Ctrl>) -> Result<HostTemplate, Failed> {
    let at = Failed::at(Step::Controller, 0);
    // Nobody else takes a port for this controller: see above.
    if ctrl.in_use().lock().is_some() {
        return Err(at(ENOTUNIQ));
    }
    let (port, ops) = {
        let mut registry = registry_lock::lock();
        let gone = Cause::new(Step::TargetPort, Why::Gone);
        let joined = PortUse::join(&mut registry, ctrl.remote().as_arc_borrow())
            .map_err(|error| Failed::new(error, gone))?;
        ctrl.clear_failed(&mut registry);
        ctrl.history().begin();
        joined
    };
    // A deletion marks the controller after it has changed its state: the mark
    // that was cleared just now may have been that one.
    if ctrl.nvme().state() == CtrlState::Deleting {
        return Err(at(ENODEV));
    }
    if ops.fcp_private > ctrl.fcp_private() {
        ctrl_log!(
            err,
            ctrl,
            "LLDD wants {} private bytes an exchange, there are {}\n",
            ops.fcp_private,
            ctrl.fcp_private()
        );
        return Err(at(EINVAL));
    }
    ctrl.set_terminating(false);
    *ctrl.ops().lock() = Some(ops);
    *ctrl.in_use().lock() = Some(port);
    port_use::settle(ctrl.remote());
    Ok(ops)
}

/// `EIO` once the association cannot be used any more. Why is kept already.
fn still_good(ctrl: &Ctrl) -> Result<(), Failed> {
    if ctrl.has_failed() {
        return Err(Failed::at(Step::GoLive, 0)(EIO));
    }
    Ok(())
}

/// Makes all queues, in the order of the C module.
fn establish(ctrl: &Arc<Ctrl>, ops: &HostTemplate) -> Result<(), Failed> {
    let nvme = ctrl.nvme();
    let device = ctrl.remote().device();
    let (admin, memory) = open_admin(ctrl, ops).map_err(Failed::at(Step::HardwareQueue, 0))?;
    let limits = ops.limits();

    let connection = send::create_association(
        ctrl.remote(),
        nvme.options(),
        || ctrl.has_failed(),
        |association| ctrl.set_association(&mut registry_lock::lock(), association),
    )
    .map_err(Failed::ls(Step::CreateAssociation, 0))?;
    admin.connection().begin(connection);
    nvme.connect_admin_queue()
        .map_err(Failed::at(Step::Connect, 0))?;
    admin.connection().set_live(true);
    traced::queue_made(
        ctrl,
        0,
        connection.get(),
        queues::ADMIN_QUEUE_ENTRIES.into(),
    );
    nvme.enable().map_err(Failed::at(Step::Enable, 0))?;
    still_good(ctrl)?;

    let (segments, sectors) = queues::transfer_limits(limits.segments);
    nvme.set_max_segments(u32::from(segments));
    nvme.set_max_hw_sectors(sectors.min(device.max_mapping_sectors()));
    // The NVMe core lowers it to what the controller takes this time.
    nvme.set_sqsize(queues::zero_based(ctrl.queue_size()));
    nvme.unquiesce_admin();
    nvme.init_finish()
        .map_err(|error| identify_failed(ctrl, error))?;
    still_good(ctrl)?;

    if nvme.in_capsule_offset() != 0 {
        dev_err!(
            nvme.device(),
            "icdoff {} is not supported!\n",
            nvme.in_capsule_offset()
        );
        return Err(unfit());
    }
    if !nvme.supports_sgls() {
        dev_err!(nvme.device(), "Mandatory sgls are not supported!\n");
        return Err(unfit());
    }
    limit_queue_size(ctrl);
    ctrl.aen()
        .prepare(memory, ctrl.fcp_private())
        .map_err(Failed::at(Step::Controller, 0))?;
    io_queues::establish(ctrl, ops, limits.queues)?;
    still_good(ctrl)
}

/// Makes the admin queue's hardware queue; gives the queue, and what IUs are mapped for.
fn open_admin<'a>(
    ctrl: &'a Arc<Ctrl>,
    ops: &HostTemplate,
) -> Result<(&'a Queue<Ctrl>, Arc<IuMemory>)> {
    let admin = ctrl.queue(0).ok_or(EINVAL)?;
    let in_use = ctrl.in_use().lock();
    let port = in_use.as_ref().ok_or(ENODEV)?;
    admin.open(ops, port, queues::ADMIN_QUEUE_ENTRIES)?;
    Ok((admin, port.iu_memory()?))
}

/// The controller is not identified, which may be for good.
fn identify_failed(ctrl: &Ctrl, error: ConnectError) -> Failed {
    let failed = Failed::at(Step::Identify, 0)(error);
    if ctrl.nvme().can_be_identified() {
        return failed;
    }
    ctrl_log!(
        err,
        ctrl,
        "identified by half, which cannot be done again; connect anew\n"
    );
    Failed {
        status: INTERNAL_DO_NOT_RETRY,
        ..failed
    }
}

/// The controller lacks what FC needs.
fn unfit() -> Failed {
    Failed {
        status: INVALID_FIELD_DO_NOT_RETRY,
        cause: Cause::new(Step::Identify, Why::Unfit),
    }
}

/// Lowers the I/O queue size to what the controller takes, as long as it takes
/// no more.
fn limit_queue_size(ctrl: &Ctrl) {
    let nvme = ctrl.nvme();
    let options = nvme.options();
    let wanted = ctrl.queue_size();
    let entries = queues::entries_within(wanted, nvme.max_commands());

    if options.queue_size() != usize::from(entries) {
        if entries < wanted {
            dev_warn!(
                nvme.device(),
                "queue_size {} > ctrl maxcmd {}, reducing to maxcmd\n",
                wanted,
                nvme.max_commands()
            );
        }
        options.set_queue_size(entries);
    }
    nvme.set_sqsize(nvme.sqsize().min(queues::zero_based(entries)));
}

/// Puts the controller into service, unless its port went meanwhile.
fn go_live(ctrl: &Ctrl) -> Result<(), Failed> {
    // Under this lock a port that goes either marks the association before,
    // or finds a live controller to reset.
    let _registry = registry_lock::lock();
    still_good(ctrl)?;
    if !ctrl.is_online() || !ctrl.nvme().set_live() {
        return Err(Failed::at(Step::GoLive, 0)(EIO));
    }
    Ok(())
}

/// Ends the association, whole or half made, if there is one: takes back all
/// exchanges, tells the target, gives back the hardware queues, and at last
/// the port. Context: may sleep; waits for the LLDD.
pub(crate) fn end(ctrl: &Arc<Ctrl>) {
    let Some(port) = ctrl.in_use().lock().take() else {
        return;
    };
    let nvme = ctrl.nvme();
    let ops = *ctrl.ops().lock();

    traced::association(AssociationChange::Ended, ctrl, 0);
    ctrl.set_terminating(true);
    nvme.stop_keep_alive();
    for queue in ctrl.queues() {
        queue.connection().set_live(false);
    }
    if ctrl.io_set().is_allocated() {
        nvme.quiesce_io();
    }
    nvme.quiesce_admin();
    end_aborts(ctrl);
    // Whoever passed the look at `is_terminating` before it said so may still
    // send the event request, or have it sent later.
    nvme.cancel_async_event();
    work::cancel_delayed_sync::<Ctrl, AEN_WORK>(ctrl);
    ctrl.aen().terminate();
    drain::terminate_all(ctrl);
    drain::drain(ctrl);
    // No event queues it any more: it must not send the request again.
    nvme.cancel_async_event();
    // A timeout handler may have armed its queue's timer while that was stopped
    // above. With nothing in flight, none does so any more.
    end_aborts(ctrl);
    ctrl.aen().unprepare();

    if let Some(association) = ctrl.association() {
        if let Err(error) = send::disconnect_association(ctrl.remote(), association) {
            ctrl_log!(
                info,
                ctrl,
                "send Disconnect Association failed: {}\n",
                error.to_errno()
            );
        }
    }
    answer_disconnect(ctrl);

    if let Some(ops) = ops {
        for queue in ctrl.queues().rev() {
            queue.close(&ops, ctrl.remote());
        }
    }
    *ctrl.ops().lock() = None;
    ctrl.set_terminating(false);
    // From here requests fail or wait as the controller's state says.
    nvme.unquiesce_admin();
    if ctrl.io_set().is_allocated() {
        nvme.unquiesce_io();
    }
    drop(port);
}

/// Waits for those who abort exchanges of this association beside the caller:
/// timeout handlers of the queues that the NVMe core finds, and the work item
/// that aborts. For all others [`drain::drain`] waits. Context: may sleep.
fn end_aborts(ctrl: &Arc<Ctrl>) {
    let nvme = ctrl.nvme();
    if ctrl.io_set().is_allocated() {
        nvme.sync_io();
        nvme.sync_connect();
    }
    nvme.sync_admin();
    work::cancel_sync::<Ctrl, ABORT_WORK>(ctrl);
}

/// Forgets the association's identifier, and answers a Disconnect Association
/// that asked for its end. Context: may sleep.
pub(crate) fn answer_disconnect(ctrl: &Ctrl) {
    let pending = {
        let mut registry = registry_lock::lock();
        ctrl.set_association(&mut registry, None);
        ctrl.disconnect().lock().take()
    };
    if let Some(pending) = pending {
        pending.accept();
    }
}
