// SPDX-License-Identifier: GPL-2.0

//! Link services that come twice, late, in numbers, and those that the target
//! sends; hosts that go.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use super::{
    bench::{self, room, Bench, BLOCK},
    frames::{self, get64},
    lldd::{
        config::Config,
        script::{Act, Place, Script, SentPlan, READDATA},
        service::Plan,
    },
};
use crate::cases::{
    outcome::{ensure, ensure_eq, CaseResult, OrFail},
    samples,
};
use crate::lldd::{accounting::ACCOUNTING, kind::Kind};

/// An answer that waits.
const HELD: Plan = Plan {
    refuse: 0,
    place: Place::Hold,
};

pub(crate) fn no_more_than_256() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let mut held = KVec::new();
    let mut hosts = KVec::new();

    for name in 0..4 {
        let host = bench::host(0x2000_1100_aa00_0100 + name).or_fail()?;
        hosts.push(host, GFP_KERNEL).or_fail()?;
    }
    for nth in 0..256 {
        let service = bench
            .port
            .ls(Some(&hosts[nth % 4]), &[9, 0, 0, 0], HELD)
            .or_fail()?;
        held.push(service, GFP_KERNEL).or_fail()?;
    }
    for service in &held {
        service.answer()?;
    }
    for _ in 0..3 {
        let outcome = bench.port.ls(Some(&bench.host), &[9, 0, 0, 0], HELD);
        ensure_eq!(outcome.err(), Some(ENOENT));
    }
    for (nth, service) in held.iter().enumerate() {
        service.let_go()?;
        if nth % 16 == 0 {
            let association = bench.associate(&bench.host)?;
            bench.disconnect(association)?;
        }
    }
    bench.end()
}

pub(crate) fn answers_from_threads() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let mut services = KVec::new();

    for wait in 0..60 {
        let plan = Plan {
            refuse: 0,
            place: Place::Thread(wait % 7),
        };
        let service = bench
            .port
            .ls(Some(&bench.host), &samples::create_association(), plan)
            .or_fail()?;
        services.push(service, GFP_KERNEL).or_fail()?;
    }
    for service in services {
        let association = get64(&service.answer()?, 32);
        bench.disconnect(association)?;
    }
    bench.end()
}

pub(crate) fn no_answer_goes_out() -> CaseResult {
    // xmt_ls_rsp fails for each kind of answer, its memory gone.
    let bench = Bench::new(&Config::USUAL)?;
    let (association, _) = bench.controller()?;
    let plan = Plan {
        refuse: ENOMEM.to_errno(),
        place: Place::Now,
    };
    let requests = [
        samples::create_association(),
        frames::create_connection(association, 1, 31, 8),
        frames::create_connection(association, 1, 31, 8),
        frames::disconnect(association),
    ];

    for request in requests {
        let service = bench.port.ls(Some(&bench.host), &request, plan).or_fail()?;
        service.answer()?;
    }
    ensure_eq!(
        bench.ask(&bench.host, &frames::disconnect(association))?[..],
        samples::reject(5, 0x40, 0)[..]
    );
    bench.end()
}

pub(crate) fn a_disconnect_waits_for_a_command() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(31, 8)?;
    // A command that is out keeps the association from ending.
    let iu = Bench::blocks(connection, false, 0, 1);
    // Its response goes out, if the association's end has not come to it by then.
    let read = Script::usual(Place::Now).with(READDATA, 1, Act::well(Place::Hold));
    let exchange = bench.start(&iu, room(BLOCK)?, read)?;

    exchange.wait_held()?;
    let request = frames::disconnect(association);
    let first = bench
        .port
        .ls(Some(&bench.host), &request, Plan::USUAL)
        .or_fail()?;
    bench.port.pause(50);
    ensure!(!first.is_answered());
    // It is not there any more, for anybody.
    let more = frames::create_connection(association, 2, 31, 8);
    bench.rejected(&bench.host, &more, 0x40, 0, "ending")?;
    bench.rejected(&bench.host, &request, 0x40, 0, "again")?;
    ensure!(!first.is_answered());
    exchange.let_go()?;
    ensure_eq!(first.answer()?[..], samples::accept_disconnect()[..]);
    exchange.wait_over()?;
    bench.end()
}

pub(crate) fn one_of_two_disconnects() -> CaseResult {
    // Whichever comes too late is told so: the older, superseded, or the newer,
    // to whom the association is gone.
    let bench = Bench::new(&Config::USUAL)?;

    for _ in 0..40 {
        let request = frames::disconnect(bench.associate(&bench.host)?);
        let send = || bench.port.ls(Some(&bench.host), &request, Plan::USUAL);
        let (older, newer) = (send().or_fail()?, send().or_fail()?);
        let (older, newer) = (older.answer()?, newer.answer()?);

        if older[0] == 2 {
            ensure_eq!(newer[..], samples::reject(5, 0x40, 0)[..]);
        } else {
            ensure_eq!(older[..], samples::reject(5, 0x09, 0)[..]);
            ensure_eq!(newer[0], 2);
        }
    }
    bench.end()
}

