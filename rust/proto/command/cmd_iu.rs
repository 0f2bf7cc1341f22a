// SPDX-License-Identifier: GPL-2.0

//! The command IU: built by the host, checked by the target.

#![deny(unsafe_code)]

use crate::proto::wire::{
    self,
    CommandIu,
    SubmissionEntry, //
};
use core::mem::size_of;
use zerocopy::byteorder::little_endian as le;
use zerocopy::{FromBytes, FromZeros};

/// Opcode of all fabrics commands.
const FABRICS_OPCODE: u8 = 0x7f;
/// Opcode (or fabrics type) bit of commands whose data goes to the target.
const WRITE_BIT: u8 = 1;
/// Entry flag: the data pointer is an SGL, the metadata pointer a buffer.
const SGL_METABUF: u8 = 1 << 6;
/// Entry flags: both halves of a fused pair.
const FUSE_MASK: u8 = 0b11;
/// SGL transport data block, subtype "transport defined".
const TRANSPORT_SGL: u8 = 0x5a;

/// Command category, stated in every command IU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Admin queue.
    Admin,
    /// I/O queue of a command set; NVM is 0. Three bits are used.
    Io(u8),
}

/// Where a command's data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// There is none.
    NoData,
    /// From host to target.
    Write,
    /// From target to host.
    Read,
}

/// Data that a target has to move for a command. The length is never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// None.
    None,
    /// Pull so many bytes from the host before execution.
    Write(u32),
    /// Push so many bytes to the host after execution.
    Read(u32),
}

impl Transfer {
    /// Bytes to move.
    pub const fn length(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Write(length) | Self::Read(length) => length,
        }
    }
}

/// A command IU that no command can be made of: the LLDD gets -EIO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandIuError {
    /// Not 96 bytes.
    Length,
    /// Wrong `format_id`.
    Format,
    /// Wrong `fc_id`.
    FcId,
    /// Wrong `iu_len`.
    Words,
}

impl CommandIuError {
    /// Text for the log.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Length => "Bad CMD IU Length",
            Self::Format => "Bad CMD IU Format ID",
            Self::FcId => "Bad CMD IU FC ID",
            Self::Words => "Bad CMD IU iu_len",
        }
    }
}

/// A command whose IU contradicts itself: the exchange is aborted, without a
/// response.
///
/// As large as the length that [`Transfer`] has in its place, which costs every
/// command some shifting otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum DirectionError {
    /// Both direction flags.
    Bidirectional,
    /// The write flag on a command that writes nothing.
    WriteFlag,
    /// The read flag on a command that writes.
    ReadFlag,
    /// A data length without a direction.
    NoDirection,
}

impl DirectionError {
    /// Text for the log.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Bidirectional => "both WRITE and READ set",
            Self::WriteFlag => "WRITE set, opcode does not write",
            Self::ReadFlag => "READ set, opcode writes",
            Self::NoDirection => "data length without direction",
        }
    }
}

impl SubmissionEntry {
    /// Whether this is a fabrics command.
    #[inline]
    pub const fn is_fabrics(&self) -> bool {
        self.opcode == FABRICS_OPCODE
    }

    /// Whether this command's data, if any, goes from host to target.
    #[inline]
    pub const fn is_write(&self) -> bool {
        let [fabrics_type, ..] = self.namespace;
        let code = if self.is_fabrics() {
            fabrics_type
        } else {
            self.opcode
        };

        code & WRITE_BIT != 0
    }

    /// Whether this command is half of a fused pair.
    #[inline]
    pub const fn is_fused(&self) -> bool {
        self.flags & FUSE_MASK != 0
    }

    /// Host: makes the data pointer say that the transport moves
    /// `data_length` bytes; every command gets this, also one without data.
    #[inline]
    pub fn set_transport_sgl(&mut self, data_length: u32) {
        self.flags |= SGL_METABUF;
        self.sgl_address = le::U64::ZERO;
        self.sgl_length.set(data_length);
        self.sgl_reserved = [0; 3];
        self.sgl_type = TRANSPORT_SGL;
    }
}

