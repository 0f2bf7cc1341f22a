// SPDX-License-Identifier: GPL-2.0

//! The link services that a host sends: answers of all kinds, errors of the
//! LLDD, answers that come late, twice or not at all.

#![deny(unsafe_code)]

use kernel::prelude::*;

use super::{
    bench::Bench,
    controller::Phase,
    model::Wanted,
    options::Wish,
    script::{
        Abort,
        Alter,
        Delivery,
        On,
        Rule,
        CREATE_ASSOCIATION,
        CREATE_CONNECTION,
        DISCONNECT, //
    }, //
};
use crate::cases::outcome::{
    ensure,
    ensure_eq,
    CaseResult, //
};

/// Connects with a rule; says whether the controller came into service. It is
/// gone afterwards.
pub(crate) fn serves(bench: &Bench, rule: Rule) -> CaseResult<bool> {
    bench.lldd.forget();
    bench.lldd.rule(rule);
    let ctrl = bench.connect(&Wish::ONCE)?;
    let live = ctrl.phase() == Phase::Live;
    if live {
        ctrl.delete()?;
    } else {
        ctrl.wait_gone(10)?;
    }
    Ok(live)
}

/// How often a step was taken.
fn count(bench: &Bench, on: On) -> usize {
    bench.lldd.count(on)
}

pub(crate) fn a_create_association_accept_off_by_a_bit() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    // Command, list length, request descriptor, both identifiers' headers; the
    // pure suites have each byte of them.
    for at in [0usize, 5, 7, 11, 15, 16, 27, 31, 43, 47] {
        // CAST: Below 8.
        let bits = 1 << (at % 8) as u8;
        let rule = Rule::at(CREATE_ASSOCIATION).alter(Alter::LsByte(at, bits));
        ensure!(!serves(&bench, rule)?, "byte {at}");
        ensure_eq!(count(&bench, On::Connect(0)), 0, "byte {at}");
        ensure_eq!(count(&bench, On::DeleteQueue(0)), 1, "byte {at}");
    }
    bench.end()
}

pub(crate) fn reserved_bytes_of_accepts_are_not_looked_at() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let reserved = Alter::Ls(|answer| {
        answer.put(1, &[0xff; 3]);
        answer.put(17, &[0xff; 7]);
    });
    for service in [CREATE_ASSOCIATION, CREATE_CONNECTION, DISCONNECT] {
        ensure!(serves(&bench, Rule::at(service).alter(reserved))?);
    }
    bench.end()
}

pub(crate) fn a_create_connection_accept_off_by_a_bit() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    for at in [0, 7, 11, 15, 16, 27, 31] {
        let rule = Rule::at(CREATE_CONNECTION)
            .skip(1)
            .alter(Alter::LsByte(at, 0x01));
        ensure!(!serves(&bench, rule)?, "byte {at}");
        // The first connection was made, and all is taken apart again.
        ensure_eq!(count(&bench, On::Connect(1)), 1, "byte {at}");
        ensure_eq!(count(&bench, On::Connect(2)), 0, "byte {at}");
        ensure_eq!(count(&bench, DISCONNECT), 1, "byte {at}");
    }
    bench.end()
}

pub(crate) fn identifiers_of_zero() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let association = Alter::Ls(|answer| answer.put(32, &[0; 8]));
    ensure!(!serves(
        &bench,
        Rule::at(CREATE_ASSOCIATION).alter(association)
    )?);
    // Nobody can be told of an association without an identifier.
    ensure_eq!(count(&bench, DISCONNECT), 0);
    bench.lldd.with(|state| state.model.forget());

    let connection = Alter::Ls(|answer| answer.put(48, &[0; 8]));
    ensure!(!serves(
        &bench,
        Rule::at(CREATE_ASSOCIATION).alter(connection)
    )?);
    ensure_eq!(count(&bench, DISCONNECT), 1);

    let connection = Alter::Ls(|answer| answer.put(32, &[0; 8]));
    ensure!(!serves(
        &bench,
        Rule::at(CREATE_CONNECTION).alter(connection)
    )?);
    ensure_eq!(count(&bench, DISCONNECT), 1);
    bench.end()
}

pub(crate) fn every_reject() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let reasons = [
        0x00, 0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x40, 0x41, 0x42, 0x43, 0xff,
    ];
    for reason in reasons {
        let rule = Rule::at(CREATE_ASSOCIATION).alter(Alter::Reject(reason, 0x2c));
        ensure!(!serves(&bench, rule)?, "{reason:#x}");
        ensure_eq!(count(&bench, DISCONNECT), 0, "{reason:#x}");
    }
    for reason in [0x09, 0x40, 0x43] {
        let rule = Rule::at(CREATE_CONNECTION).alter(Alter::Reject(reason, 0x00));
        ensure!(!serves(&bench, rule)?, "{reason:#x}");
        ensure_eq!(count(&bench, DISCONNECT), 1, "{reason:#x}");
    }
    // The answer to Disconnect changes nothing.
    let rule = Rule::at(DISCONNECT).alter(Alter::Reject(0x40, 0x00));
    ensure!(serves(&bench, rule)?);
    bench.end()
}

