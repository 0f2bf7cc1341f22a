// SPDX-License-Identifier: GPL-2.0

//! Every check of every link service, through the transport: the answer to the
//! last byte.

#![deny(unsafe_code)]

use kernel::error::code::E2BIG;

use super::{
    bench::Bench,
    frames,
    lldd::{config::Config, service::Plan},
};
use crate::cases::{
    outcome::{ensure_eq, CaseResult, OrFail},
    payload::Payload,
    samples::{self, at, get32, put, put16, put32},
};
use crate::lldd::{accounting::ACCOUNTING, kind::Kind};

/// Invalid parameters.
const PARAMETERS: u8 = 0x42;
/// Invalid association.
const ASSOCIATION: u8 = 0x40;
/// Payload length.
const LENGTH: u8 = 0x2d;

/// Something that is wrong with a request: what, how, reason, explanation.
type Row = (&'static str, fn(&mut Payload), u8, u8);

/// Has each row refused.
fn refused(bench: &Bench, good: &Payload, rows: &[Row]) -> CaseResult {
    for (what, change, reason, explanation) in rows {
        let mut payload = *good;

        change(&mut payload);
        bench.rejected(&bench.host, &payload, *reason, *explanation, what)?;
    }
    Ok(())
}

/// Has every other number at a 32-bit place refused that is one bit or one
/// away.
fn only(bench: &Bench, good: &Payload, place: usize, explanation: u8) -> CaseResult {
    let number = get32(good, place);
    let bits = (0..32).map(|bit| number ^ (1 << bit));

    for value in bits.chain([number - 1, number + 1]) {
        let mut payload = *good;

        put32(&mut payload, place, value);
        bench.rejected(&bench.host, &payload, PARAMETERS, explanation, "number")?;
    }
    Ok(())
}

/// The host has this one association, and no other.
fn still_there(bench: Bench, association: u64) -> CaseResult {
    bench.connect(association, 31, 0xffff)?;
    still_connected(bench, association)
}

/// The same, where its controller is connected.
fn still_connected(bench: Bench, association: u64) -> CaseResult {
    ensure_eq!(ACCOUNTING.calls(Kind::TargetLsRequest), 0);
    bench.connection(association, 128, 16, 15)?;
    bench.disconnect(association)?;
    bench
        .port
        .wait_until(|_| ACCOUNTING.calls(Kind::TargetLsRequest) != 0);
    ensure_eq!(ACCOUNTING.calls(Kind::TargetLsRequest), 1);
    bench.end()
}

pub(crate) fn create_association() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let good = samples::create_association();
    let rows: [Row; 13] = [
        ("591 bytes", |p| p.resize(591), PARAMETERS, LENGTH),
        ("no data", |p| p.resize(0), PARAMETERS, LENGTH),
        ("three bytes", |p| p.resize(3), PARAMETERS, LENGTH),
        (
            "list",
            |p| put32(p, at::LIST_LENGTH, 583),
            PARAMETERS,
            LENGTH,
        ),
        ("descriptor", |p| put32(p, 12, 575), PARAMETERS, LENGTH),
        ("ratio 0", |p| put16(p, 16, 0), PARAMETERS, 0x40),
        ("ratio 31 of 31", |p| put16(p, 16, 31), PARAMETERS, 0x40),
        ("controller 0", |p| put16(p, 56, 0), PARAMETERS, 0x41),
        (
            "controller 0xfffe",
            |p| put16(p, 56, 0xfffe),
            PARAMETERS,
            0x41,
        ),
        ("no entries", |p| put16(p, 58, 0), PARAMETERS, 0x43),
        ("no host", |p| put(p, 80, &[0]), PARAMETERS, 0x45),
        (
            "endless host",
            |p| put(p, 80, &[b'x'; 256]),
            PARAMETERS,
            0x45,
        ),
        ("no subsystem", |p| put(p, 336, &[0]), PARAMETERS, 0x46),
    ];

    refused(&bench, &good, &rows)?;
    only(&bench, &good, at::FIRST, 0)?;
    let association = bench.associate(&bench.host)?;
    still_there(bench, association)
}

pub(crate) fn create_association_of_every_length() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let mut payload = samples::create_association();

    for length in 592..=1024 {
        if length % 48 != 0 && length != 1016 && length != 1024 {
            continue;
        }
        payload.resize(length);
        let answer = bench.ask(&bench.host, &payload)?;
        ensure_eq!(answer[0], 2, "{length}");
        bench.disconnect(frames::get64(&answer, 32))?;
    }
    payload.resize(1025);
    let outcome = bench.port.ls(Some(&bench.host), &payload, Plan::USUAL);
    ensure_eq!(outcome.err(), Some(E2BIG));
    bench.end()
}

