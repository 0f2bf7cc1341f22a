// SPDX-License-Identifier: GPL-2.0

//! The data path: requests out, responses in.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    io::{
        complete,
        connection::{
            Connection,
            QueueOwner, //
        },
        exchange::Exchange,
        holder::{
            self,
            Commands,
            Finished,
            Unsent, //
        }, //
    },
    log::ctrl_log,
    nvme::request::{
        BlkStatus,
        Submission, //
    },
    shared::{
        proto::{
            cause::Why,
            command::{
                cmd_iu,
                refusal::{
                    self,
                    Refusal, //
                },
                response::Failure, //
            }, //
        },
        support::ratelimit::ratelimited, //
    }, //
};

/// Sends a request to the LLDD. Context: atomic.
#[inline(always)]
pub(crate) fn queue_rq<'a, O: QueueOwner>(
    connection: &'a Connection<O>,
    mut request: Submission<'a, impl Commands<O>>,
) -> BlkStatus {
    let ctrl = connection.ctrl();
    let nvme = ctrl.nvme();

    // A port that is not registered has failed its associations, too. What was
    // not seen here is over once an RCU grace period is: `recovery` waits for one
    // between the mark and its aborts, so that no exchange is aborted that the
    // LLDD does not have yet.
    if ctrl.has_failed() {
        return lost(connection, request);
    }
    if !nvme.is_live() && !request.is_allowed(nvme, connection.is_live()) {
        return request.not_ready(nvme);
    }
    if let Err(status) = request.setup() {
        return status;
    }
    let data = request.transfer();
    let mut exchange = Unsent::of(&mut request, connection);
    cmd_iu::prepare(
        exchange.command(),
        connection.id(),
        data.direction,
        data.length,
    );
    exchange.describe(data.direction, data.length);
    if data.segments != 0 && exchange.map(&request, data).is_err() {
        return unmapped(connection, request);
    }
    cmd_iu::set_sequence_number(exchange.command(), connection.next_sequence());
    exchange.sync();
    exchange.start();
    request.start();
    match exchange.submit() {
        Ok(()) => BlkStatus::OK,
        Err(status) => refused(connection, status, request),
    }
}

/// Answers for a request whose association cannot be used any more. A controller
/// may be LIVE all the same, having been put back into service by the NVMe
/// core's firmware activation, and then nobody else resets it.
#[cold]
fn lost<O: QueueOwner>(
    connection: &Connection<O>,
    request: Submission<'_, impl Commands<O>>,
) -> BlkStatus {
    let nvme = connection.nvme();
    if nvme.is_live() {
        nvme.reset();
    }
    request.not_ready(nvme)
}

/// Answers for a request whose data could not be mapped: it is tried again, but
/// not while its controller comes or goes, which would wait for it for ever.
#[cold]
fn unmapped<O: QueueOwner>(
    connection: &Connection<O>,
    request: Submission<'_, impl Commands<O>>,
) -> BlkStatus {
    request.cleanup();
    if connection.nvme().is_live() {
        return BlkStatus::RESOURCE;
    }
    request.path_error()
}

/// Answers for a request that the LLDD did not take. If the reason passes, or
/// the port goes, it is tried again. Else the association is given up, so that
/// nothing more comes this way before there is another, and the request goes the
/// way of all path errors: another path may carry it, or this one once it is
/// back.
#[cold]
fn refused<O: QueueOwner>(
    connection: &Connection<O>,
    status: c_int,
    request: Submission<'_, impl Commands<O>>,
) -> BlkStatus {
    request.cleanup();
    let ctrl = connection.ctrl();
    if refusal::judge(status, ctrl.is_online()) == Refusal::Passing {
        return BlkStatus::RESOURCE;
    }
    ratelimited!(ctrl_log!(
        info,
        ctrl,
        "queue {}: LLDD refused a command ({})\n",
        connection.index(),
        status
    ));
    // Before the request is given back: it keeps the controller, and finds it
    // out of service when it is tried again.
    connection.transport_error(Why::LlddRefused(status), request.data().identified());
    request.path_error()
}

/// The LLDD gives an exchange back. Context: any.
#[inline(always)]
pub(crate) fn done<T: Commands<O>, O: QueueOwner>(exchange: &Exchange<O>) {
    let Some(finished) = Finished::new(exchange) else {
        return completed_twice(exchange);
    };
    let outcome = complete::judge(&finished);
    if let Some(failure) = outcome.failure {
        failed(exchange, failure, finished.terminated);
    }
    finished.complete::<T>(outcome.status, outcome.result);
}

/// Deals with a transport failure, before the request that had it is given
/// back: until then its controller cannot go.
#[cold]
fn failed<O: QueueOwner>(exchange: &Exchange<O>, failure: Failure, terminated: bool) {
    if terminated {
        // Taken back by a teardown that is under way already.
        holder::mark_cancelled(exchange);
        return;
    }
    let connection = exchange.connection();
    complete::log(connection.ctrl(), failure);
    connection.transport_error(Why::from_failure(failure), exchange.identified());
}

/// An LLDD gave an exchange back that it did not have.
#[cold]
pub(crate) fn completed_twice<O: QueueOwner>(exchange: &Exchange<O>) {
    let connection = exchange.connection();
    ratelimited!(ctrl_log!(
        warn,
        connection.ctrl(),
        "queue {}: LLDD completed an exchange twice, ignored\n",
        connection.index()
    ));
}
