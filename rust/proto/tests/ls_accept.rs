// SPDX-License-Identifier: GPL-2.0

//! Answers that a host receives.

use crate::samples::{self, get32, put, put32};
use nvme_fc_proto::ls_accept::*;
use nvme_fc_proto::reject::ReceivedReject;
use proptest::collection::vec;
use proptest::prelude::*;

/// Checks that a 32-bit place takes one value only.
fn only(
    payload: fn() -> Vec<u8>,
    check: impl Fn(&[u8]) -> Option<AcceptError>,
    place: usize,
    expected: AcceptError,
) {
    let mut bytes = payload();
    let good = get32(&bytes, place);
    let bits = (0..32).map(|bit| good ^ (1 << bit));

    for value in bits.chain([good - 1, good + 1, 0]) {
        put32(&mut bytes, place, value);
        assert_eq!(check(&bytes), Some(expected), "{place}: {value:#x}");
    }
}

/// Error of a Create Association answer.
fn association_error(bytes: &[u8]) -> Option<AcceptError> {
    create_association(bytes).err()
}

/// Error of a Create Connection answer.
fn connection_error(bytes: &[u8]) -> Option<AcceptError> {
    create_connection(bytes).err()
}

/// Error of a Disconnect answer.
fn disconnect_error(bytes: &[u8]) -> Option<AcceptError> {
    disconnect_association(bytes).err()
}

#[test]
fn good_accepts() {
    let (association, connection) = create_association(&samples::accept_association()).unwrap();

    assert_eq!(association.get(), samples::ASSOCIATION);
    assert_eq!(connection.get(), samples::ASSOCIATION);
    let connection = create_connection(&samples::accept_connection()).unwrap();
    assert_eq!(connection.get(), samples::ASSOCIATION | 5);
    assert_eq!(
        disconnect_association(&samples::accept_disconnect()),
        Ok(())
    );
}

#[test]
fn create_association_checks() {
    let make = samples::accept_association;
    let places = [
        (4, AcceptError::CreateAssociationLength),
        (8, AcceptError::RequestTag),
        (12, AcceptError::RequestLength),
        (24, AcceptError::AssociationIdTag),
        (28, AcceptError::AssociationIdLength),
        (40, AcceptError::ConnectionIdTag),
        (44, AcceptError::ConnectionIdLength),
    ];

    for (place, expected) in places {
        only(make, association_error, place, expected);
    }
    for (place, expected) in [
        (32, AcceptError::AssociationIdZero),
        (48, AcceptError::ConnectionIdZero),
    ] {
        let mut bytes = make();
        put(&mut bytes, place, &[0; 8]);
        assert_eq!(association_error(&bytes), Some(expected));
    }
}

#[test]
fn create_connection_checks() {
    let make = samples::accept_connection;
    let places = [
        (4, AcceptError::CreateConnectionLength),
        (8, AcceptError::RequestTag),
        (12, AcceptError::RequestLength),
        (24, AcceptError::ConnectionIdTag),
        (28, AcceptError::ConnectionIdLength),
    ];

    for (place, expected) in places {
        only(make, connection_error, place, expected);
    }
    let mut bytes = make();
    put(&mut bytes, 32, &[0; 8]);
    assert_eq!(
        connection_error(&bytes),
        Some(AcceptError::ConnectionIdZero)
    );
}

#[test]
fn disconnect_checks() {
    let places = [
        (4, AcceptError::DisconnectLength),
        (8, AcceptError::RequestTag),
        (12, AcceptError::RequestLength),
    ];

    for (place, expected) in places {
        only(
            samples::accept_disconnect,
            disconnect_error,
            place,
            expected,
        );
    }
}

#[test]
fn only_an_accept_of_what_was_asked() {
    for byte in 0..=255 {
        let cases = [
            (
                samples::accept_association(),
                association_error as fn(&[u8]) -> _,
                3,
            ),
            (samples::accept_connection(), connection_error, 4),
            (samples::accept_disconnect(), disconnect_error, 5),
        ];

        for (payload, check, request) in cases {
            let mut bytes = payload.clone();
            bytes[0] = byte;
            match byte {
                1 => assert!(matches!(check(&bytes), Some(AcceptError::Rejected(_)))),
                2 => assert_eq!(check(&bytes), None),
                _ => assert_eq!(check(&bytes), Some(AcceptError::NotAccept)),
            }

            let mut bytes = payload.clone();
            bytes[16] = byte;
            let expected = match request {
                3 => AcceptError::NotCreateAssociation,
                4 => AcceptError::NotCreateConnection,
                _ => AcceptError::NotDisconnect,
            };
            assert_eq!(check(&bytes), (byte != request).then_some(expected));
        }
    }
}