pub(crate) fn errors_of_done() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let alters = [
        Alter::Ls(|answer| answer.status = EIO.to_errno()),
        Alter::Ls(|answer| answer.status = ETIMEDOUT.to_errno()),
        // No errno, but no success either.
        Alter::Ls(|answer| answer.status = 1),
    ];
    for alter in alters {
        for service in [CREATE_ASSOCIATION, CREATE_CONNECTION] {
            ensure!(!serves(&bench, Rule::at(service).alter(alter))?);
            bench.lldd.with(|state| state.model.forget());
        }
        ensure!(serves(&bench, Rule::at(DISCONNECT).alter(alter))?);
    }
    bench.end()
}

pub(crate) fn errors_of_ls_req() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    for errno in [EIO, EBUSY] {
        for (service, told) in [(CREATE_ASSOCIATION, 0), (CREATE_CONNECTION, 1)] {
            let live = serves(&bench, Rule::at(service).refuse(errno.to_errno()))?;
            ensure!(!live, "{service:?}, {errno:?}");
            ensure_eq!(count(&bench, DISCONNECT), told, "{service:?}, {errno:?}");
        }
        let live = serves(&bench, Rule::at(DISCONNECT).refuse(errno.to_errno()))?;
        ensure!(live);
        ensure_eq!(count(&bench, DISCONNECT), 1);
        bench.lldd.with(|state| state.model.forget());
    }
    // What is no errno is refused as well.
    ensure!(!serves(&bench, Rule::at(CREATE_ASSOCIATION).refuse(1))?);
    bench.end()
}

pub(crate) fn answers_from_another_thread() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    for delay in [0, 1, 30] {
        bench
            .lldd
            .with(|state| state.delivery = Delivery::Thread(delay));
        ensure!(serves(&bench, Rule::at(DISCONNECT).times(0))?, "{delay} ms");
    }
    bench.end()
}

pub(crate) fn answers_that_come_before_ls_req_returns() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    for service in [CREATE_ASSOCIATION, CREATE_CONNECTION, DISCONNECT] {
        for delivery in [Delivery::Inline, Delivery::Twice] {
            let rule = Rule::at(service).times(2).deliver(delivery);
            ensure!(serves(&bench, rule)?, "{service:?}, {delivery:?}");
        }
    }
    bench.end()
}

/// Takes half a minute: nothing shortens the transport's patience.
pub(crate) fn answers_that_do_not_come() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;

    // A Disconnect that nobody waits for keeps the port in use.
    bench.lldd.rule(Rule::at(DISCONNECT).keep());
    let ctrl = bench.live(&Wish::ONCE)?;
    ctrl.delete()?;
    drop(ctrl);
    ensure_eq!(bench.lldd.holding(DISCONNECT), 1);

    // A Create Association that is neither answered nor aborted is given up.
    bench.lldd.with(|state| state.ls_abort = Abort::Ignored);
    bench.lldd.rule(Rule::at(CREATE_ASSOCIATION).keep());
    let ctrl = bench.connect(&Wish::ONCE)?;
    ctrl.wait_gone(5)?;
    drop(ctrl);
    ensure!(bench.until(10, |lldd| lldd.count(On::LsAbort) == 2));
    ensure_eq!(bench.lldd.holding(CREATE_ASSOCIATION), 1);

    // Both may be answered long after, to whom it no longer concerns.
    ensure!(bench.lldd.release_ls(CREATE_ASSOCIATION, |_| {}));
    ensure!(bench.lldd.release_ls(DISCONNECT, |_| {}));
    bench.end()
}

pub(crate) fn an_aborted_service_ends_the_wait() -> CaseResult {
    let mut bench = Bench::new(Wanted::PLAIN)?;
    for abort in [Abort::Inline, Abort::Thread(50)] {
        bench.lldd.forget();
        bench.lldd.with(|state| state.ls_abort = abort);
        let ctrl = bench.live(&Wish::PATIENT)?;
        bench.lldd.rule(Rule::at(CREATE_CONNECTION).keep());
        ensure!(ctrl.reset());
        ensure!(bench.until(5, |lldd| lldd.holding(CREATE_CONNECTION) == 1));
        // The port goes, and with it what is on its way.
        bench.drop_remote()?;
        ensure!(bench.until(5, |lldd| lldd.in_flight() == 0));
        ensure_eq!(count(&bench, On::LsAbort), 1, "{abort:?}");
        ensure!(bench.until(5, |lldd| lldd.count(On::RemoteDelete) == 1));
        bench.add_remote()?;
        ctrl.wait(Phase::Live, 10)?;
        ctrl.delete()?;
    }
    bench.end()
}