pub(crate) fn create_connection() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let (association, _) = bench.controller()?;
    let good = frames::create_connection(association, 5, 127, 25);
    let rows: [Row; 10] = [
        ("79 bytes", |p| p.resize(79), PARAMETERS, LENGTH),
        ("queue 0", |p| put16(p, 72, 0), PARAMETERS, 0x42),
        ("queue 129", |p| put16(p, 72, 129), PARAMETERS, 0x42),
        ("queue 65535", |p| put16(p, 72, 0xffff), PARAMETERS, 0x42),
        ("ratio 0", |p| put16(p, 32, 0), PARAMETERS, 0x40),
        ("ratio 127 of 127", |p| put16(p, 32, 127), PARAMETERS, 0x40),
        ("no entries", |p| put16(p, 74, 0), PARAMETERS, 0x43),
        ("nobody", |p| put(p, 16, &[0; 8]), ASSOCIATION, 0),
        ("another", |p| put(p, 16, &[0xff; 6]), ASSOCIATION, 0),
        ("a connection", |p| put(p, 23, &[1]), ASSOCIATION, 0),
    ];

    refused(&bench, &good, &rows)?;
    only(&bench, &good, at::LIST_LENGTH, LENGTH)?;
    only(&bench, &good, at::FIRST, 0)?;
    only(&bench, &good, at::FIRST + 4, LENGTH)?;
    only(&bench, &good, at::SECOND, 0)?;
    only(&bench, &good, at::SECOND + 4, LENGTH)?;
    bench.connection(association, 5, 127, 25)?;
    bench.rejected(&bench.host, &good, PARAMETERS, 0x42, "twice")?;
    bench.rejected(&bench.other, &good, ASSOCIATION, 0, "another host")?;
    still_connected(bench, association)
}

pub(crate) fn disconnect() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let association = bench.associate(&bench.host)?;
    let good = frames::disconnect(association);
    let rows: [Row; 6] = [
        ("47 bytes", |p| p.resize(47), PARAMETERS, LENGTH),
        ("an old scope", |p| put(p, 35, &[1]), 0x03, 0),
        ("an old scope", |p| put(p, 32, &[1]), 0x03, 0),
        ("nobody", |p| put(p, 16, &[0; 8]), ASSOCIATION, 0),
        ("another", |p| put(p, 16, &[0xff; 6]), ASSOCIATION, 0),
        ("a connection", |p| put(p, 23, &[1]), ASSOCIATION, 0),
    ];

    refused(&bench, &good, &rows)?;
    only(&bench, &good, at::LIST_LENGTH, LENGTH)?;
    only(&bench, &good, at::FIRST, 0)?;
    only(&bench, &good, at::FIRST + 4, LENGTH)?;
    only(&bench, &good, at::SECOND, 0)?;
    only(&bench, &good, at::SECOND + 4, LENGTH)?;
    bench.rejected(&bench.other, &good, ASSOCIATION, 0, "another host")?;
    still_there(bench, association)
}

pub(crate) fn other_commands() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;

    for command in (0..=255).filter(|command| !(3..=5).contains(command)) {
        let mut payload = Payload::zeros(48);
        let reason = if command == 6 { 0x0b } else { 0x01 };

        payload[0] = command;
        bench.rejected(&bench.host, &payload, reason, 0, "command")?;
    }
    ensure_eq!(ACCOUNTING.calls(Kind::TargetLsResponse), 253);
    bench.end()
}

pub(crate) fn nobody_is_bound() -> CaseResult {
    let mut bench = Bench::new(&Config::USUAL)?;

    bench.unbind();
    let good = samples::create_association();
    bench.rejected(&bench.host, &good, 0x43, 0, "unbound")?;
    bench.bind(&Config::USUAL).or_fail()?;
    let association = bench.associate(&bench.host)?;
    still_there(bench, association)
}

pub(crate) fn answers_stay_where_they_were_put() -> CaseResult {
    // A reject in memory that had another host's identifiers in it.
    let bench = Bench::new(&Config::USUAL)?;
    let association = bench.associate(&bench.host)?;
    let connection = frames::create_connection(association, 1, 31, 8);

    for _ in 0..300 {
        let answer = bench.ask(&bench.other, &connection)?;
        ensure_eq!(answer[..], samples::reject(4, ASSOCIATION, 0)[..]);
    }
    still_there(bench, association)
}
