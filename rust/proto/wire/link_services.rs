// SPDX-License-Identifier: GPL-2.0

//! Link service payloads and their descriptors.

#![deny(unsafe_code)]

use super::layout::layout;
use zerocopy::byteorder::big_endian as be;
use zerocopy_derive::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Bytes of an NQN field in Create Association, terminator included.
pub const NQN_FIELD: usize = 256;

/// First word of every LS payload.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct LsWord0 {
    /// Command code, one of [`ls`].
    pub command: u8,
    /// Reserved.
    pub zeros: [u8; 3],
}

/// Opening of every LS payload.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct LsHeader {
    /// Command word.
    pub word0: LsWord0,
    /// Bytes of all descriptors that follow.
    pub list_length: be::U32,
}

/// Opening of every descriptor.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct DescriptorHeader {
    /// One of [`tag`].
    pub tag: be::U32,
    /// Bytes that follow this header.
    pub length: be::U32,
}

/// Descriptor that repeats the request's first word in an answer.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct RequestDescriptor {
    /// Tag [`tag::REQUEST`].
    pub header: DescriptorHeader,
    /// First word of the request.
    pub word0: LsWord0,
    /// Reserved.
    pub reserved12: be::U32,
}

/// Descriptor that tells why a request was rejected.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct RejectDescriptor {
    /// Tag [`tag::REJECT`].
    pub header: DescriptorHeader,
    /// Reserved.
    pub reserved8: u8,
    /// Reason code.
    pub reason: u8,
    /// Reason explanation.
    pub explanation: u8,
    /// Vendor code.
    pub vendor: u8,
    /// Reserved.
    pub reserved12: be::U32,
}

/// Descriptor that carries an association identifier.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct AssociationIdDescriptor {
    /// Tag [`tag::ASSOCIATION_ID`].
    pub header: DescriptorHeader,
    /// The identifier.
    pub association_id: be::U64,
}

/// Descriptor that carries a connection identifier.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct ConnectionIdDescriptor {
    /// Tag [`tag::CONNECTION_ID`].
    pub header: DescriptorHeader,
    /// The identifier.
    pub connection_id: be::U64,
}

/// Create Association descriptor up to where its padding begins: all that
/// early hosts agree on.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CreateAssociationFields {
    /// Tag [`tag::CREATE_ASSOCIATION`].
    pub header: DescriptorHeader,
    /// One extended response is due at least every so many responses.
    pub ersp_ratio: be::U16,
    /// Reserved.
    pub reserved10: be::U16,
    /// Reserved.
    pub reserved12: [u8; 36],
    /// Controller identifier asked for; 0xffff asks for a dynamic one.
    pub controller_id: be::U16,
    /// Admin submission queue size, 0's based.
    pub submission_queue_size: be::U16,
    /// Reserved.
    pub reserved52: be::U32,
    /// Host identifier (UUID).
    pub host_id: [u8; 16],
    /// Host NQN, NUL-terminated.
    pub host_nqn: [u8; NQN_FIELD],
    /// Subsystem NQN, NUL-terminated.
    pub subsystem_nqn: [u8; NQN_FIELD],
}

/// Create Association descriptor with the padding the standard gives it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CreateAssociationDescriptor {
    /// The fields.
    pub fields: CreateAssociationFields,
    /// Padding, zero.
    pub reserved584: [u8; 432],
}

/// Create I/O Connection descriptor.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CreateConnectionDescriptor {
    /// Tag [`tag::CREATE_CONNECTION`].
    pub header: DescriptorHeader,
    /// One extended response is due at least every so many responses.
    pub ersp_ratio: be::U16,
    /// Reserved.
    pub reserved10: be::U16,
    /// Reserved.
    pub reserved12: [u8; 36],
    /// Queue identifier, 1 and up.
    pub queue_id: be::U16,
    /// Submission queue size, 0's based.
    pub submission_queue_size: be::U16,
    /// Reserved.
    pub reserved52: be::U32,
}

