// SPDX-License-Identifier: GPL-2.0

//! Registration of target ports, and their life.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use super::{
    bench::{self, Bench},
    lldd::{
        config::Config,
        port::Port,
        raw::{self, Omit},
        service::Plan,
    },
};
use crate::cases::{
    outcome::{ensure, ensure_eq, CaseResult, OrFail},
    samples,
};

/// Ends a port.
fn end_port(port: &Arc<Port>) -> CaseResult {
    ensure_eq!(port.unregister(), Ok(()));
    ensure!(port.wait_deleted());
    ensure_eq!(port.deletions(), 1);
    Ok(())
}

/// Ends a port that has nothing, nor has any other.
fn end(port: &Arc<Port>) -> CaseResult {
    end_port(port)?;
    port.is_even()
}

pub(crate) fn every_mandatory_member() -> CaseResult {
    for omitted in Omit::ALL {
        ensure_eq!(raw::register_without(omitted), Err(EINVAL), "{omitted:?}");
    }
    // And none of the others is mandatory.
    for omitted in Omit::OPTIONAL {
        ensure_eq!(raw::register_without(omitted), Ok(()), "{omitted:?}");
    }
    Ok(())
}

pub(crate) fn null_pointers() -> CaseResult {
    let port = Port::register(&Config::USUAL).or_fail()?;
    let outcomes = raw::null_pointers(&port);

    for (nth, outcome) in outcomes.into_iter().enumerate() {
        ensure_eq!(outcome, Err(EINVAL), "call {nth}");
    }
    ensure_eq!(port.open(), 0);
    end(&port)
}

pub(crate) fn names_are_taken_once() -> CaseResult {
    let port = Port::register(&Config::USUAL).or_fail()?;
    let other_port = Config {
        port: Config::USUAL.port + 1,
        ..Config::USUAL
    };
    let other_node = Config {
        node: Config::USUAL.node + 1,
        ..Config::USUAL
    };

    ensure_eq!(Port::register(&Config::USUAL).err(), Some(EEXIST));
    for config in [other_port, other_node] {
        let other = Port::register(&config).or_fail()?;

        ensure_eq!(Port::register(&config).err(), Some(EEXIST));
        end(&other)?;
    }
    end(&port)?;
    // They are free again.
    end(&Port::register(&Config::USUAL).or_fail()?)
}

pub(crate) fn a_hundred_times() -> CaseResult {
    for _ in 0..100 {
        end(&Port::register(&Config::USUAL).or_fail()?)?;
    }
    Ok(())
}

pub(crate) fn a_second_end() -> CaseResult {
    let port = Port::register(&Config::USUAL).or_fail()?;
    let host = bench::host(1).or_fail()?;
    let plan = Plan {
        refuse: 0,
        place: super::lldd::script::Place::Hold,
    };
    // An answer that is not out keeps the port.
    let service = port
        .ls(Some(&host), &samples::create_association(), plan)
        .or_fail()?;

    service.answer()?;
    ensure_eq!(port.unregister(), Ok(()));
    ensure!(!port.is_deleted());
    ensure_eq!(port.unregister(), Err(EINVAL));
    service.let_go()?;
    ensure!(port.wait_deleted());
    port.is_even()
}

pub(crate) fn names_are_free_while_a_port_drains() -> CaseResult {
    let port = Port::register(&Config::USUAL).or_fail()?;
    let host = bench::host(1).or_fail()?;
    let plan = Plan {
        refuse: 0,
        place: super::lldd::script::Place::Hold,
    };
    let service = port
        .ls(Some(&host), &samples::disconnect_association(), plan)
        .or_fail()?;

    service.answer()?;
    ensure_eq!(port.unregister(), Ok(()));
    ensure!(!port.is_deleted());
    end_port(&Port::register(&Config::USUAL).or_fail()?)?;
    // What comes now is refused, and is the LLDD's.
    service.let_go()?;
    ensure!(port.wait_deleted());
    port.is_even()
}

pub(crate) fn a_port_comes_back_bound() -> CaseResult {
    let mut bench = Bench::new(&Config::USUAL)?;
    let id = bench.associate(&bench.host)?;

    ensure!(id != 0);
    ensure_eq!(bench.unregister(), Ok(()));
    ensure!(bench.port.wait_deleted());
    bench.port.is_even()?;
    // nvmet's port is still there, and takes the next target port.
    let again = Port::register(&Config::USUAL).or_fail()?;
    let host = bench::host(1).or_fail()?;
    let answer = again
        .ls(Some(&host), &samples::create_association(), Plan::USUAL)
        .or_fail()?
        .answer()?;

    ensure_eq!(answer[0], 2);
    end(&again)?;
    bench.end()
}
