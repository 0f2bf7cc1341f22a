// SPDX-License-Identifier: GPL-2.0

//! The events of `trace/nvme_fc.h`, for those who have something to tell.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::shared::support::trace::{
    events,
    Identity,
    Text, //
};

/// What became of a port.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum PortChange {
    /// An LLDD registered it.
    Register = 0,
    /// An LLDD registered it again while it was still in use.
    Resume = 1,
    /// Its LLDD unregistered it.
    Unregister = 2,
    /// It did not return in time.
    DevLoss = 3,
}

/// What became of an association.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum AssociationChange {
    /// It is in service.
    Made = 0,
    /// It could not be made.
    Failed = 1,
    /// It was ended, whole or half made.
    Ended = 2,
}

/// What became of a queue.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum QueueChange {
    /// Its connection is in service.
    Made = 0,
    /// Its connection was ended.
    Ended = 1,
}

/// How an exchange was judged.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Verdict {
    /// The controller answered, whatever it says.
    Good = 0,
    /// This host aborted it.
    Aborted = 1,
    /// The LLDD reports an error.
    Lldd = 2,
    /// Not all data was moved.
    TransferLength = 3,
    /// The extended response contradicts the command.
    ExtendedResponse = 4,
    /// The response has an impossible length.
    ResponseLength = 5,
    /// The LLDD did not take it.
    Refused = 6,
}

/// Why an LLDD is asked for an exchange.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum AbortReason {
    /// The command took too long.
    Timeout = 0,
    /// The association ends.
    Teardown = 1,
    /// It did not come back when it was asked for before.
    Again = 2,
}

/// A step of a recovery.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum RecoveryStep {
    /// Something happened that the association does not survive.
    Error = 0,
    /// A reset begins.
    Reset = 1,
    /// An attempt to connect follows.
    Reconnect = 2,
    /// The controller is given up.
    Delete = 3,
}

/// Which command something is about.
#[derive(Clone, Copy)]
pub(crate) struct Command {
    /// Queue identifier.
    pub(crate) qid: u16,
    /// Command identifier.
    pub(crate) cmdid: u16,
    /// Operation code.
    pub(crate) opcode: u8,
}

