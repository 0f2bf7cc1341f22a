// SPDX-License-Identifier: GPL-2.0

//! Payloads written out by hand from the layouts in `include/linux/nvme-fc.h`,
//! without the code under test.

use super::Payload;

/// Offsets of the fields that tests change.
pub(crate) mod at {
    /// Descriptor list length of any payload.
    pub(crate) const LIST_LENGTH: usize = 4;
    /// First descriptor of a request.
    pub(crate) const FIRST: usize = 8;
    /// Second descriptor of a request.
    pub(crate) const SECOND: usize = 24;
}

/// Writes a big-endian number into a payload.
pub(crate) fn put(payload: &mut [u8], at: usize, bytes: &[u8]) {
    for (to, from) in payload.iter_mut().skip(at).zip(bytes) {
        *to = *from;
    }
}

/// Writes a big-endian 32-bit number.
pub(crate) fn put32(payload: &mut [u8], at: usize, value: u32) {
    put(payload, at, &value.to_be_bytes());
}

/// Reads a big-endian 32-bit number.
pub(crate) fn get32(payload: &[u8], at: usize) -> u32 {
    let bytes = payload.get(at..).and_then(|rest| rest.first_chunk());

    bytes.copied().map_or(0, u32::from_be_bytes)
}

/// Writes a big-endian 16-bit number.
pub(crate) fn put16(payload: &mut [u8], at: usize, value: u16) {
    put(payload, at, &value.to_be_bytes());
}

/// Host identifier in the samples.
pub(crate) const HOST_ID: [u8; 16] = *b"0123456789abcdef";
/// Host NQN in the samples.
pub(crate) const HOST_NQN: &[u8] = b"nqn.2014-08.org.nvmexpress:uuid:host";
/// Subsystem NQN in the samples.
pub(crate) const SUBSYSTEM_NQN: &[u8] = b"nqn.2014-08.org.nvmexpress.discovery";
/// Association in the samples.
pub(crate) const ASSOCIATION: u64 = 0x1234_5678_9abc_0000;

/// Create Association as Linux hosts send it.
pub(crate) fn create_association() -> Payload {
    let mut payload = Payload::zeros(1024);

    payload[0] = 3;
    put32(&mut payload, 4, 1016);
    put32(&mut payload, 8, 3);
    put32(&mut payload, 12, 1008);
    put16(&mut payload, 16, 8);
    put16(&mut payload, 56, 0xffff);
    put16(&mut payload, 58, 31);
    put(&mut payload, 64, &HOST_ID);
    put(&mut payload, 80, HOST_NQN);
    put(&mut payload, 336, SUBSYSTEM_NQN);
    payload
}

/// Create I/O Connection for queue 5.
pub(crate) fn create_connection() -> Payload {
    let mut payload = Payload::zeros(80);

    payload[0] = 4;
    put32(&mut payload, 4, 72);
    put32(&mut payload, 8, 7);
    put32(&mut payload, 12, 8);
    put(&mut payload, 16, &ASSOCIATION.to_be_bytes());
    put32(&mut payload, 24, 4);
    put32(&mut payload, 28, 48);
    put16(&mut payload, 32, 25);
    put16(&mut payload, 72, 5);
    put16(&mut payload, 74, 127);
    payload
}

/// Disconnect Association.
pub(crate) fn disconnect_association() -> Payload {
    let mut payload = Payload::zeros(48);

    payload[0] = 5;
    put32(&mut payload, 4, 40);
    put32(&mut payload, 8, 7);
    put32(&mut payload, 12, 8);
    put(&mut payload, 16, &ASSOCIATION.to_be_bytes());
    put32(&mut payload, 24, 5);
    put32(&mut payload, 28, 16);
    payload
}

/// Opening of an answer of `length` bytes.
fn answer(command: u8, length: usize, request: u8) -> Payload {
    let mut payload = Payload::zeros(length);

    payload[0] = command;
    put32(&mut payload, 4, length as u32 - 8);
    put32(&mut payload, 8, 1);
    put32(&mut payload, 12, 8);
    payload[16] = request;
    payload
}

/// Accept of Create Association.
pub(crate) fn accept_association() -> Payload {
    let mut payload = answer(2, 56, 3);

    put32(&mut payload, 24, 7);
    put32(&mut payload, 28, 8);
    put(&mut payload, 32, &ASSOCIATION.to_be_bytes());
    put32(&mut payload, 40, 6);
    put32(&mut payload, 44, 8);
    put(&mut payload, 48, &ASSOCIATION.to_be_bytes());
    payload
}

/// Accept of Create I/O Connection.
pub(crate) fn accept_connection() -> Payload {
    let mut payload = answer(2, 40, 4);

    put32(&mut payload, 24, 6);
    put32(&mut payload, 28, 8);
    put(&mut payload, 32, &(ASSOCIATION | 5).to_be_bytes());
    payload
}

/// Accept of Disconnect Association.
pub(crate) fn accept_disconnect() -> Payload {
    answer(2, 24, 5)
}

/// Reject of any request.
pub(crate) fn reject(request: u8, reason: u8, explanation: u8) -> Payload {
    let mut payload = answer(1, 40, request);

    put32(&mut payload, 24, 2);
    put32(&mut payload, 28, 8);
    payload[33] = reason;
    payload[34] = explanation;
    payload
}
