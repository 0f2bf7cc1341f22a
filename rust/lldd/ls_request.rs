// SPDX-License-Identifier: GPL-2.0

//! A link service that `ls_req` was given, by either transport: the right to call its `done`.

use core::{
    ptr::{self, NonNull},
    slice, //
};

use kernel::prelude::*;

use crate::{
    abi,
    lldd::{
        fault::PrivateField,
        fcp_request::Refused,
        scatter::Bus, //
    }, //
};

/// A link service of a transport's that is with the LLDD.
///
/// # Invariants
///
/// The transport has filled the request in, and keeps it and its buffers until `done`; nobody else
/// uses it, and `done` was not called.
pub(crate) struct LsRequest(NonNull<abi::nvmefc_ls_req>);

// SAFETY: `done` may be called from any thread, and what the request points to is no thread's own.
unsafe impl Send for LsRequest {}

impl LsRequest {
    /// Takes a link service over.
    ///
    /// # Safety
    ///
    /// `ls_req` was called with it, and takes it, or the result is gone when that returns.
    pub(super) unsafe fn new(request: NonNull<abi::nvmefc_ls_req>) -> Self {
        // INVARIANT: As the caller promises.
        Self(request)
    }

    /// The C struct.
    fn get(&self) -> &abi::nvmefc_ls_req {
        // SAFETY: Valid, and written by nobody meanwhile, by the type's invariant.
        unsafe { self.0.as_ref() }
    }

    /// What aborts name it by.
    pub(crate) fn address(&self) -> usize {
        self.0.as_ptr() as usize
    }

    /// The payload.
    pub(crate) fn payload(&self, bus: Bus) -> &[u8] {
        let request = self.get();
        let from = bus.reach(request.rqstdma, request.rqstaddr);
        // SAFETY: So many bytes, by the type's invariant. CAST: A u32 fits.
        unsafe { slice::from_raw_parts(from, request.rqstlen as usize) }
    }

    /// Bytes of room for the answer.
    pub(crate) fn room(&self) -> u32 {
        self.get().rsplen
    }

    /// Seconds after which the LLDD is to end it.
    pub(crate) fn timeout(&self) -> u32 {
        self.get().timeout
    }

    /// Its `private` field.
    pub(crate) fn private(&mut self) -> PrivateField<'_> {
        let request = self.0.as_ptr();
        // SAFETY: A field of a valid request, which is the LLDD's by its documentation.
        unsafe { PrivateField::new(&raw mut (*request).private) }
    }

    /// Does not take it after all.
    pub(crate) fn refuse(self, errno: c_int) -> Refused<Self> {
        Refused {
            errno,
            request: self,
        }
    }

    /// Gives it back with a status, 0 or a negative errno, and as much of an answer as there is room
    /// for. Context: any that `done` may be called from.
    pub(crate) fn complete(self, bus: Bus, status: c_int, answer: &[u8]) {
        if let Some(done) = self.write(bus, answer) {
            // SAFETY: The transport gave the function for this request; `self` is gone then.
            unsafe { done(self.0.as_ptr(), status) };
        }
    }

    /// Gives it back twice, which no contract allows.
    ///
    /// # Safety
    ///
    /// The request's memory is there after the first time, and the caller wants to see what the
    /// second does.
    pub(crate) unsafe fn complete_twice(self, bus: Bus, status: c_int, answer: &[u8]) {
        let Some(done) = self.write(bus, answer) else {
            return;
        };
        // SAFETY: The transport gave the function for this request.
        unsafe { done(self.0.as_ptr(), status) };
        // SAFETY: As far as it can be: the caller says that the memory is there.
        unsafe { done(self.0.as_ptr(), status) };
    }

    /// Fills in the answer; returns the request's `done`.
    fn write(
        &self,
        bus: Bus,
        answer: &[u8],
    ) -> Option<unsafe extern "C" fn(*mut abi::nvmefc_ls_req, c_int)> {
        let request = self.get();
        let to = bus.reach(request.rspdma, request.rspaddr);
        // CAST: A u32 fits.
        let length = answer.len().min(request.rsplen as usize);
        // SAFETY: The buffer has room for `rsplen` bytes, and nobody reads it before `done`.
        unsafe { ptr::copy_nonoverlapping(answer.as_ptr(), to, length) };
        request.done
    }
}
