// SPDX-License-Identifier: GPL-2.0

//! Commands that take too long, and commands that are taken back, with aborts
//! of all kinds; and completions that race with both.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use super::{
    bench::{
        self,
        Bench, //
    },
    controller::{
        Controller,
        Phase, //
    },
    reader::Reader,
    responses::{
        connected,
        ON_READ,
        READ, //
    },
    script::{
        Abort,
        Delivery,
        On,
        Rule,
        CREATE_ASSOCIATION, //
    },
    sleep_ms, //
};
use crate::cases::outcome::{
    ensure,
    ensure_eq,
    CaseResult,
    OrFail, //
};
use crate::lldd::account::Account;

/// Milliseconds that an LLDD stays in `fcp_abort` after it ended the exchange:
/// enough for a teardown that does not wait for it.
const LINGER_MS: u32 = 500;
/// Status: Host Aborted Command.
const ABORTED: i32 = 0x371;

/// A bench with a controller that threads may use.
pub(crate) fn shared() -> CaseResult<(Bench, Arc<Controller>)> {
    let (bench, ctrl) = connected()?;
    Ok((bench, Arc::new(ctrl, GFP_KERNEL).or_fail()?))
}

/// Ends a case.
pub(crate) fn end(bench: Bench, ctrl: Arc<Controller>) -> CaseResult {
    ctrl.delete()?;
    drop(ctrl);
    bench.end()
}

/// Has a thread read a block that does not come, with a second's patience.
fn hang(bench: &Bench, ctrl: &Arc<Controller>) -> CaseResult<Reader> {
    bench.lldd.forget();
    bench.lldd.rule(Rule::at(ON_READ).keep());
    ctrl.set_patience(1);
    let reader = Reader::begin(bench, ctrl, READ)?;
    ensure!(bench.until(5, |lldd| lldd.holding(ON_READ) == 1));
    // For those that follow, among them Connect.
    ctrl.set_patience(60);
    Ok(reader)
}

/// The association is lost, and there is another.
fn replaced(bench: &Bench, ctrl: &Controller) -> CaseResult {
    ensure!(bench.until(10, |lldd| lldd.count(CREATE_ASSOCIATION) == 1));
    ctrl.wait(Phase::Live, 10)
}

pub(crate) fn a_timeout_aborts_and_resets() -> CaseResult {
    let (bench, ctrl) = shared()?;
    for abort in [Abort::Inline, Abort::Thread(300)] {
        bench.lldd.with(|state| state.fcp_abort = abort);
        let reader = hang(&bench, &ctrl)?;
        ensure_eq!(reader.wait(10)?, ABORTED, "{abort:?}");
        ensure_eq!(bench.lldd.count(On::FcpAbort) >= 1, true);
        replaced(&bench, &ctrl)?;
    }
    end(bench, ctrl)
}

pub(crate) fn a_second_timeout_resets() -> CaseResult {
    let (bench, ctrl) = shared()?;
    bench.lldd.with(|state| state.fcp_abort = Abort::Ignored);
    let reader = hang(&bench, &ctrl)?;
    ensure!(bench.until(10, |lldd| lldd.count(On::FcpAbort) >= 1));
    // The abort has no effect, so time runs out once more.
    ctrl.wait(Phase::Resetting, 10)?;
    sleep_ms(100);
    ensure!(!reader.is_over(), "only the LLDD ends an exchange");
    ensure_eq!(bench.lldd.count(CREATE_ASSOCIATION), 0);
    bench.lldd.with(|state| state.fcp_abort = Abort::Inline);
    bench.lldd.give_up();
    reader.wait(5)?;
    replaced(&bench, &ctrl)?;
    end(bench, ctrl)
}

pub(crate) fn an_aborted_exchange_ends_well() -> CaseResult {
    let (bench, ctrl) = shared()?;
    bench.lldd.with(|state| state.fcp_abort = Abort::Ignored);
    let reader = hang(&bench, &ctrl)?;
    ensure!(bench.until(10, |lldd| lldd.count(On::FcpAbort) >= 1));
    bench.lldd.with(|state| state.fcp_abort = Abort::Inline);
    // Whatever it says now: it was aborted.
    ensure!(bench.lldd.release(ON_READ, |_| {}));
    ensure_eq!(reader.wait(5)?, ABORTED);
    replaced(&bench, &ctrl)?;
    end(bench, ctrl)
}

