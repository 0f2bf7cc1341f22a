// SPDX-License-Identifier: GPL-2.0

//! An association that fails: why, for those who ask; a live controller is reset, an
//! attempt to connect comes to its end.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        Arc,
        ArcBorrow, //
    }, //
};

use crate::{
    counts,
    ctrl::{
        traced,
        Ctrl,
        ABORT_WORK, //
    },
    failures::What,
    log::{
        ctrl_log,
        Words, //
    },
    ls::exchange::LsFailed,
    nvme::{
        connect::ConnectError,
        ctrl::{
            nvme_wq,
            CtrlState, //
        }, //
    },
    port::registry_lock,
    shared::{
        fc::port::Names,
        proto::cause::{
            Cause,
            Step,
            Why, //
        },
        support::ratelimit::ratelimited, //
    },
    trace::Command, //
};

/// How an attempt to connect failed.
pub(crate) struct Failed {
    /// An NVMe status if positive, an errno if negative. Never 0.
    pub(crate) status: i32,
    /// For people.
    pub(super) cause: Cause,
}

impl Failed {
    /// One for which there is more to say than its errno.
    pub(super) fn new(error: Error, cause: Cause) -> Self {
        Self {
            status: error.to_errno(),
            cause,
        }
    }

    /// Says at which step something failed, and of which queue.
    pub(super) fn at<E: Into<ConnectError>>(step: Step, queue: u16) -> impl Fn(E) -> Self {
        move |error| {
            let ConnectError(status) = error.into();
            let why = Why::from_status(status);
            Self {
                status,
                cause: Cause { step, queue, why },
            }
        }
    }

    /// Says which link service failed, and for which queue.
    pub(super) fn ls(step: Step, queue: u16) -> impl FnOnce(LsFailed) -> Self {
        move |LsFailed { error, why }| Self::new(error, Cause { step, queue, why })
    }
}

/// Keeps why the association that there is, or is to be, fails, and says so in the log:
/// once, by the first cause. Context: any.
pub(super) fn keep(ctrl: &Ctrl, cause: Cause) {
    if ctrl.history().fail(cause) {
        log(ctrl, cause);
    }
}

/// Keeps why nothing more is tried, and says so in the log. Context: any.
pub(super) fn conclude(ctrl: &Ctrl, cause: Cause) {
    ctrl.history().conclude(cause);
    log(ctrl, cause);
}

/// Says in the log what failed, and what to do.
fn log(ctrl: &Ctrl, cause: Cause) {
    ctrl_log!(
        warn,
        ctrl,
        "remote port {}: {}\n",
        Names(ctrl.remote().abi().names()),
        Words(cause)
    );
}

/// Keeps how an attempt to connect failed, unless that is because the controller is
/// deleted. Context: may sleep.
pub(super) fn attempt_failed(ctrl: &Ctrl, failed: &Failed) {
    if let Why::Rejected { .. } = failed.cause.why {
        ctrl.history().ls_rejects.up();
    }
    if ctrl.nvme().state() == CtrlState::Deleting {
        return;
    }
    keep(ctrl, failed.cause);
    // There is one of these each time that a port which is gone is looked for.
    if failed.cause.why != Why::Gone {
        remember(ctrl, Some(failed.status));
    }
}

/// Keeps why the controller's association fails, if it does, for those who ask when there
/// is no controller any more. Context: may sleep.
pub(super) fn remember(ctrl: &Ctrl, status: Option<i32>) {
    let Some(cause) = ctrl.history().cause() else {
        return;
    };
    let remote = ctrl.remote();
    let what = What {
        controller: u32::try_from(ctrl.nvme().instance()).ok(),
        host: Some(remote.local().abi().names()),
        target: Some(remote.abi().names()),
        cause,
    };
    let subsystem = ctrl.nvme().options().subsystem_nqn().to_bytes();
    registry_lock::lock().failures.keep(what, status, subsystem);
}

/// The transport lost a command, or the target ended the association. A live
/// controller is reset; one that connects fails to. Context: any.
pub(crate) fn transport_error(ctrl: ArcBorrow<'_, Ctrl>, cause: Cause, command: Option<Command>) {
    let reason = cause.why.event_text();
    traced::error(&ctrl, reason, command);
    match ctrl.nvme().state() {
        CtrlState::Live => {
            ratelimited!(ctrl_log!(
                warn,
                ctrl,
                "transport association event: {}\n",
                reason
            ));
            keep(&ctrl, cause);
            // The NVMe core lets commands through until the teardown has stopped
            // the queues: each would meet the same error, and use up its retries.
            ctrl.set_failed();
            if ctrl.nvme().reset() {
                ctrl_log!(warn, ctrl, "resetting controller\n");
            }
        }
        CtrlState::Connecting => {
            if !ctrl.has_failed() {
                ctrl_log!(
                    warn,
                    ctrl,
                    "transport error during (re)connect: {}\n",
                    reason
                );
                keep(&ctrl, cause);
            }
            fail_connecting(ctrl);
        }
        _ => {}
    }
}

/// Counts a response that did not fit its command, or an error of the LLDD's. Context:
/// any.
pub(super) fn count(ctrl: &Ctrl, why: Why) {
    if why.is_bad_response() {
        counts::BAD_RESPONSES.up();
        ctrl.history().bad_responses.up();
    } else if let Why::LlddError(_) = why {
        counts::LLDD_ERRORS.up();
    }
}

/// Makes the attempt to connect that is under way fail. Context: any.
pub(super) fn fail_connecting(ctrl: ArcBorrow<'_, Ctrl>) {
    ctrl.set_failed();
    // It may be over by now, and have missed the mark.
    if ctrl.nvme().is_live() {
        ctrl.nvme().reset();
    } else {
        let _ = nvme_wq().enqueue::<Arc<Ctrl>, ABORT_WORK>(ctrl.into());
    }
}

/// Has what is with the LLDD aborted at once, and refuses what follows, so that nobody
/// waits for commands' timeouts: an attempt to connect that may be under way, or
/// whoever has to wait for commands before the association is ended. Context: any.
pub(super) fn cut_short(ctrl: &Arc<Ctrl>) {
    ctrl.set_failed();
    let _ = nvme_wq().enqueue::<Arc<Ctrl>, ABORT_WORK>(ctrl.clone());
}
