// SPDX-License-Identifier: GPL-2.0

//! A link service that a transport is handed, until its answer is out.

use core::{mem, slice};

use kernel::{prelude::*, types::Opaque};

use crate::{abi, lldd::scatter::Bus};

/// The memory that a transport has meanwhile, and the LLDD's own part of it.
#[repr(C)]
struct Frame<T> {
    /// First, so that both have one address.
    response: Opaque<abi::nvmefc_ls_rsp>,
    /// What the LLDD knows it by.
    owner: T,
}

/// A link service that goes to a transport, or that the transport has answered.
///
/// It is memory of its own: dropped, it is freed without `done`, as an LLDD does that fails
/// `xmt_ls_rsp`.
pub(crate) struct LsResponse<T>(KBox<Frame<T>>);

// SAFETY: The transport is not using it, and what the LLDD put in it may be sent.
unsafe impl<T: Send> Send for LsResponse<T> {}

impl<T> LsResponse<T> {
    /// One that belongs to `owner`. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(owner: T) -> Result<Self> {
        let response = Opaque::new(abi::nvmefc_ls_rsp::default());
        Ok(Self(KBox::new(Frame { response, owner }, GFP_KERNEL)?))
    }

    /// What the LLDD knows it by.
    pub(crate) fn owner(&self) -> &T {
        &self.0.owner
    }

    /// Leaves it to a transport.
    pub(super) fn into_raw(self) -> *mut abi::nvmefc_ls_rsp {
        KBox::into_raw(self.0).cast()
    }

    /// Takes it back.
    ///
    /// # Safety
    ///
    /// It is what [`LsResponse::into_raw`] gave for this type, and the transport has no use for it
    /// until it hears of it.
    pub(super) unsafe fn from_raw(response: *mut abi::nvmefc_ls_rsp) -> Self {
        // SAFETY: The response is the first field of such a box, as the caller promises.
        Self(unsafe { KBox::from_raw(response.cast()) })
    }

    /// The answer, once the transport has answered; empty before.
    pub(crate) fn answer(&self, bus: Bus) -> &[u8] {
        // SAFETY: Only the transport writes it, and not while it is with the LLDD.
        let response = unsafe { &*self.0.response.get() };
        if response.rsplen == 0 {
            return &[];
        }
        let from = bus.reach(response.rspdma, response.rspbuf);
        // SAFETY: The transport's buffer is that long, and stays until `done`.
        unsafe { slice::from_raw_parts(from, usize::from(response.rsplen)) }
    }

    /// Tells the transport that the answer is out, and frees the memory; what stood in it is
    /// overwritten, so that a late reader is noticed. Context: any that `done` may be called from.
    pub(crate) fn complete(self) {
        let this = self.done();
        let response = this.0.response.get().cast::<u8>();
        // SAFETY: The memory is ours again.
        unsafe { response.write_bytes(0xa5, mem::size_of::<abi::nvmefc_ls_rsp>()) };
    }

    /// Tells the transport twice, with `between` in between, which no contract allows.
    ///
    /// # Safety
    ///
    /// The transport has what its function needs after the first time too, and the caller wants to
    /// see what the second does.
    pub(crate) unsafe fn complete_twice<R>(self, between: impl FnOnce() -> R) -> R {
        let this = self.done();
        let result = between();
        this.complete();
        result
    }

    /// Calls `done`; the memory is still there.
    fn done(self) -> Self {
        let response = self.into_raw();
        // SAFETY: The memory is there, as nobody else frees it.
        if let Some(done) = unsafe { (*response).done } {
            // SAFETY: The transport gave the function for this.
            unsafe { done(response) };
        }
        // SAFETY: Made above, and the transport is through with it.
        unsafe { Self::from_raw(response) }
    }
}