pub(crate) fn a_reset_takes_commands_back() -> CaseResult {
    let (bench, ctrl) = shared()?;
    for abort in [Abort::Inline, Abort::Thread(0), Abort::Thread(100)] {
        bench.lldd.forget();
        bench.lldd.with(|state| state.fcp_abort = abort);
        bench.lldd.rule(Rule::at(ON_READ).times(6).keep());
        let mut readers = KVec::new();
        for _ in 0..6 {
            let reader = Reader::begin(&bench, &ctrl, READ)?;
            readers.push(reader, GFP_KERNEL).or_fail()?;
        }
        ensure!(bench.until(5, |lldd| lldd.holding(ON_READ) == 6));
        ensure!(ctrl.reset());
        for reader in &readers {
            ensure_eq!(reader.wait(10)?, EINTR.to_errno(), "{abort:?}");
        }
        ensure_eq!(bench.lldd.count(On::FcpAbort), 6, "{abort:?}");
        replaced(&bench, &ctrl)?;
    }
    end(bench, ctrl)
}

pub(crate) fn a_deletion_takes_commands_back() -> CaseResult {
    for abort in [Abort::Inline, Abort::Thread(50)] {
        let (bench, ctrl) = shared()?;
        bench.lldd.with(|state| state.fcp_abort = abort);
        bench.lldd.rule(Rule::at(ON_READ).keep());
        let reader = Reader::begin(&bench, &ctrl, READ)?;
        ensure!(bench.until(5, |lldd| lldd.holding(ON_READ) == 1));
        ensure!(ctrl.begin_delete());
        ensure_eq!(reader.wait(10)?, EINTR.to_errno(), "{abort:?}");
        ctrl.wait_gone(10)?;
        drop(ctrl);
        bench.end()?;
    }
    Ok(())
}

pub(crate) fn a_deletion_waits_for_a_late_exchange() -> CaseResult {
    let (bench, ctrl) = shared()?;
    bench.lldd.with(|state| state.fcp_abort = Abort::Ignored);
    bench.lldd.rule(Rule::at(ON_READ).keep());
    let reader = Reader::begin(&bench, &ctrl, READ)?;
    ensure!(bench.until(5, |lldd| lldd.holding(ON_READ) == 1));
    ensure!(ctrl.begin_delete());
    sleep_ms(300);
    ensure!(!ctrl.is_gone() && !reader.is_over());
    ensure_eq!(bench::ended(Account::Queues), 0);
    ensure!(bench.lldd.release(ON_READ, |_| {}));
    reader.wait(5)?;
    ctrl.wait_gone(10)?;
    drop(ctrl);
    bench.end()
}

/// A timeout handler is in the LLDD's `fcp_abort`, for an exchange that is over by
/// now, and the NVMe core does not find its queue, as none of a namespace that is
/// being removed. The LLDD complains if the hardware queue goes meanwhile.
pub(crate) fn a_teardown_waits_for_a_handler_that_is_not_found() -> CaseResult {
    let (bench, ctrl) = shared()?;
    bench
        .lldd
        .with(|state| state.fcp_abort = Abort::Lingering(LINGER_MS));
    let reader = hang(&bench, &ctrl)?;
    bench.lldd.rule(Rule::at(CREATE_ASSOCIATION).keep());
    let hidden = ctrl.hide_connect_queue();
    ensure_eq!(reader.wait(10)?, ABORTED);
    ensure!(bench.until(20, |lldd| lldd.holding(CREATE_ASSOCIATION) == 1));
    drop(hidden);
    bench.lldd.with(|state| state.fcp_abort = Abort::Inline);
    ensure!(bench.lldd.release_ls(CREATE_ASSOCIATION, |_| {}));
    ctrl.wait(Phase::Live, 10)?;
    end(bench, ctrl)
}

/// Completions, aborts and resets at the same time, from many threads.
pub(crate) fn races() -> CaseResult {
    let (bench, ctrl) = shared()?;
    let aborts = [Abort::Inline, Abort::Thread(0), Abort::Thread(2)];
    for round in 0..24u32 {
        bench.lldd.with(|state| {
            state.steps.clear();
            state.delivery = Delivery::Thread(round % 4);
            state.fcp_abort = aborts[(round % 3) as usize];
        });
        let mut readers = KVec::new();
        for _ in 0..8 {
            let reader = Reader::begin(&bench, &ctrl, READ)?;
            readers.push(reader, GFP_KERNEL).or_fail()?;
        }
        sleep_ms(round % 5);
        ensure!(ctrl.reset());
        for reader in &readers {
            reader.wait(20)?;
        }
        ensure!(bench.until(20, |lldd| lldd.count(CREATE_ASSOCIATION) >= 1));
        ctrl.wait(Phase::Live, 20)?;
    }
    bench.lldd.with(|state| state.delivery = Delivery::Inline);
    let mut data = KVec::from_elem(0u8, 512, GFP_KERNEL).or_fail()?;
    ensure_eq!(ctrl.command(&READ, &mut data), Ok(0));
    end(bench, ctrl)
}
