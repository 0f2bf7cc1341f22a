// SPDX-License-Identifier: GPL-2.0

//! Commands that come while a queue is full.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use super::{
    bench::{room, Bench, BLOCK},
    lldd::{
        config::Config,
        exchange::Exchange,
        script::{Place, Script},
    },
};
use crate::cases::outcome::{ensure, ensure_eq, CaseResult, OrFail};
use crate::lldd::{accounting::ACCOUNTING, kind::Kind};

/// Commands that the queue of a case has room for.
const SLOTS: usize = 3;

/// Sends reads until the queue is full, each of which is held, and as many that
/// wait.
fn fill(bench: &Bench, connection: u64, waiting: usize) -> CaseResult<KVec<Arc<Exchange>>> {
    let mut exchanges = KVec::new();

    for nth in 0..SLOTS + waiting {
        let iu = Bench::blocks(connection, false, nth as u64, 1);
        let place = if nth < SLOTS { Place::Hold } else { Place::Now };
        let sent = bench.port.command(&iu, room(BLOCK)?, Script::usual(place));
        let (exchange, outcome) = sent.or_fail()?;
        let expected = if nth < SLOTS { Ok(()) } else { Err(EOVERFLOW) };

        ensure_eq!(outcome, expected, "command {nth}");
        exchanges.push(exchange, GFP_KERNEL).or_fail()?;
    }
    for exchange in exchanges.iter().take(SLOTS) {
        exchange.wait_held()?;
    }
    Ok(exchanges)
}

/// Lets the operations of a held read go: its data, then its response.
fn let_go(bench: &Bench, exchange: &Exchange) -> CaseResult {
    exchange.let_go()?;
    for _ in 0..2000 {
        if exchange.is_over() {
            return Ok(());
        }
        if exchange.steps() == 2 && exchange.let_go_if_held() {
            break;
        }
        bench.port.pause(2);
    }
    exchange.wait_over()?;
    Ok(())
}

pub(crate) fn first_come_first_served() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(SLOTS as u16, 2)?;
    let exchanges = fill(&bench, connection, SLOTS)?;
    // There is no more room to wait.
    let iu = Bench::blocks(connection, false, 0, 1);
    let sent = bench
        .port
        .command(&iu, room(BLOCK)?, Script::usual(Place::Now));
    ensure_eq!(sent.or_fail()?.1, Err(ENOENT));
    ensure_eq!(ACCOUNTING.calls(Kind::DeferReceive), 0);

    let_go(&bench, &exchanges[0])?;
    for exchange in &exchanges[SLOTS..] {
        // One slot, through which all of them go.
        exchange.wait_over()?.or_fail()?;
        ensure_eq!(exchange.aborts_and_deferrals(), (0, 1));
    }
    for exchange in &exchanges[1..SLOTS] {
        ensure!(!exchange.is_over());
        let_go(&bench, exchange)?;
    }
    // DEFER_RCV came once for each that waited.
    ensure_eq!(ACCOUNTING.calls(Kind::DeferReceive), SLOTS as u64);
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn aborted_while_it_waits() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(SLOTS as u16, 2)?;
    let exchanges = fill(&bench, connection, 2)?;

    // The older one. It was never begun, and never is.
    exchanges[SLOTS].abort();
    ensure!(exchanges[SLOTS].is_over());
    ensure_eq!(exchanges[SLOTS].steps(), 0);
    ensure_eq!(exchanges[SLOTS].aborts_and_deferrals(), (0, 1));
    exchanges[SLOTS].abort();
    for exchange in &exchanges[..SLOTS] {
        let_go(&bench, exchange)?;
    }
    exchanges[SLOTS + 1].wait_over()?.or_fail()?;
    ensure_eq!(exchanges[SLOTS].steps(), 0);
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn disconnected_while_it_waits() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(SLOTS as u16, 2)?;
    let exchanges = fill(&bench, connection, SLOTS)?;
    let request = super::frames::disconnect(association);
    let answer = bench
        .port
        .ls(
            Some(&bench.host),
            &request,
            super::lldd::service::Plan::USUAL,
        )
        .or_fail()?;

    for exchange in &exchanges[SLOTS..] {
        ensure_eq!(exchange.wait_over()?, None);
        ensure_eq!(exchange.steps(), 0);
        ensure_eq!(exchange.aborts_and_deferrals(), (1, 1));
    }
    for exchange in &exchanges[..SLOTS] {
        exchange.let_go()?;
        // The data was on its way; the response does not follow.
        ensure_eq!(exchange.wait_over()?, None);
    }
    ensure_eq!(answer.answer()?[0], 2);
    bench.end()
}

pub(crate) fn ports_that_do_not_defer() -> CaseResult {
    let config = Config {
        defers: false,
        ..Config::USUAL
    };
    let bench = Bench::with_namespace(&config)?;
    let (association, connection) = bench.io_queue(SLOTS as u16, 2)?;
    let exchanges = fill(&bench, connection, 0)?;
    let iu = Bench::blocks(connection, false, 0, 1);

    for _ in 0..3 {
        let sent = bench
            .port
            .command(&iu, room(BLOCK)?, Script::usual(Place::Now));
        ensure_eq!(sent.or_fail()?.1, Err(ENOENT));
    }
    for exchange in &exchanges {
        let_go(&bench, exchange)?;
    }
    bench.run(&iu, room(BLOCK)?)?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn more_than_there_is_room_for() -> CaseResult {
    // Commands from threads come and go, faster than the queue has room or not:
    // some were put off before.
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(SLOTS as u16, 2)?;
    let mut exchanges = KVec::new();
    let mut put_off = SLOTS as u64;
    let full = fill(&bench, connection, SLOTS)?;

    for exchange in &full[..SLOTS] {
        let_go(&bench, exchange)?;
    }
    for exchange in &full[SLOTS..] {
        exchange.wait_over()?.or_fail()?;
    }

    for round in 0..200u32 {
        let iu = Bench::blocks(connection, round % 2 == 0, 0, 1);
        let script = Script::usual(Place::Thread(round % 2));
        let sent = bench.port.command(&iu, room(BLOCK)?, script);
        let (exchange, outcome) = sent.or_fail()?;

        match outcome {
            Ok(()) => exchanges.push(exchange, GFP_KERNEL).or_fail()?,
            Err(error) if error == EOVERFLOW => {
                put_off += 1;
                exchanges.push(exchange, GFP_KERNEL).or_fail()?;
            }
            Err(error) => {
                ensure_eq!(error, ENOENT);
                bench.port.pause(1);
            }
        }
    }
    for exchange in &exchanges {
        exchange.wait_over()?.or_fail()?;
    }
    ensure_eq!(ACCOUNTING.calls(Kind::DeferReceive), put_off);
    bench.disconnect(association)?;
    bench.end()
}
