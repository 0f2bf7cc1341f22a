// SPDX-License-Identifier: GPL-2.0

//! What may still be on its way when an association, or a controller, ends: an
//! event that the NVMe core is to deal with, and a thread inside `fcp_abort`.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use super::{
    bench::Bench,
    controller::{
        Controller,
        Phase, //
    },
    events::{
        listening,
        namespace_changed,
        EVENT, //
    },
    nvme_wq,
    received_ls::{
        ask,
        disconnect, //
    },
    responses::{
        connected,
        end, //
    },
    script::{
        opcode,
        Abort,
        On,
        Rule, //
    },
    set_nvme_wq_width,
    sleep_ms, //
};
use crate::{
    cases::outcome::{
        ensure,
        CaseResult,
        OrFail, //
    },
    shared::support::completion::Completion, //
};

/// What the scan sends.
const IDENTIFY: On = On::Admin(opcode::IDENTIFY);
/// `WQ_DFL_ACTIVE`: items of the NVMe core's queue that may run at a time.
const USUAL_WIDTH: c_int = 1024;
/// Milliseconds that an LLDD stays in `fcp_abort` after it ended the exchange:
/// enough for a teardown that does not wait for it.
const LINGER_MS: u32 = 500;

/// The NVMe core's queue runs one item at a time, and one that is not over comes
/// before all that are queued later. Ends with this.
struct Blocked(Arc<Completion>);

impl Blocked {
    /// Blocks the queue.
    fn begin() -> CaseResult<Self> {
        let over = Arc::pin_init(Completion::new(), GFP_KERNEL).or_fail()?;
        let wait = over.clone();
        set_nvme_wq_width(1);
        let this = Self(over);
        nvme_wq()
            .try_spawn(GFP_KERNEL, move || wait.wait())
            .or_fail()?;
        Ok(this)
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        self.0.complete_all();
        set_nvme_wq_width(USUAL_WIDTH);
    }
}

/// Waits for something about a controller.
fn until(ctrl: &Controller, condition: impl Fn(&Controller) -> bool) -> bool {
    for _ in 0..4000 {
        if condition(ctrl) {
            return true;
        }
        sleep_ms(5);
    }
    condition(ctrl)
}

/// Deletes a controller, with an event that comes when the NVMe core has flushed
/// its work item, which cannot run before the controller is gone.
fn delete_with_event(bench: &Bench, ctrl: &Controller) -> CaseResult {
    // A scan that does not end holds up the deletion after that flush.
    bench.lldd.rule(Rule::at(IDENTIFY).times(100).keep());
    ensure!(bench.lldd.release(EVENT, namespace_changed));
    ensure!(bench.until(20, |lldd| lldd.holding(IDENTIFY) == 1));
    ensure!(bench.until(20, |lldd| lldd.holding(EVENT) == 1));
    let _blocked = Blocked::begin()?;
    ctrl.mark_deletion();
    ensure!(ctrl.begin_delete());
    ensure!(until(ctrl, Controller::is_mark_gone));
    ensure!(bench.lldd.release(EVENT, namespace_changed));
    ensure!(ctrl.event_is_queued());
    bench.lldd.forget();
    ensure!(bench.lldd.release(IDENTIFY, |_| {}));
    ctrl.wait_gone(20)?;
    ensure!(
        !ctrl.event_is_queued(),
        "work of a controller that is about to be freed"
    );
    Ok(())
}

pub(crate) fn review_host_1_an_event_while_deleted() -> CaseResult {
    let (bench, ctrl) = listening()?;
    let outcome = delete_with_event(&bench, &ctrl);
    // Whatever came of it: nothing is freed with work that is queued.
    bench.lldd.give_up();
    ctrl.delete()?;
    ctrl.flush_event();
    drop(ctrl);
    outcome?;
    bench.end()
}

/// The LLDD is still inside `fcp_abort`, called by a timeout handler, when the
/// exchange is over.
pub(crate) fn review_host_8_a_timeout_that_lingers() -> CaseResult {
    let (bench, ctrl) = connected()?;
    let on = On::Connect(1);
    bench
        .lldd
        .with(|state| state.fcp_abort = Abort::Lingering(LINGER_MS));
    bench.lldd.rule(Rule::at(on).keep());
    ctrl.set_patience(1);
    ensure!(ctrl.reset());
    ensure!(bench.until(20, |lldd| lldd.holding(on) == 1));
    // For those that follow.
    ctrl.set_patience(60);
    ensure!(bench.until(30, |lldd| lldd.count(On::DeleteQueue(1)) == 2));
    ctrl.wait(Phase::Live, 30)?;
    bench.lldd.with(|state| state.fcp_abort = Abort::Inline);
    end(bench, ctrl)
}

/// An abort that lingers, called because the target ended the association.
pub(crate) fn review_host_8_an_abort_that_lingers() -> CaseResult {
    let (bench, ctrl) = connected()?;
    let on = On::Connect(1);
    bench
        .lldd
        .with(|state| state.fcp_abort = Abort::Lingering(LINGER_MS));
    bench.lldd.rule(Rule::at(on).keep());
    ensure!(ctrl.reset());
    ensure!(bench.until(20, |lldd| lldd.holding(on) == 1));
    let id = bench.lldd.with(|state| state.model.last()).or_fail()?;
    ask(&bench, &mut disconnect(id))?;
    ensure!(bench.until(30, |lldd| lldd.count(On::DeleteQueue(1)) == 2));
    ctrl.wait(Phase::Live, 30)?;
    bench.lldd.with(|state| state.fcp_abort = Abort::Inline);
    end(bench, ctrl)
}
