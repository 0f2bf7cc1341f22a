// SPDX-License-Identifier: GPL-2.0

//! Requests that we send: byte for byte what the header lays out.

use crate::samples;
use nvme_fc_proto::ids::AssociationId;
use nvme_fc_proto::ls_request::*;
use nvme_fc_proto::wire;
use proptest::collection::vec;
use proptest::prelude::*;
use zerocopy::{FromBytes, IntoBytes};

/// A structure full of leftovers.
fn dirty<T: FromBytes + IntoBytes>() -> T {
    T::read_from_bytes(&vec![0xa5; size_of::<T>()]).unwrap()
}

/// The sample's parameters with these NQNs.
fn parameters<'a>(host_nqn: &'a [u8], subsystem_nqn: &'a [u8]) -> CreateAssociation<'a> {
    CreateAssociation {
        ersp_ratio: 8,
        submission_queue_size: 31,
        host_id: &samples::HOST_ID,
        host_nqn,
        subsystem_nqn,
    }
}

#[test]
fn create_association_over_leftovers() {
    let mut out: wire::CreateAssociationRequest = dirty();
    let with = parameters(samples::HOST_NQN, samples::SUBSYSTEM_NQN);

    create_association(&mut out, &with).unwrap();
    assert_eq!(out.as_bytes(), samples::create_association());
}

#[test]
fn create_connection_over_leftovers() {
    let mut out: wire::CreateConnectionRequest = dirty();
    let association = AssociationId::from_wire(samples::ASSOCIATION).unwrap();

    create_connection(&mut out, association, 5, 127, 25);
    assert_eq!(out.as_bytes(), samples::create_connection());
}

#[test]
fn disconnect_over_leftovers() {
    let mut out: wire::DisconnectAssociationRequest = dirty();
    let association = AssociationId::from_wire(samples::ASSOCIATION).unwrap();

    disconnect_association(&mut out, association);
    assert_eq!(out.as_bytes(), samples::disconnect_association());
}

#[test]
fn nqn_leaves_room_for_its_terminator() {
    let mut out: wire::CreateAssociationRequest = dirty();
    let (fits, too_long) = ([b'x'; 255], [b'x'; 256]);

    assert_eq!(
        create_association(&mut out, &parameters(&fits, &fits)),
        Ok(())
    );
    assert_eq!(out.association.fields.host_nqn[254..], [b'x', 0]);
    assert_eq!(out.association.fields.subsystem_nqn[254..], [b'x', 0]);
    assert_eq!(
        create_association(&mut out, &parameters(&too_long, &fits)),
        Err(NqnTooLong)
    );
    assert_eq!(
        create_association(&mut out, &parameters(&fits, &too_long)),
        Err(NqnTooLong)
    );
}

proptest! {
    #[test]
    fn any_nqn_is_terminated(host in vec(any::<u8>(), 0..300), subsystem in vec(any::<u8>(), 0..300)) {
        let mut out: wire::CreateAssociationRequest = dirty();
        let fits = host.len() < 256 && subsystem.len() < 256;

        prop_assert_eq!(create_association(&mut out, &parameters(&host, &subsystem)).is_ok(), fits);
        if fits {
            let fields = &out.association.fields;

            prop_assert!(fields.host_nqn.starts_with(&host));
            prop_assert!(fields.host_nqn[host.len()..].iter().all(|byte| *byte == 0));
            prop_assert!(fields.subsystem_nqn.starts_with(&subsystem));
            prop_assert!(fields.subsystem_nqn[subsystem.len()..].iter().all(|byte| *byte == 0));
        }
    }
}
