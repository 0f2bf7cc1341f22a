// SPDX-License-Identifier: GPL-2.0

//! Queue arithmetic.

use super::{ensure_eq, CaseResult};
use crate::proto::queues::*;

pub(crate) fn admin_queue_is_what_linux_hosts_ask_for() -> CaseResult {
    ensure_eq!(zero_based(ADMIN_QUEUE_ENTRIES), 31);
    ensure_eq!(ADMIN_ERSP_RATIO, 8);
    Ok(())
}

pub(crate) fn io_queues_is_the_least_of_three() -> CaseResult {
    ensure_eq!(io_queues(8, 4, 6), 4);
    ensure_eq!(io_queues(2, 4, 6), 2);
    ensure_eq!(io_queues(8, 16, 6), 6);
    ensure_eq!(io_queues(0, 4, 4), 0);
    Ok(())
}

pub(crate) fn entries_stay_within_maxcmd() -> CaseResult {
    ensure_eq!(entries_within(128, 64), 64);
    ensure_eq!(entries_within(64, 128), 64);
    ensure_eq!(entries_within(128, 0), 128);
    Ok(())
}

pub(crate) fn one_segment_is_eight_sectors() -> CaseResult {
    ensure_eq!(transfer_limits(256), (256, 2048));
    ensure_eq!(transfer_limits(u16::MAX), (u16::MAX, 524_280));
    Ok(())
}

pub(crate) fn ratio_is_a_fifth() -> CaseResult {
    ensure_eq!(ersp_ratio(128), 25);
    ensure_eq!(ersp_ratio(4), 1);
    ensure_eq!(ersp_ratio(0), 1);
    Ok(())
}

pub(crate) fn queues_spread_over_the_hardware() -> CaseResult {
    let table = [(0, 0), (1, 0), (2, 1), (3, 2), (4, 3), (5, 0), (128, 3)];

    for (queue, hardware) in table {
        ensure_eq!(hardware_queue(queue, 4), hardware);
    }
    ensure_eq!(hardware_queue(7, 0), 0);
    ensure_eq!(hardware_queue(u16::MAX, u32::MAX), u16::MAX - 1);
    Ok(())
}
