// SPDX-License-Identifier: GPL-2.0

//! Checks the answers to the link service requests that we sent.
//!
//! The LLDD does not report how many bytes came, so the input is the buffer
//! we offered, which was zero before. Checks run in the order of the C
//! module, and zero identifiers are refused.

#![deny(unsafe_code)]

use super::reject::ReceivedReject;
use crate::proto::ids::{
    AssociationId,
    ConnectionId, //
};
use crate::proto::wire::{
    self,
    ls,
    stated_length,
    tag, //
};
use zerocopy::FromBytes;

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptError {
    /// The peer rejected the request. The C module's errno is -ENXIO.
    Rejected(ReceivedReject),
    /// The buffer is smaller than the answer: our own mistake.
    Buffer,
    /// Neither an accept nor a reject.
    NotAccept,
    /// Wrong list length in a Create Association accept.
    CreateAssociationLength,
    /// Wrong list length in a Create Connection accept.
    CreateConnectionLength,
    /// Wrong list length in a Disconnect accept.
    DisconnectLength,
    /// Wrong tag where the request is repeated.
    RequestTag,
    /// Wrong length where the request is repeated.
    RequestLength,
    /// Answers something other than Create Association.
    NotCreateAssociation,
    /// Answers something other than Create Connection.
    NotCreateConnection,
    /// Answers something other than Disconnect Association.
    NotDisconnect,
    /// Wrong tag where the association identifier belongs.
    AssociationIdTag,
    /// Wrong length of the association identifier descriptor.
    AssociationIdLength,
    /// The association identifier is zero.
    AssociationIdZero,
    /// Wrong tag where the connection identifier belongs.
    ConnectionIdTag,
    /// Wrong length of the connection identifier descriptor.
    ConnectionIdLength,
    /// The connection identifier is zero.
    ConnectionIdZero,
}

impl AcceptError {
    /// Text for the log; the C module's where it has one.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Rejected(reject) => reject.reason_text(),
            Self::Buffer => "LS Response Buffer Too Small",
            Self::NotAccept => "Not LS_ACC",
            Self::CreateAssociationLength => "Bad CR_ASSOC ACC Length",
            Self::CreateConnectionLength => "Bad CR_CONN ACC Length",
            Self::DisconnectLength => "Bad Disconnect ACC Length",
            Self::RequestTag => "Not LSDESC_RQST",
            Self::RequestLength => "Bad LSDESC_RQST Length",
            Self::NotCreateAssociation => "Not CR_ASSOC Rqst",
            Self::NotCreateConnection => "Not CR_CONN Rqst",
            Self::NotDisconnect => "Not Disconnect Rqst",
            Self::AssociationIdTag => "Not Association ID",
            Self::AssociationIdLength => "Bad Association ID Length",
            Self::AssociationIdZero => "Zero Association ID",
            Self::ConnectionIdTag => "Not Connection ID",
            Self::ConnectionIdLength => "Bad Connection ID Length",
            Self::ConnectionIdZero => "Zero Connection ID",
        }
    }
}

/// Checks the answer to Create Association: the association and its admin
/// connection.
///
/// # Errors
///
/// The first check that fails. After [`AcceptError::ConnectionIdTag`] and
/// later ones the target may hold an association: see
/// [`association_in_bad_accept`].
pub fn create_association(buffer: &[u8]) -> Result<(AssociationId, ConnectionId), AcceptError> {
    let payload = prefix::<wire::CreateAssociationAccept>(buffer)?;

    opening(
        &payload.header,
        stated_length::<wire::CreateAssociationAccept>(),
        AcceptError::CreateAssociationLength,
        ls::CREATE_ASSOCIATION,
        AcceptError::NotCreateAssociation,
    )?;
    let association = association(&payload.association)?;
    let connection = connection(&payload.connection)?;

    Ok((association, connection))
}

