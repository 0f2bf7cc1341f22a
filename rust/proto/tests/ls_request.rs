// SPDX-License-Identifier: GPL-2.0

//! Requests that we send: any names.

use crate::cases::ls_request::parameters;
use nvme_fc_proto::ls::request::*;
use nvme_fc_proto::wire;
use proptest::collection::vec;
use proptest::prelude::*;
use zerocopy::{FromBytes, IntoBytes};

/// A structure full of leftovers.
fn dirty<T: FromBytes + IntoBytes>() -> T {
    T::read_from_bytes(&vec![0xa5; size_of::<T>()]).unwrap()
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
