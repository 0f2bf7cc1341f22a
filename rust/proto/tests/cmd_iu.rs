// SPDX-License-Identifier: GPL-2.0

//! Command IU: any bytes.

use nvme_fc_proto::command::cmd_iu::*;
use nvme_fc_proto::wire::CommandIu;
use proptest::collection::vec;
use proptest::prelude::*;
use zerocopy::FromBytes;

proptest! {
    #[test]
    fn no_transfer_is_empty(bytes in vec(any::<u8>(), 96)) {
        let iu = CommandIu::ref_from_bytes(&bytes).unwrap();

        match transfer(iu) {
            Ok(Transfer::Write(length) | Transfer::Read(length)) => {
                prop_assert!(length > 0);
                prop_assert_eq!(length, iu.data_length.get());
            }
            Ok(Transfer::None) | Err(_) => {}
        }
        let _ = check(&bytes);
    }
}