#[test]
fn nothing_came() {
    assert_eq!(association_error(&[0; 56]), Some(AcceptError::NotAccept));
    assert_eq!(association_error(&[0; 55]), Some(AcceptError::Buffer));
    assert_eq!(connection_error(&[2; 39]), Some(AcceptError::Buffer));
    assert_eq!(disconnect_error(&[]), Some(AcceptError::Buffer));
}

#[test]
fn rejects_keep_their_reason() {
    let bytes = samples::reject(3, 0x42, 0x46);
    let expected = ReceivedReject {
        reason: 0x42,
        explanation: 0x46,
        vendor: 0,
    };
    let mut whole = bytes.clone();
    whole.resize(56, 0);

    assert_eq!(
        association_error(&whole),
        Some(AcceptError::Rejected(expected))
    );
    assert_eq!(
        connection_error(&bytes),
        Some(AcceptError::Rejected(expected))
    );
    assert_eq!(
        disconnect_error(&bytes),
        Some(AcceptError::Rejected(expected))
    );
    assert_eq!(
        association_error(&whole).unwrap().text(),
        "invalid parameters"
    );
    // A buffer for the accept alone cuts the reject short.
    assert_eq!(
        disconnect_error(&bytes[..24]),
        Some(AcceptError::Rejected(ReceivedReject::default()))
    );
}

#[test]
fn texts_are_those_of_the_c_module() {
    let table = [
        (AcceptError::NotAccept, "Not LS_ACC"),
        (
            AcceptError::CreateAssociationLength,
            "Bad CR_ASSOC ACC Length",
        ),
        (
            AcceptError::CreateConnectionLength,
            "Bad CR_CONN ACC Length",
        ),
        (AcceptError::DisconnectLength, "Bad Disconnect ACC Length"),
        (AcceptError::RequestTag, "Not LSDESC_RQST"),
        (AcceptError::RequestLength, "Bad LSDESC_RQST Length"),
        (AcceptError::NotCreateAssociation, "Not CR_ASSOC Rqst"),
        (AcceptError::NotCreateConnection, "Not CR_CONN Rqst"),
        (AcceptError::NotDisconnect, "Not Disconnect Rqst"),
        (AcceptError::AssociationIdTag, "Not Association ID"),
        (
            AcceptError::AssociationIdLength,
            "Bad Association ID Length",
        ),
        (AcceptError::ConnectionIdTag, "Not Connection ID"),
        (AcceptError::ConnectionIdLength, "Bad Connection ID Length"),
    ];

    for (error, text) in table {
        assert_eq!(error.text(), text);
    }
}

#[test]
fn a_bad_accept_may_still_name_its_association() {
    let id = Some(samples::ASSOCIATION);
    let named = |bytes: &[u8]| association_in_bad_accept(bytes).map(|id| id.get());
    let mut bytes = samples::accept_association();

    bytes[43] = 9;
    assert_eq!(named(&bytes), id);
    bytes[4] = 9;
    assert_eq!(named(&bytes), id);
    bytes[27] = 9;
    assert_eq!(named(&bytes), None);
    let mut rejected = samples::reject(3, 3, 0);
    rejected.resize(56, 0);
    assert_eq!(named(&rejected), None);
    assert_eq!(named(&[0; 56]), None);
}

proptest! {
    #[test]
    fn anything_is_taken_or_refused(bytes in vec(any::<u8>(), 0..64)) {
        prop_assert!(bytes.first() == Some(&2) || create_association(&bytes).is_err());
        prop_assert!(bytes.first() == Some(&2) || create_connection(&bytes).is_err());
        prop_assert!(bytes.first() == Some(&2) || disconnect_association(&bytes).is_err());
        let _ = association_in_bad_accept(&bytes);
    }
}
