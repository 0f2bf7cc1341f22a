// SPDX-License-Identifier: GPL-2.0

//! Every structure that crosses the FC link, as FC-NVMe-2 lays it out.
//!
//! The C view of the same bytes is `include/linux/nvme-fc.h`. All fields are
//! byte arrays or byte-order types, so each structure has alignment 1 and no
//! padding, and may be laid over any received bytes. Link service and IU
//! fields are big-endian; the NVMe entries inside the IUs are little-endian.

#![deny(unsafe_code)]

use core::mem::{offset_of, size_of};
use zerocopy::byteorder::{big_endian as be, little_endian as le};
use zerocopy_derive::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Link service command codes, the first byte of every LS payload.
pub mod ls {
    /// Reject.
    pub const REJECT: u8 = 1;
    /// Accept.
    pub const ACCEPT: u8 = 2;
    /// Create Association, which also creates the admin connection.
    pub const CREATE_ASSOCIATION: u8 = 3;
    /// Create I/O Connection.
    pub const CREATE_CONNECTION: u8 = 4;
    /// Disconnect Association.
    pub const DISCONNECT_ASSOCIATION: u8 = 5;
    /// Disconnect Connection.
    pub const DISCONNECT_CONNECTION: u8 = 6;
}

/// Link service descriptor tags.
pub mod tag {
    /// Echo of the request's first word.
    pub const REQUEST: u32 = 1;
    /// Reject reason.
    pub const REJECT: u32 = 2;
    /// Create Association parameters.
    pub const CREATE_ASSOCIATION: u32 = 3;
    /// Create I/O Connection parameters.
    pub const CREATE_CONNECTION: u32 = 4;
    /// Disconnect parameters (all reserved since FC-NVMe-2).
    pub const DISCONNECT: u32 = 5;
    /// Connection identifier.
    pub const CONNECTION_ID: u32 = 6;
    /// Association identifier.
    pub const ASSOCIATION_ID: u32 = 7;
}

/// `format_id` of a command IU.
pub const COMMAND_FORMAT_ID: u8 = 0xfd;
/// `fc_id` of a command IU: FC_TYPE_NVME.
pub const COMMAND_FC_ID: u8 = 0x28;
/// Command IU flag: data goes from host to target.
pub const FLAG_WRITE: u8 = 1 << 0;
/// Command IU flag: data goes from target to host.
pub const FLAG_READ: u8 = 1 << 1;
/// Both direction flags.
pub const FLAG_DIRECTION: u8 = FLAG_WRITE | FLAG_READ;
/// Category mask in `category`.
pub const CATEGORY_MASK: u8 = 0x0f;
/// Category: admin queue.
pub const CATEGORY_ADMIN: u8 = 0x01;
/// Category: I/O command set, whose CSI is in the low three bits.
pub const CATEGORY_COMMAND_SET: u8 = 0x08;
/// Mask of the command set identifier in the category.
pub const CATEGORY_COMMAND_SET_MASK: u8 = 0x07;

/// Bytes of the short response IU, all zero.
pub const SHORT_RESPONSE: u16 = 12;
/// Bytes of the extended response IU.
pub const EXTENDED_RESPONSE: u16 = size_of::<ExtendedResponseIu>() as u16;
/// `iu_len` of the command IU, in 4-byte words.
pub const COMMAND_WORDS: u16 = (size_of::<CommandIu>() / 4) as u16;
/// `iu_len` of the extended response IU, in 4-byte words.
pub const EXTENDED_RESPONSE_WORDS: u16 = EXTENDED_RESPONSE / 4;
/// Bytes of an NQN field in Create Association, terminator included.
pub const NQN_FIELD: usize = 256;
/// Longest LS request that either side takes.
pub const LS_REQUEST_MAX: usize = size_of::<CreateAssociationRequest>();
/// Bytes a receiver of LS requests sets aside for its answer, as the C
/// modules do.
pub const LS_RESPONSE_MAX: usize = 128;
/// Time a sender gives a link service or a target data transfer: twice
/// R_A_TOV, in seconds.
pub const LS_TIMEOUT_SECONDS: u32 = 20;

/// What a descriptor (or a whole payload) states as its length: the bytes
/// after the two words that open it.
pub const fn stated_length<T>() -> u32 {
    (size_of::<T>() as u32).saturating_sub(8)
}

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

