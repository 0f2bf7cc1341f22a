// SPDX-License-Identifier: GPL-2.0

//! Operations that fail, aborts and teardown in every phase of a command.

#![deny(unsafe_code)]

use kernel::{
    error::code::{EBUSY, EINVAL, ENXIO},
    sync::Arc,
};

use super::{
    bench::{room, Bench, BLOCK},
    frames,
    lldd::{
        config::Config,
        exchange::Exchange,
        response::Response,
        script::{Act, Place, Script, READDATA, READDATA_RSP, RSP, WRITEDATA},
        service::Plan,
    },
};
use crate::cases::outcome::{ensure, ensure_eq, fail, CaseResult, OrFail};

/// Blocks of a command that takes four operations.
const BLOCKS: u16 = 16;

/// A phase of a command: whether it writes, the operation, which one of them.
#[derive(Clone, Copy, Debug)]
struct Phase(bool, u8, u32);

/// Every operation of a command; READDATA_RSP is there with that feature only.
const PHASES: [Phase; 7] = [
    Phase(true, WRITEDATA, 1),
    Phase(true, WRITEDATA, 4),
    Phase(true, RSP, 1),
    Phase(false, READDATA, 1),
    Phase(false, READDATA, 3),
    Phase(false, READDATA, 4),
    Phase(false, RSP, 1),
];

/// The same for ports that send the response along.
const WITH_RESPONSE: [Phase; 2] = [Phase(false, READDATA, 3), Phase(false, READDATA_RSP, 1)];

/// A port whose operations move four pages.
fn config(adds_response: bool) -> Config {
    Config {
        segments: 4,
        adds_response,
        ..Config::USUAL
    }
}

/// Starts a command to which something happens in a phase.
fn start(
    bench: &Bench,
    connection: u64,
    phase: Phase,
    usual: Place,
    act: Act,
) -> CaseResult<Arc<Exchange>> {
    let script = Script::usual(usual).with(phase.1, phase.2, act);
    let iu = Bench::blocks(connection, phase.0, 0, BLOCKS);

    bench.start(&iu, room(usize::from(BLOCKS) * BLOCK)?, script)
}

/// A command that is not touched goes well.
fn goes_on(bench: &Bench, connection: u64) -> CaseResult {
    for is_write in [true, false] {
        let iu = Bench::blocks(connection, is_write, 0, BLOCKS);
        let response = bench.run(&iu, room(usize::from(BLOCKS) * BLOCK)?)?;

        ensure_eq!(response.status(), 0);
    }
    Ok(())
}

/// Runs `each` for every phase that a port knows, with and without
/// READDATA_RSP.
fn in_every_phase(each: impl Fn(&Bench, u64, Phase) -> CaseResult) -> CaseResult {
    for adds_response in [false, true] {
        let bench = Bench::with_namespace(&config(adds_response))?;
        let (association, connection) = bench.io_queue(31, 8)?;
        let phases: &[Phase] = if adds_response {
            &WITH_RESPONSE
        } else {
            &PHASES
        };

        for phase in phases {
            each(&bench, connection, *phase)?;
            goes_on(&bench, connection)?;
        }
        bench.disconnect(association)?;
        bench.end()?;
    }
    Ok(())
}

/// What is left of a command that was cut off: no response, one release, and
/// so many aborts of the target's.
fn is_cut_off(exchange: &Exchange, phase: Phase, aborts: u32) -> CaseResult {
    let response = exchange.wait_over()?;

    if phase.1 != READDATA_RSP {
        ensure_eq!(response, None, "{phase:?}");
    }
    ensure_eq!(exchange.aborts_and_deferrals(), (aborts, 0), "{phase:?}");
    Ok(())
}

/// A response that says all is well.
fn is_good(response: Option<Response>, phase: Phase) -> CaseResult {
    match response {
        Some(response) => ensure_eq!(response.status(), 0, "{phase:?}"),
        None => fail!("no response: {phase:?}"),
    }
    Ok(())
}