pub(crate) fn the_target_says_goodbye() -> CaseResult {
    let plans = [
        SentPlan::Accept(Place::Now),
        SentPlan::Accept(Place::Thread(5)),
        SentPlan::Reject,
        SentPlan::Fail(ETIMEDOUT.to_errno()),
        SentPlan::Refuse(ENODEV.to_errno()),
        SentPlan::Refuse(ENOMEM.to_errno()),
    ];
    let mut bench = Bench::new(&Config::USUAL)?;

    for (round, plan) in (1..).zip(plans) {
        bench.port.plan_sent(plan);
        let association = bench.associate(&bench.host)?;
        bench.unbind();
        let port = &bench.port;
        ensure!(port.wait_until(|_| ACCOUNTING.calls(Kind::TargetLsRequest) == round));
        let (sent, to) = bench.port.last_sent();
        ensure_eq!(sent.or_fail()?[..], frames::disconnect(association)[..]);
        ensure!(to.is_some_and(|host| Arc::ptr_eq(&host, &bench.host)));
        bench.bind(&Config::USUAL).or_fail()?;
    }
    ensure_eq!(ACCOUNTING.calls(Kind::TargetLsAbort), 0);
    bench.end()
}

pub(crate) fn a_goodbye_that_nobody_ends() -> CaseResult {
    // ls_abort ends it; the port goes then.
    let mut bench = Bench::with_goodbye(SentPlan::Accept(Place::Hold))?;

    ensure_eq!(bench.unregister(), Ok(()));
    ensure!(bench.port.wait_deleted());
    ensure_eq!(ACCOUNTING.calls(Kind::TargetLsAbort), 1);
    bench.end()
}

pub(crate) fn an_abort_that_nobody_heeds() -> CaseResult {
    // The port goes all the same, and done may still come.
    let mut bench = Bench::with_goodbye(SentPlan::Ignore)?;

    ensure_eq!(bench.unregister(), Ok(()));
    ensure!(bench.port.wait_deleted());
    ensure_eq!(ACCOUNTING.calls(Kind::TargetLsAbort), 1);
    ensure!(bench.port.let_sent_go());
    bench.port.pause(50);
    bench.end()
}

pub(crate) fn a_port_that_sends_nothing() -> CaseResult {
    let config = Config {
        sends: false,
        ..Config::USUAL
    };
    let mut bench = Bench::new(&config)?;

    bench.associate(&bench.host)?;
    bench.unbind();
    ensure_eq!(bench.unregister(), Ok(()));
    ensure_eq!(ACCOUNTING.calls(Kind::TargetLsRequest), 0);
    bench.end()
}

pub(crate) fn hosts_without_handles() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let ask = |payload: &[u8]| -> CaseResult<_> {
        bench
            .port
            .ls(None, payload, Plan::USUAL)
            .or_fail()?
            .answer()
    };
    let association = get64(&ask(&samples::create_association())?, 32);
    let connection = frames::create_connection(association, 1, 31, 8);

    bench.connect(association, 31, 0xffff)?;
    ensure_eq!(ask(&connection)?[0], 2);
    let disconnect = frames::disconnect(association);
    ensure_eq!(ask(&disconnect)?[..], samples::accept_disconnect()[..]);
    ensure_eq!(ACCOUNTING.calls(Kind::HostRelease), 0);
    // There is nobody to send it to.
    ensure_eq!(ACCOUNTING.calls(Kind::TargetLsRequest), 0);
    bench.end()
}

pub(crate) fn a_host_that_is_unknown() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;

    for round in 1..=3 {
        bench.port.invalidate(&bench.host);
        ensure_eq!(bench.host.releases(), round);
    }
    bench.end()
}

pub(crate) fn a_host_with_associations() -> CaseResult {
    for count in [1, 8] {
        let bench = Bench::new(&Config::USUAL)?;

        for _ in 0..count {
            bench.associate(&bench.host)?;
        }
        let theirs = bench.associate(&bench.other)?;
        bench.port.invalidate(&bench.host);
        let host = &bench.host;
        ensure!(bench.port.wait_until(|_| host.releases() != 0));
        ensure_eq!(bench.host.releases(), 1, "{count}");
        ensure_eq!(bench.other.releases(), 0);
        // Nothing is sent to a host that is gone.
        ensure_eq!(ACCOUNTING.calls(Kind::TargetLsRequest), 0);
        // The other host's is untouched, and the host may come back.
        let request = frames::disconnect(theirs);
        ensure_eq!(bench.ask(&bench.other, &request)?[0], 2);
        let again = bench.associate(&bench.host)?;
        bench.disconnect(again)?;
        bench.end()?;
    }
    Ok(())
}

pub(crate) fn a_host_that_goes_while_it_asks() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;

    for round in 1..=40 {
        let service = bench
            .port
            .ls(
                Some(&bench.host),
                &samples::create_association(),
                Plan::USUAL,
            )
            .or_fail()?;
        if round % 3 == 0 {
            bench.port.pause(1);
        }
        bench.port.invalidate(&bench.host);
        service.answer()?;
        let host = &bench.host;
        ensure!(
            bench.port.wait_until(|_| host.releases() == round),
            "{round}"
        );
    }
    bench.port.pause(20);
    ensure_eq!(bench.host.releases(), 40);
    bench.end()
}

pub(crate) fn discovery_events() -> CaseResult {
    let mut bench = Bench::new(&Config::USUAL)?;
    let before = ACCOUNTING.calls(Kind::DiscoveryEvent);

    bench.subsystem.add_namespace(1 << 20).or_fail()?;
    let other = crate::support::nvmet::Subsystem::new(
        &bench.tree,
        "nqn.2014-08.org.nvmexpress:kunit-other",
    )
    .or_fail()?;
    match &mut bench.nvmet_port {
        Some(port) => port.link(&other).or_fail()?,
        None => return Err(ENODEV).or_fail(),
    }
    // One for a port that was registered a moment ago waits until its LLDD knows.
    ensure!(bench
        .port
        .wait_until(|_| ACCOUNTING.calls(Kind::DiscoveryEvent) > before));
    bench.unbind();
    drop(other);
    bench.end()
}
