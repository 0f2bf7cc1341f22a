// SPDX-License-Identifier: GPL-2.0

//! Losing an association, and getting one again: resets, reconnects, deletion.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        rcu::synchronize_rcu,
        Arc,
        ArcBorrow, //
    },
    workqueue::WorkItem, //
};

use crate::{
    abi,
    ctrl::{
        association,
        dev_loss::{
            clamp,
            dev_loss_expired,
            TICKS, //
        },
        drain,
        failure,
        traced,
        Ctrl,
        ABORT_WORK,
        AEN_WORK,
        CONNECT_WORK,
        DEV_LOSS_WORK, //
    },
    log::ctrl_log,
    nvme::ctrl::{
        nvme_wq,
        CtrlState, //
    },
    port::registry_lock,
    shared::{
        proto::reconnect::{
            self,
            Decision,
            Line,
            Port,
            ReconnectState, //
        },
        support::{
            noio::WithoutIo,
            ratelimit::jiffies,
            work, //
        }, //
    },
    trace::RecoveryStep, //
};

/// How often a reset looks whether the controller is being deleted.
const LOOKS_A_SECOND: u32 = 10;

/// Resets a controller: ends its association and begins another. Context: may
/// sleep; the reset work of a controller in state RESETTING.
pub(crate) fn reset(ctrl: ArcBorrow<'_, Ctrl>) {
    // Users find the file for this before there is anything to reset; whoever
    // makes the controller goes on from state RESETTING.
    if !ctrl.is_ready() {
        return;
    }
    let ctrl: Arc<Ctrl> = ctrl.into();
    let _without_io = WithoutIo::begin();
    traced::recovery(RecoveryStep::Reset, &ctrl, 0, 0, "reset");

    ctrl.nvme().stop();
    ctrl.history().recover();
    association::end(&ctrl);
    // What is told from here on is about an attempt that follows.
    while ctrl.attempted().take() {}
    if !ctrl.nvme().set_connecting() {
        // It is being deleted meanwhile; then this is not an error.
        if ctrl.nvme().state() != CtrlState::Deleting {
            ctrl_log!(
                err,
                ctrl,
                "error_recovery: Couldn't change state to CONNECTING\n"
            );
        }
        return;
    }
    if ctrl.is_online() {
        work::mod_delayed::<Ctrl, CONNECT_WORK>(nvme_wq(), ctrl.clone(), 0);
        await_attempt(&ctrl);
    } else {
        reconnect_or_delete(&ctrl, ENOTCONN.to_errno());
    }
}

/// Waits for the end of an attempt that was begun just now, and not for one that
/// follows it. Who asked for a reset waits for its work item, and then looks
/// whether the controller is live; so does a deletion, which cannot cut the
/// attempt short before: that is done here. Context: may sleep; the reset work,
/// or whoever makes the controller.
pub(crate) fn await_attempt(ctrl: &Arc<Ctrl>) {
    // CAST: A u32 fits a usize.
    let period = (abi::HZ / LOOKS_A_SECOND) as usize;
    while !ctrl.attempted().wait_timeout(period) {
        match ctrl.nvme().state() {
            CtrlState::Connecting => {}
            CtrlState::Deleting => return failure::cut_short(ctrl),
            // It came to its end at this very moment, or there is another reset.
            _ => return,
        }
    }
}

