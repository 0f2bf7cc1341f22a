// SPDX-License-Identifier: GPL-2.0

//! Link services that a target sends to the host.

#![deny(unsafe_code)]

use kernel::prelude::*;

use super::{
    aborts,
    bench::{
        self,
        Bench, //
    },
    controller::Phase,
    model::Wanted,
    options::Wish,
    reader::Reader,
    received::{
        self,
        Answered, //
    },
    responses::{
        connected,
        end,
        read,
        ON_READ,
        READ, //
    },
    script::{
        Abort,
        Delivery,
        On,
        Rule,
        CREATE_ASSOCIATION,
        DISCONNECT, //
    },
    template, //
};
use crate::cases::{
    outcome::{
        ensure,
        ensure_eq,
        CaseResult,
        OrFail, //
    },
    samples, //
};
use crate::lldd::account::Account;

/// Longest request.
const LONGEST: usize = 1024;

/// Disconnect Association for an association.
pub(crate) fn disconnect(association: u64) -> [u8; 48] {
    let mut request = [0; 48];
    let sample = samples::disconnect_association();
    for (to, from) in request.iter_mut().zip(sample.iter()) {
        *to = *from;
    }
    samples::put(&mut request, 16, &association.to_be_bytes());
    request
}

/// Sends a request and waits for the answer.
pub(crate) fn ask(bench: &Bench, request: &mut [u8]) -> CaseResult<Answered> {
    let remote = bench.remote.or_fail()?;
    let before = bench.lldd.with(|state| state.answered.len());
    ensure_eq!(received::send(remote, request), Ok(()));
    ensure!(bench.until(10, |lldd| lldd.with(|state| state.answered.len()) > before));
    let answered = bench
        .lldd
        .with(|state| state.answered.get(before).copied())
        .or_fail()?;
    Ok(answered)
}

/// A reject of a request, with reason and explanation.
fn rejected(answer: &Answered, command: u8, reason: u8, explanation: u8) -> bool {
    answer.length == 40
        && answer.byte(0) == 1
        && answer.byte(16) == command
        && answer.byte(33) == reason
        && answer.byte(34) == explanation
}

/// The accept of a Disconnect Association.
fn accepted(answer: &Answered) -> bool {
    answer.length == 24 && answer.byte(0) == 2 && answer.byte(7) == 16 && answer.byte(16) == 5
}

pub(crate) fn a_target_disconnects() -> CaseResult {
    let (bench, ctrl) = connected()?;
    let id = bench.lldd.with(|state| state.model.last()).or_fail()?;
    let answer = ask(&bench, &mut disconnect(id))?;
    ensure!(accepted(&answer), "{answer:?}");
    // It is answered when the exchanges are over, and before the queues go.
    ensure!(bench.until(5, |lldd| lldd.count(CREATE_ASSOCIATION) == 1));
    ctrl.wait(Phase::Live, 5)?;
    let order = bench.lldd.with(|state| {
        let find = |on: On| state.steps.iter().position(|step| *step == on);
        (
            find(DISCONNECT),
            find(On::Respond),
            find(On::DeleteQueue(0)),
        )
    });
    ensure!(order.0 < order.1 && order.1 < order.2, "{order:?}");
    ensure_eq!(read(&ctrl)?, Ok(0));
    // The association is no more.
    let answer = ask(&bench, &mut disconnect(id))?;
    ensure!(rejected(&answer, 5, 0x40, 0x00), "{answer:?}");
    ensure_eq!(ctrl.phase(), Phase::Live);
    end(bench, ctrl)
}

