// SPDX-License-Identifier: GPL-2.0

//! Queue arithmetic.

use nvme_fc_proto::queues::*;
use proptest::prelude::*;

#[test]
fn admin_queue_is_what_linux_hosts_ask_for() {
    assert_eq!(zero_based(ADMIN_QUEUE_ENTRIES), 31);
    assert_eq!(ADMIN_ERSP_RATIO, 8);
}

#[test]
fn io_queues_is_the_least_of_three() {
    assert_eq!(io_queues(8, 4, 6), 4);
    assert_eq!(io_queues(2, 4, 6), 2);
    assert_eq!(io_queues(8, 16, 6), 6);
    assert_eq!(io_queues(0, 4, 4), 0);
}

#[test]
fn entries_stay_within_maxcmd() {
    assert_eq!(entries_within(128, 64), 64);
    assert_eq!(entries_within(64, 128), 64);
    assert_eq!(entries_within(128, 0), 128);
}

#[test]
fn one_segment_is_eight_sectors() {
    assert_eq!(transfer_limits(256), (256, 2048));
    assert_eq!(transfer_limits(u16::MAX), (u16::MAX, 524_280));
}

#[test]
fn ratio_is_a_fifth() {
    assert_eq!(ersp_ratio(128), 25);
    assert_eq!(ersp_ratio(4), 1);
    assert_eq!(ersp_ratio(0), 1);
}

#[test]
fn queues_spread_over_the_hardware() {
    let table = [(0, 0), (1, 0), (2, 1), (3, 2), (4, 3), (5, 0), (128, 3)];

    for (queue, hardware) in table {
        assert_eq!(hardware_queue(queue, 4), hardware);
    }
    assert_eq!(hardware_queue(7, 0), 0);
    assert_eq!(hardware_queue(u16::MAX, u32::MAX), u16::MAX - 1);
}

proptest! {
    #[test]
    fn targets_take_every_ratio(entries in 3u16..) {
        let ratio = ersp_ratio(entries);

        prop_assert!(ratio >= 1);
        prop_assert!(ratio < zero_based(entries));
    }

    #[test]
    fn hardware_queue_exists(queue: u16, queues in 1u32..) {
        prop_assert!(u32::from(hardware_queue(queue, queues)) < queues);
    }
}
