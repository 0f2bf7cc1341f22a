// SPDX-License-Identifier: GPL-2.0

//! The events of `trace/nvmet_fc.h`, for those who have something to tell.

#![deny(unsafe_code)]

use crate::shared::{
    proto::{
        ids::ConnectionId,
        wire::{
            CommandIu,
            ExtendedResponseIu,
            FLAG_DIRECTION, //
        }, //
    },
    support::trace::{
        events,
        Identity, //
    }, //
};

/// What became of a target port.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum PortChange {
    /// An LLDD registered it.
    Register = 0,
    /// Its LLDD unregistered it.
    Unregister = 1,
    /// Nothing uses it any more, and the LLDD is told.
    Delete = 2,
}

/// What became of an association.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum AssociationChange {
    /// A host has it.
    Made = 0,
    /// Its end was scheduled.
    Ended = 1,
    /// All of its queues are gone.
    Freed = 2,
}

/// What became of a queue.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum QueueChange {
    /// A host has it.
    Made = 0,
    /// Its last command is over.
    Freed = 1,
}

/// What became of a host port.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum HostChange {
    /// Something uses it that was not known.
    Add = 0,
    /// Nothing uses it any more; an LLDD that invalidated its handle gets that back.
    Release = 1,
    /// The LLDD invalidated its handle.
    Invalidate = 2,
}

/// Why an exchange is aborted.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum AbortReason {
    /// The host aborted it.
    Received = 0,
    /// Its association ends.
    Teardown = 1,
    /// Its write data does not come.
    Stale = 2,
}

/// In [`Abort::phase`]: it waited for a slot. The others are those of `State`.
pub(crate) const DEFERRED: u8 = 6;

/// Which command something is about.
#[derive(Clone, Copy)]
pub(crate) struct Command {
    /// Number of the target port.
    targetport: u32,
    /// Identifier of the association, on the wire.
    association_id: u64,
    /// Queue identifier.
    qid: u16,
    /// Command identifier.
    cmdid: u16,
    /// Operation code.
    opcode: u8,
}

impl Command {
    /// That of a command IU, which came to the target port of that number.
    pub(crate) fn of(targetport: u32, iu: &CommandIu) -> Self {
        let connection = ConnectionId::from_wire(iu.connection_id.get());
        let association = connection.and_then(ConnectionId::association);
        Self {
            targetport,
            association_id: association.map_or(0, |id| id.get()),
            qid: connection.map_or(0, ConnectionId::queue_id),
            cmdid: u16::from_le_bytes(iu.sqe.command_id),
            opcode: iu.sqe.opcode,
        }
    }
}

impl CmdReceive {
    /// What a command IU says.
    pub(crate) fn new(targetport: u32, iu: &CommandIu) -> Self {
        let command = Command::of(targetport, iu);
        let [fctype, ..] = iu.sqe.namespace;
        let (fctype, nsid) = match iu.sqe.is_fabrics() {
            true => (fctype, 0),
            false => (0, u32::from_le_bytes(iu.sqe.namespace)),
        };
        Self {
            targetport,
            association_id: command.association_id,
            qid: command.qid,
            cmdid: command.cmdid,
            opcode: command.opcode,
            fctype,
            nsid,
            direction: iu.flags & FLAG_DIRECTION,
            length: iu.data_length.get(),
            csn: iu.sequence_number.get(),
        }
    }
}

/// Steps of a command that say no more than which it is.
macro_rules! steps {
    ($($step:ident),*) => {$(
        impl From<Command> for $step {
            fn from(command: Command) -> Self {
                Self {
                    targetport: command.targetport,
                    association_id: command.association_id,
                    qid: command.qid,
                    cmdid: command.cmdid,
                    opcode: command.opcode,
                }
            }
        }
    )*};
}
steps!(CmdDefer, CmdUndefer, CmdExecute);

impl Data {
    /// Part of a command's data: `is_read` for what goes to the host.
    pub(crate) fn new(
        command: Command,
        is_read: bool,
        offset: u32,
        length: u32,
        last: bool,
    ) -> Self {
        Self {
            targetport: command.targetport,
            association_id: command.association_id,
            qid: command.qid,
            cmdid: command.cmdid,
            direction: if is_read { 2 } else { 1 },
            offset,
            length,
            last: u8::from(last),
        }
    }
}

impl CmdRelease {
    /// A command that was answered, or not.
    pub(crate) fn new(command: Command, is_answered: bool) -> Self {
        Self {
            targetport: command.targetport,
            association_id: command.association_id,
            qid: command.qid,
            cmdid: command.cmdid,
            opcode: command.opcode,
            result: u8::from(!is_answered),
        }
    }
}

impl Abort {
    /// A command, and where it is.
    pub(crate) fn new(command: Command, why: AbortReason, phase: u8) -> Self {
        Self {
            targetport: command.targetport,
            association_id: command.association_id,
            qid: command.qid,
            cmdid: command.cmdid,
            opcode: command.opcode,
            why: why as u8,
            phase,
        }
    }
}

impl Response {
    /// A response that is ready to be sent, after so many bytes of data.
    pub(crate) fn new(command: Command, iu: &ExtendedResponseIu, transferred: u32) -> Self {
        // What makes it a short one.
        let extended = iu.iu_words.get() != 0;
        Self {
            targetport: command.targetport,
            association_id: command.association_id,
            qid: command.qid,
            cmdid: command.cmdid,
            extended: u8::from(extended),
            status: iu.cqe.status.get().wrapping_shr(1),
            transferred,
            rsn: iu.sequence_number.get(),
            sqhd: iu.cqe.sq_head.get(),
        }
    }
}

