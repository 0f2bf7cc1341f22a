// SPDX-License-Identifier: GPL-2.0

//! What crosses the FC link, as FC-NVMe-2 lays it out: codes and sizes here,
//! structures in `link_services` and `iu` (information units),
//! all of them reachable through this module.
//!
//! The C view of the same bytes is `include/linux/nvme-fc.h`. All fields are
//! byte arrays or byte-order types, so each structure has alignment 1 and no
//! padding, and may be laid over any received bytes. Link service and IU
//! fields are big-endian; the NVMe entries inside the IUs are little-endian.

#![deny(unsafe_code)]

mod iu;
mod layout;
mod link_services;

use core::mem::size_of;

pub use iu::*;
pub use link_services::*;

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
