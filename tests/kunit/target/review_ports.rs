// SPDX-License-Identifier: GPL-2.0

//! What the review of the target found about host ports and target ports, and what
//! was tried on it.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{atomic::Relaxed, Arc},
    time::{Instant, Monotonic},
};

use super::{
    bench::{room, Bench, BLOCK},
    lldd::{
        config::Config,
        exchange::Exchange,
        ops::EARLY_EVENTS,
        port::Port,
        script::{Place, Script, SentPlan},
        threads,
    },
};
use crate::lldd::{accounting::ACCOUNTING, host_handle::HostHandle, kind::Kind};
use crate::{
    cases::outcome::{ensure, ensure_eq, CaseResult, OrFail},
    support::nvmet::Subsystem,
};

/// An association of the host with a read that is held.
fn busy(bench: &Bench) -> CaseResult<Arc<Exchange>> {
    let (_, connection) = bench.io_queue(31, 8)?;
    let iu = Bench::blocks(connection, false, 0, 1);
    let exchange = bench.start(&iu, room(BLOCK)?, Script::usual(Place::Hold))?;

    exchange.wait_held()?;
    Ok(exchange)
}

/// Lets the read and its response go: its association, which was to end, ends.
fn drain(bench: &Bench, exchange: &Exchange) -> CaseResult {
    ensure!(bench.port.wait_until(|_| {
        exchange.let_go_if_held();
        exchange.is_over()
    }));
    threads::drain_nvmet();
    Ok(())
}

pub(crate) fn review_target_s2_release_of_a_handle_in_use() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let exchange = busy(&bench)?;

    bench.port.invalidate(&bench.host);
    let again = bench.associate(&bench.host)?;
    drain(&bench, &exchange)?;
    ensure_eq!(bench.host.releases(), 0, "while it is in use");
    let host = &bench.host;
    bench.port.invalidate(host);
    ensure!(bench.port.wait_until(|_| host.releases() != 0));
    threads::drain_nvmet();
    ensure_eq!(bench.host.releases(), 1);
    ensure!(again != 0);
    bench.end()
}

pub(crate) fn review_target_s2_two_releases_for_one_reference() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let first = busy(&bench)?;

    bench.port.invalidate(&bench.host);
    let second = busy(&bench)?;
    bench.port.invalidate(&bench.host);
    drain(&bench, &second)?;
    ensure_eq!(bench.host.releases(), 0, "one has it still");
    drain(&bench, &first)?;
    ensure_eq!(bench.host.releases(), 1);
    bench.end()
}

pub(crate) fn review_target_m4_an_event_too_early() -> CaseResult {
    // The port's names are bound already, and its LLDD is not done with it when
    // the discovery log changes.
    let mut bench = Bench::new(&Config::USUAL)?;
    let other = Subsystem::new(&bench.tree, "nqn.2014-08.org.nvmexpress:kunit-early").or_fail()?;

    ensure_eq!(bench.unregister(), Ok(()));
    ensure!(bench.port.wait_deleted());
    let early = EARLY_EVENTS.load(Relaxed);
    let (mut linked, mut took) = (Err(ENODEV), 0);
    let nvmet_port = &mut bench.nvmet_port;
    let port = Port::register_slowly(&Config::USUAL, || {
        let begin = Instant::<Monotonic>::now();
        if let Some(nvmet_port) = nvmet_port {
            linked = nvmet_port.link(&other);
        }
        took = begin.elapsed().as_millis();
    })
    .or_fail()?;
    linked.or_fail()?;
    // An LLDD that takes longer than this is late, and so is this machine.
    if took < 200 {
        ensure_eq!(EARLY_EVENTS.load(Relaxed), early, "after {took} ms");
        ensure!(port.wait_until(|_| ACCOUNTING.calls(Kind::DiscoveryEvent) != 0));
    }
    bench.unbind();
    drop(other);
    ensure_eq!(port.unregister(), Ok(()));
    ensure!(port.wait_deleted());
    port.is_even()?;
    bench.end()
}

pub(crate) fn unregistration_does_not_wait_for_a_goodbye() -> CaseResult {
    // What nvme-fcloop does: it never ends it. Without a device there is nothing to
    // wait for, and done may come when the port is gone.
    let mut bench = Bench::with_goodbye(SentPlan::Ignore)?;

    let begin = Instant::<Monotonic>::now();
    ensure_eq!(bench.unregister(), Ok(()));
    let took = begin.elapsed().as_millis();
    ensure!(bench.port.is_deleted(), "after {took} ms");
    // The abort of a port with a device gets 12 s, by a timer.
    ensure!(took < 8_000, "after {took} ms");
    ensure_eq!(ACCOUNTING.calls(Kind::TargetLsAbort), 1);
    ensure!(bench.port.let_sent_go());
    let host: &HostHandle = &bench.host;
    ensure_eq!(host.releases(), 0);
    bench.end()
}
