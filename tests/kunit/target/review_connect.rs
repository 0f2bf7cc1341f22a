// SPDX-License-Identifier: GPL-2.0

//! Connects that are refused, that come again, and that come together: what a
//! connection is afterwards. Findings C1, C2 and M6 of the target's review.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use super::{
    bench::{bytes, room, Bench, BLOCK, NQN},
    frames::{self, READ, WRITE},
    lldd::{
        config::Config,
        exchange::Exchange,
        response::Response,
        script::{Act, Place, Script, WRITEDATA},
        service::Plan,
    },
};
use crate::cases::outcome::{ensure, ensure_eq, fail, CaseResult, OrFail};

/// Connect with invalid parameters, do not retry.
const INVALID_PARAMETERS: u16 = 0x4182;
/// Command sequence error, do not retry.
const SEQUENCE_ERROR: u16 = 0x400c;
/// Invalid opcode, do not retry: what an unconnected queue says to all but
/// Connect.
const INVALID_OPCODE: u16 = 0x4001;
/// There is more in the log page of errors.
const MORE: u16 = 0x2000;
/// The subsystem that every host may use.
const DISCOVERY: &str = "nqn.2014-08.org.nvmexpress.discovery";
/// Where everything ends at once.
const NOW: Script = Script::usual(Place::Now);
/// Where write data waits for the case.
const HELD: Script = NOW.with(WRITEDATA, 1, Act::well(Place::Hold));

/// A Connect of any kind.
struct Connect {
    connection: u64,
    queue: u16,
    size: u16,
    controller: u16,
    subsystem: &'static str,
}

impl Connect {
    /// As a good host sends it.
    fn good(connection: u64, controller: u16) -> Self {
        Self {
            connection,
            // CAST: The low bits are the queue.
            queue: connection as u16,
            size: 31,
            controller,
            subsystem: NQN,
        }
    }

    /// Sends it.
    fn start(&self, bench: &Bench, script: Script) -> CaseResult<Arc<Exchange>> {
        let entry = frames::connect(self.queue, self.size);
        let iu = frames::command(self.connection, WRITE, 1024, &entry);
        let data = frames::connect_data(self.controller, self.subsystem);

        bench.start(&iu, bytes(&data)?, script)
    }

    /// Sends it, and returns the response.
    fn run(&self, bench: &Bench) -> CaseResult<Response> {
        self.start(bench, NOW)?.wait_over()?.or_fail()
    }
}

/// The status of a command without data.
fn status_of(bench: &Bench, connection: u64, entry: &[u8; 64]) -> CaseResult<u16> {
    let iu = frames::command(connection, 0, 0, entry);

    Ok(bench.run(&iu, KVVec::new())?.status())
}

/// Identifies the controller: the queue serves.
fn serves(bench: &Bench, connection: u64) -> CaseResult {
    let iu = frames::command(connection, READ, 4096, &frames::identify(1));
    let response = bench.run(&iu, room(4096)?)?;

    ensure_eq!(response.status(), 0);
    Ok(())
}

