// SPDX-License-Identifier: GPL-2.0

//! Answers that we send: byte for byte, and nothing left over.

use super::samples;
use super::{ensure, ensure_eq, CaseResult, OrFail, Payload};
use crate::proto::ids::AssociationId;
use crate::proto::ls::reject::{
    Reject,
    RejectExplanation,
    RejectReason, //
};
use crate::proto::ls::response::*;

/// The sample's association.
fn association() -> CaseResult<AssociationId> {
    AssociationId::from_wire(samples::ASSOCIATION).or_fail()
}

/// Writes over leftovers, and checks that they are gone.
fn written(response: LsResponse) -> CaseResult<Payload> {
    let mut buffer = [0xa5; 128];
    let length = usize::from(response.write(&mut buffer));

    ensure!(buffer[length..].iter().all(|byte| *byte == 0));
    ensure_eq!(&buffer[..length], response.as_bytes());
    Ok(Payload::of(&buffer[..length]))
}

pub(crate) fn accepts_are_those_of_the_header() -> CaseResult {
    let create = LsResponse::CreateAssociation(create_association(association()?));
    let connect = LsResponse::CreateConnection(create_connection(association()?.connection(5)));
    let disconnect = LsResponse::DisconnectAssociation(disconnect_association());

    ensure_eq!(written(create)?, samples::accept_association());
    ensure_eq!(written(connect)?, samples::accept_connection());
    ensure_eq!(written(disconnect)?, samples::accept_disconnect());
    Ok(())
}

pub(crate) fn rejects_echo_the_command() -> CaseResult {
    for command in 0..=255 {
        let why = Reject::new(RejectReason::InvalidParameters, RejectExplanation::QueueId);
        let response = LsResponse::Reject(reject(command, why));

        ensure_eq!(written(response)?, samples::reject(command, 0x42, 0x42));
    }
    Ok(())
}
