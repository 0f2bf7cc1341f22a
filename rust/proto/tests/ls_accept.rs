// SPDX-License-Identifier: GPL-2.0

//! Answers that a host receives: any bytes.

use nvme_fc_proto::ls::accept::*;
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #[test]
    fn anything_is_taken_or_refused(bytes in vec(any::<u8>(), 0..64)) {
        prop_assert!(bytes.first() == Some(&2) || create_association(&bytes).is_err());
        prop_assert!(bytes.first() == Some(&2) || create_connection(&bytes).is_err());
        prop_assert!(bytes.first() == Some(&2) || disconnect_association(&bytes).is_err());
        let _ = association_in_bad_accept(&bytes);
    }
}
