// SPDX-License-Identifier: GPL-2.0

//! Commands through the transport into nvmet and back: what is taken, how the
//! data is cut, and which response goes out.

#![deny(unsafe_code)]

use kernel::error::code::{EIO, ENOTCONN};

use super::{
    bench::{bytes, room, Bench, BLOCK},
    frames::{self, READ, WRITE},
    lldd::{
        config::Config,
        exchange::Exchange,
        script::{Place, Script, READDATA, READDATA_RSP, RSP, WRITEDATA},
    },
};
use crate::cases::outcome::{ensure, ensure_eq, CaseResult, OrFail};
use crate::lldd::{accounting::ACCOUNTING, kind::Kind};

/// Where everything ends at once.
const NOW: Script = Script::usual(Place::Now);

pub(crate) fn malformed_ius() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let (association, _) = bench.controller()?;
    let good = frames::command(association, 0, 0, &frames::keep_alive());
    let send = |iu: &[u8]| -> CaseResult<_> {
        let (_, outcome) = bench.port.command(iu, room(0)?, NOW).or_fail()?;
        Ok(outcome)
    };
    let before = ACCOUNTING.calls(Kind::Release);

    for length in (0..128).filter(|length| *length != 96) {
        let mut iu = good;
        iu.resize(length);
        ensure_eq!(send(&iu)?, Err(EIO), "{length}");
    }
    for bit in 0..32 {
        let mut iu = good;
        iu[bit / 8] ^= 1 << (bit % 8);
        ensure_eq!(send(&iu)?, Err(EIO), "bit {bit}");
    }
    for bit in 64..128 {
        let mut iu = good;
        iu[bit / 8] ^= 1 << (bit % 8);
        ensure_eq!(send(&iu)?, Err(ENOTCONN), "bit {bit}");
    }
    ensure_eq!(ACCOUNTING.calls(Kind::Release), before);
    ensure_eq!(send(&good)?, Ok(()));
    bench.disconnect(association)?;
    ensure_eq!(send(&good)?, Err(ENOTCONN));
    bench.end()
}

pub(crate) fn contradictions() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let (association, _) = bench.controller()?;
    let both = READ | WRITE;
    let table = [
        (WRITE, frames::identify(1), 4096),
        (both, frames::identify(1), 4096),
        (0, frames::identify(1), 4096),
        (0, frames::keep_alive(), 1),
        (READ, frames::entry(9), 512),
        (READ, frames::connect(0, 31), 1024),
        (0, frames::connect(0, 31), 1024),
    ];

    for (nth, (flags, entry, length)) in table.into_iter().enumerate() {
        let iu = frames::command(association, flags, length, &entry);
        let exchange = bench.start(&iu, room(4096)?, NOW)?;

        ensure_eq!(exchange.wait_over()?, None, "row {nth}");
        ensure_eq!(exchange.steps(), 0, "row {nth}");
        ensure_eq!(exchange.aborts_and_deferrals(), (1, 0), "row {nth}");
    }
    ensure_eq!(identified(&bench, association)?, 4096);
    bench.disconnect(association)?;
    bench.end()
}

/// Identifies the controller; how many bytes came.
fn identified(bench: &Bench, association: u64) -> CaseResult<u32> {
    let iu = frames::command(association, READ, 4096, &frames::identify(1));
    let exchange = bench.start(&iu, room(4096)?, NOW)?;
    let response = exchange.wait_over()?.or_fail()?;
    let data = exchange.take_data();

    ensure_eq!(response.status(), 0);
    // Model number.
    ensure_eq!(&data[24..29], b"Linux");
    Ok(4096)
}

pub(crate) fn what_nvmet_refuses() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(31, 8)?;
    let rows = [
        // An opcode that is none; no such namespace; beyond its end; a length
        // that is not what the blocks need.
        (0, 0, frames::entry(0x7c)),
        (READ, 4096, frames::entry(2)),
        (READ, 4096, frames::blocks(2, 1 << 40, 1)),
        (READ, 1024, frames::blocks(2, 0, 1)),
        (WRITE, 4096, frames::blocks(1, 1 << 40, 1)),
    ];

    for _ in 0..5 {
        for (nth, (flags, length, entry)) in rows.iter().enumerate() {
            let iu = frames::command(connection, *flags, *length, entry);
            let exchange = bench.start(&iu, room(BLOCK)?, NOW)?;
            let response = exchange.wait_over()?.or_fail()?;

            ensure_eq!(response.length, 32, "row {nth}");
            ensure!(response.status() != 0, "row {nth}");
            // The target's slot is one that has moved data before.
            if *flags != WRITE {
                ensure_eq!(response.transferred(), 0, "row {nth}");
            }
        }
        moves(&bench, connection, 8)?;
    }
    bench.disconnect(association)?;
    bench.end()
}

/// What lies in byte `at` of the data of a case.
fn pattern(at: usize, seed: usize) -> u8 {
    // CAST: The low bits of a mix.
    (at.wrapping_mul(31).wrapping_add(at >> 9).wrapping_add(seed)) as u8
}

/// Writes blocks, and reads them back; the exchanges.
fn moves(
    bench: &Bench,
    connection: u64,
    count: u16,
) -> CaseResult<[kernel::sync::Arc<Exchange>; 2]> {
    let length = usize::from(count) * BLOCK;
    let mut data = room(length)?;

    for (at, byte) in data.iter_mut().enumerate() {
        *byte = pattern(at, length);
    }
    let write = bench.start(&Bench::blocks(connection, true, 3, count), data, NOW)?;
    write.wait_over()?.or_fail()?;
    let read = bench.start(
        &Bench::blocks(connection, false, 3, count),
        room(length)?,
        NOW,
    )?;
    read.wait_over()?.or_fail()?;
    for (at, byte) in read.take_data().iter().enumerate() {
        ensure_eq!(*byte, pattern(at, length), "byte {at} of {length}");
    }
    Ok([write, read])
}