events! {
    /// A port changed.
    nvme_fc_port | port(Port {
        /// A [`PortChange`].
        change: u8,
        /// Number of the local port.
        localport: u32,
        /// Number of the remote port, -1 if this is about a local port.
        remoteport: i32,
        /// Node name of the local port.
        host_wwnn: u64,
        /// Port name of the local port.
        host_wwpn: u64,
        /// Node name of the remote port.
        wwnn: u64,
        /// Port name of the remote port.
        wwpn: u64,
        /// FC address identifier.
        port_id: u32,
        /// Seconds that its loss is tolerated.
        dev_loss_tmo: u32,
    });

    /// A link service goes to the LLDD.
    nvme_fc_ls_send | ls_send(LsSend {
        /// The request.
        exchange: Identity,
        /// Command code.
        ls: u8,
        /// Number of the local port.
        localport: u32,
        /// Number of the remote port.
        remoteport: u32,
        /// Port name of the local port.
        host_wwpn: u64,
        /// Port name of the remote port.
        wwpn: u64,
    });

    /// A link service that was sent is over.
    nvme_fc_ls_done | ls_done(LsDone {
        /// The request.
        exchange: Identity,
        /// Command code.
        ls: u8,
        /// Number of the local port.
        localport: u32,
        /// Number of the remote port.
        remoteport: u32,
        /// Port name of the local port.
        host_wwpn: u64,
        /// Port name of the remote port.
        wwpn: u64,
        /// Negative errno if there is no answer, else 0.
        error: i32,
        /// Command code of the answer, 0 for none.
        answer: u8,
        /// Reason code of a reject.
        reason: u8,
        /// Explanation of a reject.
        explanation: u8,
    });

    /// A link service was received.
    nvme_fc_ls_receive | ls_receive(LsReceive {
        /// The request.
        exchange: Identity,
        /// Command code.
        ls: u8,
        /// Number of the local port.
        localport: u32,
        /// Number of the remote port.
        remoteport: u32,
        /// Port name of the local port.
        host_wwpn: u64,
        /// Port name of the remote port.
        wwpn: u64,
        /// Bytes received.
        length: u32,
    });

    /// A link service that was received is answered.
    nvme_fc_ls_response | ls_response(LsResponded {
        /// The request.
        exchange: Identity,
        /// Command code.
        ls: u8,
        /// Number of the local port.
        localport: u32,
        /// Number of the remote port.
        remoteport: u32,
        /// Port name of the local port.
        host_wwpn: u64,
        /// Port name of the remote port.
        wwpn: u64,
        /// Command code of the answer.
        answer: u8,
        /// Reason code of a reject.
        reason: u8,
        /// Explanation of a reject.
        explanation: u8,
    });

    /// An association changed.
    nvme_fc_association | association(Association<'a> {
        /// An [`AssociationChange`].
        change: u8,
        /// The controller: the N of nvmeN.
        controller: i32,
        /// Number of the local port.
        localport: u32,
        /// Number of the remote port.
        remoteport: u32,
        /// Port name of the local port.
        host_wwpn: u64,
        /// Port name of the remote port.
        wwpn: u64,
        /// Identifier on the wire, 0 for none.
        association_id: u64,
        /// What an attempt failed with: negative errno or NVMe status.
        status: i32,
        /// Name of the subsystem.
        subsysnqn: &'a CStr,
    });

    /// A queue changed.
    nvme_fc_queue | queue(Queue {
        /// A [`QueueChange`].
        change: u8,
        /// The controller: the N of nvmeN.
        controller: i32,
        /// Queue identifier.
        qid: u16,
        /// Identifier on the wire.
        connection_id: u64,
        /// Entries of the queue, 0 if it is ended.
        entries: u32,
    });

    /// A command goes to the LLDD.
    nvme_fc_cmd_issue | cmd_issue(CmdIssue {
        /// The controller: the N of nvmeN.
        controller: i32,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// Operation code.
        opcode: u8,
        /// Fabrics command type, if it is one.
        fctype: u8,
        /// Namespace identifier.
        nsid: u32,
        /// 0 for no data, 1 for a write, 2 for a read.
        direction: u8,
        /// Bytes of data.
        length: u32,
        /// Command sequence number.
        csn: u32,
    });

    /// A command is over.
    nvme_fc_cmd_done | cmd_done(CmdDone {
        /// The controller: the N of nvmeN.
        controller: i32,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// Operation code.
        opcode: u8,
        /// A [`Verdict`].
        verdict: u8,
        /// NVMe status.
        status: u16,
        /// Errno of the LLDD.
        error: i32,
        /// Bytes of data stated.
        length: u32,
        /// Bytes of data moved.
        transferred: u32,
        /// Bytes of response received.
        response_length: u16,
        /// Response sequence number, 0 if the response is short.
        rsn: u32,
        /// Submission queue head, 0 if the response is short.
        sqhd: u16,
    });

    /// The LLDD is asked to abort an exchange.
    nvme_fc_abort | abort(Abort {
        /// The controller: the N of nvmeN.
        controller: i32,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// Operation code.
        opcode: u8,
        /// An [`AbortReason`].
        why: u8,
    });

    /// A step of a recovery.
    nvme_fc_recovery | recovery(Recovery<'a> {
        /// A [`RecoveryStep`].
        step: u8,
        /// The controller: the N of nvmeN.
        controller: i32,
        /// What the attempt before failed with.
        status: i32,
        /// Which attempt follows.
        attempt: u32,
        /// How many attempts there may be, -1 for any number.
        max_attempts: i32,
        /// Seconds until it.
        delay: u32,
        /// Queue of the command that failed, -1 if none did.
        qid: i32,
        /// Its command identifier.
        cmdid: u16,
        /// Its operation code.
        opcode: u8,
        /// What happened.
        cause: Text<'a>,
    });

    /// User space is told of a discovery controller.
    nvme_fc_discovery | discovery(Discovery {
        /// Number of the local port.
        localport: u32,
        /// Number of the remote port.
        remoteport: u32,
        /// Node name of the local port.
        host_wwnn: u64,
        /// Port name of the local port.
        host_wwpn: u64,
        /// Node name of the remote port.
        wwnn: u64,
        /// Port name of the remote port.
        wwpn: u64,
    });
}
