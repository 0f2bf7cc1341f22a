// SPDX-License-Identifier: GPL-2.0

//! Reviewed: who waits for what, and how long. The bounds are generous; without
//! what they show the waits are many times as long.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    time::{
        Instant,
        Monotonic, //
    }, //
};

use super::{
    bench::Bench,
    controller::Phase,
    model::Wanted,
    options::Wish,
    received,
    received_ls::disconnect,
    responses::{
        connected,
        end, //
    },
    script::{
        opcode,
        Abort,
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
    CaseResult,
    OrFail, //
};

/// Milliseconds that a port settles for, less a tick or two.
const SETTLES: i64 = 240;

/// An answer that the LLDD loses holds a port for 40 s, but not one that goes.
pub(crate) fn review_host_13_a_lost_answer() -> CaseResult {
    let mut bench = Bench::new(Wanted::PLAIN)?;
    // One that goes out after the port began to go, and one before.
    for early in [true, false] {
        bench.lldd.forget();
        bench.lldd.rule(Rule::at(On::Respond).keep().stall(300));
        let remote = bench.remote.or_fail()?;
        let sent = received::send(remote, &disconnect(1));
        ensure_eq!(sent, Ok(()));
        ensure!(bench.until(10, |lldd| lldd.count(On::Respond) == 1));
        if early {
            ensure!(bench.until(10, |lldd| lldd.with(|state| state.kept.len()) == 1));
        }
        bench.drop_remote()?;
        ensure!(
            bench.until(20, |lldd| lldd.count(On::RemoteDelete) == 1),
            "the port does not go"
        );
        ensure!(bench.until(10, |lldd| lldd.release_answer()));
        bench.add_remote()?;
    }
    bench.end()
}

/// A link service that the LLDD does not end holds a port for as long as an
/// abort may take, and that is less than the most impatient of LLDDs gives it.
pub(crate) fn review_host_13_a_lost_service() -> CaseResult {
    let (mut bench, ctrl) = connected()?;
    bench.lldd.with(|state| state.ls_abort = Abort::Ignored);
    bench.lldd.rule(Rule::at(DISCONNECT).keep());
    ctrl.delete()?;
    drop(ctrl);
    ensure_eq!(bench.lldd.holding(DISCONNECT), 1);
    bench.drop_remote()?;
    ensure!(bench.until(20, |lldd| lldd.count(On::RemoteDelete) == 1));
    ensure_eq!(bench.lldd.count(On::LsAbort), 1);
    ensure!(bench.lldd.release_ls(DISCONNECT, |_| {}));
    bench.end()
}

/// A deletion waits for a reset, and that for a Connect that is not answered.
pub(crate) fn review_host_16_a_connect_is_cut_short() -> CaseResult {
    let (bench, ctrl) = connected()?;
    bench.lldd.rule(Rule::at(On::Connect(0)).keep());
    ensure!(ctrl.reset());
    ensure!(bench.until(5, |lldd| lldd.holding(On::Connect(0)) == 1));
    ensure!(ctrl.begin_delete());
    ctrl.wait_gone(15)?;
    drop(ctrl);
    bench.end()
}

pub(crate) fn review_host_16_a_service_is_cut_short() -> CaseResult {
    for on in [CREATE_ASSOCIATION, CREATE_CONNECTION] {
        let (bench, ctrl) = connected()?;
        bench.lldd.rule(Rule::at(on).keep());
        ensure!(ctrl.reset());
        ensure!(bench.until(5, |lldd| lldd.holding(on) == 1));
        ensure!(ctrl.begin_delete());
        ctrl.wait_gone(15)?;
        drop(ctrl);
        bench.end()?;
    }
    Ok(())
}

/// The same without a reset that waits for it.
pub(crate) fn review_host_16_the_last_service_is_cut_short() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    bench
        .lldd
        .rule(Rule::at(CREATE_ASSOCIATION).refuse(EIO.to_errno()));
    bench.lldd.rule(Rule::at(CREATE_ASSOCIATION).keep());
    let ctrl = bench.connect(&Wish::PATIENT)?;
    ensure!(bench.until(10, |lldd| lldd.holding(CREATE_ASSOCIATION) == 1));
    ensure!(ctrl.begin_delete());
    ctrl.wait_gone(15)?;
    drop(ctrl);
    bench.end()
}

/// The end of an association is told to a port that was registered again a
/// moment ago, and whose LLDD may not be through with that.
pub(crate) fn review_host_17_a_disconnect_lets_the_port_settle() -> CaseResult {
    let event = On::Admin(opcode::ASYNC_EVENT);
    let mut bench = Bench::new(Wanted {
        events: true,
        ..Wanted::PLAIN
    })?;
    let ctrl = bench.live(&Wish::PATIENT)?;
    ensure!(bench.until(5, |lldd| lldd.holding(event) == 1));
    ctrl.scanned();
    bench.lldd.forget();
    // The LLDD keeps an exchange until the port is back.
    bench.lldd.with(|state| state.fcp_abort = Abort::Ignored);
    bench.drop_remote()?;
    ensure!(bench.until(5, |lldd| lldd.count(On::FcpAbort) == 1));
    let before = Instant::<Monotonic>::now();
    bench.add_remote()?;
    bench.lldd.with(|state| state.fcp_abort = Abort::Inline);
    ensure!(bench
        .lldd
        .release(event, |answer| answer.status = EIO.to_errno()));
    ensure!(bench.until(10, |lldd| lldd.count(DISCONNECT) == 1));
    let waited = before.elapsed().as_millis();
    ensure!(waited >= SETTLES, "told after {waited} ms");
    ctrl.wait(Phase::Live, 10)?;
    end(bench, ctrl)
}
