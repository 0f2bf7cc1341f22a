// SPDX-License-Identifier: GPL-2.0

//! CPUs, hardware contexts and queues.

use super::{ensure, ensure_eq, CaseResult};
use crate::proto::contexts::*;

/// Whether a bit of a mask of CPUs is set.
fn bit(mask: u32, cpu: usize) -> bool {
    (mask >> cpu) & 1 != 0
}

pub(crate) fn a_map_that_is_good_stays() -> CaseResult {
    for (map, contexts, online) in [
        ([0, 0, 1, 1], 2, 0b1111),
        ([0, 1, 2, 3], 4, 0b1111),
        ([0, 1, 1, 0], 2, 0b0011),
        ([0, 0, 0, 0], 1, 0b0001),
    ] {
        let mut kept = map;
        keep_in_use(&mut kept, contexts, |cpu| bit(online, cpu));
        ensure_eq!(kept, map);
    }
    Ok(())
}

/// What the block layer makes of four CPUs for three contexts, and CPU 3 is
/// offline: the third context had only that.
pub(crate) fn a_context_whose_cpus_are_offline_gets_another() -> CaseResult {
    let mut map = [0, 0, 1, 2];
    keep_in_use(&mut map, 3, |cpu| cpu != 3);
    ensure_eq!(map, [0, 2, 1, 2]);
    // One CPU for each of two.
    let mut map = [0, 0, 1, 1];
    keep_in_use(&mut map, 2, |cpu| cpu < 2);
    ensure_eq!(map, [0, 1, 1, 1]);
    // The first CPU stays where it is.
    let mut map = [0, 0, 0, 1];
    keep_in_use(&mut map, 2, |cpu| cpu == 0 || cpu == 2);
    ensure_eq!(map, [0, 0, 1, 1]);
    Ok(())
}

pub(crate) fn too_few_cpus_serve_whom_they_can() -> CaseResult {
    let mut map = [0, 1, 2, 3];
    keep_in_use(&mut map, 4, |cpu| cpu == 0);
    ensure_eq!(map, [0, 1, 2, 3]);
    let mut map = [7, 1, 0, 9];
    keep_in_use(&mut map, 2, |_| true);
    ensure_eq!(map, [0, 1, 0, 0]);
    keep_in_use(&mut [], 2, |_| true);
    Ok(())
}

pub(crate) fn maps_are_made_anew_when_they_have_to_be() -> CaseResult {
    let all = |_| true;
    ensure!(!want_new_map(4, 4, all));
    ensure!(want_new_map(4, 3, all));
    ensure!(want_new_map(3, 4, all));
    ensure!(want_new_map(4, 4, |context| context != 2));
    Ok(())
}

pub(crate) fn queues_that_stay_carry_for_the_others() -> CaseResult {
    for (context, by) in [(0, 0), (1, 1), (2, 0), (3, 1)] {
        ensure_eq!(carrier(context, &[0, 1]), Some(by));
    }
    // One that stays, and has no CPU to be connected from, is carried as well.
    for (context, by) in [(0, 0), (1, 3), (2, 0), (3, 3)] {
        ensure_eq!(carrier(context, &[0, 3]), Some(by));
    }
    ensure_eq!(carrier(2, &[]), None);
    Ok(())
}

pub(crate) fn everybody_has_a_turn() -> CaseResult {
    for (carrier, turns) in [(0, [2, 4, 0, 2]), (1, [3, 1, 3, 1])] {
        let mut now = carrier;
        for turn in turns {
            now = next_in_turn(now, 5, &[0, 1]);
            ensure_eq!(now, turn);
        }
    }
    // Nobody beside itself.
    ensure_eq!(next_in_turn(1, 2, &[0, 1]), 1);
    Ok(())
}
