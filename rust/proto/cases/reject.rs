// SPDX-License-Identifier: GPL-2.0

//! Reject codes and their names.

use super::samples;
use super::{ensure, ensure_eq, ensure_ne, CaseResult, OrFail};
use crate::proto::ls::reject::*;
use crate::proto::wire::RejectPayload;
use zerocopy::FromBytes;

/// The codes of the sample.
fn received(bytes: &[u8]) -> CaseResult<ReceivedReject> {
    let payload = RejectPayload::ref_from_bytes(bytes).ok().or_fail()?;

    Ok(ReceivedReject::from_payload(payload))
}

pub(crate) fn reasons_have_the_values_of_the_header() -> CaseResult {
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
        ensure_eq!(reason as u8, value);
        ensure_ne!(reason_text(value), "unknown reason");
        ensure_eq!(Reject::plain(reason).reason_text(), reason_text(value));
    }
    Ok(())
}

pub(crate) fn explanations_have_the_values_of_the_header() -> CaseResult {
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

        ensure_eq!(explanation as u8, value);
        ensure_ne!(explanation_text(value), "unknown explanation");
        ensure_eq!(reject.explanation_text(), explanation_text(value));
    }
    Ok(())
}

pub(crate) fn every_received_code_has_a_text() -> CaseResult {
    for code in 0..=255 {
        let mut bytes = samples::reject(3, code, code);
        bytes[35] = code;
        let reject = received(&bytes)?;

        ensure_eq!(reject.reason, code);
        ensure_eq!(reject.explanation, code);
        ensure_eq!(reject.vendor, code);
        ensure!(!reject.reason_text().is_empty());
        ensure!(!reject.explanation_text().is_empty());
    }
    Ok(())
}

pub(crate) fn a_malformed_reject_has_no_codes() -> CaseResult {
    for (at, value) in [(27, 3), (31, 9), (24, 1), (28, 1)] {
        let mut bytes = samples::reject(3, 0x42, 0x2d);
        bytes[at] = value;

        ensure_eq!(received(&bytes)?, ReceivedReject::default());
    }
    Ok(())
}

pub(crate) fn any_answer_has_codes() -> CaseResult {
    let reject = samples::reject(3, 0x42, 0x2d);
    let (command, codes) = codes_of_answer(&reject);

    ensure_eq!(command, 1);
    ensure_eq!(codes.reason, 0x42);
    ensure_eq!(codes.explanation, 0x2d);
    // One that is cut short, or no reject, has none.
    for answer in [
        &reject[..reject.len() - 1],
        &samples::accept_association(),
        &[],
    ] {
        let (command, codes) = codes_of_answer(answer);

        ensure_eq!(command, answer.first().copied().unwrap_or(0));
        ensure_eq!(codes, ReceivedReject::default());
    }
    Ok(())
}

pub(crate) fn reasons_that_have_a_text() -> CaseResult {
    for code in 0..=u8::MAX {
        ensure_eq!(
            reason_text(code) != UNKNOWN_REASON,
            REASONS.contains(&code),
            "{code}"
        );
    }
    Ok(())
}
