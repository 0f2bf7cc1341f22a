// SPDX-License-Identifier: GPL-2.0

//! What the transport hands to the scripted LLDD, until that gives it back.
//!
//! Each of these is the right to touch the C struct and to call its `done`.

use core::{
    mem::size_of,
    ptr::NonNull,
    slice, //
};

use kernel::prelude::*;
use zerocopy::IntoBytes;

use crate::{
    abi,
    proto::wire::{
        self,
        CommandIu, //
    }, //
};

use super::answer::{
    FcpAnswer,
    LsAnswer, //
};

/// An exchange that `fcp_io` was given.
///
/// # Invariants
///
/// The transport keeps the struct and what it points to until `done`.
pub(crate) struct Exchange(NonNull<abi::nvmefc_fcp_req>);

// SAFETY: `done` may be called from any thread.
unsafe impl Send for Exchange {}

/// What an exchange says about itself, to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Bytes of the command IU.
    pub(crate) command: u16,
    /// Bytes of room for the response.
    pub(crate) response: u16,
    /// Bytes of data.
    pub(crate) data: u32,
    /// Bytes that the segments hold.
    pub(crate) segments: u64,
    /// How many they are.
    pub(crate) count: c_int,
    /// Direction: 0, 1 (write) or 2 (read).
    pub(crate) direction: u32,
    /// The bus addresses of both IUs.
    pub(crate) addresses: [u64; 2],
    /// Whether there is memory for the LLDD.
    pub(crate) private: bool,
}

impl Exchange {
    /// Takes an exchange.
    ///
    /// # Safety
    ///
    /// `fcp_io` was called with it, and takes it; or the result does not
    /// outlive a call that does not.
    pub(crate) unsafe fn new(fcp: NonNull<abi::nvmefc_fcp_req>) -> Self {
        // INVARIANT: As the caller promises.
        Self(fcp)
    }

    /// What tells it from others in flight.
    pub(crate) fn address(&self) -> usize {
        self.0.as_ptr() as usize
    }

    /// Index of its queue.
    pub(crate) fn queue(&self) -> u16 {
        // SAFETY: Valid, by the type's invariant.
        u16::from_le(unsafe { (*self.0.as_ptr()).sqid })
    }

    /// The command IU.
    pub(crate) fn command(&self) -> CommandIu {
        // SAFETY: The IU is valid and not written while it is in flight.
        unsafe { (*self.0.as_ptr()).cmdaddr.cast::<CommandIu>().read() }
    }

    /// What it says about itself.
    pub(crate) fn shape(&self) -> Shape {
        // SAFETY: Valid, by the type's invariant.
        let fcp = unsafe { self.0.as_ref() };
        let mut bytes = 0u64;
        let mut segment = fcp.first_sgl;
        for at in 0..fcp.sg_cnt {
            if segment.is_null() {
                break;
            }
            // SAFETY: One of the `sg_cnt` segments.
            bytes = bytes.saturating_add(u64::from(unsafe { (*segment).length }));
            if at < fcp.sg_cnt.saturating_sub(1) {
                // SAFETY: As above, and there is another.
                segment = unsafe { abi::sg_next(segment) };
            }
        }
        Shape {
            command: fcp.cmdlen,
            response: fcp.rsplen,
            data: fcp.payload_length,
            segments: bytes,
            count: fcp.sg_cnt,
            direction: fcp.io_dir,
            addresses: [fcp.cmddma, fcp.rspdma],
            private: !fcp.private.is_null(),
        }
    }

    /// Overwrites the LLDD's memory, as HBA drivers do.
    pub(crate) fn scribble(&self, size: usize) {
        // SAFETY: Valid, by the type's invariant.
        let private = unsafe { (*self.0.as_ptr()).private };
        if !private.is_null() {
            // SAFETY: The template asked for `size` bytes there.
            unsafe { private.cast::<u8>().write_bytes(0xa5, size) };
        }
    }

    /// Copies the host's data; gives how much there was.
    pub(crate) fn fetch(&self, to: &mut [u8]) -> usize {
        // SAFETY: Valid, by the type's invariant.
        let fcp = unsafe { self.0.as_ref() };
        // SAFETY: The segments are the exchange's, `to` is as long as said.
        unsafe {
            abi::sg_copy_to_buffer(
                fcp.first_sgl,
                fcp.sg_cnt.unsigned_abs(),
                to.as_mut_ptr().cast(),
                to.len(),
            )
        }
    }

