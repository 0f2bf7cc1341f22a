// SPDX-License-Identifier: GPL-2.0

//! Requests whose completion the block layer swallows: it does so for a disk with
//! `io-timeout-fail`, to have them time out, and leaves it to drivers to complete
//! what timed out.
//!
//! C header: [`include/linux/blk-mq.h`](srctree/include/linux/blk-mq.h)

use kernel::sync::{
    atomic::{
        Atomic,
        Full,
        Relaxed, //
    },
    rcu::synchronize_rcu, //
};

use crate::{
    abi,
    io::exchange::Exchange, //
};

/// Completes a request whose completion was swallowed. Context: may sleep; the
/// caller keeps the request from being used again. A timeout and a teardown may
/// both call this for it: one of them completes it.
#[cold]
pub(super) fn complete(exchange: &Exchange) {
    if !cfg!(CONFIG_FAIL_IO_TIMEOUT) || !is_being_completed(exchange) {
        return;
    }
    // Or somebody is between the exchange's end and the request's: in an interrupt,
    // or in a thread that may be preempted there, and does not sleep.
    synchronize_rcu();
    // SAFETY: Nothing is held that a thread could wait for.
    unsafe { abi::nvme_fc_shim_synchronize_rcu_tasks() };
    let (from, to) = (
        abi::mq_rq_state_MQ_RQ_IN_FLIGHT,
        abi::mq_rq_state_MQ_RQ_COMPLETE,
    );
    if !exchange.is_complete() || request_state(exchange).cmpxchg(from, to, Full).is_err() {
        return;
    }
    // SAFETY: The request was started, has its status and result, and whoever set
    // these is through with it; its completion was won just now.
    unsafe { abi::blk_mq_complete_request(exchange.request()) };
}

/// Whether a request's exchange is over, and the request is not.
fn is_being_completed(exchange: &Exchange) -> bool {
    exchange.is_complete()
        && request_state(exchange).load(Relaxed) == abi::mq_rq_state_MQ_RQ_IN_FLIGHT
}

/// What the block layer says of a request.
fn request_state(exchange: &Exchange) -> &Atomic<u32> {
    // SAFETY: A request of ours, valid like its exchange; the field is one word,
    // which the block layer reads and writes whole.
    unsafe { Atomic::from_ptr(&raw mut (*exchange.request()).state) }
}
