// SPDX-License-Identifier: GPL-2.0

//! A command that `fcp_io` was given: the right to move its data and to call its `done`.

use core::ptr::{self, NonNull};

use kernel::prelude::*;

use crate::{
    abi,
    lldd::{
        fault::PrivateField,
        scatter::{
            Bus,
            Data, //
        }, //
    }, //
};

/// A command of nvme-fc's that is with the LLDD.
///
/// # Invariants
///
/// nvme-fc has filled the request in, and keeps it and what it points to until `done`; nobody else
/// uses it, and `done` was not called.
pub(crate) struct FcpRequest(NonNull<abi::nvmefc_fcp_req>);

// SAFETY: `done` may be called from any thread, and what the request points to is no thread's own.
unsafe impl Send for FcpRequest {}

/// An operation that the LLDD does not take: the transport goes on with it.
pub(crate) struct Refused<T> {
    /// What the operation returns, negative.
    pub(crate) errno: c_int,
    /// The right to it, which goes back.
    pub(crate) request: T,
}

/// How a command ends.
#[derive(Clone, Copy)]
pub(crate) struct FcpEnd<'a> {
    /// `status`: 0, or a negative errno.
    pub(crate) status: c_int,
    /// `transferred_length`.
    pub(crate) transferred: u32,
    /// The response IU, of which is copied what there is room for.
    pub(crate) response: &'a [u8],
    /// `rcv_rsplen`, whether true or not.
    pub(crate) response_length: u16,
}

/// What a command says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Bytes of the command IU.
    pub(crate) command: u16,
    /// Bytes of room for the response.
    pub(crate) response: u16,
    /// Bytes of data.
    pub(crate) data: u32,
    /// Scatterlist elements.
    pub(crate) count: c_int,
    /// Direction: 0, 1 (write) or 2 (read).
    pub(crate) direction: u32,
    /// The bus addresses of both IUs.
    pub(crate) addresses: [u64; 2],
}

impl FcpRequest {
    /// Takes a command over.
    ///
    /// # Safety
    ///
    /// `fcp_io` was called with it, and takes it, or the result is gone when that returns.
    pub(super) unsafe fn new(request: NonNull<abi::nvmefc_fcp_req>) -> Self {
        // INVARIANT: As the caller promises.
        Self(request)
    }

    /// The C struct.
    fn get(&self) -> &abi::nvmefc_fcp_req {
        // SAFETY: Valid, and written by nobody meanwhile, by the type's invariant.
        unsafe { self.0.as_ref() }
    }

    /// What aborts name it by.
    pub(crate) fn address(&self) -> usize {
        self.0.as_ptr() as usize
    }

    /// Index of its queue.
    pub(crate) fn queue(&self) -> u16 {
        u16::from_le(self.get().sqid)
    }

    /// Bytes of data that it announces.
    pub(crate) fn data_length(&self) -> u32 {
        self.get().payload_length
    }

    /// What it says about itself.
    pub(crate) fn shape(&self) -> Shape {
        let request = self.get();
        Shape {
            command: request.cmdlen,
            response: request.rsplen,
            data: request.payload_length,
            count: request.sg_cnt,
            direction: request.io_dir,
            addresses: [request.cmddma, request.rspdma],
        }
    }

    /// Copies the command IU; returns how much there was.
    pub(crate) fn command(&self, bus: Bus, to: &mut [u8]) -> usize {
        let request = self.get();
        let length = usize::from(request.cmdlen).min(to.len());
        let from = bus.reach(request.cmddma, request.cmdaddr);
        // SAFETY: The IU is that long, by the type's invariant, and no part of `to`.
        unsafe { ptr::copy_nonoverlapping(from, to.as_mut_ptr(), length) };
        length
    }

    /// Its data.
    pub(crate) fn data(&self, bus: Bus) -> Data<'_> {
        let request = self.get();
        // CAST: A count is not negative.
        let count = request.sg_cnt.max(0) as u32;
        // SAFETY: The list is valid until `done`, and mapped if the port has a device.
        unsafe { Data::list(request.first_sgl, count, bus) }
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

    /// Gives it back. Context: any that `done` may be called from.
    pub(crate) fn complete(self, bus: Bus, end: &FcpEnd<'_>) {
        if let Some(done) = self.write(bus, end) {
            // SAFETY: nvme-fc gave the function for this request; `self` is gone then.
            unsafe { done(self.0.as_ptr()) };
        }
    }

    /// Gives it back twice, which no contract allows.
    ///
    /// # Safety
    ///
    /// The request's memory is there after the first time, as that of a request of a tag set is, and
    /// the caller wants to see what the second does.
    pub(crate) unsafe fn complete_twice(self, bus: Bus, end: &FcpEnd<'_>) {
        let Some(done) = self.write(bus, end) else {
            return;
        };
        // SAFETY: nvme-fc gave the function for this request.
        unsafe { done(self.0.as_ptr()) };
        // SAFETY: As far as it can be: the caller says that the memory is there.
        unsafe { done(self.0.as_ptr()) };
    }

    /// Fills in how it ends; returns its `done`.
    fn write(
        &self,
        bus: Bus,
        end: &FcpEnd<'_>,
    ) -> Option<unsafe extern "C" fn(*mut abi::nvmefc_fcp_req)> {
        let request = self.0.as_ptr();
        let (room, to, done) = {
            let request = self.get();
            let to = bus.reach(request.rspdma, request.rspaddr);
            (usize::from(request.rsplen), to, request.done)
        };
        let length = usize::from(end.response_length).min(end.response.len());
        // SAFETY: The response's buffer is `room` bytes long, and the LLDD's until `done`.
        unsafe { ptr::copy_nonoverlapping(end.response.as_ptr(), to, length.min(room)) };
        // SAFETY: The fields are the LLDD's until `done`. CAST: The status is kept as a u32.
        unsafe {
            (*request).transferred_length = end.transferred;
            (*request).rcv_rsplen = end.response_length;
            (*request).status = end.status as u32;
        }
        done
    }
}