/// Checks the answer to Create I/O Connection.
///
/// # Errors
///
/// The first check that fails.
pub fn create_connection(buffer: &[u8]) -> Result<ConnectionId, AcceptError> {
    let payload = prefix::<wire::CreateConnectionAccept>(buffer)?;

    opening(
        &payload.header,
        stated_length::<wire::CreateConnectionAccept>(),
        AcceptError::CreateConnectionLength,
        ls::CREATE_CONNECTION,
        AcceptError::NotCreateConnection,
    )?;
    connection(&payload.connection)
}

/// Checks the answer to Disconnect Association. A buffer of 24 bytes holds
/// the accept; one of 40 also tells why a reject was sent.
///
/// # Errors
///
/// The first check that fails.
pub fn disconnect_association(buffer: &[u8]) -> Result<(), AcceptError> {
    let payload = prefix::<wire::DisconnectAssociationAccept>(buffer)?;

    opening(
        &payload.header,
        stated_length::<wire::DisconnectAssociationAccept>(),
        AcceptError::DisconnectLength,
        ls::DISCONNECT_ASSOCIATION,
        AcceptError::NotDisconnect,
    )
}

/// The association that a refused Create Association accept still names, if
/// its identifier can be trusted: the target then holds an association that
/// should be told to go.
pub fn association_in_bad_accept(buffer: &[u8]) -> Option<AssociationId> {
    let payload = prefix::<wire::CreateAssociationAccept>(buffer).ok()?;

    if payload.header.header.word0.command != ls::ACCEPT {
        return None;
    }
    association(&payload.association).ok()
}

/// The answer as `T`, unless it is a reject.
fn prefix<T>(buffer: &[u8]) -> Result<&T, AcceptError>
where
    T: FromBytes + zerocopy::KnownLayout + zerocopy::Immutable + zerocopy::Unaligned,
{
    if buffer.first() == Some(&ls::REJECT) {
        let reject = match wire::RejectPayload::ref_from_prefix(buffer) {
            Ok((payload, _)) => ReceivedReject::from_payload(payload),
            Err(_) => ReceivedReject::default(),
        };
        return Err(AcceptError::Rejected(reject));
    }
    match T::ref_from_prefix(buffer) {
        Ok((payload, _)) => Ok(payload),
        Err(_) => Err(AcceptError::Buffer),
    }
}

/// Checks what all accepts begin with.
fn opening(
    header: &wire::ResponseHeader,
    list_length: u32,
    bad_length: AcceptError,
    request: u8,
    bad_request: AcceptError,
) -> Result<(), AcceptError> {
    if header.header.word0.command != ls::ACCEPT {
        Err(AcceptError::NotAccept)
    } else if header.header.list_length.get() != list_length {
        Err(bad_length)
    } else if header.request.header.tag.get() != tag::REQUEST {
        Err(AcceptError::RequestTag)
    } else if header.request.header.length.get() != stated_length::<wire::RequestDescriptor>() {
        Err(AcceptError::RequestLength)
    } else if header.request.word0.command != request {
        Err(bad_request)
    } else {
        Ok(())
    }
}

/// Checks an association identifier's descriptor.
fn association(from: &wire::AssociationIdDescriptor) -> Result<AssociationId, AcceptError> {
    if from.header.tag.get() != tag::ASSOCIATION_ID {
        Err(AcceptError::AssociationIdTag)
    } else if from.header.length.get() != stated_length::<wire::AssociationIdDescriptor>() {
        Err(AcceptError::AssociationIdLength)
    } else {
        AssociationId::from_wire(from.association_id.get()).ok_or(AcceptError::AssociationIdZero)
    }
}

/// Checks a connection identifier's descriptor.
fn connection(from: &wire::ConnectionIdDescriptor) -> Result<ConnectionId, AcceptError> {
    if from.header.tag.get() != tag::CONNECTION_ID {
        Err(AcceptError::ConnectionIdTag)
    } else if from.header.length.get() != stated_length::<wire::ConnectionIdDescriptor>() {
        Err(AcceptError::ConnectionIdLength)
    } else {
        ConnectionId::from_wire(from.connection_id.get()).ok_or(AcceptError::ConnectionIdZero)
    }
}
