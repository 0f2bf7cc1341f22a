// SPDX-License-Identifier: GPL-2.0

//! Answers that a host receives.

use super::samples::{self, get32, put, put32};
use super::{ensure, ensure_eq, CaseResult, OrFail, Payload};
use crate::proto::ls::accept::*;
use crate::proto::ls::reject::ReceivedReject;

/// Checks that a 32-bit place takes one value only.
fn only(
    payload: fn() -> Payload,
    check: impl Fn(&[u8]) -> Option<AcceptError>,
    place: usize,
    expected: AcceptError,
) -> CaseResult {
    let mut bytes = payload();
    let good = get32(&bytes, place);
    let bits = (0..32).map(|bit| good ^ (1 << bit));

    for value in bits.chain([good - 1, good + 1, 0]) {
        put32(&mut bytes, place, value);
        ensure_eq!(check(&bytes), Some(expected), "{place}: {value:#x}");
    }
    Ok(())
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

pub(crate) fn good_accepts() -> CaseResult {
    let (association, connection) = create_association(&samples::accept_association()).or_fail()?;

    ensure_eq!(association.get(), samples::ASSOCIATION);
    ensure_eq!(connection.get(), samples::ASSOCIATION);
    let connection = create_connection(&samples::accept_connection()).or_fail()?;
    ensure_eq!(connection.get(), samples::ASSOCIATION | 5);
    ensure_eq!(
        disconnect_association(&samples::accept_disconnect()),
        Ok(())
    );
    Ok(())
}

pub(crate) fn create_association_checks() -> CaseResult {
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
        only(make, association_error, place, expected)?;
    }
    for (place, expected) in [
        (32, AcceptError::AssociationIdZero),
        (48, AcceptError::ConnectionIdZero),
    ] {
        let mut bytes = make();
        put(&mut bytes, place, &[0; 8]);
        ensure_eq!(association_error(&bytes), Some(expected));
    }
    Ok(())
}

pub(crate) fn create_connection_checks() -> CaseResult {
    let make = samples::accept_connection;
    let places = [
        (4, AcceptError::CreateConnectionLength),
        (8, AcceptError::RequestTag),
        (12, AcceptError::RequestLength),
        (24, AcceptError::ConnectionIdTag),
        (28, AcceptError::ConnectionIdLength),
    ];

    for (place, expected) in places {
        only(make, connection_error, place, expected)?;
    }
    let mut bytes = make();
    put(&mut bytes, 32, &[0; 8]);
    ensure_eq!(
        connection_error(&bytes),
        Some(AcceptError::ConnectionIdZero)
    );
    Ok(())
}

pub(crate) fn disconnect_checks() -> CaseResult {
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
        )?;
    }
    Ok(())
}

pub(crate) fn only_an_accept_of_what_was_asked() -> CaseResult {
    for byte in 0..=255 {
        let answers = [
            (
                samples::accept_association(),
                association_error as fn(&[u8]) -> _,
                3,
            ),
            (samples::accept_connection(), connection_error, 4),
            (samples::accept_disconnect(), disconnect_error, 5),
        ];

        for (payload, check, request) in answers {
            let mut bytes = payload;
            bytes[0] = byte;
            match byte {
                1 => ensure!(matches!(check(&bytes), Some(AcceptError::Rejected(_)))),
                2 => ensure_eq!(check(&bytes), None),
                _ => ensure_eq!(check(&bytes), Some(AcceptError::NotAccept)),
            }

            let mut bytes = payload;
            bytes[16] = byte;
            let expected = match request {
                3 => AcceptError::NotCreateAssociation,
                4 => AcceptError::NotCreateConnection,
                _ => AcceptError::NotDisconnect,
            };
            ensure_eq!(check(&bytes), (byte != request).then_some(expected));
        }
    }
    Ok(())
}

pub(crate) fn nothing_came() -> CaseResult {
    ensure_eq!(association_error(&[0; 56]), Some(AcceptError::NotAccept));
    ensure_eq!(association_error(&[0; 55]), Some(AcceptError::Buffer));
    ensure_eq!(connection_error(&[2; 39]), Some(AcceptError::Buffer));
    ensure_eq!(disconnect_error(&[]), Some(AcceptError::Buffer));
    Ok(())
}

pub(crate) fn rejects_keep_their_reason() -> CaseResult {
    let bytes = samples::reject(3, 0x42, 0x46);
    let expected = ReceivedReject {
        reason: 0x42,
        explanation: 0x46,
        vendor: 0,
    };
    let mut whole = bytes;
    whole.resize(56);

    ensure_eq!(
        association_error(&whole),
        Some(AcceptError::Rejected(expected))
    );
    ensure_eq!(
        connection_error(&bytes),
        Some(AcceptError::Rejected(expected))
    );
    ensure_eq!(
        disconnect_error(&bytes),
        Some(AcceptError::Rejected(expected))
    );
    ensure_eq!(
        association_error(&whole).or_fail()?.text(),
        "invalid parameters"
    );
    // A buffer for the accept alone cuts the reject short.
    ensure_eq!(
        disconnect_error(&bytes[..24]),
        Some(AcceptError::Rejected(ReceivedReject::default()))
    );
    Ok(())
}

pub(crate) fn texts_are_those_of_the_c_module() -> CaseResult {
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
        ensure_eq!(error.text(), text);
    }
    Ok(())
}

pub(crate) fn a_bad_accept_may_still_name_its_association() -> CaseResult {
    let id = Some(samples::ASSOCIATION);
    let named = |bytes: &[u8]| association_in_bad_accept(bytes).map(|id| id.get());
    let mut bytes = samples::accept_association();

    bytes[43] = 9;
    ensure_eq!(named(&bytes), id);
    bytes[4] = 9;
    ensure_eq!(named(&bytes), id);
    bytes[27] = 9;
    ensure_eq!(named(&bytes), None);
    let mut rejected = samples::reject(3, 3, 0);
    rejected.resize(56);
    ensure_eq!(named(&rejected), None);
    ensure_eq!(named(&[0; 56]), None);
    Ok(())
}