events! {
    /// A target port changed.
    nvmet_fc_port | port(Port {
        /// A [`PortChange`].
        change: u8,
        /// Number of the target port.
        targetport: u32,
        /// Node name.
        wwnn: u64,
        /// Port name.
        wwpn: u64,
        /// FC address identifier.
        port_id: u32,
    });

    /// A link service was received.
    nvmet_fc_ls_receive | ls_receive(LsReceive {
        /// The LLDD's exchange.
        exchange: Identity,
        /// Command code.
        ls: u8,
        /// Number of the target port.
        targetport: u32,
        /// Its port name.
        wwpn: u64,
        /// Which host port sent it, 0 if the LLDD does not say.
        host: u64,
        /// Bytes received.
        length: u32,
        /// Negative errno if it was not taken, else 0.
        error: i32,
    });

    /// A link service is answered.
    nvmet_fc_ls_response | ls_response(LsResponded {
        /// The LLDD's exchange.
        exchange: Identity,
        /// Command code.
        ls: u8,
        /// Number of the target port.
        targetport: u32,
        /// Its port name.
        wwpn: u64,
        /// Command code of the answer.
        answer: u8,
        /// Reason code of a reject.
        reason: u8,
        /// Explanation of a reject.
        explanation: u8,
    });

    /// An association changed.
    nvmet_fc_association | association(Association {
        /// An [`AssociationChange`].
        change: u8,
        /// Number of the target port.
        targetport: u32,
        /// Number of the association, as in the log.
        association: u32,
        /// Its identifier on the wire.
        association_id: u64,
        /// Which host port's it is, 0 if the LLDD does not say.
        host: u64,
    });

    /// A queue changed.
    nvmet_fc_queue | queue(Queue {
        /// A [`QueueChange`].
        change: u8,
        /// Number of the target port.
        targetport: u32,
        /// Identifier of the association.
        association_id: u64,
        /// Queue identifier.
        qid: u16,
        /// Entries of the queue.
        entries: u32,
    });

    /// A host port changed.
    nvmet_fc_host | host(Host {
        /// A [`HostChange`].
        change: u8,
        /// Number of the target port.
        targetport: u32,
        /// Which host port.
        host: u64,
    });

    /// A command was received.
    nvmet_fc_cmd_receive | cmd_receive(CmdReceive {
        /// Number of the target port.
        targetport: u32,
        /// Identifier of the association.
        association_id: u64,
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

    /// A command waits for a slot.
    nvmet_fc_cmd_defer | cmd_defer(CmdDefer {
        /// Number of the target port.
        targetport: u32,
        /// Identifier of the association.
        association_id: u64,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// Operation code.
        opcode: u8,
    });

    /// A command that waited has a slot.
    nvmet_fc_cmd_undefer | cmd_undefer(CmdUndefer {
        /// Number of the target port.
        targetport: u32,
        /// Identifier of the association.
        association_id: u64,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// Operation code.
        opcode: u8,
    });

    /// nvmet executes a command.
    nvmet_fc_cmd_execute | cmd_execute(CmdExecute {
        /// Number of the target port.
        targetport: u32,
        /// Identifier of the association.
        association_id: u64,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// Operation code.
        opcode: u8,
    });

    /// The LLDD is to move part of a command's data.
    nvmet_fc_data | data(Data {
        /// Number of the target port.
        targetport: u32,
        /// Identifier of the association.
        association_id: u64,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// 1 for a write, 2 for a read.
        direction: u8,
        /// Where in the data, bytes.
        offset: u32,
        /// How much, bytes.
        length: u32,
        /// 1 for the last part.
        last: u8,
    });

    /// The LLDD is to send a response.
    nvmet_fc_response | response(Response {
        /// Number of the target port.
        targetport: u32,
        /// Identifier of the association.
        association_id: u64,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// 1 for an extended response.
        extended: u8,
        /// NVMe status.
        status: u16,
        /// Bytes of data moved.
        transferred: u32,
        /// Response sequence number, 0 for a short response.
        rsn: u32,
        /// Submission queue head.
        sqhd: u16,
    });

    /// A command is over.
    nvmet_fc_cmd_release | cmd_release(CmdRelease {
        /// Number of the target port.
        targetport: u32,
        /// Identifier of the association.
        association_id: u64,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// Operation code.
        opcode: u8,
        /// 0 if the host has its response, else 1.
        result: u8,
    });

    /// A command is aborted.
    nvmet_fc_abort | abort(Abort {
        /// Number of the target port.
        targetport: u32,
        /// Identifier of the association.
        association_id: u64,
        /// Queue identifier.
        qid: u16,
        /// Command identifier.
        cmdid: u16,
        /// Operation code.
        opcode: u8,
        /// An [`AbortReason`].
        why: u8,
        /// A phase of `State`, or [`DEFERRED`].
        phase: u8,
    });

    /// A host is told that its association is over.
    nvmet_fc_disconnect | disconnect(Disconnect {
        /// Number of the target port.
        targetport: u32,
        /// Number of the association, as in the log.
        association: u32,
        /// Its identifier on the wire.
        association_id: u64,
        /// Negative errno if the LLDD did not take it, else 0.
        error: i32,
    });
}