pub(crate) fn operations_that_are_refused() -> CaseResult {
    in_every_phase(|bench, connection, phase| {
        for error in [EBUSY, ENXIO, EINVAL] {
            let act = Act {
                refuse: error.to_errno(),
                ..Act::well(Place::Now)
            };
            for usual in [Place::Now, Place::Thread(1)] {
                let exchange = start(bench, connection, phase, usual, act)?;
                is_cut_off(&exchange, phase, 1)?;
            }
        }
        Ok(())
    })
}

pub(crate) fn operations_that_end_badly() -> CaseResult {
    in_every_phase(|bench, connection, phase| {
        for (error, short) in [(0x371, 0), (0, 1), (0, 512), (0, 16384)] {
            if phase.1 == RSP && error == 0 {
                continue;
            }
            for place in [Place::Now, Place::Thread(1)] {
                let act = Act {
                    error,
                    short,
                    ..Act::well(place)
                };
                let exchange = start(bench, connection, phase, place, act)?;
                // The end of a response is the end, whatever came of it.
                let aborts = if phase.1 == RSP { 0 } else { 1 };
                is_cut_off(&exchange, phase, aborts)?;
            }
        }
        Ok(())
    })
}

pub(crate) fn aborts_by_the_host() -> CaseResult {
    in_every_phase(|bench, connection, phase| {
        for place in [Place::Now, Place::Thread(0), Place::Thread(2), Place::Hold] {
            let act = Act {
                aborted: place != Place::Hold,
                ..Act::well(place)
            };
            let exchange = start(bench, connection, phase, Place::Now, act)?;
            if place == Place::Hold {
                exchange.wait_held()?;
                exchange.abort();
                exchange.abort();
                bench.port.pause(1);
                ensure!(!exchange.is_over(), "{phase:?}");
                exchange.let_go()?;
            }
            if phase.1 == RSP || phase.1 == READDATA_RSP {
                // It was on its way.
                is_good(exchange.wait_over()?, phase)?;
                ensure_eq!(exchange.aborts_and_deferrals(), (0, 0), "{phase:?}");
            } else {
                is_cut_off(&exchange, phase, 0)?;
            }
            // Too late, and no harm.
            exchange.abort();
        }
        Ok(())
    })
}

pub(crate) fn aborts_at_any_time() -> CaseResult {
    let bench = Bench::with_namespace(&config(false))?;
    let (association, connection) = bench.io_queue(31, 8)?;

    for round in 0..120u32 {
        let is_write = round % 2 == 0;
        let iu = Bench::blocks(connection, is_write, 0, BLOCKS);
        let script = Script::usual(Place::Thread(round % 3));
        let data = room(usize::from(BLOCKS) * BLOCK)?;
        let exchange = bench.start(&iu, data, script)?;

        bench.port.pause(round % 7);
        exchange.abort();
        exchange.wait_over()?;
        ensure_eq!(exchange.aborts_and_deferrals(), (0, 0));
    }
    goes_on(&bench, connection)?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn aborts_after_the_release() -> CaseResult {
    // lpfc keeps an exchange that was released until its own abort is over, and
    // passes on what the host says of it.
    let bench = Bench::with_namespace(&config(false))?;
    let (association, connection) = bench.io_queue(31, 8)?;
    let iu = Bench::blocks(connection, false, 0, 1);
    let exchange = bench.start(&iu, room(BLOCK)?, Script::usual(Place::Now))?;

    exchange.wait_over()?;
    ensure!(!exchange.leads_somewhere());
    exchange.abort();
    goes_on(&bench, connection)?;
    bench.disconnect(association)?;
    // Now its slot is gone as well.
    exchange.abort();
    ensure_eq!(exchange.aborts_and_deferrals(), (0, 0));
    bench.end()
}

pub(crate) fn a_command_that_nvmet_keeps() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let (association, _) = bench.controller()?;
    let iu = frames::command(association, 0, 0, &frames::asynchronous_event());
    let kept = bench.start(&iu, room(0)?, Script::usual(Place::Now))?;
    let aborted = bench.start(&iu, room(0)?, Script::usual(Place::Now))?;

    aborted.abort();
    bench.port.pause(20);
    ensure!(!kept.is_over() && !aborted.is_over());
    bench.disconnect(association)?;
    for exchange in [&kept, &aborted] {
        ensure_eq!(exchange.wait_over()?, None);
        ensure_eq!(exchange.steps(), 0);
    }
    ensure_eq!(aborted.aborts_and_deferrals(), (0, 0));
    ensure_eq!(kept.aborts_and_deferrals(), (1, 0));
    bench.end()
}

