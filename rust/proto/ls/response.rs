// SPDX-License-Identifier: GPL-2.0

//! Builds the answers to link service requests.
//!
//! Every byte of an answer is defined; nothing of an earlier answer in the
//! same memory is ever sent.

#![deny(unsafe_code)]

use super::reject::Reject;
use super::request::{
    association_id,
    descriptor,
    header,
    word0, //
};
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
use zerocopy::byteorder::big_endian as be;
use zerocopy::IntoBytes;

/// Accepts Create Association; the admin connection has the association's
/// own number.
pub fn create_association(association: AssociationId) -> wire::CreateAssociationAccept {
    wire::CreateAssociationAccept {
        header: accept::<wire::CreateAssociationAccept>(ls::CREATE_ASSOCIATION),
        association: association_id(association),
        connection: connection_id(association.connection(0)),
    }
}

/// Accepts Create I/O Connection.
pub fn create_connection(connection: ConnectionId) -> wire::CreateConnectionAccept {
    wire::CreateConnectionAccept {
        header: accept::<wire::CreateConnectionAccept>(ls::CREATE_CONNECTION),
        connection: connection_id(connection),
    }
}

/// Accepts Disconnect Association.
pub fn disconnect_association() -> wire::DisconnectAssociationAccept {
    wire::DisconnectAssociationAccept {
        header: accept::<wire::DisconnectAssociationAccept>(ls::DISCONNECT_ASSOCIATION),
    }
}

/// Rejects the request whose command byte is `command`.
pub fn reject(command: u8, reject: Reject) -> wire::RejectPayload {
    wire::RejectPayload {
        header: response(ls::REJECT, stated_length::<wire::RejectPayload>(), command),
        reject: wire::RejectDescriptor {
            header: descriptor::<wire::RejectDescriptor>(tag::REJECT),
            reserved8: 0,
            reason: reject.reason as u8,
            explanation: reject.explanation as u8,
            vendor: 0,
            reserved12: be::U32::ZERO,
        },
    }
}

/// Any answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LsResponse {
    /// Accepts Create Association.
    CreateAssociation(wire::CreateAssociationAccept),
    /// Accepts Create I/O Connection.
    CreateConnection(wire::CreateConnectionAccept),
    /// Accepts Disconnect Association.
    DisconnectAssociation(wire::DisconnectAssociationAccept),
    /// Rejects any request.
    Reject(wire::RejectPayload),
}

impl LsResponse {
    /// The answer's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::CreateAssociation(payload) => payload.as_bytes(),
            Self::CreateConnection(payload) => payload.as_bytes(),
            Self::DisconnectAssociation(payload) => payload.as_bytes(),
            Self::Reject(payload) => payload.as_bytes(),
        }
    }

    /// Puts the answer into the response buffer, clears the rest of it, and
    /// returns the answer's length in bytes (at most 56).
    pub fn write(&self, buffer: &mut [u8; wire::LS_RESPONSE_MAX]) -> u16 {
        let bytes = self.as_bytes();

        buffer.fill(0);
        for (to, from) in buffer.iter_mut().zip(bytes) {
            *to = *from;
        }
        bytes.len() as u16
    }
}

/// An accept's opening; `T` is the whole accept.
fn accept<T>(request: u8) -> wire::ResponseHeader {
    response(ls::ACCEPT, stated_length::<T>(), request)
}

/// An answer's opening.
fn response(command: u8, list_length: u32, request: u8) -> wire::ResponseHeader {
    wire::ResponseHeader {
        header: header(command, list_length),
        request: wire::RequestDescriptor {
            header: descriptor::<wire::RequestDescriptor>(tag::REQUEST),
            word0: word0(request),
            reserved12: be::U32::ZERO,
        },
    }
}

/// A connection identifier's descriptor.
fn connection_id(id: ConnectionId) -> wire::ConnectionIdDescriptor {
    wire::ConnectionIdDescriptor {
        header: descriptor::<wire::ConnectionIdDescriptor>(tag::CONNECTION_ID),
        connection_id: be::U64::new(id.get()),
    }
}
