// SPDX-License-Identifier: GPL-2.0

//! Events of link services.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    port::{
        rport::RemotePort,
        traced::Path, //
    },
    shared::{
        proto::ls::{
            receive::command,
            reject::codes_of_answer,
            response::LsResponse, //
        },
        support::trace::Identity, //
    },
    trace::{
        self,
        LsDone,
        LsReceive,
        LsResponded,
        LsSend, //
    }, //
};

/// One goes to the LLDD. Context: any.
pub(super) fn send<T>(exchange: &T, ls: u8, remote: &RemotePort) {
    trace::ls_send(|| {
        let path = Path::to(remote);
        LsSend {
            exchange: Identity::of(exchange),
            ls,
            localport: path.localport,
            remoteport: path.remoteport,
            host_wwpn: path.host_wwpn,
            wwpn: path.wwpn,
        }
    });
}

/// One that was sent is over, with an answer or an errno. Context: any.
pub(super) fn done<T>(exchange: &T, ls: u8, remote: &RemotePort, answer: Result<&[u8]>) {
    trace::ls_done(|| {
        let path = Path::to(remote);
        let (command, reject) = answer.map(codes_of_answer).unwrap_or_default();
        LsDone {
            exchange: Identity::of(exchange),
            ls,
            localport: path.localport,
            remoteport: path.remoteport,
            host_wwpn: path.host_wwpn,
            wwpn: path.wwpn,
            error: answer.map_or_else(Error::to_errno, |_| 0),
            answer: command,
            reason: reject.reason,
            explanation: reject.explanation,
        }
    });
}

/// One was received. Context: any.
pub(super) fn receive<T>(exchange: &T, payload: &[u8], remote: &RemotePort) {
    trace::ls_receive(|| {
        let path = Path::to(remote);
        LsReceive {
            exchange: Identity::of(exchange),
            ls: command(payload),
            localport: path.localport,
            remoteport: path.remoteport,
            host_wwpn: path.host_wwpn,
            wwpn: path.wwpn,
            length: u32::try_from(payload.len()).unwrap_or(u32::MAX),
        }
    });
}

/// One that was received is answered. Context: any.
pub(super) fn response<T>(exchange: &T, payload: &[u8], remote: &RemotePort, answer: &LsResponse) {
    trace::ls_response(|| {
        let path = Path::to(remote);
        let (answer, reject) = codes_of_answer(answer.as_bytes());
        LsResponded {
            exchange: Identity::of(exchange),
            ls: command(payload),
            localport: path.localport,
            remoteport: path.remoteport,
            host_wwpn: path.host_wwpn,
            wwpn: path.wwpn,
            answer,
            reason: reject.reason,
            explanation: reject.explanation,
        }
    });
}