pub(crate) fn requests_that_are_rejected() -> CaseResult {
    let (bench, ctrl) = connected()?;
    let id = bench.lldd.with(|state| state.model.last()).or_fail()?;
    // Another's association, each bit of the identifier.
    for bit in (0..64).step_by(7) {
        let answer = ask(&bench, &mut disconnect(id ^ 1 << bit))?;
        ensure!(rejected(&answer, 5, 0x40, 0x00), "bit {bit}: {answer:?}");
    }
    // Each byte of the openings of list and descriptors.
    for (at, reason, explanation) in [
        (4, 0x42, 0x2d),
        (7, 0x42, 0x2d),
        (8, 0x42, 0x00),
        (11, 0x42, 0x00),
        (15, 0x42, 0x2d),
        (24, 0x42, 0x00),
        (27, 0x42, 0x00),
        (31, 0x42, 0x2d),
        (35, 0x03, 0x00),
    ] {
        let mut request = disconnect(id);
        if let Some(byte) = request.get_mut(at) {
            *byte ^= 1;
        }
        let answer = ask(&bench, &mut request)?;
        ensure!(
            rejected(&answer, 5, reason, explanation),
            "{at}: {answer:?}"
        );
    }
    // Other requests.
    for (command, reason) in [
        (0x00, 0x01),
        (0x01, 0x01),
        (0x02, 0x01),
        (0x03, 0x03),
        (0x04, 0x03),
        (0x06, 0x0b),
        (0x07, 0x01),
        (0xff, 0x01),
    ] {
        let mut request = disconnect(id);
        samples::put(&mut request, 0, &[command]);
        let answer = ask(&bench, &mut request)?;
        ensure!(
            rejected(&answer, command, reason, 0x00),
            "{command}: {answer:?}"
        );
    }
    // Every length below the whole.
    for length in (1..48).step_by(5) {
        let mut request = disconnect(id);
        let answer = ask(&bench, request.get_mut(..length).or_fail()?)?;
        ensure_eq!(answer.byte(0), 1, "{length}: {answer:?}");
        ensure_eq!(answer.byte(33), 0x42, "{length}: {answer:?}");
        ensure_eq!(answer.byte(34), 0x2d, "{length}: {answer:?}");
    }
    ensure_eq!(ctrl.phase(), Phase::Live);
    ensure_eq!(bench.lldd.count(DISCONNECT), 0);
    end(bench, ctrl)
}

pub(crate) fn two_disconnects() -> CaseResult {
    let (bench, ctrl) = aborts::shared()?;
    let remote = bench.remote.or_fail()?;
    let id = bench.lldd.with(|state| state.model.last()).or_fail()?;
    let answers = |bench: &Bench| {
        bench.lldd.with(|state| {
            let rejects = |answer: &&Answered| rejected(answer, 5, 0x09, 0x00);
            let accepts = state.answered.iter().filter(|answer| accepted(answer));
            let rejects = state.answered.iter().filter(rejects);
            (accepts.count(), rejects.count())
        })
    };
    // A command that does not end holds the teardown, and all of them wait for it.
    bench.lldd.with(|state| state.fcp_abort = Abort::Ignored);
    bench.lldd.rule(Rule::at(ON_READ).keep());
    let reader = Reader::begin(&bench, &ctrl, READ)?;
    ensure!(bench.until(5, |lldd| lldd.holding(ON_READ) == 1));
    for _ in 0..3 {
        ensure_eq!(received::send(remote, &disconnect(id)), Ok(()));
    }
    // The older ones are rejected, the last one when the association has ended.
    ensure!(bench.until(10, |lldd| lldd.with(|state| state.answered.len()) == 2));
    ensure_eq!(answers(&bench), (0, 2));
    ensure!(bench.lldd.release(ON_READ, |_| {}));
    reader.wait(5)?;
    ensure!(bench.until(10, |lldd| lldd.with(|state| state.answered.len()) == 3));
    ensure_eq!(answers(&bench), (1, 2));
    ensure!(bench.until(5, |lldd| lldd.count(CREATE_ASSOCIATION) == 1));
    ctrl.wait(Phase::Live, 5)?;
    bench.lldd.with(|state| state.fcp_abort = Abort::Inline);
    aborts::end(bench, ctrl)
}

