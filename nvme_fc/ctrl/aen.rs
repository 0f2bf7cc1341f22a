// SPDX-License-Identifier: GPL-2.0

//! The asynchronous event request: one exchange that waits at the controller
//! for something to report.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        rcu,
        Arc,
        ArcBorrow, //
    },
    time::msecs_to_jiffies,
    workqueue::WorkItem, //
};

use crate::{
    ctrl::{
        Ctrl,
        AEN_WORK, //
    },
    io::{
        complete,
        exchange::{
            Exchange,
            OnDone, //
        },
        holder::Finished,
        submit, //
    },
    log::ctrl_log,
    nvme::ctrl::nvme_wq,
    shared::{
        proto::{
            cause::Why,
            command::refusal::{
                self,
                Refusal, //
            }, //
        },
        support::work, //
    }, //
};

/// Milliseconds until an LLDD that was busy is asked again.
const RETRY_MILLISECONDS: u32 = 100;

/// Sends the request, unless it is sent already or the association is going.
/// Context: may sleep.
pub(crate) fn submit(ctrl: ArcBorrow<'_, Ctrl>) {
    if ctrl.is_terminating() || ctrl.has_failed() || !ctrl.nvme().is_live() {
        return;
    }
    let Some(sent) = ctrl.aen().send() else {
        return;
    };
    if let Err(status) = sent {
        ctrl.exchange_over();
        if refusal::judge(status, ctrl.is_online()) == Refusal::Passing {
            work::mod_delayed::<Ctrl, AEN_WORK>(
                nvme_wq(),
                ctrl.into(),
                msecs_to_jiffies(RETRY_MILLISECONDS),
            );
        } else {
            dev_err!(ctrl.nvme().device(), "failed async event work\n");
            ctrl_log!(
                err,
                ctrl,
                "LLDD refused the async event request ({})\n",
                status
            );
        }
    }
}

impl WorkItem<AEN_WORK> for Ctrl {
    type Pointer = Arc<Self>;

    /// Sends the asynchronous event request again.
    fn run(this: Arc<Self>) {
        submit(this.as_arc_borrow());
    }
}

/// The asynchronous event request, for LLDDs that give its exchange back.
pub(crate) struct EventRequest;

impl OnDone<Ctrl> for EventRequest {
    fn done(exchange: &Exchange<Ctrl>) {
        let Some(finished) = Finished::new(exchange) else {
            return submit::completed_twice(exchange);
        };
        let outcome = complete::judge(&finished);
        let connection = exchange.connection();
        let ctrl = connection.ctrl();

        let command = exchange.identified();
        // Idle before the NVMe core is told: it may send the request again at once.
        exchange.state().release();
        match outcome.failure {
            Some(failure) if !finished.terminated => {
                complete::log(ctrl, failure);
                connection.transport_error(Why::from_failure(failure), command);
            }
            Some(_) => {}
            None => ctrl
                .nvme()
                .complete_async_event(outcome.status, outcome.result),
        }
        // A teardown goes on, and may free the controller, once the exchange is
        // counted off: freeing waits for this section.
        let _alive = rcu::read_lock();
        ctrl.aen().count_off();
        ctrl.exchange_over();
    }
}
