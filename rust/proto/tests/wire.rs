// SPDX-License-Identifier: GPL-2.0

//! Structures over bytes: order, offsets, and nothing lost on the way.

use crate::samples;
use nvme_fc_proto::wire::*;
use proptest::collection::vec;
use proptest::prelude::*;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Bytes through a structure and back.
fn same<T: FromBytes + IntoBytes + KnownLayout + Immutable>(bytes: &[u8]) -> bool {
    let (value, _) = T::read_from_prefix(bytes).unwrap();

    value.as_bytes() == &bytes[..size_of::<T>()]
}

proptest! {
    #[test]
    fn all_bytes_survive(bytes in vec(any::<u8>(), 1024)) {
        prop_assert!(same::<LsHeader>(&bytes));
        prop_assert!(same::<RequestDescriptor>(&bytes));
        prop_assert!(same::<RejectDescriptor>(&bytes));
        prop_assert!(same::<RejectPayload>(&bytes));
        prop_assert!(same::<CreateAssociationRequest>(&bytes));
        prop_assert!(same::<CreateAssociationMinimum>(&bytes));
        prop_assert!(same::<CreateAssociationAccept>(&bytes));
        prop_assert!(same::<CreateConnectionRequest>(&bytes));
        prop_assert!(same::<CreateConnectionAccept>(&bytes));
        prop_assert!(same::<DisconnectAssociationRequest>(&bytes));
        prop_assert!(same::<DisconnectAssociationAccept>(&bytes));
        prop_assert!(same::<DisconnectConnectionRequest>(&bytes));
        prop_assert!(same::<DisconnectConnectionAccept>(&bytes));
        prop_assert!(same::<SubmissionEntry>(&bytes));
        prop_assert!(same::<CompletionEntry>(&bytes));
        prop_assert!(same::<CommandIu>(&bytes));
        prop_assert!(same::<ExtendedResponseIu>(&bytes));
        prop_assert!(same::<SequenceRetransmitIu>(&bytes));
        prop_assert!(same::<SequenceRetransmitResponseIu>(&bytes));
    }

    #[test]
    fn short_bytes_are_refused(bytes in vec(any::<u8>(), 0..96)) {
        prop_assert!(CommandIu::ref_from_prefix(&bytes).is_err());
    }
}

#[test]
fn link_service_fields_are_big_endian() {
    let bytes = samples::create_association();
    let request = CreateAssociationRequest::ref_from_bytes(&bytes).unwrap();
    let fields = &request.association.fields;

    assert_eq!(request.header.word0.command, ls::CREATE_ASSOCIATION);
    assert_eq!(request.header.list_length.get(), 1016);
    assert_eq!(fields.header.tag.get(), tag::CREATE_ASSOCIATION);
    assert_eq!(fields.header.length.get(), 1008);
    assert_eq!(fields.ersp_ratio.get(), 8);
    assert_eq!(fields.controller_id.get(), 0xffff);
    assert_eq!(fields.submission_queue_size.get(), 31);
    assert_eq!(fields.host_id, samples::HOST_ID);
    assert!(fields.host_nqn.starts_with(samples::HOST_NQN));
    assert!(fields.subsystem_nqn.starts_with(samples::SUBSYSTEM_NQN));
}

#[test]
fn command_iu_mixes_both_orders() {
    let bytes: Vec<u8> = (0..96).collect();
    let iu = CommandIu::ref_from_bytes(&bytes).unwrap();

    assert_eq!(iu.iu_words.get(), 0x0203);
    assert_eq!(iu.connection_id.get(), 0x0809_0a0b_0c0d_0e0f);
    assert_eq!(iu.sequence_number.get(), 0x1011_1213);
    assert_eq!(iu.data_length.get(), 0x1415_1617);
    assert_eq!(iu.sqe.opcode, 24);
    assert_eq!(iu.sqe.command_id, [26, 27]);
    assert_eq!(iu.sqe.sgl_length.get(), 0x3b3a_3938);
    assert_eq!(iu.sqe.sgl_type, 24 + 39);
    assert_eq!(iu.metadata_size.get(), 0x5a5b);
}

#[test]
fn extended_response_mixes_both_orders() {
    let bytes: Vec<u8> = (0..32).collect();
    let iu = ExtendedResponseIu::ref_from_bytes(&bytes).unwrap();

    assert_eq!(iu.iu_words.get(), 0x0203);
    assert_eq!(iu.sequence_number.get(), 0x0405_0607);
    assert_eq!(iu.transferred.get(), 0x0809_0a0b);
    assert_eq!(iu.cqe.result.get(), 0x1716_1514_1312_1110);
    assert_eq!(iu.cqe.sq_head.get(), 0x1918);
    assert_eq!(iu.cqe.status.get(), 0x1f1e);
}

#[test]
fn constants_are_those_of_the_header() {
    assert_eq!(COMMAND_WORDS, 24);
    assert_eq!(EXTENDED_RESPONSE_WORDS, 8);
    assert_eq!(EXTENDED_RESPONSE, 32);
    assert_eq!(LS_REQUEST_MAX, 1024);
    assert_eq!(stated_length::<CreateAssociationAccept>(), 48);
    assert_eq!(stated_length::<CreateConnectionRequest>(), 72);
    assert_eq!(stated_length::<RejectPayload>(), 32);
}