pub(crate) fn review_target_c1_oob() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let (association, controller) = bench.controller()?;
    let connection = bench.connection(association, 101, 31, 8)?;
    let other_queue = Connect {
        queue: 100,
        ..Connect::good(connection, controller)
    };
    let discovery = Connect {
        queue: 0,
        subsystem: DISCOVERY,
        ..Connect::good(connection, 0xffff)
    };

    let response = other_queue.run(&bench)?;
    ensure_eq!(response.status(), INVALID_PARAMETERS);
    // Where the queue identifier is, in the entry.
    ensure_eq!(response.result(), 42);
    // Whoever is let in here has one queue, and clears the 101st of them when
    // he goes.
    let response = discovery.run(&bench)?;
    ensure_eq!(response.status(), INVALID_PARAMETERS);
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_c1_bypass() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, controller) = bench.controller()?;
    let (foreign, other) = bench.controller()?;
    let connection = bench.connection(foreign, 7, 31, 8)?;

    for nth in 0..3 {
        let response = Connect::good(connection, controller).run(&bench)?;

        ensure_eq!(response.status(), INVALID_PARAMETERS, "{nth}");
        // Where the controller is, in the data.
        ensure_eq!(response.result(), 0x1_0010, "{nth}");
        let read = Bench::blocks(connection, false, 0, 1);
        let response = bench.run(&read, room(BLOCK)?)?;
        ensure_eq!(response.status(), INVALID_OPCODE, "{nth}");
    }
    // Nothing is left of it: the connection takes its own controller.
    bench.connect(connection, 31, other)?;
    let response = bench.run(&Bench::blocks(connection, false, 0, 1), room(BLOCK)?)?;
    ensure_eq!(response.status(), 0);
    bench.disconnect(foreign)?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_c1_leftovers() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let (association, _) = bench.controller()?;
    // nvmet gives the lowest number that is free.
    let (gone, free) = bench.controller()?;
    bench.disconnect(gone)?;

    for queue in 1..5 {
        let connection = bench.connection(association, queue, 31, 8)?;
        for subsystem in [NQN, DISCOVERY, NQN] {
            let admin = Connect {
                queue: 0,
                subsystem,
                ..Connect::good(connection, 0xffff)
            };
            ensure_eq!(admin.run(&bench)?.status(), INVALID_PARAMETERS);
        }
    }
    let too_large = Connect {
        size: 32,
        ..Connect::good(bench.associate(&bench.host)?, 0xffff)
    };
    ensure_eq!(too_large.run(&bench)?.status(), INVALID_PARAMETERS);
    let (last, controller) = bench.controller()?;
    ensure_eq!(controller, free, "controllers are left");
    bench.disconnect(too_large.connection)?;
    bench.disconnect(last)?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_c2_two_connects() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let association = bench.associate(&bench.host)?;
    let good = Connect::good(association, 0xffff);
    let empty = Connect {
        size: 0,
        ..Connect::good(association, 0xffff)
    };

    // A queue of no entries: nvmet forgets the controller for it, whoever has
    // connected it. It is held before nvmet sees it, or it is over.
    let late = empty.start(&bench, HELD)?;
    ensure_eq!(good.run(&bench)?.status(), 0);
    ensure_eq!(
        status_of(
            &bench,
            association,
            &frames::property_set(0x14, 0x0046_0001)
        )?,
        0
    );
    late.let_go_if_held();
    ensure!(late.wait_over()?.or_fail()?.status() != 0);
    serves(&bench, association)?;
    // Nor does one that is connected.
    ensure_eq!(good.run(&bench)?.status() & !MORE, INVALID_OPCODE);
    serves(&bench, association)?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_c2_one_at_a_time() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let association = bench.associate(&bench.host)?;
    let good = Connect::good(association, 0xffff);

    let first = good.start(&bench, HELD)?;
    first.wait_held()?;
    ensure_eq!(good.run(&bench)?.status(), SEQUENCE_ERROR);
    ensure_eq!(
        status_of(&bench, association, &frames::keep_alive())?,
        INVALID_OPCODE
    );
    first.let_go()?;
    ensure_eq!(first.wait_over()?.or_fail()?.status(), 0);
    bench.disconnect(association)?;

    // One that is aborted makes room for the next.
    let association = bench.associate(&bench.host)?;
    let good = Connect::good(association, 0xffff);
    let first = good.start(&bench, HELD)?;
    first.wait_held()?;
    first.abort();
    first.let_go()?;
    ensure_eq!(first.wait_over()?, None);
    ensure_eq!(good.run(&bench)?.status(), 0);
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_m6_largest_size() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let association = bench.associate(&bench.host)?;

    for size in [0, 32, 0xfffe, 0xffff] {
        let connect = Connect {
            size,
            ..Connect::good(association, 0xffff)
        };
        let response = connect.run(&bench)?;

        ensure_eq!(response.status(), INVALID_PARAMETERS, "{size}");
        ensure_eq!(response.result(), 44, "{size}");
    }
    ensure_eq!(Connect::good(association, 0xffff).run(&bench)?.status(), 0);
    bench.disconnect(association)?;
    bench.end()
}

/// Last, for it hangs what comes after it where it fails.
pub(crate) fn review_target_c1_hang() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let association = bench.associate(&bench.host)?;
    let too_large = Connect {
        size: 63,
        ..Connect::good(association, 0xffff)
    };

    ensure!(too_large.run(&bench)?.status() != 0);
    let again = Connect::good(association, 0xffff).run(&bench)?;
    let enable = frames::property_set(0x14, 0x0046_0001);
    let enabled = status_of(&bench, association, &enable)?;
    let iu = frames::command(association, 0, 0, &frames::asynchronous_event());
    let event = bench.start(&iu, KVVec::new(), NOW)?;
    let disconnect = frames::disconnect(association);
    let service = bench
        .port
        .ls(Some(&bench.host), &disconnect, Plan::USUAL)
        .or_fail()?;

    if !bench.port.wait_until(|_| service.is_answered()) {
        fail!("the Disconnect is never answered");
    }
    event.wait_over()?;
    // A refusal leaves nothing behind: the connection is as it was.
    ensure_eq!(again.status(), 0);
    ensure_eq!(enabled, 0);
    bench.end()
}