/// How an association ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Its host disconnects it.
    Disconnect,
    /// nvmet's port is taken away.
    Unbind,
    /// The LLDD's port goes.
    Unregister,
    /// The host logs out.
    Invalidate,
}

/// One teardown while an operation is under way.
fn torn_down(cause: Cause, phase: Phase) -> CaseResult {
    let mut bench = Bench::with_namespace(&config(phase.1 == READDATA_RSP))?;
    let (association, connection) = bench.io_queue(31, 8)?;
    // An unregistration waits; nobody can let go of anything meanwhile.
    let place = match cause {
        Cause::Unregister => Place::Thread(200),
        _ => Place::Hold,
    };
    let cut_short = phase.1 == WRITEDATA;
    let exchange = start(&bench, connection, phase, Place::Now, Act::well(place))?;
    let mut disconnect = None;

    if place == Place::Hold {
        exchange.wait_held()?;
    }
    match cause {
        Cause::Disconnect => {
            let request = frames::disconnect(association);
            let sent = bench.port.ls(Some(&bench.host), &request, Plan::USUAL);
            disconnect = Some(sent.or_fail()?);
        }
        Cause::Unbind => bench.unbind(),
        Cause::Unregister => ensure_eq!(bench.unregister(), Ok(())),
        Cause::Invalidate => bench.port.invalidate(&bench.host),
    }
    if place == Place::Hold && !cut_short {
        bench.port.pause(30);
        ensure!(!exchange.is_over(), "{cause:?} {phase:?}");
        if let Some(disconnect) = &disconnect {
            ensure!(!disconnect.is_answered());
        }
        exchange.let_go()?;
    }
    exchange.wait_over()?;
    if cut_short && place == Place::Hold {
        // The host had not sent it, and nvmet was waiting.
        ensure_eq!(exchange.aborts_and_deferrals(), (1, 0), "{cause:?}");
    }
    if let Some(disconnect) = disconnect {
        ensure_eq!(disconnect.answer()?[0], 2);
    }
    if cause == Cause::Invalidate {
        let host = &bench.host;
        ensure!(bench.port.wait_until(|_| host.releases() == 1));
    }
    bench.end()
}

/// That teardown in every phase.
fn in_phases(cause: Cause) -> CaseResult {
    for phase in PHASES {
        torn_down(cause, phase)?;
    }
    torn_down(cause, Phase(false, READDATA_RSP, 1))
}

pub(crate) fn disconnected_in_every_phase() -> CaseResult {
    in_phases(Cause::Disconnect)
}

pub(crate) fn unbound_in_every_phase() -> CaseResult {
    in_phases(Cause::Unbind)
}

pub(crate) fn unregistered_in_every_phase() -> CaseResult {
    in_phases(Cause::Unregister)
}

pub(crate) fn invalidated_in_every_phase() -> CaseResult {
    in_phases(Cause::Invalidate)
}

pub(crate) fn ends_after_the_end() -> CaseResult {
    // Many commands whose operations end while, or after, the association is
    // taken apart.
    let bench = Bench::with_namespace(&config(false))?;

    for round in 0..6u32 {
        let (association, connection) = bench.io_queue(31, 8)?;
        let mut exchanges = kernel::alloc::KVec::new();

        for nth in 0..24u32 {
            let iu = Bench::blocks(connection, nth % 2 == 0, 0, BLOCKS);
            let script = Script::usual(Place::Thread((nth + round) % 9));
            let data = room(usize::from(BLOCKS) * BLOCK)?;
            let exchange = bench.start(&iu, data, script)?;
            exchanges
                .push(exchange, kernel::alloc::flags::GFP_KERNEL)
                .or_fail()?;
        }
        bench.port.pause(round * 3);
        bench.disconnect(association)?;
        for exchange in &exchanges {
            ensure!(exchange.is_over());
        }
    }
    ensure_eq!(bench.port.deletions(), 0);
    bench.end()
}
