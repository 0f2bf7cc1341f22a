// SPDX-License-Identifier: GPL-2.0

//! Identifiers: 48 random bits, the queue below them, zero for none.

use nvme_fc_proto::ids::{AssociationId, ConnectionId};
use proptest::prelude::*;

proptest! {
    #[test]
    fn parts_come_back(random: u64, queue: u16) {
        if let Some(id) = AssociationId::from_random(random) {
            let connection = id.connection(queue);

            prop_assert_eq!(connection.association(), Some(id));
            prop_assert_eq!(connection.queue_id(), queue);
            prop_assert_eq!(ConnectionId::from_wire(connection.get()), Some(connection));
            prop_assert_eq!(id.get() >> 16, random >> 16);
        } else {
            prop_assert_eq!(random >> 16, 0);
        }
    }

    #[test]
    fn a_host_keeps_any_value(value in 1u64..) {
        prop_assert_eq!(AssociationId::from_wire(value).unwrap().get(), value);
        prop_assert_eq!(ConnectionId::from_wire(value).unwrap().get(), value);
    }
}
