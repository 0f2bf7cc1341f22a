// SPDX-License-Identifier: GPL-2.0

//! Requests whose completion the block layer swallows: it does so for a disk with
//! `io-timeout-fail`, to have them time out, and leaves it to drivers to complete
//! what timed out. Meant for `rust/kernel/nvme/request.rs`.
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
    nvme::request::{
        Operations,
        Request, //
    }, //
};

impl<T: Operations> Request<T> {
    /// Completes a request whose completion was swallowed: one that is over, as
    /// `is_over` says of what is behind it, but not completed. Context: may sleep;
    /// the caller keeps the request from being used again. A timeout and a teardown
    /// may both call this for it: one of them completes it.
    #[cold]
    pub(crate) fn complete_swallowed(&self, is_over: impl Fn(&T::Data) -> bool) {
        let (from, to) = (
            abi::mq_rq_state_MQ_RQ_IN_FLIGHT,
            abi::mq_rq_state_MQ_RQ_COMPLETE,
        );
        let is_being_completed = || is_over(self.data()) && self.state().load(Relaxed) == from;
        if !cfg!(CONFIG_FAIL_IO_TIMEOUT) || !is_being_completed() {
            return;
        }
        // Or somebody is between its end and its completion: in an interrupt, or in
        // a thread that may be preempted there, and does not sleep.
        synchronize_rcu();
        // SAFETY: A thread that waits for what the caller holds sleeps, and those are not waited for.
        unsafe { abi::nvme_fc_shim_synchronize_rcu_tasks() };
        if !is_over(self.data()) || self.state().cmpxchg(from, to, Full).is_err() {
            return;
        }
        // SAFETY: The request was started, has its status and result, and whoever
        // set these is through with it; its completion was won just now.
        unsafe { abi::blk_mq_complete_request(self.as_raw()) };
    }

    /// What the block layer says of the request.
    fn state(&self) -> &Atomic<u32> {
        // SAFETY: The field is one word, as valid as the request, which the block
        // layer reads and writes whole.
        unsafe { Atomic::from_ptr(&raw mut (*self.as_raw()).state) }
    }
}
