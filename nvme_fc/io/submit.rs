// SPDX-License-Identifier: GPL-2.0

//! The data path: requests out, responses in.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    ctrl::failure,
    io::{
        complete,
        exchange::Exchange,
        queue::Queue,
        request::{
            self,
            BlkStatus,
            Submission, //
        }, //
    },
    log::ctrl_log,
    shared::{
        proto::command::{
            cmd_iu,
            refusal::{
                self,
                Refusal, //
            },
            response::Failure, //
        },
        support::ratelimit::ratelimited, //
    }, //
};

/// Sends a request to the LLDD. Context: atomic.
#[inline(always)]
pub(crate) fn queue_rq(queue: &Queue, mut request: Submission<'_>) -> BlkStatus {
    let ctrl = queue.ctrl();
    let nvme = ctrl.nvme();

    // A port that is not registered has failed its associations, too. What was
    // not seen here is over once an RCU grace period is: `recovery` waits for one
    // between the mark and its aborts, so that no exchange is aborted that the
    // LLDD does not have yet.
    if ctrl.has_failed() {
        return lost(queue, request);
    }
    if !nvme.is_live() && !request.is_allowed(nvme, queue.is_live()) {
        return request.not_ready(nvme);
    }
    if let Err(status) = request.setup() {
        return status;
    }
    let data = request.data();
    cmd_iu::prepare(
        request.command(),
        queue.connection(),
        data.direction,
        data.length,
    );
    if let Err(status) = request.map(queue, data) {
        return unmapped(queue, status, request);
    }
    cmd_iu::set_sequence_number(request.command(), queue.next_sequence());
    match request.give(queue) {
        Ok(()) => BlkStatus::OK,
        Err((status, request)) => refused(queue, status, request),
    }
}

/// Answers for a request whose association cannot be used any more. A controller
/// may be LIVE all the same, having been put back into service by the NVMe
/// core's firmware activation, and then nobody else resets it.
#[cold]
fn lost(queue: &Queue, request: Submission<'_>) -> BlkStatus {
    let nvme = queue.ctrl().nvme();
    if nvme.is_live() {
        nvme.reset();
    }
    request.not_ready(nvme)
}

/// Answers for a request whose data could not be mapped: it is tried again, but
/// not while its controller comes or goes, which would wait for it for ever.
#[cold]
fn unmapped(queue: &Queue, status: BlkStatus, request: Submission<'_>) -> BlkStatus {
    request.cleanup();
    if queue.ctrl().nvme().is_live() {
        return status;
    }
    request.path_error()
}

/// Answers for a request that the LLDD did not take. If the reason passes, or
/// the port goes, it is tried again. Else the association is given up, so that
/// nothing more comes this way before there is another, and the request goes the
/// way of all path errors: another path may carry it, or this one once it is
/// back.
#[cold]
fn refused(queue: &Queue, status: c_int, request: Submission<'_>) -> BlkStatus {
    request.cleanup();
    let ctrl = queue.ctrl();
    if refusal::judge(status, ctrl.is_online()) == Refusal::Passing {
        return BlkStatus::RESOURCE;
    }
    ratelimited!(ctrl_log!(
        info,
        ctrl,
        "queue {}: LLDD refused a command ({})\n",
        queue.index(),
        status
    ));
    // Before the request is given back: it keeps the controller, and finds it
    // out of service when it is tried again.
    failure::transport_error(queue.owner().counted(), "LLDD refused a command");
    request.path_error()
}

/// The LLDD gives an exchange back. Context: any.
#[inline(always)]
pub(crate) fn done(exchange: &Exchange) {
    let Some(finish) = exchange.finish() else {
        return completed_twice(exchange);
    };
    let outcome = complete::of(exchange, finish.aborted);
    if let Some(failure) = outcome.failure {
        failed(exchange, failure, finish.terminated);
    }
    request::complete(exchange, outcome.status, outcome.result);
}

/// Deals with a transport failure, before the request that had it is given
/// back: until then its controller cannot go.
#[cold]
fn failed(exchange: &Exchange, failure: Failure, terminated: bool) {
    let queue = exchange.queue();
    if terminated {
        // Taken back by a teardown that is under way already.
        request::mark_cancelled(exchange);
        return;
    }
    complete::log(queue.ctrl(), failure);
    failure::transport_error(queue.owner().counted(), "transport detected io error");
}

/// An LLDD gave an exchange back that it did not have.
#[cold]
pub(crate) fn completed_twice(exchange: &Exchange) {
    let queue = exchange.queue();
    ratelimited!(ctrl_log!(
        warn,
        queue.ctrl(),
        "queue {}: LLDD completed an exchange twice, ignored\n",
        queue.index()
    ));
}
