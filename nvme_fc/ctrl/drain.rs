// SPDX-License-Identifier: GPL-2.0

//! Exchanges that are taken back.

#![deny(unsafe_code)]

use kernel::sync::{
    atomic::Full,
    barrier::smp_mb, //
};

use crate::{
    abi,
    ctrl::Ctrl,
    io::timeout::asked_again,
    log::ctrl_log,
    shared::{
        proto::life::host_exchange::Event,
        support::ratelimit::jiffies, //
    }, //
};

/// Seconds between log lines about exchanges that do not come back.
const COMPLAINT_SECONDS: u64 = 10;

/// Takes back every exchange of a controller's requests that is with the LLDD.
/// Context: may sleep; no submission is under way, and none follows: whoever
/// calls this has waited for those that began before the controller's state
/// changed. (Quiescing one queue waits for the submissions of all.)
pub(crate) fn terminate_all(ctrl: &Ctrl) {
    for set in [ctrl.io_set(), ctrl.admin_set()] {
        set.for_each_started(|request| {
            request.data().abort(Event::Terminate);
        });
    }
}

/// Waits until no exchange of a controller is with the LLDD, nobody is in its
/// `fcp_abort`, and all requests that had an exchange are given back. The LLDD owes
/// each `done`; the log names those that are late, and the LLDD is asked for them
/// again, for it may have dropped the abort. Context: may sleep; exchanges were
/// taken back, and none is submitted any more.
pub(crate) fn drain(ctrl: &Ctrl) {
    let mut complain_at = jiffies().wrapping_add(patience());
    loop {
        // What is told from here on ends the wait below.
        while ctrl.idle().take() {}
        let mut again = u32::from(ctrl.aen().terminate_again());
        let mut left = u32::from(ctrl.aen().is_busy());
        let mut oldest = None;
        for set in [ctrl.io_set(), ctrl.admin_set()] {
            set.for_each_started(|request| {
                let exchange = request.data();
                again = again.saturating_add(u32::from(exchange.abort_again()));
                request.complete_swallowed(|exchange| exchange.state().is_complete());
                if !exchange.state().is_idle() {
                    left = left.saturating_add(1);
                    oldest.get_or_insert((
                        exchange.connection().index(),
                        exchange.command().sqe.opcode,
                    ));
                }
            });
        }
        if again != 0 {
            asked_again(ctrl, again);
        }
        if left == 0 {
            break;
        }
        let now = jiffies();
        if now.wrapping_sub(complain_at) < u64::MAX / 2 {
            let (queue, opcode) = oldest.unwrap_or((0, 0x0c));
            ctrl_log!(
                warn,
                ctrl,
                "{} exchanges still with the LLDD, one on queue {} with opcode {:#04x}\n",
                left,
                queue,
                opcode
            );
            complain_at = now.wrapping_add(patience());
        }
        ctrl.idle().wait_timeout(abi::HZ as usize);
    }
    while ctrl.abort_calls().any() {
        ctrl.idle().wait_timeout(abi::HZ as usize);
    }
    ctrl.io_set().wait_completed();
    ctrl.admin_set().wait_completed();
    // Partner of the barrier before a tag is cleared (`sbitmap_queue_clear`): the
    // last use of an exchange whose request was not found any more comes before
    // what the caller does to it.
    smp_mb(Full);
}

/// [`COMPLAINT_SECONDS`] in jiffies.
fn patience() -> u64 {
    COMPLAINT_SECONDS.saturating_mul(u64::from(abi::HZ))
}
