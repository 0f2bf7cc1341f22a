// SPDX-License-Identifier: GPL-2.0

//! What one host may take of a target port, and who ends what it begins and
//! leaves: findings S1, S4, S6 and M10 of the target's review.

#![deny(unsafe_code)]

use kernel::{error::code::ESHUTDOWN, prelude::*, sync::Arc};

use super::{
    bench::{bytes, room, Bench, NQN},
    frames::{self, get64, READ, WRITE},
    lldd::{
        config::Config,
        exchange::Exchange,
        script::{Act, Place, Script, READDATA, WRITEDATA},
        service::{Plan, UNKNOWN},
    },
};
use crate::cases::{
    outcome::{ensure, ensure_eq, CaseResult, OrFail},
    samples,
};

/// An answer that waits.
const HELD: Plan = Plan {
    refuse: 0,
    place: Place::Hold,
};
/// Link services of one host that a target works on at a time.
const OF_ONE_HOST: usize = 64;

pub(crate) fn review_target_s1_connect_first() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let association = bench.associate(&bench.host)?;
    let request = frames::create_connection(association, 1, 31, 8);

    bench.rejected(&bench.host, &request, 0x03, 0, "not connected")?;
    bench.connect(association, 31, 0xffff)?;
    bench.connection(association, 1, 31, 8)?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_s1_share() -> CaseResult {
    // Queues as large as any, as many as it gets: the room is there for others
    // as well.
    let bench = Bench::new(&Config::USUAL)?;
    let mut associations = KVec::new();
    let mut queues = 0;

    'all: loop {
        let association = bench.associate(&bench.host)?;
        bench.connect(association, 31, 0xffff)?;
        associations.push(association, GFP_KERNEL).or_fail()?;
        for queue in 1..=128 {
            let request = frames::create_connection(association, queue, 1023, 8);
            let answer = bench.ask(&bench.host, &request)?;
            if answer[0] != 2 {
                ensure_eq!(answer[..], samples::reject(4, 0x43, 0)[..]);
                break 'all;
            }
            queues += 1;
            ensure!(queues < 320, "one host has 320 queues of 1023 commands");
        }
    }
    // Three hosts' worth of them would be the port's whole room.
    ensure!(queues >= 128, "{queues}");
    let theirs = bench.associate(&bench.other)?;
    let disconnect = frames::disconnect(theirs);
    ensure_eq!(bench.ask(&bench.other, &disconnect)?[0], 2);
    for association in associations {
        bench.disconnect(association)?;
    }
    // The room is there again.
    let association = bench.associate(&bench.host)?;
    bench.connect(association, 31, 0xffff)?;
    bench.connection(association, 1, 1023, 8)?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_s4_flush_under_flood() -> CaseResult {
    // A link service is there at every moment. What was queued before it still
    // comes to its end, and nvmet's port can go.
    let mut bench = Bench::new(&Config::USUAL)?;

    bench.port.flood(100_000);
    bench.port.ls(None, &UNKNOWN, Plan::USUAL).or_fail()?;
    bench.unbind();
    let left = bench.port.flood(0);
    ensure!(left > 0, "nvmet's queue ran dry with the flood, not before");
    ensure!(bench.port.wait_until(|port| port.open() == 0));
    bench.end()
}

pub(crate) fn review_target_s4_contexts_of_a_host() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let mut held = KVec::new();

    for nth in 0..=OF_ONE_HOST {
        let outcome = bench.port.ls(Some(&bench.host), &UNKNOWN, HELD);
        if nth == OF_ONE_HOST {
            ensure_eq!(outcome.err(), Some(ENOENT));
            break;
        }
        let service = outcome.or_fail()?;
        service.answer()?;
        held.push(service, GFP_KERNEL).or_fail()?;
    }
    // The other host has its own.
    let theirs = bench.associate(&bench.other)?;
    ensure_eq!(bench.ask(&bench.other, &frames::disconnect(theirs))?[0], 2);
    // As before, when they are back.
    for service in held {
        service.let_go()?;
    }
    let association = bench.associate(&bench.host)?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_s4_unregistered() -> CaseResult {
    let mut bench = Bench::new(&Config::USUAL)?;
    let service = bench.port.ls(Some(&bench.host), &UNKNOWN, HELD).or_fail()?;

    service.answer()?;
    ensure_eq!(bench.unregister(), Ok(()));
    // The answer that is not out keeps the port, which takes nothing more.
    ensure!(!bench.port.is_deleted());
    let outcome = bench.port.ls(Some(&bench.host), &UNKNOWN, Plan::USUAL);
    ensure_eq!(outcome.err(), Some(ESHUTDOWN));
    service.let_go()?;
    bench.end()
}

