// SPDX-License-Identifier: GPL-2.0

//! Handles of hosts: who uses them, and when they are released.

use super::{ensure, ensure_eq, fail, CaseResult};
use crate::proto::hosts::*;

/// Two handles.
const HANDLE: usize = 0x1000;
const OTHER: usize = 0x2000;

/// A table with its counter.
struct Table {
    hosts: [Host; 8],
    used: usize,
    last: Generation,
    releases: u32,
}

impl Table {
    fn new(last: u64) -> Self {
        Self {
            hosts: [newcomer(0, Generation(0)); 8],
            used: 0,
            last: Generation(last),
            releases: 0,
        }
    }

    fn hosts(&mut self) -> &mut [Host] {
        self.hosts.get_mut(..self.used).unwrap_or_default()
    }

    fn join(&mut self, handle: usize) -> Generation {
        if let Some(generation) = join(self.hosts(), handle) {
            return generation;
        }
        self.last = self.last.next();
        let last = self.last;
        if let Some(place) = self.hosts.get_mut(self.used) {
            *place = newcomer(handle, last);
            self.used += 1;
        }
        last
    }

    fn leave(&mut self, generation: Generation) -> Leave {
        let outcome = leave(self.hosts(), generation);
        if let Leave::Goes(at) | Leave::Releases(at) = outcome {
            self.hosts().copy_within(at + 1.., at);
            self.used -= 1;
        }
        self.releases += u32::from(matches!(outcome, Leave::Releases(_)));
        outcome
    }
}

pub(crate) fn review_target_s2_a_handle_that_is_in_use_again() -> CaseResult {
    let mut table = Table::new(0);
    let old = table.join(HANDLE);

    ensure!(invalidate(table.hosts(), HANDLE));
    let new = table.join(HANDLE);
    ensure!(old != new);
    // The older goes; the handle is in use, and stays until that is over.
    ensure_eq!(table.leave(old), Leave::Goes(0));
    ensure_eq!(table.join(HANDLE), new);
    ensure_eq!(table.leave(new), Leave::Stays);
    ensure_eq!(table.leave(new), Leave::Releases(0));
    ensure!(!invalidate(table.hosts(), HANDLE));
    // The other way round.
    let old = table.join(HANDLE);
    ensure!(invalidate(table.hosts(), HANDLE));
    let new = table.join(HANDLE);
    ensure_eq!(table.leave(new), Leave::Goes(1));
    ensure_eq!(table.leave(old), Leave::Releases(0));
    Ok(())
}

pub(crate) fn review_target_s2_one_release_for_one_reference() -> CaseResult {
    // Invalidated, back, invalidated again, and again, in every order of the ends.
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut table = Table::new(0);
        let mut ones = [Generation(0); 3];

        for one in &mut ones {
            *one = table.join(HANDLE);
            ensure!(invalidate(table.hosts(), HANDLE));
        }
        for (nth, which) in order.into_iter().enumerate() {
            ensure_eq!(table.releases, 0, "{order:?} {nth}");
            match ones.get(which) {
                Some(one) => table.leave(*one),
                None => fail!("no such"),
            };
        }
        ensure_eq!(table.releases, 1, "{order:?}");
    }
    Ok(())
}

pub(crate) fn review_target_s5_generations_do_not_come_round() -> CaseResult {
    // A neighbour asks 2^32 times, each time as a host port that nobody knew.
    let mut table = Table::new(u64::from(u32::MAX) - 1);
    let victim = table.join(HANDLE);

    table.last = Generation(victim.0 + u64::from(u32::MAX));
    let neighbour = table.join(OTHER);
    ensure!(neighbour != victim);
    ensure_eq!(table.leave(neighbour), Leave::Goes(1));
    ensure_eq!(table.join(HANDLE), victim);
    ensure_eq!(table.leave(victim), Leave::Stays);
    ensure_eq!(table.leave(victim), Leave::Goes(0));
    Ok(())
}

pub(crate) fn handles_that_nobody_invalidated() -> CaseResult {
    let mut table = Table::new(0);
    let (one, other) = (table.join(HANDLE), table.join(OTHER));

    ensure_eq!(table.join(HANDLE), one);
    ensure!(invalidate(table.hosts(), OTHER));
    ensure_eq!(table.leave(one), Leave::Stays);
    ensure_eq!(table.leave(one), Leave::Goes(0));
    ensure_eq!(table.leave(one), Leave::Stays);
    ensure_eq!(table.leave(other), Leave::Releases(0));
    Ok(())
}
