// SPDX-License-Identifier: GPL-2.0

//! Structures over any bytes: nothing lost on the way.

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