/// Decides what follows an attempt that failed, or was not possible.
fn reconnect_or_delete(ctrl: &Arc<Ctrl>, status: i32) {
    let nvme = ctrl.nvme();
    let options = nvme.options();

    // With the registry locked, a port that returns comes before the decision,
    // or finds the work item and shortens its delay.
    let mut registry = registry_lock::lock();
    if nvme.state() != CtrlState::Connecting {
        return;
    }
    let port = registry
        .remote(ctrl.remote())
        .map_or(Port::Offline { dev_loss_end: 0 }, |entry| entry.situation());
    if port == Port::Online {
        ctrl_log!(info, ctrl, "reset: Reconnect attempt failed ({})\n", status);
    }
    let decision = reconnect::next_step(&ReconnectState {
        now: jiffies(),
        port,
        status,
        attempts: nvme.attempts(),
        max_attempts: options.max_reconnects(),
        delay: u64::from(options.reconnect_delay()).saturating_mul(TICKS),
        served: ctrl.has_served(),
    });
    match decision {
        Decision::Retry { delay } => {
            let (step, seconds) = (RecoveryStep::Reconnect, delay / TICKS);
            let cause = match port {
                Port::Online => "attempt failed",
                Port::Offline { .. } => "port not registered",
            };
            traced::recovery(step, ctrl, status, seconds, cause);
            if port == Port::Online {
                ctrl_log!(
                    info,
                    ctrl,
                    "Reconnect attempt in {} seconds\n",
                    delay / TICKS
                );
            }
            let _ =
                nvme_wq().enqueue_delayed::<Arc<Ctrl>, CONNECT_WORK>(ctrl.clone(), clamp(delay));
        }
        Decision::Delete(reason) => {
            let line = reconnect::line(port, reason);
            let cause = match line {
                Line::Refused => "refused",
                Line::Attempts => "no attempts left",
                Line::DevLoss => "dev_loss_tmo expired",
            };
            traced::recovery(RecoveryStep::Delete, ctrl, status, 0, cause);
            match line {
                Line::Refused => ctrl_log!(warn, ctrl, "reconnect failure\n"),
                Line::Attempts => ctrl_log!(
                    warn,
                    ctrl,
                    "Max reconnect attempts ({}) reached.\n",
                    nvme.attempts()
                ),
                Line::DevLoss => dev_loss_expired(ctrl),
            }
            nvme.delete();
        }
    }
}

impl WorkItem<CONNECT_WORK> for Ctrl {
    type Pointer = Arc<Self>;

    /// Makes an association.
    fn run(this: Arc<Self>) {
        if this.nvme().state() != CtrlState::Connecting {
            return;
        }
        let _without_io = WithoutIo::begin();
        match association::create(&this) {
            Ok(()) => ctrl_log!(info, this, "controller connect complete\n"),
            Err(failed) => {
                failure::attempt_failed(&this, &failed);
                reconnect_or_delete(&this, failed.status);
            }
        }
        this.attempted().complete();
    }
}

impl WorkItem<ABORT_WORK> for Ctrl {
    type Pointer = Arc<Self>;

    /// Aborts what is outstanding, so that connecting fails at once.
    fn run(this: Arc<Self>) {
        // Whoever makes an association waits for this.
        let _without_io = WithoutIo::begin();
        // Submissions that did not see the mark are over after this.
        synchronize_rcu();
        // In this order: an association that is begun clears the mark before it
        // takes its port. One that is ended waits for this work item after it
        // has given that away.
        let in_use = this.in_use().lock().is_some();
        if in_use && this.has_failed() {
            drain::terminate_all(&this);
            // The NVMe core may have put it into service meanwhile.
            if this.nvme().is_live() {
                this.nvme().reset();
            }
        }
    }
}

/// Takes a controller apart for good. Context: may sleep; state DELETING.
pub(crate) fn delete(ctrl: ArcBorrow<'_, Ctrl>) {
    let ctrl: Arc<Ctrl> = ctrl.into();
    let nvme = ctrl.nvme();
    let _without_io = WithoutIo::begin();

    failure::remember(&ctrl, None);
    failure::cut_short(&ctrl);
    work::cancel_delayed_sync::<Ctrl, CONNECT_WORK>(&ctrl);
    work::cancel_delayed_sync::<Ctrl, DEV_LOSS_WORK>(&ctrl);
    work::cancel_sync::<Ctrl, ABORT_WORK>(&ctrl);
    association::end(&ctrl);
    // Anything received after the association was gone.
    association::answer_disconnect(&ctrl);
    work::cancel_delayed_sync::<Ctrl, CONNECT_WORK>(&ctrl);
    work::cancel_delayed_sync::<Ctrl, DEV_LOSS_WORK>(&ctrl);
    work::cancel_delayed_sync::<Ctrl, AEN_WORK>(&ctrl);
    work::cancel_sync::<Ctrl, ABORT_WORK>(&ctrl);
    // They send commands, and there are no queues from here on.
    nvme.end_work();

    ctrl.io_set().remove_io(nvme);
    nvme.unquiesce_admin();
    ctrl.admin_set().remove_admin(nvme);
}
