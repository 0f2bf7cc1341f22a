// SPDX-License-Identifier: GPL-2.0

//! Events of commands. Nothing is looked at while they are off.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    io::connection::{
        Connection,
        QueueOwner, //
    },
    shared::proto::{
        command::response::{
            self,
            Failure,
            Report, //
        },
        wire::{
            CommandIu,
            ExtendedResponseIu,
            EXTENDED_RESPONSE,
            FLAG_DIRECTION, //
        }, //
    },
    trace::{
        self,
        CmdDone,
        CmdIssue,
        Verdict, //
    }, //
};

/// A command as it is given to the LLDD.
pub(super) fn issued<O: QueueOwner>(connection: &Connection<O>, command: &CommandIu) -> CmdIssue {
    let entry = &command.sqe;
    let [fctype, ..] = entry.namespace;
    let is_fabrics = entry.is_fabrics();
    CmdIssue {
        controller: connection.nvme().instance(),
        qid: connection.index(),
        cmdid: u16::from_le_bytes(entry.command_id),
        opcode: entry.opcode,
        fctype: if is_fabrics { fctype } else { 0 },
        nsid: match is_fabrics {
            true => 0,
            false => u32::from_le_bytes(entry.namespace),
        },
        direction: command.flags & FLAG_DIRECTION,
        length: command.data_length.get(),
        csn: command.sequence_number.get(),
    }
}

/// A command that is over.
pub(super) fn done<O: QueueOwner>(
    connection: &Connection<O>,
    opcode: u8,
    report: &Report,
    response: &ExtendedResponseIu,
) -> CmdDone {
    let outcome = response::judge(report, response);
    let verdict = match outcome.failure {
        None => Verdict::Good,
        Some(Failure::Aborted) => Verdict::Aborted,
        Some(Failure::Lldd(_)) => Verdict::Lldd,
        Some(Failure::TransferLength { .. }) => Verdict::TransferLength,
        Some(Failure::ExtendedResponse(_)) => Verdict::ExtendedResponse,
        Some(Failure::ResponseLength(_)) => Verdict::ResponseLength,
    };
    let is_extended = report.response_length == EXTENDED_RESPONSE;
    CmdDone {
        controller: connection.nvme().instance(),
        qid: connection.index(),
        cmdid: u16::from_le_bytes(report.command_id),
        opcode,
        verdict: verdict as u8,
        status: outcome.status.wrapping_shr(1),
        error: report.lldd_status,
        length: report.data_length,
        transferred: report.transferred,
        response_length: report.response_length,
        rsn: match is_extended {
            true => response.sequence_number.get(),
            false => 0,
        },
        sqhd: match is_extended {
            true => response.cqe.sq_head.get(),
            false => 0,
        },
    }
}

/// The LLDD did not take a command. Context: any.
pub(super) fn refused<O: QueueOwner>(
    connection: &Connection<O>,
    command: &CommandIu,
    status: c_int,
) {
    trace::cmd_done(|| CmdDone {
        controller: connection.nvme().instance(),
        qid: connection.index(),
        cmdid: u16::from_le_bytes(command.sqe.command_id),
        opcode: command.sqe.opcode,
        verdict: Verdict::Refused as u8,
        status: 0,
        error: status,
        length: command.data_length.get(),
        transferred: 0,
        response_length: 0,
        rsn: 0,
        sqhd: 0,
    });
}
