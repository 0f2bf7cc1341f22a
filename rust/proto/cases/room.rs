// SPDX-License-Identifier: GPL-2.0

//! What one host may have.

use super::{ensure, ensure_eq, CaseResult};
use crate::proto::room::*;

pub(crate) fn the_table_of_shares() -> CaseResult {
    for (used, mine, wanted, outcome) in [
        // A quarter whatever the others have.
        (0, 0, 25, Ok(())),
        (75, 0, 25, Ok(())),
        (75, 5, 20, Ok(())),
        (90, 24, 1, Ok(())),
        // More than that up to half of all.
        (0, 0, 50, Ok(())),
        (49, 49, 1, Ok(())),
        (0, 0, 51, Err(Shortage::Host)),
        (50, 25, 1, Err(Shortage::Host)),
        (49, 25, 1, Ok(())),
        (75, 0, 26, Err(Shortage::Port)),
        // The end.
        (100, 0, 1, Err(Shortage::Port)),
        (99, 99, 1, Err(Shortage::Host)),
        (99, 0, 1, Ok(())),
        (100, 100, 0, Err(Shortage::Host)),
        (u64::MAX, 0, u64::MAX, Err(Shortage::Port)),
    ] {
        ensure_eq!(
            check(100, used, Some(mine), wanted),
            outcome,
            "{used} {mine} {wanted}"
        );
    }
    Ok(())
}

pub(crate) fn hosts_that_cannot_be_told_apart_share_all() -> CaseResult {
    for used in 0..=100 {
        ensure_eq!(check(100, used, None, 100 - used), Ok(()));
        ensure_eq!(check(100, used, None, 101 - used), Err(Shortage::Port));
    }
    Ok(())
}

pub(crate) fn two_greedy_hosts_leave_room_for_a_third() -> CaseResult {
    // Each asks for one more in turn, until neither gets anything.
    let (mut first, mut second) = (0, 0);

    for _ in 0..200 {
        if check(100, first + second, Some(first), 1).is_ok() {
            first += 1;
        }
        if check(100, first + second, Some(second), 1).is_ok() {
            second += 1;
        }
    }
    ensure_eq!((first, second), (25, 25));
    ensure_eq!(check(100, first + second, Some(0), 25), Ok(()));
    Ok(())
}

pub(crate) fn a_hundred_hosts_of_the_usual_size_fit() -> CaseResult {
    // 128 hosts with 32 queues of 128 commands and an admin queue of 32.
    let host = ASSOCIATION_COST + queue_cost(31) + 32 * queue_cost(127);

    ensure!(u64::from(host) * 128 <= 9 << 16, "{host}");
    // And one host with 128 queues of the largest size has its share.
    let large = ASSOCIATION_COST + queue_cost(31) + 128 * queue_cost(1023);
    ensure!(u64::from(large) <= (9 << 16) / 4, "{large}");
    Ok(())
}
