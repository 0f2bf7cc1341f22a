// SPDX-License-Identifier: GPL-2.0

//! What this transport does for LLDDs.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    ls,
    port::core::PortOwner,
    queue,
    shared::{
        fc::{
            ls_response::UnansweredLs,
            port::{
                HostHandle,
                TargetPortInfo, //
            },
            target_exports::{
                target_exports,
                AbortedExchange,
                OfferedCommand,
                TargetApi, //
            },
            target_template::{
                TargetLldd,
                TargetTemplate, //
            }, //
        },
        support::device::DeviceRef, //
    },
    tgtport::{
        register,
        TargetPort, //
    }, //
};

/// The transport, for LLDDs.
struct NvmetFc;

target_exports!(NvmetFc, receive);

/// Takes a command.
#[inline(always)]
fn receive(port: &TargetPort, command: OfferedCommand<'_>) -> Result {
    queue::receive::receive(port, &port.connections, command)
}

impl TargetApi for NvmetFc {
    type Port = TargetPort;

    fn register_targetport(
        info: &TargetPortInfo,
        template: TargetTemplate,
        device: DeviceRef,
        publish: impl FnOnce(&TargetLldd),
    ) -> Result {
        register::register(info, template, device, publish)
    }

    fn unregister_targetport(port: &TargetPort) -> Result {
        register::unregister(port)
    }

    fn invalidate_host(port: &TargetPort, host: HostHandle) {
        port.invalidate_host(host);
    }

    fn rcv_ls_req(
        port: &TargetPort,
        host: Option<HostHandle>,
        response: UnansweredLs,
        request: &[u8],
    ) -> Result {
        ls::receive::receive(port.core(), &port.ls, host, response, request)
    }

    fn rcv_fcp_abort(port: &TargetPort, exchange: AbortedExchange) {
        queue::slots::abort(port.core(), &exchange);
    }
}
