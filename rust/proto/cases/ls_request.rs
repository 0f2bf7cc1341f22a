// SPDX-License-Identifier: GPL-2.0

//! Requests that we send: byte for byte what the header lays out.

use super::samples;
use super::{ensure_eq, CaseResult, OrFail};
use crate::proto::ids::AssociationId;
use crate::proto::ls::request::*;
use crate::proto::wire;
use zerocopy::{FromBytes, IntoBytes};

/// A structure full of leftovers.
fn dirty<T: FromBytes + IntoBytes>() -> CaseResult<T> {
    let leftovers = [0xa5; 2048];

    T::read_from_prefix(&leftovers)
        .ok()
        .map(|(value, _)| value)
        .or_fail()
}

/// The sample's parameters with these NQNs.
pub(crate) fn parameters<'a>(host_nqn: &'a [u8], subsystem_nqn: &'a [u8]) -> CreateAssociation<'a> {
    CreateAssociation {
        ersp_ratio: 8,
        submission_queue_size: 31,
        host_id: &samples::HOST_ID,
        host_nqn,
        subsystem_nqn,
    }
}

pub(crate) fn create_association_over_leftovers() -> CaseResult {
    let mut out: wire::CreateAssociationRequest = dirty()?;
    let with = parameters(samples::HOST_NQN, samples::SUBSYSTEM_NQN);

    create_association(&mut out, &with).or_fail()?;
    ensure_eq!(out.as_bytes(), samples::create_association());
    Ok(())
}

pub(crate) fn create_connection_over_leftovers() -> CaseResult {
    let mut out: wire::CreateConnectionRequest = dirty()?;
    let association = AssociationId::from_wire(samples::ASSOCIATION).or_fail()?;

    create_connection(&mut out, association, 5, 127, 25);
    ensure_eq!(out.as_bytes(), samples::create_connection());
    Ok(())
}

pub(crate) fn disconnect_over_leftovers() -> CaseResult {
    let mut out: wire::DisconnectAssociationRequest = dirty()?;
    let association = AssociationId::from_wire(samples::ASSOCIATION).or_fail()?;

    disconnect_association(&mut out, association);
    ensure_eq!(out.as_bytes(), samples::disconnect_association());
    Ok(())
}

pub(crate) fn nqn_leaves_room_for_its_terminator() -> CaseResult {
    let mut out: wire::CreateAssociationRequest = dirty()?;
    let (fits, too_long) = ([b'x'; 255], [b'x'; 256]);

    ensure_eq!(
        create_association(&mut out, &parameters(&fits, &fits)),
        Ok(())
    );
    ensure_eq!(out.association.fields.host_nqn[254..], [b'x', 0]);
    ensure_eq!(out.association.fields.subsystem_nqn[254..], [b'x', 0]);
    ensure_eq!(
        create_association(&mut out, &parameters(&too_long, &fits)),
        Err(NqnTooLong)
    );
    ensure_eq!(
        create_association(&mut out, &parameters(&fits, &too_long)),
        Err(NqnTooLong)
    );
    Ok(())
}
