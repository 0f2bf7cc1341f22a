// SPDX-License-Identifier: GPL-2.0

//! What hosts get to read that nobody wrote, and how much they may ask for.
//! Findings C3, M7 and M9 of the target's review.

#![deny(unsafe_code)]

use kernel::prelude::*;

use super::{
    bench::{bytes, room, Bench, BLOCK, NQN},
    frames::{self, get64, READ, WRITE},
    lldd::{
        config::Config,
        script::{Place, Script},
    },
};
use crate::cases::{
    outcome::{ensure, ensure_eq, CaseResult, OrFail},
    samples,
};

/// Pages that are dirtied: more than a case reads.
const PAGES: usize = 512;
/// What is in them.
const DIRT: u8 = 0xd7;

/// Leaves dirty pages where the next to allocate finds them, unless the kernel
/// clears every page (`init_on_alloc`).
fn dirty_free_pages() -> CaseResult {
    drop(VVec::from_elem(DIRT, PAGES * BLOCK, GFP_KERNEL).or_fail()?);
    Ok(())
}

pub(crate) fn review_target_c3_log_page() -> CaseResult {
    let bench = Bench::new(&Config::USUAL)?;
    let (association, _) = bench.controller()?;

    for length in [64u32 << 10, 256 << 10, 2048] {
        let mut entry = frames::entry(2);
        let dwords: u32 = length / 4 - 1;
        // Log page 0, the supported ones: nvmet fills 1024 bytes.
        samples::put(&mut entry, 40, &(dwords << 16).to_le_bytes());
        samples::put(&mut entry, 44, &(dwords >> 16).to_le_bytes());
        let iu = frames::command(association, READ, length, &entry);

        dirty_free_pages()?;
        let now = Script::usual(Place::Now);
        let exchange = bench.start(&iu, room(length as usize)?, now)?;
        let response = exchange.wait_over()?.or_fail()?;
        ensure_eq!(response.status(), 0, "{length}");
        let data = exchange.take_data();
        let stale = data.iter().skip(1024).filter(|byte| **byte != 0).count();
        ensure_eq!(stale, 0, "stale bytes of {length}");
        ensure_eq!(data[0], 1, "log page 0 is supported");
    }
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_c3_short_read() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(31, 8)?;

    // Somebody cuts the file behind the namespace: nvmet takes a read of
    // nothing for a success.
    bench.subsystem.cut_namespace().or_fail()?;
    for count in [1u16, 8, 64] {
        let length = usize::from(count) * BLOCK;
        let iu = Bench::blocks(connection, false, 0, count);

        dirty_free_pages()?;
        let now = Script::usual(Place::Now);
        let exchange = bench.start(&iu, room(length)?, now)?;
        exchange.wait_over()?.or_fail()?;
        let data = exchange.take_data();
        let stale = data.iter().filter(|byte| **byte != 0).count();
        ensure_eq!(stale, 0, "stale bytes of {length}");
    }
    bench.disconnect(association)?;
    bench.end()
}

/// So many bytes that no other call gives.
fn pattern(seed: usize, length: usize) -> CaseResult<KVVec<u8>> {
    let mut data = room(length)?;

    for (at, byte) in data.iter_mut().enumerate() {
        // CAST: The low byte.
        *byte = (at / BLOCK + at + seed * 31) as u8 | 1;
    }
    Ok(data)
}

