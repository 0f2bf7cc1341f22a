// SPDX-License-Identifier: GPL-2.0

//! An association that fails: a live controller is reset, an attempt to connect
//! comes to its end.

#![deny(unsafe_code)]

use kernel::sync::{
    Arc,
    ArcBorrow, //
};

use crate::{
    ctrl::{
        traced,
        Ctrl,
        ABORT_WORK, //
    },
    log::ctrl_log,
    nvme::ctrl::{
        nvme_wq,
        CtrlState, //
    },
    shared::support::ratelimit::ratelimited,
    trace::Command, //
};

/// The transport lost a command, or the target ended the association. A live
/// controller is reset; one that connects fails to. Context: any.
pub(crate) fn transport_error(ctrl: ArcBorrow<'_, Ctrl>, reason: &str, command: Option<Command>) {
    traced::error(&ctrl, reason, command);
    match ctrl.nvme().state() {
        CtrlState::Live => {
            ratelimited!(ctrl_log!(
                warn,
                ctrl,
                "transport association event: {}\n",
                reason
            ));
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
            }
            fail_connecting(ctrl);
        }
        _ => {}
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
