// SPDX-License-Identifier: GPL-2.0

//! Identifiers: 48 random bits, the queue below them, zero for none.

use nvme_fc_proto::ids::{AssociationId, ConnectionId};
use proptest::prelude::*;

#[test]
fn zero_is_nobody() {
    assert_eq!(AssociationId::from_wire(0), None);
    assert_eq!(ConnectionId::from_wire(0), None);
    assert_eq!(AssociationId::from_random(0), None);
    assert_eq!(AssociationId::from_random(0xffff), None);
    assert!(AssociationId::from_random(0x1_0000).is_some());
}

#[test]
fn admin_connection_is_the_association() {
    let id = AssociationId::from_random(0xdead_beef_cafe_f00d).unwrap();

    assert_eq!(id.get(), 0xdead_beef_cafe_0000);
    assert_eq!(id.connection(0).get(), id.get());
    assert_eq!(id.connection(128).get(), 0xdead_beef_cafe_0080);
}

#[test]
fn small_connection_ids_belong_to_nobody() {
    let id = ConnectionId::from_wire(0xffff).unwrap();

    assert_eq!(id.association(), None);
}

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
