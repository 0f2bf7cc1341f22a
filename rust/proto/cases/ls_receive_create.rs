// SPDX-License-Identifier: GPL-2.0

//! Create Association and Create I/O Connection as a target receives them:
//! every check, one step to either side.

use super::samples::{self, at, get32, put, put16, put32};
use super::{ensure_eq, fail, CaseResult, Payload};
use crate::proto::ls::error::LsError;
use crate::proto::ls::receive::*;

/// Limits of a Linux target.
pub(crate) const LIMITS: Limits = Limits {
    admin_queue_size: 127,
    io_queue_size: 1023,
    queue_id: 128,
};

/// Checks a payload; the error, if any.
fn error(payload: &[u8]) -> Option<LsError> {
    at_target(payload, &LIMITS).err()
}

/// The error of a payload after a change.
fn changed(payload: Payload, change: impl FnOnce(&mut Payload)) -> Option<LsError> {
    let mut payload = payload;

    change(&mut payload);
    error(&payload)
}

/// Checks that only `good` is taken at a 32-bit place: its neighbours, and
/// each single flipped bit, give the error.
fn only(payload: fn() -> Payload, place: usize, expected: LsError) -> CaseResult {
    let good = get32(&payload(), place);
    let bits = (0..32).map(|bit| good ^ (1 << bit));

    for value in bits.chain([good - 1, good + 1, 0, u32::MAX]) {
        let found = changed(payload(), |bytes| put32(bytes, place, value));

        ensure_eq!(found, Some(expected), "{place}: {value:#x}");
    }
    Ok(())
}

pub(crate) fn create_association_is_taken() -> CaseResult {
    let payload = samples::create_association();
    let expected = CreateAssociation {
        queue: QueueParameters {
            submission_queue_size: 31,
            stated_size: 31,
            ersp_ratio: 8,
        },
        host_id: &samples::HOST_ID,
        host_nqn: samples::HOST_NQN,
        subsystem_nqn: samples::SUBSYSTEM_NQN,
    };

    ensure_eq!(
        at_target(&payload, &LIMITS),
        Ok(TargetRequest::CreateAssociation(expected))
    );
    Ok(())
}

pub(crate) fn create_association_of_any_padding() -> CaseResult {
    for length in 4..=1024 {
        let payload = &samples::create_association()[..length];
        let expected = (length < 592).then_some(LsError::CreateAssociationLength);

        ensure_eq!(error(payload), expected, "{length}");
    }
    Ok(())
}

pub(crate) fn create_association_list_length() -> CaseResult {
    for (value, good) in [
        (0, false),
        (583, false),
        (584, true),
        (1016, true),
        (1017, true),
    ] {
        let found = changed(samples::create_association(), |bytes| {
            put32(bytes, at::LIST_LENGTH, value);
        });

        ensure_eq!(
            found,
            (!good).then_some(LsError::CreateAssociationListLength)
        );
    }
    Ok(())
}

pub(crate) fn create_association_descriptor() -> CaseResult {
    only(
        samples::create_association,
        at::FIRST,
        LsError::CreateAssociationTag,
    )?;
    for (value, good) in [
        (0, false),
        (575, false),
        (576, true),
        (1008, true),
        (1009, true),
    ] {
        let found = changed(samples::create_association(), |bytes| {
            put32(bytes, at::FIRST + 4, value);
        });

        ensure_eq!(
            found,
            (!good).then_some(LsError::CreateAssociationDescriptorLength)
        );
    }
    Ok(())
}

pub(crate) fn create_association_queue() -> CaseResult {
    // Size, ratio, and what is wrong with them.
    let table = [
        (0, 0, Some(LsError::SubmissionQueueSize)),
        (0, 1, Some(LsError::SubmissionQueueSize)),
        (1, 0, Some(LsError::ErspRatio)),
        (1, 1, Some(LsError::ErspRatio)),
        (2, 1, None),
        (2, 2, Some(LsError::ErspRatio)),
        (31, 0, Some(LsError::ErspRatio)),
        (31, 30, None),
        (31, 31, Some(LsError::ErspRatio)),
        (31, u16::MAX, Some(LsError::ErspRatio)),
        (127, 126, None),
        // More than there is: less is given (review_target_m9).
        (128, 8, None),
        (u16::MAX, 8, None),
    ];

    for (size, ratio, expected) in table {
        let found = changed(samples::create_association(), |bytes| {
            put16(bytes, 58, size);
            put16(bytes, 16, ratio);
        });

        ensure_eq!(found, expected, "{size} {ratio}");
    }
    Ok(())
}