/// A command on an admin queue of which the data is held.
fn held_read(bench: &Bench, association: u64) -> CaseResult<Arc<Exchange>> {
    let iu = frames::command(association, READ, 4096, &frames::identify(1));
    let script = Script::usual(Place::Now).with(READDATA, 1, Act::well(Place::Hold));
    let exchange = bench.start(&iu, room(4096)?, script)?;

    exchange.wait_held()?;
    Ok(exchange)
}

pub(crate) fn review_target_s4_waiting_disconnects() -> CaseResult {
    // More than there are contexts wait for their associations' commands; the
    // host's other link services are served all the same.
    let bench = Bench::new(&Config::USUAL)?;
    let mut waiting = KVec::new();

    for nth in 0..260 {
        let (association, _) = bench.controller()?;
        let read = held_read(&bench, association)?;
        let request = frames::disconnect(association);
        let service = bench.port.ls(Some(&bench.host), &request, Plan::USUAL);
        ensure!(service.is_ok(), "Disconnect {nth} is not taken");
        waiting
            .push((read, service.or_fail()?), GFP_KERNEL)
            .or_fail()?;
        // The target has looked at it when it answers the next one.
        bench.ask(&bench.host, &UNKNOWN)?;
    }
    let more = bench.associate(&bench.host)?;
    bench.disconnect(more)?;
    for (read, service) in waiting {
        ensure!(!service.is_answered());
        read.let_go()?;
        ensure_eq!(service.answer()?[..], samples::accept_disconnect()[..]);
    }
    bench.end()
}

pub(crate) fn review_target_s6_data_of_a_host() -> CaseResult {
    // Writes of 16 MiB of which the data never comes: the target does not set
    // any amount of memory aside for one host.
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(127, 8)?;
    let script = Script::usual(Place::Now).with(WRITEDATA, 1, Act::well(Place::Hold));
    let mut held = KVec::new();

    loop {
        let iu = Bench::blocks(connection, true, 0, 4096);
        let exchange = bench.start(&iu, KVVec::new(), script)?;
        if exchange.step(0).or_fail()?.operation != WRITEDATA {
            let response = exchange.wait_over()?.or_fail()?;
            // Internal error, and the host may try again.
            ensure_eq!(response.status(), 6);
            break;
        }
        exchange.wait_held()?;
        held.push(exchange, GFP_KERNEL).or_fail()?;
        ensure!(held.len() < 24, "384 MiB set aside");
    }
    ensure!(!held.is_empty());
    // What is small is served as before.
    let iu = Bench::blocks(connection, false, 0, 16);
    ensure_eq!(bench.run(&iu, room(16 * 4096)?)?.status(), 0);
    bench.disconnect(association)?;
    for exchange in &held {
        exchange.wait_over()?;
    }
    bench.end()
}

pub(crate) fn review_target_s6_before_connect() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let association = bench.associate(&bench.host)?;
    let data = bytes(&frames::connect_data(0xffff, NQN))?;

    for length in [1025, 4096, 65536, 1 << 20] {
        let iu = frames::command(association, WRITE, length, &frames::connect(0, 31));
        let exchange = bench.start(&iu, room(1 << 20)?, Script::usual(Place::Now))?;
        let response = exchange.wait_over()?.or_fail()?;

        ensure!(response.status() != 0, "{length}");
        ensure!(
            exchange.step(0).or_fail()?.operation != WRITEDATA,
            "{length} bytes were fetched"
        );
        bench.disconnect(association_again(&bench, &data)?)?;
    }
    bench.disconnect(association)?;
    bench.end()
}

/// An association that is connected as it should be.
fn association_again(bench: &Bench, data: &[u8]) -> CaseResult<u64> {
    let answer = bench.ask(&bench.host, &samples::create_association())?;
    let association = get64(&answer, 32);
    let iu = frames::command(association, WRITE, 1024, &frames::connect(0, 31));

    ensure_eq!(bench.run(&iu, bytes(data)?)?.status(), 0);
    Ok(association)
}

pub(crate) fn review_target_m10_done_twice() -> CaseResult {
    let mut bench = Bench::new(&Config::USUAL)?;
    let ask = || bench.port.ls(Some(&bench.host), &UNKNOWN, HELD).or_fail();
    let first = ask()?;
    let mut second = None;

    first.answer()?;
    first.done_twice(|| {
        // This one takes what the first has just given back.
        let service = ask()?;
        service.answer()?;
        second = Some(service);
        Ok(())
    })?;
    let second = second.or_fail()?;
    ensure_eq!(bench.unregister(), Ok(()));
    // Its answer is not out, so the port is not gone.
    ensure!(!bench.port.is_deleted(), "the second done freed another");
    second.let_go()?;
    bench.end()
}
