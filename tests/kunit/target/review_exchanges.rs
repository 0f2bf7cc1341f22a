// SPDX-License-Identifier: GPL-2.0

//! What the review of the target found about exchanges that wait, or were refused.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use super::{
    bench::{room, Bench, BLOCK},
    lldd::{
        config::Config,
        exchange::Exchange,
        script::{Place, Script},
        threads,
    },
};
use crate::cases::outcome::{ensure, ensure_eq, CaseResult, OrFail};

/// Reads that go to a connection, the first `held` of which are held; the others
/// wait, and their `defer_rcv` is held.
fn reads(
    bench: &Bench,
    connection: u64,
    held: usize,
    waiting: usize,
) -> CaseResult<KVec<Arc<Exchange>>> {
    let mut exchanges = KVec::new();

    for nth in 0..held + waiting {
        let iu = Bench::blocks(connection, false, nth as u64, 1);
        let script = if nth < held {
            Script::usual(Place::Hold)
        } else {
            Script {
                holds_deferral: true,
                ..Script::usual(Place::Now)
            }
        };
        let (exchange, outcome) = bench.port.command(&iu, room(BLOCK)?, script).or_fail()?;
        let expected = if nth < held { Ok(()) } else { Err(EOVERFLOW) };

        ensure_eq!(outcome, expected, "command {nth}");
        if nth < held {
            exchange.wait_held()?;
        }
        exchanges.push(exchange, GFP_KERNEL).or_fail()?;
    }
    Ok(exchanges)
}

/// Lets a held read go: its data, then its response.
fn let_go(bench: &Bench, exchange: &Exchange) -> CaseResult {
    exchange.let_go()?;
    ensure!(bench
        .port
        .wait_until(|_| exchange.is_over() || exchange.let_go_if_held()));
    exchange.wait_over()?;
    Ok(())
}

pub(crate) fn review_target_m2_refused_and_aborted() -> CaseResult {
    // The LLDD's memory holds what it held before; the host aborts all the same.
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(3, 2)?;
    let leftovers = Script {
        leftovers: true,
        ..Script::usual(Place::Now)
    };
    let held = reads(&bench, connection, 3, 0)?;
    let full = Bench::blocks(connection, false, 0, 1);
    let unknown = Bench::blocks(connection ^ (1 << 20), false, 0, 1);

    for (iu, refusal) in [(&unknown[..], ENOTCONN), (&full[..20], EIO)] {
        let sent = bench.port.command(iu, room(BLOCK)?, leftovers);
        let (exchange, outcome) = sent.or_fail()?;
        ensure_eq!(outcome, Err(refusal));
        ensure!(!exchange.leads_somewhere(), "{refusal:?}");
        exchange.abort();
    }
    for exchange in &held {
        let_go(&bench, exchange)?;
    }
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_m3_an_abort_holds_the_port() -> CaseResult {
    // An abort has taken a command from its queue, and calls the LLDD for it. The
    // queue and the port end meanwhile.
    let mut bench = Bench::with_namespace(&Config::USUAL)?;
    let (_, connection) = bench.io_queue(3, 2)?;
    let exchanges = reads(&bench, connection, 3, 1)?;

    exchanges[3].abort_in_thread()?;
    exchanges[3].wait_deferral_held()?;
    let port = bench.port.clone();
    bench.port.in_thread(move || {
        // The case looks at the outcome's effects.
        let _ = port.unregister();
    })?;
    bench.set_unregistered();
    for exchange in &exchanges[..3] {
        ensure!(bench.port.wait_until(|_| {
            exchange.let_go_if_held();
            exchange.is_over()
        }));
    }
    threads::drain_nvmet();
    bench.port.pause(200);
    ensure!(!bench.port.is_deleted(), "targetport_delete came first");
    exchanges[3].let_deferral_go();
    exchanges[3].wait_over()?;
    bench.end()
}

pub(crate) fn review_target_m12_one_that_blocks() -> CaseResult {
    // Two commands that waited get their slots; the first blocks as it starts.
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(3, 2)?;
    let exchanges = reads(&bench, connection, 3, 2)?;

    let_go(&bench, &exchanges[0])?;
    exchanges[3].wait_deferral_held()?;
    let_go(&bench, &exchanges[1])?;
    exchanges[4].wait_deferral_held()?;
    exchanges[4].let_deferral_go();
    exchanges[4].wait_over()?.or_fail()?;
    ensure!(!exchanges[3].is_over());
    exchanges[3].let_deferral_go();
    exchanges[3].wait_over()?.or_fail()?;
    let_go(&bench, &exchanges[2])?;
    bench.disconnect(association)?;
    bench.end()
}
