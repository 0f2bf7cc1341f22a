// SPDX-License-Identifier: GPL-2.0

//! Requests that take too long.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    counts,
    io::{
        connection::QueueOwner,
        holder::Commands, //
    },
    log::ctrl_log,
    nvme::request::Request,
    shared::{
        proto::{
            cause::Why,
            life::host_exchange::Event, //
        },
        support::{
            noio::WithoutIo,
            ratelimit::ratelimited, //
        }, //
    }, //
};

/// A request's time is over: its exchange is aborted; one that was aborted
/// before, or is over, costs the association. The timer starts anew: only the
/// LLDD ends an exchange. One that is over may be a request that the block layer
/// pretends to have lost. Context: may sleep; waits for nothing but the grace
/// periods that tell such a request.
pub(crate) fn expired<O: QueueOwner>(request: &Request<impl Commands<O>>) {
    // Whoever makes an association waits for this.
    let _without_io = WithoutIo::begin();
    let exchange = request.data();
    let connection = exchange.connection();
    let ctrl = connection.ctrl();
    let command = exchange.command();
    let [fabrics_type, ..] = command.sqe.namespace;
    let [w10, w11, ..] = command.sqe.dwords10;
    counts::TIMEOUTS.up();

    ratelimited!(dev_info!(
        ctrl.nvme().device(),
        "NVME-FC{{{}.{}}}: io timeout: opcode {} fctype {} ({}) w10/11: x{:08x}/x{:08x}\n",
        ctrl.number(),
        connection.index(),
        command.sqe.opcode,
        fabrics_type,
        request.operation(connection.index()),
        w10.get(),
        w11.get()
    ));
    if !exchange.abort(Event::Abort) {
        // While the controller connects, or loses its namespaces, nobody else
        // asks: the command's own thread waits for it.
        if exchange.abort_again() {
            asked_again(ctrl, 1);
        }
        connection.transport_error(Why::NotAborted, exchange.identified());
        // Last: until then the request keeps the controller.
        request.complete_swallowed(|exchange| exchange.state().is_complete());
    }
}

/// Says that an LLDD was asked once more for exchanges that it was asked for
/// long ago.
#[cold]
pub(crate) fn asked_again(ctrl: &impl QueueOwner, count: u32) {
    ratelimited!(ctrl_log!(
        warn,
        ctrl,
        "{} exchanges did not end: LLDD asked to abort them again\n",
        count
    ));
}
