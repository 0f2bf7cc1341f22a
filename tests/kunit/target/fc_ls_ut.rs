// SPDX-License-Identifier: GPL-2.0

//! SPDK's five cases of link services at a target, by their names
//! (test/unit/lib/nvmf/fc_ls.c), and what differs here: the numbers of queues,
//! and the answers' codes.

#![deny(unsafe_code)]

use kernel::prelude::*;

use super::{
    bench::Bench,
    frames,
    lldd::{config::Config, script::Place, service::Plan},
};
use crate::cases::{
    outcome::{ensure, CaseResult, OrFail},
    samples,
};
use crate::lldd::{accounting::ACCOUNTING, kind::Kind};

pub(crate) fn create_single_assoc_test() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let association = bench.associate(&bench.host)?;

    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn create_max_conns_test() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let (association, _) = bench.controller()?;

    for queue in 1..=128 {
        bench.connection(association, queue, 16, 8)?;
    }
    let more = frames::create_connection(association, 129, 16, 8);
    bench.rejected(&bench.host, &more, 0x42, 0x42, "one more")?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn invalid_connection_test() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let request = frames::create_connection(0xffff_0000, 1, 31, 8);

    // The reserved bytes are compared as well.
    bench.rejected(&bench.host, &request, 0x40, 0, "no association")?;
    bench.end()
}

pub(crate) fn disconnect_bad_assoc_test() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;

    for association in [0xffff, 0xffff_0000, 1] {
        let request = frames::disconnect(association);
        bench.rejected(&bench.host, &request, 0x40, 0, "no association")?;
    }
    bench.end()
}

pub(crate) fn xmt_ls_rsp_failure_test() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let plan = Plan {
        refuse: ENXIO.to_errno(),
        place: Place::Now,
    };

    for round in 1..=20 {
        let service = bench
            .port
            .ls(Some(&bench.host), &samples::create_association(), plan)
            .or_fail()?;
        let association = frames::get64(&service.answer()?, 32);

        // The host never learns of it. Here it stays until it is disconnected,
        // or for two minutes: SPDK's is gone at once.
        bench.disconnect(association)?;
        let port = &bench.port;
        ensure!(port.wait_until(|_| ACCOUNTING.calls(Kind::TargetLsRequest) == round));
    }
    bench.end()
}
