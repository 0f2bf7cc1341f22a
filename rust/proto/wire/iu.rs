// SPDX-License-Identifier: GPL-2.0

//! Information units of an exchange, and the NVMe entries inside them.

#![deny(unsafe_code)]

use super::layout::layout;
use zerocopy::byteorder::{big_endian as be, little_endian as le};
use zerocopy_derive::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

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

layout!(SubmissionEntry, 64, flags @ 1, command_id @ 2, namespace @ 4, metadata @ 16,
    sgl_address @ 24, sgl_length @ 32, sgl_type @ 39, dwords10 @ 40);
layout!(CompletionEntry, 16, sq_head @ 8, sq_id @ 10, command_id @ 12, status @ 14);
layout!(CommandIu, 96, iu_words @ 2, category @ 6, flags @ 7, connection_id @ 8,
    sequence_number @ 16, data_length @ 20, sqe @ 24, dps @ 88, metadata_size @ 90);
layout!(ExtendedResponseIu, 32, iu_words @ 2, sequence_number @ 4, transferred @ 8, cqe @ 16);
layout!(SequenceRetransmitIu, 8);
layout!(SequenceRetransmitResponseIu, 8);
