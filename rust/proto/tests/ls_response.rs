// SPDX-License-Identifier: GPL-2.0

//! Answers that we send: byte for byte, and nothing left over.

use crate::samples;
use nvme_fc_proto::ids::AssociationId;
use nvme_fc_proto::ls_response::*;
use nvme_fc_proto::reject::{Reject, RejectExplanation, RejectReason};

/// The sample's association.
fn association() -> AssociationId {
    AssociationId::from_wire(samples::ASSOCIATION).unwrap()
}

/// Writes over leftovers, and checks that they are gone.
fn written(response: LsResponse) -> Vec<u8> {
    let mut buffer = [0xa5; 128];
    let length = usize::from(response.write(&mut buffer));

    assert!(buffer[length..].iter().all(|byte| *byte == 0));
    assert_eq!(&buffer[..length], response.as_bytes());
    buffer[..length].to_vec()
}

#[test]
fn accepts_are_those_of_the_header() {
    let create = LsResponse::CreateAssociation(create_association(association()));
    let connect = LsResponse::CreateConnection(create_connection(association().connection(5)));
    let disconnect = LsResponse::DisconnectAssociation(disconnect_association());

    assert_eq!(written(create), samples::accept_association());
    assert_eq!(written(connect), samples::accept_connection());
    assert_eq!(written(disconnect), samples::accept_disconnect());
}

#[test]
fn rejects_echo_the_command() {
    for command in 0..=255 {
        let why = Reject::new(RejectReason::InvalidParameters, RejectExplanation::QueueId);
        let response = LsResponse::Reject(reject(command, why));

        assert_eq!(written(response), samples::reject(command, 0x42, 0x42));
    }
}