/// NVMe submission queue entry, as far as a transport looks into it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct SubmissionEntry {
    /// Command opcode.
    pub opcode: u8,
    /// Fused and PRP/SGL selection bits.
    pub flags: u8,
    /// Opaque to everybody but the host.
    pub command_id: [u8; 2],
    /// Namespace; the first byte is the fabrics command type in a fabrics
    /// command.
    pub namespace: [u8; 4],
    /// Command dwords 2 and 3.
    pub dwords2: [le::U32; 2],
    /// Metadata pointer.
    pub metadata: le::U64,
    /// SGL data block: address.
    pub sgl_address: le::U64,
    /// SGL data block: bytes.
    pub sgl_length: le::U32,
    /// SGL data block: reserved.
    pub sgl_reserved: [u8; 3],
    /// SGL data block: descriptor type and subtype.
    pub sgl_type: u8,
    /// Command dwords 10 to 15.
    pub dwords10: [le::U32; 6],
}

/// NVMe completion queue entry.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CompletionEntry {
    /// Dwords 0 and 1, command specific.
    pub result: le::U64,
    /// Submission queue head.
    pub sq_head: le::U16,
    /// Submission queue.
    pub sq_id: le::U16,
    /// Opaque to everybody but the host.
    pub command_id: [u8; 2],
    /// Status, shifted left by one; bit 0 is the phase tag.
    pub status: le::U16,
}

/// Command IU.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CommandIu {
    /// [`COMMAND_FORMAT_ID`].
    pub format_id: u8,
    /// [`COMMAND_FC_ID`].
    pub fc_id: u8,
    /// Length in words, [`COMMAND_WORDS`].
    pub iu_words: be::U16,
    /// Reserved.
    pub reserved4: [u8; 2],
    /// Command category in the low four bits.
    pub category: u8,
    /// Direction and PI flags.
    pub flags: u8,
    /// The connection this command belongs to.
    pub connection_id: be::U64,
    /// Command sequence number, per connection.
    pub sequence_number: be::U32,
    /// Bytes of data that belong to the command.
    pub data_length: be::U32,
    /// The NVMe command.
    pub sqe: SubmissionEntry,
    /// PI parameters; zero without PI.
    pub dps: u8,
    /// PI parameters; zero without PI.
    pub lbads: u8,
    /// PI parameters; zero without PI.
    pub metadata_size: be::U16,
    /// Reserved.
    pub reserved92: be::U32,
}

/// Extended response IU.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct ExtendedResponseIu {
    /// Transport result, 0 for success.
    pub result: u8,
    /// Reserved.
    pub reserved1: u8,
    /// Length in words, [`EXTENDED_RESPONSE_WORDS`].
    pub iu_words: be::U16,
    /// Response sequence number, per connection.
    pub sequence_number: be::U32,
    /// Bytes of data that were transferred.
    pub transferred: be::U32,
    /// Reserved.
    pub reserved12: be::U32,
    /// The NVMe completion.
    pub cqe: CompletionEntry,
}

/// NVMe_SR IU: asks for a sequence again (SLER; not used here).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct SequenceRetransmitIu {
    /// FC identifier.
    pub fc_id: u8,
    /// Opcode.
    pub opcode: u8,
    /// Reserved.
    pub reserved2: u8,
    /// R_CTL to send again.
    pub retry_rctl: u8,
    /// Reserved.
    pub reserved4: be::U32,
}

/// NVMe_SR_RSP IU: answers [`SequenceRetransmitIu`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct SequenceRetransmitResponseIu {
    /// FC identifier.
    pub fc_id: u8,
    /// Opcode.
    pub opcode: u8,
    /// Reserved.
    pub reserved2: u8,
    /// Status.
    pub status: u8,
    /// Reserved.
    pub reserved4: be::U32,
}

/// Asserts a structure's size and the offsets of some of its fields.
macro_rules! layout {
    ($t:ty, $size:literal $(, $($field:ident).+ @ $offset:literal)*) => {
        const _: () = {
            assert!(size_of::<$t>() == $size);
            assert!(core::mem::align_of::<$t>() == 1);
            $(assert!(offset_of!($t, $($field).+) == $offset);)*
        };
    };
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
layout!(SubmissionEntry, 64, flags @ 1, command_id @ 2, namespace @ 4, metadata @ 16,
    sgl_address @ 24, sgl_length @ 32, sgl_type @ 39, dwords10 @ 40);
layout!(CompletionEntry, 16, sq_head @ 8, sq_id @ 10, command_id @ 12, status @ 14);
layout!(CommandIu, 96, iu_words @ 2, category @ 6, flags @ 7, connection_id @ 8,
    sequence_number @ 16, data_length @ 20, sqe @ 24, dps @ 88, metadata_size @ 90);
layout!(ExtendedResponseIu, 32, iu_words @ 2, sequence_number @ 4, transferred @ 8, cqe @ 16);
layout!(SequenceRetransmitIu, 8);
layout!(SequenceRetransmitResponseIu, 8);
