// SPDX-License-Identifier: GPL-2.0

//! Events of controllers: their associations, and how they are lost and made again.

#![deny(unsafe_code)]

use crate::{
    ctrl::Ctrl,
    port::traced::Path,
    trace::{
        self,
        Association,
        AssociationChange,
        Command,
        Queue,
        QueueChange,
        Recovery,
        RecoveryStep, //
    }, //
};

/// An association changed; `status` is why it could not be made. Context: the thread
/// that makes or ends it.
pub(super) fn association(change: AssociationChange, ctrl: &Ctrl, status: i32) {
    trace::association(|| {
        let path = Path::to(ctrl.remote());
        Association {
            change: change as u8,
            controller: ctrl.nvme().instance(),
            localport: path.localport,
            remoteport: path.remoteport,
            host_wwpn: path.host_wwpn,
            wwpn: path.wwpn,
            association_id: ctrl.association().map_or(0, |id| id.get()),
            status,
            subsysnqn: ctrl.nvme().options().subsystem_nqn(),
        }
    });
}

/// A queue of so many entries is in service. Context: any.
pub(super) fn queue_made(ctrl: &Ctrl, qid: u16, connection_id: u64, entries: u32) {
    trace::queue(|| Queue {
        change: QueueChange::Made as u8,
        controller: ctrl.nvme().instance(),
        qid,
        connection_id,
        entries,
    });
}

/// Something happened that the association does not survive: `command` has shown it
/// if one has. Only what comes first is told. Context: any.
pub(super) fn error(ctrl: &Ctrl, cause: &str, command: Option<Command>) {
    if ctrl.has_failed() {
        return;
    }
    trace::recovery(|| Recovery {
        step: RecoveryStep::Error as u8,
        controller: ctrl.nvme().instance(),
        status: 0,
        attempt: 0,
        max_attempts: ctrl.nvme().options().max_reconnects(),
        delay: 0,
        qid: command.map_or(-1, |command| i32::from(command.qid)),
        cmdid: command.map_or(0, |command| command.cmdid),
        opcode: command.map_or(0, |command| command.opcode),
        cause: cause.into(),
    });
}

/// A recovery goes a step further, because an attempt failed with `status` or for
/// another `cause`; the next one is to come in `delay` seconds. Context: may sleep.
pub(super) fn recovery(step: RecoveryStep, ctrl: &Ctrl, status: i32, delay: u64, cause: &str) {
    trace::recovery(|| {
        let attempt = match step {
            RecoveryStep::Reconnect => ctrl.nvme().attempts().saturating_add(1),
            _ => ctrl.nvme().attempts(),
        };
        Recovery {
            step: step as u8,
            controller: ctrl.nvme().instance(),
            status,
            attempt: u32::try_from(attempt).unwrap_or(0),
            max_attempts: ctrl.nvme().options().max_reconnects(),
            delay: u32::try_from(delay).unwrap_or(u32::MAX),
            qid: -1,
            cmdid: 0,
            opcode: 0,
            cause: cause.into(),
        }
    });
}
