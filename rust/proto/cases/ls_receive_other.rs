// SPDX-License-Identifier: GPL-2.0

//! Disconnect Association on both sides, and everything that is no request.

use super::ls_receive_create::LIMITS;
use super::samples::{self, at, get32, put, put32};
use super::{ensure_eq, fail, CaseResult, Payload};
use crate::proto::ls::error::LsError;
use crate::proto::ls::receive::*;

/// The error on either side, which must be the same.
fn error(payload: &[u8]) -> CaseResult<Option<LsError>> {
    let target = at_target(payload, &LIMITS).err();

    ensure_eq!(at_host(payload).err(), target);
    Ok(target)
}

pub(crate) fn disconnect_is_taken_on_both_sides() -> CaseResult {
    let payload = samples::disconnect_association();
    let Ok(TargetRequest::DisconnectAssociation(at_target)) = at_target(&payload, &LIMITS) else {
        fail!("refused");
    };
    let Ok(HostRequest::DisconnectAssociation(at_host)) = at_host(&payload) else {
        fail!("refused");
    };

    ensure_eq!(at_target.get(), samples::ASSOCIATION);
    ensure_eq!(at_host, at_target);
    Ok(())
}

pub(crate) fn disconnect_length() -> CaseResult {
    for length in 4..48 {
        let payload = &samples::disconnect_association()[..length];

        ensure_eq!(error(payload)?, Some(LsError::DisconnectLength), "{length}");
    }
    let mut longer = samples::disconnect_association();
    longer.push(0xff);
    ensure_eq!(error(&longer)?, None);
    Ok(())
}

pub(crate) fn disconnect_form() -> CaseResult {
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
            ensure_eq!(error(&payload)?, Some(expected), "{place}: {value:#x}");
        }
    }
    Ok(())
}

pub(crate) fn disconnect_with_an_old_scope() -> CaseResult {
    for byte in 32..48 {
        let mut payload = samples::disconnect_association();
        payload[byte] = 1;
        // Only the first of four reserved words was a scope.
        let expected = (byte < 36).then_some(LsError::DisconnectScope);

        ensure_eq!(error(&payload)?, expected, "{byte}");
    }
    Ok(())
}

pub(crate) fn disconnect_of_nobody() -> CaseResult {
    let mut payload = samples::disconnect_association();
    put(&mut payload, 16, &[0; 8]);

    ensure_eq!(error(&payload)?, Some(LsError::NoAssociation));
    Ok(())
}

pub(crate) fn a_host_creates_nothing() -> CaseResult {
    for payload in [samples::create_association(), samples::create_connection()] {
        ensure_eq!(at_host(&payload), Err(LsError::NotForHost));
        ensure_eq!(at_host(&payload[..4]), Err(LsError::NotForHost));
    }
    Ok(())
}

pub(crate) fn other_commands() -> CaseResult {
    for command in (0..=255).filter(|command| !(3..=5).contains(command)) {
        let expected = match command {
            6 => LsError::Unsupported,
            _ => LsError::UnknownCommand,
        };

        for length in [4, 48, 1024] {
            let mut payload = Payload::zeros(length);
            payload[0] = command;

            ensure_eq!(error(&payload)?, Some(expected), "{command}");
        }
    }
    Ok(())
}

pub(crate) fn a_payload_needs_its_first_word() -> CaseResult {
    for length in 0..4 {
        let payload = &samples::disconnect_association()[..length];

        ensure_eq!(error(payload)?, Some(LsError::Length));
    }
    Ok(())
}

pub(crate) fn the_command_is_named_as_the_c_modules_do() -> CaseResult {
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
        ensure_eq!(command_name(code), name);
    }
    ensure_eq!(command(&[]), 0);
    ensure_eq!(command(&[5, 1]), 5);
    Ok(())
}