pub(crate) fn answers_that_are_late_or_fail() -> CaseResult {
    let (bench, ctrl) = connected()?;
    let rules = [
        Rule::at(On::Respond).deliver(Delivery::Thread(100)),
        Rule::at(On::Respond).refuse(EIO.to_errno()),
        Rule::at(On::Respond).refuse(1),
    ];
    for rule in rules {
        // For a reject, and for the accept at the end of an association.
        for wrong in [1, 0] {
            bench.lldd.forget();
            bench.lldd.rule(rule);
            let id = bench.lldd.with(|state| state.model.last()).or_fail()?;
            ask(&bench, &mut disconnect(id ^ wrong << 20))?;
            if wrong == 0 {
                ensure!(bench.until(5, |lldd| lldd.count(CREATE_ASSOCIATION) == 1));
                ctrl.wait(Phase::Live, 5)?;
            }
        }
    }
    end(bench, ctrl)
}

pub(crate) fn requests_that_are_not_taken() -> CaseResult {
    let mut bench = Bench::new(Wanted::PLAIN)?;
    let remote = bench.remote.or_fail()?;
    let mut long = KVec::from_elem(0u8, LONGEST + 1, GFP_KERNEL).or_fail()?;
    ensure_eq!(received::send(remote, &long), Err(E2BIG.to_errno()));
    let answer = ask(&bench, long.get_mut(..LONGEST).or_fail()?)?;
    ensure!(rejected(&answer, 0, 0x01, 0x00), "{answer:?}");

    // 64 at a time wait for their answers, which are kept.
    bench.lldd.rule(Rule::at(On::Respond).times(64).keep());
    let mut taken = 0;
    for _ in 0..80 {
        match received::send(remote, &disconnect(1)) {
            Ok(()) => taken += 1,
            Err(errno) => ensure_eq!(errno, ENOMEM.to_errno()),
        }
    }
    ensure_eq!(taken, 64);
    ensure!(bench.until(10, |lldd| lldd.with(|state| state.kept.len()) == 64));
    while bench.lldd.release_answer() {}
    // A work item that follows an answer makes room.
    ensure!(bench.until(10, |_| { received::send(remote, &disconnect(1)) == Ok(()) }));

    bench.drop_remote()?;
    let gone = ENOTCONN.to_errno();
    ensure_eq!(received::send(remote, &disconnect(1)), Err(gone));
    bench.end()?;

    let bench = Bench::with(
        template::edited(|template| template.xmt_ls_rsp = None),
        Wanted::PLAIN,
    )?;
    let remote = bench.remote.or_fail()?;
    let cannot = EINVAL.to_errno();
    ensure_eq!(received::send(remote, &disconnect(1)), Err(cannot));
    bench.end()
}

pub(crate) fn a_request_while_the_port_goes() -> CaseResult {
    let mut bench = Bench::new(Wanted::PLAIN)?;
    for round in 0..6 {
        let ctrl = bench.live(&Wish::PATIENT)?;
        let id = bench.lldd.with(|state| state.model.last()).or_fail()?;
        let remote = bench.remote.or_fail()?;
        bench.lldd.rule(Rule::at(On::Respond).stall(round * 20));
        ensure_eq!(received::send(remote, &disconnect(id)), Ok(()));
        bench.drop_remote()?;
        // The answer keeps the port, and comes whatever it is.
        let gone = bench.until(10, |_| bench::is_even(Account::RemotePorts));
        ensure!(gone);
        ensure!(bench::is_even(Account::HostReceived));
        bench.add_remote()?;
        ctrl.wait(Phase::Live, 10)?;
        ctrl.delete()?;
    }
    bench.end()
}

pub(crate) fn a_disconnect_while_connecting() -> CaseResult {
    let (bench, ctrl) = connected()?;
    for on in [On::Connect(0), On::Connect(2)] {
        bench.lldd.forget();
        bench.lldd.rule(Rule::at(on).keep());
        ensure!(ctrl.reset());
        ensure!(bench.until(5, |lldd| lldd.holding(on) == 1));
        let id = bench.lldd.with(|state| state.model.last()).or_fail()?;
        let answer = ask(&bench, &mut disconnect(id))?;
        ensure!(accepted(&answer), "{answer:?}");
        ensure!(bench.until(10, |lldd| lldd.count(CREATE_ASSOCIATION) == 2));
        ctrl.wait(Phase::Live, 10)?;
    }
    end(bench, ctrl)
}