pub(crate) fn review_target_c3_kept_memory() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let (association, connection) = bench.io_queue(31, 8)?;

    // One command at a time, so that all have the slot in which the write has left
    // its data: as much as is given without a question, and as a slot keeps. What is
    // read next is as long, or shorter.
    for (most, count) in [16u16, 32]
        .into_iter()
        .flat_map(|most| [most, most - 1, 8, 1, most].map(|count| (most, count)))
    {
        let length = usize::from(count) * BLOCK;
        let iu = Bench::blocks(connection, true, 0, most);
        let dirt = KVVec::from_elem(DIRT, usize::from(most) * BLOCK, GFP_KERNEL).or_fail()?;
        ensure_eq!(bench.run(&iu, dirt)?.status(), 0);
        bench.subsystem.cut_namespace().or_fail()?;

        let iu = Bench::blocks(connection, false, 0, count);
        let exchange = bench.start(&iu, room(length)?, Script::usual(Place::Now))?;
        ensure_eq!(exchange.wait_over()?.or_fail()?.status(), 0);
        let data = exchange.take_data();
        ensure_eq!(data.len(), length);
        let stale = data.iter().filter(|byte| **byte != 0).count();
        ensure_eq!(stale, 0, "stale bytes of {length}");
    }
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn kept_memory_of_any_length() -> CaseResult {
    for segments in [256, 4, 1] {
        let config = Config {
            segments,
            ..Config::USUAL
        };
        let bench = Bench::with_namespace(&config)?;
        let (association, connection) = bench.io_queue(31, 8)?;

        // Longer and shorter by turns, up to more than a slot keeps.
        for (nth, count) in [1u16, 16, 3, 17, 2, 16, 1, 32, 15, 16]
            .into_iter()
            .enumerate()
        {
            let length = usize::from(count) * BLOCK;
            let iu = Bench::blocks(connection, true, 0, count);
            ensure_eq!(bench.run(&iu, pattern(nth, length)?)?.status(), 0);

            let iu = Bench::blocks(connection, false, 0, count);
            let exchange = bench.start(&iu, room(length)?, Script::usual(Place::Now))?;
            ensure_eq!(exchange.wait_over()?.or_fail()?.status(), 0);
            let data = exchange.take_data();
            ensure!(
                data[..] == pattern(nth, length)?[..],
                "{count} of {segments}"
            );
        }
        bench.disconnect(association)?;
        bench.end()?;
    }
    Ok(())
}

pub(crate) fn review_target_m7_small_mdts() -> CaseResult {
    let mut bench = Bench::with_namespace(&Config::USUAL)?;

    bench.unbind();
    // Two pages. nvmet takes no other while the port is bound.
    bench
        .bind_with(&Config::USUAL, |port| port.set("param_mdts", fmt!("1")))
        .or_fail()?;
    let (association, connection) = bench.io_queue(31, 8)?;
    for is_write in [false, true] {
        for count in [1u16, 2, 3, 16, 17] {
            let iu = Bench::blocks(connection, is_write, 0, count);
            let response = bench.run(&iu, room(usize::from(count) * BLOCK)?)?;

            // Invalid field, do not retry.
            let expected = if count > 2 { 0x4002 } else { 0 };
            ensure_eq!(response.status(), expected, "{count} blocks");
        }
    }
    bench.disconnect(association)?;
    bench.end()
}

pub(crate) fn review_target_m9_large_queues() -> CaseResult {
    let bench = Bench::with_namespace(&Config::USUAL)?;
    let mut create = samples::create_association();

    // More than nvmet offers, as a host may ask for that has not read yet what
    // it offers.
    samples::put16(&mut create, 58, 4095);
    let answer = bench.ask(&bench.host, &create)?;
    ensure_eq!(answer.len(), samples::accept_association().len());
    let association = get64(&answer, 32);
    let controller = bench.connect(association, 4095, 0xffff)?;
    let enable = frames::property_set(0x14, 0x0046_0001);
    let iu = frames::command(association, 0, 0, &enable);
    ensure_eq!(bench.run(&iu, KVVec::new())?.status(), 0);

    let connection = bench.connection(association, 1, 2000, 8)?;
    for (size, good) in [(2001, false), (2000, false), (1023, true)] {
        let iu = frames::command(connection, WRITE, 1024, &frames::connect(1, size));
        let data = bytes(&frames::connect_data(controller, NQN))?;
        let response = bench.run(&iu, data)?;

        ensure_eq!(response.status() == 0, good, "{size}");
    }
    let response = bench.run(&Bench::blocks(connection, false, 0, 1), room(BLOCK)?)?;
    ensure!(response.status() == 0);
    bench.disconnect(association)?;
    bench.end()
}
