// SPDX-License-Identifier: GPL-2.0

//! What the scripted LLDD gives back for an exchange or a link service.

#![deny(unsafe_code)]

use zerocopy::{
    FromZeros,
    IntoBytes, //
};

use crate::proto::wire::{
    self,
    ls,
    tag,
    CommandIu,
    ExtendedResponseIu, //
};

/// How an exchange ends. The IU is always filled in; `response_length` says
/// what of it the transport is to see.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FcpAnswer {
    /// `status`: 0, or an errno of the LLDD.
    pub(crate) status: i32,
    /// `rcv_rsplen`.
    pub(crate) response_length: u16,
    /// `transferred_length`.
    pub(crate) transferred: u32,
    /// The extended response.
    pub(crate) iu: ExtendedResponseIu,
}

impl FcpAnswer {
    /// What a good controller answers to `command` on `queue`: a short
    /// response if that can say all there is.
    pub(crate) fn new(command: &CommandIu, queue: u16, result: u64, status: u16) -> Self {
        let transferred = if status == 0 {
            command.data_length.get()
        } else {
            0
        };
        let mut iu = ExtendedResponseIu::new_zeroed();
        iu.iu_words.set(wire::EXTENDED_RESPONSE_WORDS);
        iu.transferred.set(transferred);
        iu.cqe.result.set(result);
        iu.cqe.sq_id.set(queue);
        iu.cqe.command_id = command.sqe.command_id;
        iu.cqe.status.set(status << 1);
        Self {
            status: 0,
            response_length: if result == 0 && status == 0 {
                wire::SHORT_RESPONSE
            } else {
                wire::EXTENDED_RESPONSE
            },
            transferred,
            iu,
        }
    }

    /// Makes the response an extended one.
    pub(crate) fn extend(&mut self) {
        self.response_length = wire::EXTENDED_RESPONSE;
    }

    /// Changes bits of a byte of the IU, and has it seen.
    pub(crate) fn flip(&mut self, at: usize, bits: u8) {
        self.extend();
        if let Some(byte) = self.iu.as_mut_bytes().get_mut(at) {
            *byte ^= bits;
        }
    }
}

/// How a link service ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LsAnswer {
    /// What `done` is told.
    pub(crate) status: i32,
    /// The payload, cut off where the transport's buffer ends.
    pub(crate) bytes: [u8; wire::LS_RESPONSE_MAX],
}

impl LsAnswer {
    /// An answer that begins as all do: `command` for a request of the kind
    /// `request`, `length` bytes long.
    fn begin(command: u8, request: u8, length: u32) -> Self {
        let mut answer = Self {
            status: 0,
            bytes: [0; wire::LS_RESPONSE_MAX],
        };
        answer.put(0, &[command]);
        answer.put32(4, length.saturating_sub(8));
        answer.put32(8, tag::REQUEST);
        answer.put32(12, 8);
        answer.put(16, &[request]);
        answer
    }

    /// Accepts a Create Association.
    pub(crate) fn association(association: u64, connection: u64) -> Self {
        let mut answer = Self::begin(ls::ACCEPT, ls::CREATE_ASSOCIATION, 56);
        answer.put32(24, tag::ASSOCIATION_ID);
        answer.put32(28, 8);
        answer.put(32, &association.to_be_bytes());
        answer.put32(40, tag::CONNECTION_ID);
        answer.put32(44, 8);
        answer.put(48, &connection.to_be_bytes());
        answer
    }

    /// Accepts a Create Connection.
    pub(crate) fn connection(connection: u64) -> Self {
        let mut answer = Self::begin(ls::ACCEPT, ls::CREATE_CONNECTION, 40);
        answer.put32(24, tag::CONNECTION_ID);
        answer.put32(28, 8);
        answer.put(32, &connection.to_be_bytes());
        answer
    }

    /// Accepts a Disconnect Association.
    pub(crate) fn disconnected() -> Self {
        Self::begin(ls::ACCEPT, ls::DISCONNECT_ASSOCIATION, 24)
    }

    /// Rejects a request.
    pub(crate) fn reject(request: u8, reason: u8, explanation: u8) -> Self {
        let mut answer = Self::begin(ls::REJECT, request, 40);
        answer.put32(24, tag::REJECT);
        answer.put32(28, 8);
        answer.put(33, &[reason, explanation]);
        answer
    }

    /// Overwrites bytes.
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        for (to, from) in self.bytes.iter_mut().skip(at).zip(bytes) {
            *to = *from;
        }
    }

    /// Overwrites a word.
    pub(crate) fn put32(&mut self, at: usize, value: u32) {
        self.put(at, &value.to_be_bytes());
    }

    /// Changes bits of a byte.
    pub(crate) fn flip(&mut self, at: usize, bits: u8) {
        if let Some(byte) = self.bytes.get_mut(at) {
            *byte ^= bits;
        }
    }
}
