// SPDX-License-Identifier: GPL-2.0

//! Reject codes and their names.

use crate::samples;
use nvme_fc_proto::reject::*;
use nvme_fc_proto::wire::RejectPayload;
use zerocopy::FromBytes;

/// The codes of the sample.
fn received(bytes: &[u8]) -> ReceivedReject {
    ReceivedReject::from_payload(RejectPayload::ref_from_bytes(bytes).unwrap())
}

#[test]
fn reasons_have_the_values_of_the_header() {
    let table = [
        (RejectReason::InvalidCommand, 0x01),
        (RejectReason::Logical, 0x03),
        (RejectReason::Unable, 0x09),
        (RejectReason::Unsupported, 0x0b),
        (RejectReason::InvalidAssociation, 0x40),
        (RejectReason::InvalidConnection, 0x41),
        (RejectReason::InvalidParameters, 0x42),
        (RejectReason::InsufficientResources, 0x43),
        (RejectReason::Vendor, 0xff),
    ];

    for (reason, value) in table {
        assert_eq!(reason as u8, value);
        assert_ne!(reason_text(value), "unknown reason");
        assert_eq!(Reject::plain(reason).reason_text(), reason_text(value));
    }
}

#[test]
fn explanations_have_the_values_of_the_header() {
    let table = [
        (RejectExplanation::None, 0x00),
        (RejectExplanation::ExchangeIds, 0x17),
        (RejectExplanation::UnableToSupply, 0x2a),
        (RejectExplanation::PayloadLength, 0x2d),
        (RejectExplanation::ErspRatio, 0x40),
        (RejectExplanation::ControllerId, 0x41),
        (RejectExplanation::QueueId, 0x42),
        (RejectExplanation::SubmissionQueueSize, 0x43),
        (RejectExplanation::HostId, 0x44),
        (RejectExplanation::HostNqn, 0x45),
        (RejectExplanation::SubsystemNqn, 0x46),
    ];

    for (explanation, value) in table {
        let reject = Reject::new(RejectReason::InvalidParameters, explanation);

        assert_eq!(explanation as u8, value);
        assert_ne!(explanation_text(value), "unknown explanation");
        assert_eq!(reject.explanation_text(), explanation_text(value));
    }
}

#[test]
fn every_received_code_has_a_text() {
    for code in 0..=255 {
        let mut bytes = samples::reject(3, code, code);
        bytes[35] = code;
        let reject = received(&bytes);

        assert_eq!(reject.reason, code);
        assert_eq!(reject.explanation, code);
        assert_eq!(reject.vendor, code);
        assert!(!reject.reason_text().is_empty());
        assert!(!reject.explanation_text().is_empty());
    }
}

#[test]
fn a_malformed_reject_has_no_codes() {
    for (at, value) in [(27, 3), (31, 9), (24, 1), (28, 1)] {
        let mut bytes = samples::reject(3, 0x42, 0x2d);
        bytes[at] = value;

        assert_eq!(received(&bytes), ReceivedReject::default());
    }
}
