// SPDX-License-Identifier: GPL-2.0

//! Host judgement of responses: the same, told by a formula.

use crate::cases::response::{extended, GOOD};
use nvme_fc_proto::command::response::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn the_fast_path_is_the_slow_one(
        aborted: bool,
        lldd_status in prop_oneof![Just(0), any::<i32>()],
        response_length in prop_oneof![Just(0u16), Just(12), Just(32), any::<u16>()],
        transferred in prop_oneof![Just(4096), any::<u32>()],
        stated in prop_oneof![Just(4096), any::<u32>()],
        id in prop_oneof![Just([0x34, 0x12]), any::<[u8; 2]>()],
    ) {
        let report = Report {
            aborted,
            lldd_status,
            response_length,
            transferred,
            ..GOOD
        };
        let mut iu = extended();
        iu.transferred.set(stated);
        iu.cqe.command_id = id;

        let outcome = judge(&report, &iu);
        let fine = !aborted && lldd_status == 0 && match response_length {
            0 | 12 => transferred == 4096,
            32 => stated == transferred && id == [0x34, 0x12],
            _ => false,
        };
        prop_assert_eq!(outcome.terminates(), !fine);
        prop_assert_eq!(plain_success(&report), fine && response_length != 32);
        if !fine {
            prop_assert_eq!(outcome.status, if aborted { 0x371 << 1 } else { 0x370 << 1 });
        } else if response_length == 32 {
            prop_assert_eq!(outcome.status, 0x4002);
        } else {
            prop_assert_eq!((outcome.status, outcome.result), (0, 0));
        }
    }
}
