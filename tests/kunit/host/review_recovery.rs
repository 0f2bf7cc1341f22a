// SPDX-License-Identifier: GPL-2.0

//! Reviewed: errors that cost an association, and refusals that must not cost a
//! controller.

#![deny(unsafe_code)]

use kernel::prelude::*;

use super::{
    bench::Bench,
    controller::Phase,
    events::{
        listening,
        EVENT, //
    },
    model::Wanted,
    options::Wish,
    responses::{
        connected,
        end,
        read,
        ON_READ,
        PATH_ERROR, //
    },
    script::{
        opcode,
        Alter,
        On,
        Rule,
        CREATE_ASSOCIATION,
        CREATE_CONNECTION, //
    }, //
};
use crate::cases::outcome::{
    ensure,
    ensure_eq,
    CaseResult, //
};

/// Whoever asks may not, and need not ask again: Connect Invalid Host.
const NOT_ALLOWED: Alter = Alter::Fcp(|answer| {
    answer.extend();
    answer.iu.cqe.status.set(0x4184 << 1);
});

/// Errors that pass.
fn passing() -> [i32; 3] {
    [EBUSY.to_errno(), ENOMEM.to_errno(), EAGAIN.to_errno()]
}

pub(crate) fn review_host_3_hard_errors_begin_recovery() -> CaseResult {
    let (bench, ctrl) = connected()?;
    for errno in [EIO.to_errno(), ENODEV.to_errno(), 1] {
        bench.lldd.forget();
        bench.lldd.rule(Rule::at(ON_READ).refuse(errno));
        ensure_eq!(read(&ctrl)?, Err(PATH_ERROR), "{errno}");
        ensure!(
            bench.until(10, |lldd| lldd.count(CREATE_ASSOCIATION) == 1),
            "{errno}: no recovery"
        );
        ctrl.wait(Phase::Live, 10)?;
        ensure_eq!(read(&ctrl)?, Ok(0), "{errno}");
    }
    end(bench, ctrl)
}

pub(crate) fn review_host_3_passing_errors_are_tried_again() -> CaseResult {
    let (bench, ctrl) = connected()?;
    for errno in passing() {
        bench.lldd.forget();
        bench.lldd.rule(Rule::at(ON_READ).times(3).refuse(errno));
        ensure_eq!(read(&ctrl)?, Ok(0), "{errno}");
        ensure_eq!(bench.lldd.count(ON_READ), 4, "{errno}");
        ensure_eq!(bench.lldd.count(CREATE_ASSOCIATION), 0, "{errno}");
        ensure_eq!(ctrl.phase(), Phase::Live, "{errno}");
    }
    end(bench, ctrl)
}

pub(crate) fn review_host_3_a_refused_keep_alive() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let keep_alive = On::Admin(opcode::KEEP_ALIVE);
    bench.lldd.rule(Rule::at(keep_alive).refuse(EIO.to_errno()));
    let ctrl = bench.connect(&Wish {
        keep_alive: 1,
        ..Wish::PATIENT
    })?;
    ensure!(bench.until(10, |lldd| lldd.count(keep_alive) >= 1));
    ensure!(bench.until(10, |lldd| lldd.count(CREATE_ASSOCIATION) == 2));
    ctrl.wait(Phase::Live, 10)?;
    end(bench, ctrl)
}

/// An error that passes must not leave the controller without events.
pub(crate) fn review_host_3_a_refused_event_request() -> CaseResult {
    let event = On::Admin(opcode::ASYNC_EVENT);
    let bench = Bench::new(Wanted {
        events: true,
        ..Wanted::PLAIN
    })?;
    for errno in passing() {
        bench.lldd.forget();
        bench.lldd.rule(Rule::at(event).times(2).refuse(errno));
        let ctrl = bench.connect(&Wish::PATIENT)?;
        ensure!(
            bench.until(5, |lldd| lldd.holding(event) == 1),
            "{errno}: no events"
        );
        ensure_eq!(bench.lldd.count(event), 3, "{errno}");
        ctrl.delete()?;
    }
    bench.end()
}

pub(crate) fn review_host_6_administrative_controller() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    bench.lldd.rule(
        Rule::at(On::Admin(opcode::IDENTIFY))
            .times(u32::MAX)
            .alter(Alter::Data(|page| {
                if let Some(kind) = page.get_mut(111) {
                    *kind = 3;
                }
            })),
    );
    let ctrl = bench.connect(&Wish::PATIENT)?;
    for associations in 1..3 {
        ensure!(bench.until(5, |lldd| lldd.count(CREATE_ASSOCIATION) == associations));
        ctrl.wait(Phase::Live, 10)?;
        ensure_eq!(bench.lldd.count(On::Admin(opcode::SET_FEATURES)), 0);
        ensure_eq!(bench.lldd.count(CREATE_CONNECTION), 0);
        ensure_eq!(ctrl.queue_count(), 1);
        ensure!(associations == 2 || ctrl.reset());
    }
    end(bench, ctrl)
}

/// A target that is being set up refuses who is not allowed yet.
pub(crate) fn a_refusal_after_service_is_retried() -> CaseResult {
    let (bench, ctrl) = connected()?;
    bench
        .lldd
        .rule(Rule::at(On::Connect(0)).times(2).alter(NOT_ALLOWED));
    ensure!(ctrl.reset());
    ensure!(bench.until(20, |lldd| lldd.count(CREATE_ASSOCIATION) == 3));
    ctrl.wait(Phase::Live, 10)?;
    ensure_eq!(read(&ctrl)?, Ok(0));
    end(bench, ctrl)
}

/// But not for longer than `ctrl_loss_tmo`.
pub(crate) fn a_refusal_after_service_has_its_limit() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let ctrl = bench.live(&Wish {
        attempts: 2,
        ..Wish::ONCE
    })?;
    bench.lldd.forget();
    bench
        .lldd
        .rule(Rule::at(On::Connect(0)).times(9).alter(NOT_ALLOWED));
    ensure!(ctrl.reset());
    ctrl.wait_gone(20)?;
    drop(ctrl);
    ensure_eq!(bench.lldd.count(CREATE_ASSOCIATION), 2);
    bench.end()
}

/// The port goes and comes back while firmware is activated, after which the NVMe
/// core puts the controller into service whatever happened: its association is of
/// the port that was lost, and must not be used again.
pub(crate) fn review_host_9_failed_while_live() -> CaseResult {
    let (mut bench, ctrl) = listening()?;
    bench.lldd.forget();
    bench.lldd.rule(Rule::at(On::PropertyGet).keep());
    ensure!(bench.lldd.release(EVENT, |answer| {
        answer.extend();
        // Notice: firmware activation starts.
        answer.iu.cqe.result.set(0x01_02);
    }));
    ensure!(bench.until(30, |lldd| lldd.holding(On::PropertyGet) == 1));
    ensure_eq!(ctrl.phase(), Phase::Resetting);
    bench.drop_remote()?;
    bench.add_remote()?;
    ensure!(bench.lldd.release(On::PropertyGet, |_| {}));
    ensure!(
        bench.until(30, |lldd| lldd.count(CREATE_ASSOCIATION) == 1),
        "the old association is used"
    );
    ctrl.wait(Phase::Live, 30)?;
    end(bench, ctrl)
}
