// SPDX-License-Identifier: GPL-2.0

//! The asynchronous event request.

#![deny(unsafe_code)]

use kernel::prelude::*;

use super::{
    answer::FcpAnswer,
    bench::{
        self,
        Bench, //
    },
    controller::{
        Controller,
        Phase, //
    },
    lldd::Lldd,
    model::Wanted,
    options::Wish,
    responses::end,
    script::{
        opcode,
        Abort,
        On,
        Rule,
        CREATE_ASSOCIATION, //
    },
    sleep_ms, //
};
use crate::cases::outcome::{
    ensure,
    ensure_eq,
    CaseResult, //
};
use crate::lldd::account::Account;

/// The request's step.
pub(crate) const EVENT: On = On::Admin(opcode::ASYNC_EVENT);

/// A bench with a controller whose event request is out.
pub(crate) fn listening() -> CaseResult<(Bench, Controller)> {
    let bench = Bench::new(Wanted {
        events: true,
        ..Wanted::PLAIN
    })?;
    let ctrl = bench.live(&Wish::PATIENT)?;
    ensure!(bench.until(5, |lldd| lldd.holding(EVENT) == 1));
    ctrl.scanned();
    Ok((bench, ctrl))
}

/// A namespace was attached or detached.
pub(crate) fn namespace_changed(answer: &mut FcpAnswer) {
    answer.extend();
    answer.iu.cqe.result.set(0x04_00_02);
}

pub(crate) fn an_event_arrives() -> CaseResult {
    let (bench, ctrl) = listening()?;
    for round in 2..5 {
        ensure!(bench.lldd.release(EVENT, namespace_changed));
        // The request goes out again; the log page is read, and a scan runs.
        ensure!(bench.until(5, |lldd| {
            lldd.count(EVENT) == round && lldd.holding(EVENT) == 1
        }));
        ensure!(bench.until(5, |lldd| {
            lldd.count(On::Admin(opcode::GET_LOG_PAGE)) == round - 1
        }));
        ctrl.scanned();
    }
    ensure_eq!(ctrl.phase(), Phase::Live);
    ensure_eq!(bench.lldd.holding(EVENT), 1);
    end(bench, ctrl)
}

pub(crate) fn it_survives_resets() -> CaseResult {
    let (bench, ctrl) = listening()?;
    for abort in [Abort::Inline, Abort::Thread(100)] {
        bench.lldd.forget();
        bench.lldd.with(|state| state.fcp_abort = abort);
        ensure!(ctrl.reset());
        // The old one is held until it is aborted.
        let again = |lldd: &Lldd| lldd.count(EVENT) == 1 && lldd.holding(EVENT) == 1;
        ensure!(bench.until(10, again), "{abort:?}");
        ctrl.wait(Phase::Live, 5)?;
    }
    end(bench, ctrl)
}

pub(crate) fn a_teardown_waits_for_it() -> CaseResult {
    let (bench, ctrl) = listening()?;
    bench.lldd.with(|state| state.fcp_abort = Abort::Ignored);
    ensure!(ctrl.begin_delete());
    ensure!(bench.until(5, |lldd| lldd.count(On::FcpAbort) == 1));
    sleep_ms(300);
    ensure!(!ctrl.is_gone());
    ensure_eq!(bench::ended(Account::Queues), 0);
    // An event in the middle of that is no event any more.
    ensure!(bench.lldd.release(EVENT, namespace_changed));
    ctrl.wait_gone(10)?;
    drop(ctrl);
    bench.end()
}

pub(crate) fn a_refused_request() -> CaseResult {
    let bench = Bench::new(Wanted {
        events: true,
        ..Wanted::PLAIN
    })?;
    // A busy LLDD is asked again.
    bench
        .lldd
        .rule(Rule::at(EVENT).times(2).refuse(EBUSY.to_errno()));
    let ctrl = bench.connect(&Wish::PATIENT)?;
    ensure!(bench.until(5, |lldd| lldd.holding(EVENT) == 1));
    ensure_eq!(bench.lldd.count(EVENT), 3);
    ctrl.delete()?;
    drop(ctrl);
    // Another error leaves the controller without events, and no worse.
    bench.lldd.forget();
    bench.lldd.rule(Rule::at(EVENT).refuse(EIO.to_errno()));
    let ctrl = bench.connect(&Wish::PATIENT)?;
    ensure!(bench.until(5, |lldd| lldd.count(EVENT) == 1));
    sleep_ms(200);
    ensure_eq!(ctrl.phase(), Phase::Live);
    ensure_eq!(bench.lldd.count(EVENT), 1);
    ctrl.delete()?;
    drop(ctrl);
    // One that is busy while the controller goes must not keep it.
    bench.lldd.forget();
    bench
        .lldd
        .rule(Rule::at(EVENT).times(100).refuse(EBUSY.to_errno()));
    let ctrl = bench.connect(&Wish::PATIENT)?;
    ensure!(bench.until(5, |lldd| lldd.count(EVENT) >= 1));
    ctrl.delete()?;
    drop(ctrl);
    bench.end()
}

pub(crate) fn a_bad_end_costs_the_association() -> CaseResult {
    let (bench, ctrl) = listening()?;
    let ends: [fn(&mut FcpAnswer); 4] = [
        |answer| answer.status = EIO.to_errno(),
        |answer| answer.response_length = 13,
        |answer| answer.flip(28, 0x01),
        |answer| answer.transferred = 4,
    ];
    for change in ends {
        bench.lldd.forget();
        ensure!(bench.lldd.release(EVENT, change));
        ensure!(bench.until(10, |lldd| lldd.count(CREATE_ASSOCIATION) == 1));
        ensure!(bench.until(10, |lldd| lldd.holding(EVENT) == 1));
        ctrl.wait(Phase::Live, 5)?;
    }
    end(bench, ctrl)
}

pub(crate) fn it_comes_back_twice() -> CaseResult {
    let (bench, ctrl) = listening()?;
    // Once more before it is sent again, so that it is nobody's.
    bench
        .lldd
        .rule(Rule::at(EVENT).times(100).refuse(EIO.to_errno()));
    ensure!(bench.lldd.release_twice(EVENT, namespace_changed));
    sleep_ms(50);
    ensure_eq!(ctrl.phase(), Phase::Live);
    end(bench, ctrl)
}