/// The operations of an exchange: contiguous, within the limits, and in order.
fn are_in_order(exchange: &Exchange, data: u8, length: u32, config: &Config) -> CaseResult {
    let last = exchange.steps() - 1;
    let mut offset = 0;

    for nth in 0..=last {
        let step = exchange.step(nth).or_fail()?;

        if step.operation == RSP {
            ensure_eq!(nth, last);
            break;
        }
        let with_response = data == READDATA && config.adds_response && nth == last;
        let expected = if with_response { READDATA_RSP } else { data };
        ensure_eq!(step.operation, expected, "step {nth}");
        ensure_eq!(step.offset, offset, "step {nth}");
        ensure!(step.length != 0 && step.length <= 256 * 1024);
        ensure!(step.elements <= i32::from(config.segments));
        offset += step.length;
    }
    ensure_eq!(offset, length);
    Ok(())
}

pub(crate) fn data_in_parts() -> CaseResult {
    for (segments, adds_response) in [(256, false), (256, true), (16, true), (3, false), (1, true)]
    {
        let config = Config {
            segments,
            adds_response,
            ..Config::USUAL
        };
        let bench = Bench::with_namespace(&config)?;
        let (association, connection) = bench.io_queue(31, 8)?;
        let most = if segments < 16 { 17 } else { 256 };

        for count in [1, 2, 3, 16, 17, 63, 64, 65, 127, 256] {
            if count > most {
                break;
            }
            let [write, read] = moves(&bench, connection, count)?;
            let length = u32::from(count) * BLOCK as u32;
            are_in_order(&write, WRITEDATA, length, &config)?;
            are_in_order(&read, READDATA, length, &config)?;
        }
        bench.disconnect(association)?;
        bench.end()?;
    }
    Ok(())
}

pub(crate) fn short_and_extended_responses() -> CaseResult {
    for ratio in [1, 2, 8, 30] {
        let bench = Bench::with_namespace(&Config::USUAL)?;
        // The Connect was the connection's first response, extended.
        let (association, connection) = bench.io_queue(31, ratio)?;
        let (mut sequence, mut extended) = (1, 0);

        for ordinal in 2..=70u16 {
            let is_write = ordinal % 5 == 0;
            let iu = Bench::blocks(connection, is_write, 0, 1);
            let response = bench.run(&iu, room(BLOCK)?)?;

            if ordinal % ratio == 0 {
                sequence += 1;
                extended += 1;
                ensure_eq!(response.length, 32, "{ordinal} of {ratio}");
                ensure_eq!(response.bytes[..4], [0, 0, 0, 8]);
                ensure_eq!(response.sequence_number(), sequence);
                ensure_eq!(response.transferred(), BLOCK as u32);
                ensure_eq!(response.bytes[12..16], [0; 4]);
                ensure_eq!(response.result(), 0);
                ensure_eq!(response.bytes[28], 0x77, "command identifier");
                ensure_eq!(response.status(), 0);
            } else {
                ensure_eq!(response.length, 12, "{ordinal} of {ratio}");
                ensure_eq!(response.bytes, [0; 32]);
            }
        }
        ensure_eq!(extended, 70 / ratio - 1 / ratio);
        bench.disconnect(association)?;
        bench.end()?;
    }
    Ok(())
}

pub(crate) fn connects_that_do_not_fit() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let (association, controller) = bench.controller()?;
    let (foreign, _) = bench.controller()?;
    // The association and the queue of a new connection; queue, entries and
    // controller of the Connect.
    let rows = [
        (association, 1, 101, 31, controller),
        (association, 2, 2, 32, controller),
        (association, 3, 3, 0xffff, controller),
        (association, 4, 4, 0, controller),
        (association, 5, 5, 31, controller ^ 0x4000),
        (association, 6, 6, 31, 0xfffe),
        (foreign, 7, 7, 31, controller),
    ];

    for (nth, (owner, made_for, queue, size, controller)) in rows.into_iter().enumerate() {
        let connection = bench.connection(owner, made_for, 31, 8)?;
        let entry = frames::connect(queue, size);
        let iu = frames::command(connection, WRITE, 1024, &entry);
        let data = bytes(&frames::connect_data(controller, super::bench::NQN))?;
        let response = bench.run(&iu, data)?;

        // None of them was connected before: it is no invalid opcode.
        ensure!(response.status() & 0xff > 0x0f, "row {nth}: {response:?}");
    }
    let connection = bench.connection(association, 8, 31, 8)?;
    bench.connect(connection, 31, controller)?;
    bench.disconnect(foreign)?;
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn data_of_any_length() -> CaseResult {
    // What a host states is not what it gets memory for.
    let bench = Bench::new(&Config::USUAL)?;
    let (association, _) = bench.controller()?;

    for length in [1, 4095, 4097, 1 << 20, 1 << 24, 1 << 28, u32::MAX] {
        let iu = frames::command(association, READ, length, &frames::identify(1));
        let exchange = bench.start(&iu, room(8192)?, NOW)?;
        let response = exchange.wait_over()?.or_fail()?;

        ensure!(response.status() != 0, "{length}");
        ensure_eq!(response.transferred(), 0, "{length}");
    }
    ensure_eq!(identified(&bench, association)?, 4096);
    bench.disconnect(association)?;
    bench.end()
}