    /// Copies data to the host; gives how much fitted.
    pub(crate) fn deliver(&self, from: &[u8]) -> usize {
        // SAFETY: Valid, by the type's invariant.
        let fcp = unsafe { self.0.as_ref() };
        // SAFETY: The segments are the exchange's, `from` is as long as said.
        unsafe {
            abi::sg_copy_from_buffer(
                fcp.first_sgl,
                fcp.sg_cnt.unsigned_abs(),
                from.as_ptr().cast(),
                from.len(),
            )
        }
    }

    /// Gives the exchange back, `times` times.
    pub(crate) fn give_back(self, answer: &FcpAnswer, times: u32) {
        let fcp = self.0.as_ptr();
        let iu = answer.iu.as_bytes();
        let length = iu.len().min(usize::from(answer.response_length));
        // SAFETY: Valid until `done`; the response's room is `rsplen` long,
        // which the LLDD has compared with the IU's length.
        // CAST: An errno in unsigned clothes, as in C.
        let done = unsafe {
            (*fcp)
                .rspaddr
                .cast::<u8>()
                .copy_from_nonoverlapping(iu.as_ptr(), length);
            (*fcp).rcv_rsplen = answer.response_length;
            (*fcp).transferred_length = answer.transferred;
            (*fcp).status = answer.status as u32;
            (*fcp).done
        };
        for _ in 0..times {
            if let Some(done) = done {
                // SAFETY: The exchange is the LLDD's. A second call is wrong
                // on purpose; its memory stays, for the tag set has it.
                unsafe { done(fcp) };
            }
        }
    }
}

/// A link service that `ls_req` was given.
///
/// # Invariants
///
/// The transport keeps the struct and its buffers until `done`.
pub(crate) struct Service(NonNull<abi::nvmefc_ls_req>);

// SAFETY: `done` may be called from any thread.
unsafe impl Send for Service {}

impl Service {
    /// Takes a link service.
    ///
    /// # Safety
    ///
    /// `ls_req` was called with it, and takes it; or the result does not
    /// outlive a call that does not.
    pub(crate) unsafe fn new(request: NonNull<abi::nvmefc_ls_req>) -> Self {
        // INVARIANT: As the caller promises.
        Self(request)
    }

    /// What tells it from others in flight.
    pub(crate) fn address(&self) -> usize {
        self.0.as_ptr() as usize
    }

    /// The request.
    pub(crate) fn request(&self) -> &[u8] {
        // SAFETY: Valid, by the type's invariant.
        let request = unsafe { self.0.as_ref() };
        // SAFETY: So many bytes are there. CAST: u32 to usize.
        unsafe { slice::from_raw_parts(request.rqstaddr.cast(), request.rqstlen as usize) }
    }

    /// Length of the response's buffer, seconds of patience, and whether the
    /// LLDD's memory is there and all zero.
    pub(crate) fn terms(&self, private: usize) -> (u32, u32, bool) {
        // SAFETY: Valid, by the type's invariant.
        let request = unsafe { self.0.as_ref() };
        let clean = if private == 0 {
            request.private.is_null()
        } else if request.private.is_null() {
            false
        } else {
            // SAFETY: The template asked for so many bytes there.
            let memory = unsafe { slice::from_raw_parts(request.private.cast::<u8>(), private) };
            memory.iter().all(|byte| *byte == 0)
        };
        (request.rsplen, request.timeout, clean)
    }

    /// Gives the link service back, `times` times.
    pub(crate) fn give_back(self, answer: &LsAnswer, times: u32) {
        // SAFETY: Valid, by the type's invariant.
        let (to, room, done) = unsafe {
            let request = self.0.as_ref();
            (request.rspaddr.cast::<u8>(), request.rsplen, request.done)
        };
        // CAST: u32 to usize.
        let length = answer.bytes.len().min(room as usize);
        // SAFETY: The buffer is so long, and nobody reads it before `done`.
        unsafe { to.copy_from_nonoverlapping(answer.bytes.as_ptr(), length) };
        for _ in 0..times {
            if let Some(done) = done {
                // SAFETY: The request is the LLDD's. A second call is wrong on
                // purpose, and only made while the waiter has not seen the
                // first: see `Lldd`.
                unsafe { done(self.0.as_ptr(), answer.status) };
            }
        }
    }
}

const _: () = assert!(size_of::<CommandIu>() == 96);
const _: () = assert!(wire::EXTENDED_RESPONSE == 32);
