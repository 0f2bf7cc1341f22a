// SPDX-License-Identifier: GPL-2.0

//! Command IUs and link services as hosts send them, written out by hand.

#![deny(unsafe_code)]

use crate::cases::{
    payload::Payload,
    samples::{self, put, put16, put32},
};

/// Data goes to the target.
pub(crate) const WRITE: u8 = 1;
/// Data goes to the host.
pub(crate) const READ: u8 = 2;

/// A command IU around a submission entry.
pub(crate) fn command(connection: u64, flags: u8, length: u32, entry: &[u8; 64]) -> Payload {
    let mut iu = Payload::zeros(96);

    put(&mut iu, 0, &[0xfd, 0x28, 0, 24, 0, 0, 8, flags]);
    put(&mut iu, 8, &connection.to_be_bytes());
    put32(&mut iu, 16, 1);
    put32(&mut iu, 20, length);
    put(&mut iu, 24, entry);
    put(&mut iu, 25, &[0x40]);
    put(&mut iu, 56, &length.to_le_bytes());
    put(&mut iu, 63, &[0x5a]);
    iu
}

/// A submission entry of an opcode.
pub(crate) fn entry(opcode: u8) -> [u8; 64] {
    let mut entry = [0; 64];

    entry[0] = opcode;
    entry[2] = 0x77;
    entry
}

/// A fabrics command.
pub(crate) fn fabrics(kind: u8) -> [u8; 64] {
    let mut entry = entry(0x7f);

    entry[4] = kind;
    entry
}

/// Connect for a queue with so many entries, zero-based.
pub(crate) fn connect(queue: u16, size: u16) -> [u8; 64] {
    let mut entry = fabrics(1);

    put(&mut entry, 42, &queue.to_le_bytes());
    put(&mut entry, 44, &size.to_le_bytes());
    entry
}

/// The data of a Connect.
pub(crate) fn connect_data(controller: u16, subsystem: &str) -> Payload {
    let mut data = Payload::zeros(1024);

    put(&mut data, 0, &samples::HOST_ID);
    put(&mut data, 16, &controller.to_le_bytes());
    put(&mut data, 256, subsystem.as_bytes());
    put(&mut data, 512, samples::HOST_NQN);
    data
}

/// Property Set of four bytes.
pub(crate) fn property_set(offset: u32, value: u32) -> [u8; 64] {
    let mut entry = fabrics(0);

    put(&mut entry, 44, &offset.to_le_bytes());
    put(&mut entry, 48, &value.to_le_bytes());
    entry
}

/// Identify of a kind.
pub(crate) fn identify(kind: u8) -> [u8; 64] {
    let mut entry = entry(6);

    entry[40] = kind;
    entry
}

/// Keep Alive.
pub(crate) fn keep_alive() -> [u8; 64] {
    entry(0x18)
}

/// Asynchronous Event Request.
pub(crate) fn asynchronous_event() -> [u8; 64] {
    entry(0x0c)
}

/// Read or Write of blocks of namespace 1.
pub(crate) fn blocks(opcode: u8, start: u64, count: u16) -> [u8; 64] {
    let mut entry = entry(opcode);

    entry[4] = 1;
    put(&mut entry, 40, &start.to_le_bytes());
    put(&mut entry, 48, &count.wrapping_sub(1).to_le_bytes());
    entry
}

/// Create I/O Connection.
pub(crate) fn create_connection(association: u64, queue: u16, size: u16, ratio: u16) -> Payload {
    let mut payload = samples::create_connection();

    put(&mut payload, 16, &association.to_be_bytes());
    put16(&mut payload, 32, ratio);
    put16(&mut payload, 72, queue);
    put16(&mut payload, 74, size);
    payload
}

/// Disconnect Association.
pub(crate) fn disconnect(association: u64) -> Payload {
    let mut payload = samples::disconnect_association();

    put(&mut payload, 16, &association.to_be_bytes());
    payload
}

/// A number in an answer.
pub(crate) fn get64(payload: &[u8], at: usize) -> u64 {
    payload
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
