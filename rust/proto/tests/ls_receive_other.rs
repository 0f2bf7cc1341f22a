// SPDX-License-Identifier: GPL-2.0

//! Disconnect Association on both sides, and everything that is no request.

use crate::samples::{self, at, get32, put, put32};
use nvme_fc_proto::ls_error::LsError;
use nvme_fc_proto::ls_receive::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Limits of a Linux target.
const LIMITS: Limits = Limits {
    admin_queue_size: 127,
    io_queue_size: 1023,
    queue_id: 128,
};

/// The error on either side, which must be the same.
fn error(payload: &[u8]) -> Option<LsError> {
    let target = at_target(payload, &LIMITS).err();

    assert_eq!(at_host(payload).err(), target);
    target
}

#[test]
fn disconnect_is_taken_on_both_sides() {
    let payload = samples::disconnect_association();
    let Ok(TargetRequest::DisconnectAssociation(at_target)) = at_target(&payload, &LIMITS) else {
        panic!("refused");
    };
    let Ok(HostRequest::DisconnectAssociation(at_host)) = at_host(&payload) else {
        panic!("refused");
    };

    assert_eq!(at_target.get(), samples::ASSOCIATION);
    assert_eq!(at_host, at_target);
}

#[test]
fn disconnect_length() {
    for length in 4..48 {
        let payload = &samples::disconnect_association()[..length];

        assert_eq!(error(payload), Some(LsError::DisconnectLength), "{length}");
    }
    let mut longer = samples::disconnect_association();
    longer.push(0xff);
    assert_eq!(error(&longer), None);
}

#[test]
fn disconnect_form() {
    let places = [
        (at::LIST_LENGTH, LsError::DisconnectListLength),
        (at::FIRST, LsError::AssociationIdTag),
        (at::FIRST + 4, LsError::AssociationIdLength),
        (at::SECOND, LsError::DisconnectTag),
        (at::SECOND + 4, LsError::DisconnectDescriptorLength),
    ];

    for (place, expected) in places {
        let mut payload = samples::disconnect_association();
        let good = get32(&payload, place);
        let bits = (0..32).map(|bit| good ^ (1 << bit));

        for value in bits.chain([good - 1, good + 1, 0]) {
            put32(&mut payload, place, value);
            assert_eq!(error(&payload), Some(expected), "{place}: {value:#x}");
        }
    }
}

#[test]
fn disconnect_with_an_old_scope() {
    for byte in 32..48 {
        let mut payload = samples::disconnect_association();
        payload[byte] = 1;
        // Only the first of four reserved words was a scope.
        let expected = (byte < 36).then_some(LsError::DisconnectScope);

        assert_eq!(error(&payload), expected, "{byte}");
    }
}

#[test]
fn disconnect_of_nobody() {
    let mut payload = samples::disconnect_association();
    put(&mut payload, 16, &[0; 8]);

    assert_eq!(error(&payload), Some(LsError::NoAssociation));
}

#[test]
fn a_host_creates_nothing() {
    for payload in [samples::create_association(), samples::create_connection()] {
        assert_eq!(at_host(&payload), Err(LsError::NotForHost));
        assert_eq!(at_host(&payload[..4]), Err(LsError::NotForHost));
    }
}

#[test]
fn other_commands() {
    for command in (0..=255).filter(|command| !(3..=5).contains(command)) {
        let expected = match command {
            6 => LsError::Unsupported,
            _ => LsError::UnknownCommand,
        };

        for length in [4, 48, 1024] {
            let mut payload = vec![0; length];
            payload[0] = command;

            assert_eq!(error(&payload), Some(expected), "{command}");
        }
    }
}

#[test]
fn a_payload_needs_its_first_word() {
    for length in 0..4 {
        let payload = &samples::disconnect_association()[..length];

        assert_eq!(error(payload), Some(LsError::Length));
    }
}

#[test]
fn the_command_is_named_as_the_c_modules_do() {
    let names = [
        "Reserved (0)",
        "RJT (1)",
        "ACC (2)",
        "Create Association",
        "Create Connection",
        "Disconnect Association",
        "Disconnect Connection",
        "Unknown",
    ];

    for (code, name) in (0..).zip(names) {
        assert_eq!(command_name(code), name);
    }
    assert_eq!(command(&[]), 0);
    assert_eq!(command(&[5, 1]), 5);
}

proptest! {
    #[test]
    fn anything_is_taken_or_refused(command in 0u8..8, bytes in vec(any::<u8>(), 0..1030)) {
        let mut payload = bytes;
        if let Some(first) = payload.first_mut() {
            *first = command;
        }

        if let Ok(request) = at_target(&payload, &LIMITS) {
            let right = match request {
                TargetRequest::CreateAssociation(_) => command == 3,
                TargetRequest::CreateConnection(_) => command == 4,
                TargetRequest::DisconnectAssociation(_) => command == 5,
            };
            prop_assert!(right);
        }
        if at_host(&payload).is_ok() {
            prop_assert_eq!(command, 5);
        }
    }

    /// A few changed bytes in a good request pass more checks than noise.
    #[test]
    fn damaged_requests(
        which in 0usize..3,
        changes in vec((0usize..1024, any::<u8>()), 0..4),
        length in 0usize..1100,
    ) {
        let mut payload = [
            samples::create_association(),
            samples::create_connection(),
            samples::disconnect_association(),
        ][which].clone();
        for (place, value) in changes {
            if let Some(byte) = payload.get_mut(place) {
                *byte = value;
            }
        }
        payload.truncate(length);

        if let Ok(TargetRequest::CreateConnection(request)) = at_target(&payload, &LIMITS) {
            prop_assert!((1..=128).contains(&request.queue_id));
            prop_assert!(request.queue.submission_queue_size <= 1023);
            prop_assert!(request.queue.ersp_ratio < request.queue.submission_queue_size);
            prop_assert!(request.queue.ersp_ratio > 0);
        }
        let _ = at_host(&payload);
    }
}
