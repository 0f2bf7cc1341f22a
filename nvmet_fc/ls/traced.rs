// SPDX-License-Identifier: GPL-2.0

//! Events of link services that are received.

#![deny(unsafe_code)]

use crate::{
    port::{
        core::PortCore,
        host::HostRef, //
    },
    shared::{
        fc::ls_response::UnansweredLs,
        proto::ls::{
            receive::command,
            reject::codes_of_answer,
            response::LsResponse, //
        }, //
    },
    trace::{
        self,
        LsReceive,
        LsResponded, //
    }, //
};

/// One was received, or not taken for the sake of an error. Context: any.
pub(super) fn received(
    port: &PortCore,
    ls: UnansweredLs,
    request: &[u8],
    host: Option<&HostRef>,
    error: i32,
) {
    trace::ls_receive(|| LsReceive {
        exchange: ls.identity(),
        ls: command(request),
        targetport: port.number,
        wwpn: port.port_name,
        host: host.map_or(0, HostRef::number),
        length: u32::try_from(request.len()).unwrap_or(u32::MAX),
        error,
    });
}

/// One whose command code is `code` is answered. Context: any.
pub(super) fn answered(port: &PortCore, ls: UnansweredLs, code: u8, answer: &LsResponse) {
    trace::ls_response(|| {
        let (command, reject) = codes_of_answer(answer.as_bytes());
        LsResponded {
            exchange: ls.identity(),
            ls: code,
            targetport: port.number,
            wwpn: port.port_name,
            answer: command,
            reason: reject.reason,
            explanation: reject.explanation,
        }
    });
}