/// Disconnect descriptor. FC-NVMe-1 kept a scope in the first word.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct DisconnectDescriptor {
    /// Tag [`tag::DISCONNECT`].
    pub header: DescriptorHeader,
    /// Reserved; the scope in the old format.
    pub reserved8: [be::U32; 4],
}

/// Opening of every accept and reject.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct ResponseHeader {
    /// Command and list length.
    pub header: LsHeader,
    /// What is answered.
    pub request: RequestDescriptor,
}

/// LS reject.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct RejectPayload {
    /// Opening.
    pub header: ResponseHeader,
    /// Why.
    pub reject: RejectDescriptor,
}

/// Create Association request, whole.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CreateAssociationRequest {
    /// Command and list length.
    pub header: LsHeader,
    /// Parameters.
    pub association: CreateAssociationDescriptor,
}

/// Create Association request as far as a target needs it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CreateAssociationMinimum {
    /// Command and list length.
    pub header: LsHeader,
    /// Parameters.
    pub association: CreateAssociationFields,
}

/// Create Association accept.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CreateAssociationAccept {
    /// Opening.
    pub header: ResponseHeader,
    /// The new association.
    pub association: AssociationIdDescriptor,
    /// Its admin connection.
    pub connection: ConnectionIdDescriptor,
}

/// Create I/O Connection request.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CreateConnectionRequest {
    /// Command and list length.
    pub header: LsHeader,
    /// The association to extend.
    pub association: AssociationIdDescriptor,
    /// Parameters.
    pub connection: CreateConnectionDescriptor,
}

/// Create I/O Connection accept.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CreateConnectionAccept {
    /// Opening.
    pub header: ResponseHeader,
    /// The new connection.
    pub connection: ConnectionIdDescriptor,
}

/// Disconnect Association request.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct DisconnectAssociationRequest {
    /// Command and list length.
    pub header: LsHeader,
    /// The association to end.
    pub association: AssociationIdDescriptor,
    /// Reserved parameters.
    pub disconnect: DisconnectDescriptor,
}

/// Disconnect Association accept.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct DisconnectAssociationAccept {
    /// Opening, and all there is.
    pub header: ResponseHeader,
}

/// Disconnect Connection request.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct DisconnectConnectionRequest {
    /// Command and list length.
    pub header: LsHeader,
    /// The association.
    pub association: AssociationIdDescriptor,
    /// The connection to end.
    pub connection: ConnectionIdDescriptor,
}

/// Disconnect Connection accept.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct DisconnectConnectionAccept {
    /// Opening, and all there is.
    pub header: ResponseHeader,
}

layout!(LsHeader, 8, list_length @ 4);
layout!(RequestDescriptor, 16, word0 @ 8);
layout!(RejectDescriptor, 16, reason @ 9, explanation @ 10, vendor @ 11);
layout!(AssociationIdDescriptor, 16, association_id @ 8);
layout!(ConnectionIdDescriptor, 16, connection_id @ 8);
layout!(CreateAssociationFields, 584, ersp_ratio @ 8, controller_id @ 48,
    submission_queue_size @ 50, host_id @ 56, host_nqn @ 72, subsystem_nqn @ 328);
layout!(CreateAssociationDescriptor, 1016, reserved584 @ 584);
layout!(CreateConnectionDescriptor, 56, ersp_ratio @ 8, queue_id @ 48,
    submission_queue_size @ 50);
layout!(DisconnectDescriptor, 24, reserved8 @ 8);
layout!(ResponseHeader, 24, request @ 8);
layout!(RejectPayload, 40, reject @ 24);
layout!(CreateAssociationRequest, 1024, association @ 8);
layout!(CreateAssociationMinimum, 592, association @ 8);
layout!(CreateAssociationAccept, 56, association @ 24, connection @ 40);
layout!(CreateConnectionRequest, 80, association @ 8, connection @ 24);
layout!(CreateConnectionAccept, 40, connection @ 24);
layout!(DisconnectAssociationRequest, 48, association @ 8, disconnect @ 24);
layout!(DisconnectAssociationAccept, 24);
layout!(DisconnectConnectionRequest, 40, association @ 8, connection @ 24);
layout!(DisconnectConnectionAccept, 24);