/// Host: sets what stays the same for a command IU's life, and clears the
/// rest. Once, when the request is initialised.
pub fn initialise(iu: &mut CommandIu, category: Category) {
    iu.zero();
    iu.format_id = wire::COMMAND_FORMAT_ID;
    iu.fc_id = wire::COMMAND_FC_ID;
    iu.iu_words.set(wire::COMMAND_WORDS);
    iu.category = match category {
        Category::Admin => wire::CATEGORY_ADMIN,
        Category::Io(set) => wire::CATEGORY_COMMAND_SET | (set & wire::CATEGORY_COMMAND_SET_MASK),
    };
}

/// Host: sets what belongs to one use of the IU, the entry's data pointer
/// among it. The entry itself was filled before. The sequence number follows
/// by [`set_sequence_number`], once the command is sure to be sent.
///
/// `connection_id` is the value on the wire.
#[inline]
pub fn prepare(iu: &mut CommandIu, connection_id: u64, direction: Direction, data_length: u32) {
    iu.flags = match direction {
        Direction::NoData => 0,
        Direction::Write => wire::FLAG_WRITE,
        Direction::Read => wire::FLAG_READ,
    };
    iu.connection_id.set(connection_id);
    iu.data_length.set(data_length);
    iu.sqe.set_transport_sgl(data_length);
}

/// Host: stamps the command sequence number: 1, 2, ... in each connection.
#[inline]
pub fn set_sequence_number(iu: &mut CommandIu, number: u32) {
    iu.sequence_number.set(number);
}

/// What every command IU begins with.
const HEAD: [u8; 4] = {
    let [high, low] = wire::COMMAND_WORDS.to_be_bytes();
    [wire::COMMAND_FORMAT_ID, wire::COMMAND_FC_ID, high, low]
};

/// Target: checks a received command IU's form.
///
/// # Errors
///
/// The first check that fails.
#[inline]
pub fn check(payload: &[u8]) -> Result<&CommandIu, CommandIuError> {
    if payload.len() != size_of::<CommandIu>() {
        return Err(CommandIuError::Length);
    }
    let Ok(iu) = CommandIu::ref_from_bytes(payload) else {
        return Err(CommandIuError::Length);
    };

    if payload.first_chunk() == Some(&HEAD) {
        return Ok(iu);
    }
    Err(if iu.format_id != wire::COMMAND_FORMAT_ID {
        CommandIuError::Format
    } else if iu.fc_id != wire::COMMAND_FC_ID {
        CommandIuError::FcId
    } else {
        CommandIuError::Words
    })
}

/// Target: what data a command moves in which [`transfer`] finds no contradiction.
#[inline]
pub fn sound_transfer(iu: &CommandIu) -> Transfer {
    match iu.data_length.get() {
        0 => Transfer::None,
        length if iu.flags & wire::FLAG_READ != 0 => Transfer::Read(length),
        length => Transfer::Write(length),
    }
}

/// Target: what data the command moves. A direction with a zero length moves
/// none: a zero-length data operation is never given to an LLDD.
///
/// # Errors
///
/// The first contradiction found.
#[inline]
pub fn transfer(iu: &CommandIu) -> Result<Transfer, DirectionError> {
    let length = iu.data_length.get();

    match iu.flags & wire::FLAG_DIRECTION {
        0 if length != 0 => Err(DirectionError::NoDirection),
        0 => Ok(Transfer::None),
        wire::FLAG_WRITE if !iu.sqe.is_write() => Err(DirectionError::WriteFlag),
        wire::FLAG_READ if iu.sqe.is_write() => Err(DirectionError::ReadFlag),
        wire::FLAG_WRITE | wire::FLAG_READ if length == 0 => Ok(Transfer::None),
        wire::FLAG_WRITE => Ok(Transfer::Write(length)),
        wire::FLAG_READ => Ok(Transfer::Read(length)),
        _ => Err(DirectionError::Bidirectional),
    }
}
