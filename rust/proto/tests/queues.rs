// SPDX-License-Identifier: GPL-2.0

//! Queue arithmetic.

use nvme_fc_proto::queues::*;
use proptest::prelude::*;

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
