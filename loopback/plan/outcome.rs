// SPDX-License-Identifier: GPL-2.0

//! How a command or a link service ends for the side that sent it.

#![deny(unsafe_code)]

/// Longest response, or answer, that is kept.
pub(crate) const PAYLOAD: usize = 128;

/// How it ends.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    /// 0, or a negative errno.
    pub(crate) status: i32,
    /// The response of a command, the answer to a link service.
    pub(crate) payload: [u8; PAYLOAD],
    /// Its length.
    pub(crate) length: usize,
    /// Data bytes that the host is told of.
    pub(crate) transferred: u32,
    /// Say it twice.
    pub(crate) twice: bool,
}

impl Outcome {
    /// Nothing but a status.
    pub(crate) const fn failed(status: i32) -> Self {
        Self {
            status,
            payload: [0; PAYLOAD],
            length: 0,
            transferred: 0,
            twice: false,
        }
    }

    /// That payload.
    pub(crate) fn of(payload: &[u8]) -> Self {
        let mut outcome = Self::failed(0);
        for (to, byte) in outcome.payload.iter_mut().zip(payload) {
            *to = *byte;
        }
        outcome.length = payload.len().min(PAYLOAD);
        outcome
    }

    /// LS_RJT to a request with that command, with reason and explanation.
    #[rustfmt::skip]
    pub(crate) fn reject(command: u8, reason: u8, explanation: u8) -> Self {
        Self::of(&[
            // LS_RJT, and 32 bytes of descriptors.
            1, 0, 0, 0, 0, 0, 0, 32,
            // The request.
            0, 0, 0, 1, 0, 0, 0, 8, command, 0, 0, 0, 0, 0, 0, 0,
            // Why.
            0, 0, 0, 2, 0, 0, 0, 8, 0, reason, explanation, 0, 0, 0, 0, 0,
        ])
    }

    /// The payload.
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.payload.get(..self.length).unwrap_or(&[])
    }
}