pub(crate) fn create_association_controller() -> CaseResult {
    for controller in [0, 1, 0xfffd, 0xfffe] {
        let found = changed(samples::create_association(), |bytes| {
            put16(bytes, 56, controller);
        });

        ensure_eq!(found, Some(LsError::ControllerId));
    }
    Ok(())
}

pub(crate) fn create_association_names() -> CaseResult {
    for (place, expected) in [(80, LsError::HostNqn), (336, LsError::SubsystemNqn)] {
        let with = |name: &[u8]| changed(samples::create_association(), |b| put(b, place, name));

        ensure_eq!(with(&[0]), Some(expected));
        ensure_eq!(with(&[b'x'; 256]), Some(expected));
        let mut longest = [b'x'; 256];
        longest[255] = 0;
        ensure_eq!(with(&longest), None);
    }
    Ok(())
}

pub(crate) fn create_association_takes_any_host_id() -> CaseResult {
    for byte in [0, 0xff] {
        let found = changed(samples::create_association(), |b| put(b, 64, &[byte; 16]));

        ensure_eq!(found, None);
    }
    Ok(())
}

pub(crate) fn create_connection_is_taken() -> CaseResult {
    let payload = samples::create_connection();
    let Ok(TargetRequest::CreateConnection(request)) = at_target(&payload, &LIMITS) else {
        fail!("refused");
    };

    ensure_eq!(request.association.get(), samples::ASSOCIATION);
    ensure_eq!(request.queue_id, 5);
    ensure_eq!(request.queue.submission_queue_size, 127);
    ensure_eq!(request.queue.ersp_ratio, 25);
    Ok(())
}

pub(crate) fn create_connection_length() -> CaseResult {
    for length in 4..80 {
        let payload = &samples::create_connection()[..length];

        ensure_eq!(error(payload), Some(LsError::CreateConnectionLength));
    }
    ensure_eq!(changed(samples::create_connection(), |b| b.push(0)), None);
    Ok(())
}

pub(crate) fn create_connection_form() -> CaseResult {
    let make = samples::create_connection;

    only(make, at::LIST_LENGTH, LsError::CreateConnectionListLength)?;
    only(make, at::FIRST, LsError::AssociationIdTag)?;
    only(make, at::FIRST + 4, LsError::AssociationIdLength)?;
    only(make, at::SECOND, LsError::CreateConnectionTag)?;
    only(
        make,
        at::SECOND + 4,
        LsError::CreateConnectionDescriptorLength,
    )?;
    Ok(())
}

pub(crate) fn create_connection_queue_id() -> CaseResult {
    for queue in 0..=u16::MAX {
        let found = changed(samples::create_connection(), |b| put16(b, 72, queue));
        let good = (1..=128).contains(&queue);

        ensure_eq!(found, (!good).then_some(LsError::QueueId), "{queue}");
    }
    Ok(())
}

pub(crate) fn create_connection_queue() -> CaseResult {
    let table = [
        (0, 1, Some(LsError::SubmissionQueueSize)),
        (1, 1, Some(LsError::ErspRatio)),
        (127, 0, Some(LsError::ErspRatio)),
        (127, 126, None),
        (127, 127, Some(LsError::ErspRatio)),
        (1023, 1022, None),
        (1024, 25, None),
        (u16::MAX, 25, None),
    ];

    for (size, ratio, expected) in table {
        let found = changed(samples::create_connection(), |bytes| {
            put16(bytes, 74, size);
            put16(bytes, 32, ratio);
        });

        ensure_eq!(found, expected, "{size} {ratio}");
    }
    Ok(())
}

pub(crate) fn review_target_m9_more_than_there_is() -> CaseResult {
    for (size, slots) in [(1022, 1022), (1023, 1023), (1024, 1023), (u16::MAX, 1023)] {
        let mut payload = samples::create_connection();
        put16(&mut payload, 74, size);
        let Ok(TargetRequest::CreateConnection(request)) = at_target(&payload, &LIMITS) else {
            fail!("refused");
        };

        ensure_eq!(request.queue.submission_queue_size, slots, "{size}");
        ensure_eq!(request.queue.stated_size, size);
    }
    Ok(())
}

pub(crate) fn create_connection_to_nobody() -> CaseResult {
    let found = changed(samples::create_connection(), |b| put(b, 16, &[0; 8]));

    ensure_eq!(found, Some(LsError::NoAssociation));
    Ok(())
}
