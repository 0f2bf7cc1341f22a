// SPDX-License-Identifier: GPL-2.0

//! A command that nvmet-fc is handed, and the operations that it asks for.

use core::{ops::Deref, ptr};

use kernel::{
    container_of,
    prelude::*,
    sync::{
        atomic::{Atomic, Full},
        Arc,
        ArcBorrow, //
    },
    types::Opaque, //
};

use crate::{
    abi,
    lldd::{
        buffer::Buffer,
        fcp_request::Refused,
        scatter::{
            Bus,
            Data, //
        }, //
    }, //
};

/// A command, with the LLDD's own part of it.
#[pin_data]
pub(crate) struct Exchange<T> {
    /// What nvmet-fc knows it by.
    #[pin]
    request: Opaque<abi::nvmefc_tgt_fcp_req>,
    /// The command IU, lent to nvmet-fc.
    pub(crate) command: Buffer,
    /// nvmet-fc has a reference.
    with_target: Atomic<bool>,
    /// The LLDD's part.
    #[pin]
    data: T,
}

// SAFETY: The request is written by its owner alone, which is nvmet-fc or the one [`Operation`];
// everything else may be sent as it says itself.
unsafe impl<T: Send> Send for Exchange<T> {}
// SAFETY: Shared references reach the request by raw accesses alone, of its owner.
unsafe impl<T: Sync> Sync for Exchange<T> {}

impl<T> Deref for Exchange<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

impl<T> Exchange<T> {
    /// A command on its way. `leftover` is what `nvmet_fc_private` holds before nvmet-fc has seen
    /// the request. Context: any.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(command: &[u8], leftover: usize, data: impl PinInit<T>) -> Result<Arc<Self>> {
        let command = Buffer::new(command, 1, GFP_ATOMIC)?;
        let request = abi::nvmefc_tgt_fcp_req {
            nvmet_fc_private: ptr::without_provenance_mut(leftover),
            ..Default::default()
        };
        Arc::pin_init(
            pin_init!(Self {
                request: Opaque::new(request),
                command,
                with_target: Atomic::new(false),
                data <- data,
            }),
            GFP_ATOMIC,
        )
    }

    /// What nvmet-fc names it by.
    pub(super) fn request(&self) -> *mut abi::nvmefc_tgt_fcp_req {
        self.request.get()
    }

    /// What nvmet-fc keeps in the request; one word, which may change meanwhile.
    pub(crate) fn nvmet_private(&self) -> usize {
        // SAFETY: A field of our own memory.
        unsafe { (&raw const (*self.request.get()).nvmet_fc_private).read_volatile() as usize }
    }

    /// Puts nvmet-fc's reference away; says whether it had none yet.
    pub(super) fn take(self: &Arc<Self>) -> bool {
        let first = !self.with_target.xchg(true, Full);
        if first {
            // The reference is given back in `give_back`.
            let _ = Arc::into_raw(self.clone());
        }
        first
    }

    /// Drops nvmet-fc's reference; says whether it had one.
    pub(super) fn give_back(self: &Arc<Self>) -> bool {
        let had = self.with_target.xchg(false, Full);
        if had {
            // SAFETY: `take` put exactly this reference away, and the exchange above takes it once.
            drop(unsafe { Arc::from_raw(Arc::as_ptr(self)) });
        }
        had
    }

    /// The exchange of a request that nvmet-fc names.
    ///
    /// # Safety
    ///
    /// `request` is part of an exchange of this type that is alive.
    pub(super) unsafe fn of(request: *mut abi::nvmefc_tgt_fcp_req) -> Arc<Self> {
        // SAFETY: Part of an exchange, as the caller promises.
        let exchange = unsafe { container_of!(Opaque::cast_from(request), Self, request) };
        // SAFETY: Alive, as the caller promises, and never but in an `Arc`.
        unsafe { ArcBorrow::<Self>::from_raw(exchange) }.into()
    }
}

/// An operation that nvmet-fc has asked for, until its `done`.
///
/// # Invariants
///
/// nvmet-fc has filled the exchange's request in, and leaves it and what it points to alone until
/// `done`.
pub(crate) struct Operation<T>(Arc<Exchange<T>>);

impl<T> Operation<T> {
    /// The operation that is under way.
    ///
    /// # Safety
    ///
    /// `fcp_op` was called for the exchange, and takes the operation, or the result is gone when
    /// that returns.
    pub(super) unsafe fn new(exchange: Arc<Exchange<T>>) -> Self {
        // INVARIANT: As the caller promises.
        Self(exchange)
    }

    /// The C struct.
    fn get(&self) -> &abi::nvmefc_tgt_fcp_req {
        // SAFETY: Valid, and written by nobody meanwhile, by the type's invariant.
        unsafe { &*self.0.request.get() }
    }

    /// The exchange.
    pub(crate) fn exchange(&self) -> &Arc<Exchange<T>> {
        &self.0
    }

    /// Which it is: `NVMET_FCOP_*`.
    pub(crate) fn opcode(&self) -> u8 {
        self.get().op
    }

    /// First byte of the command's data.
    pub(crate) fn offset(&self) -> u32 {
        self.get().offset
    }

    /// Bytes of it.
    pub(crate) fn length(&self) -> u32 {
        self.get().transfer_length
    }

    /// Scatterlist elements.
    pub(crate) fn elements(&self) -> c_int {
        self.get().sg_cnt
    }

    /// nvmet-fc's end of the data.
    pub(crate) fn data(&self, bus: Bus) -> Data<'_> {
        let request = self.get();
        // CAST: A count is not negative.
        let count = request.sg_cnt.max(0) as u32;
        // SAFETY: The list is valid until `done`, and mapped if the port has a device.
        unsafe { Data::list(request.sg, count, bus) }
    }

    /// Copies as much of the response as there is room for; returns how long it is.
    pub(crate) fn response(&self, bus: Bus, to: &mut [u8]) -> usize {
        let request = self.get();
        let length = usize::from(request.rsplen);
        let from = bus.reach(request.rspdma, request.rspaddr);
        // SAFETY: The response is that long, by the type's invariant.
        unsafe { ptr::copy_nonoverlapping(from, to.as_mut_ptr(), length.min(to.len())) };
        length
    }

    /// Does not take it after all.
    pub(crate) fn refuse(self, errno: c_int) -> Refused<Self> {
        Refused {
            errno,
            request: self,
        }
    }

    /// Reports it as done, with `transferred_length` and `fcp_error`. Context: any that `done` may be
    /// called from.
    pub(crate) fn complete(self, transferred: u32, error: c_int) {
        if let Some(done) = self.write(transferred, error) {
            // SAFETY: nvmet-fc gave the function for this request. Our reference keeps the exchange
            // whatever `done` does, and `self` is gone then.
            unsafe { done(self.0.request.get()) };
        }
    }

    /// Reports it as done twice, the second time if `again`, which no contract allows.
    ///
    /// # Safety
    ///
    /// The caller wants to see what the second time does. nvmet-fc's memory is there then: `again`
    /// says that it did not give the exchange back.
    pub(crate) unsafe fn complete_twice(
        self,
        transferred: u32,
        error: c_int,
        again: impl FnOnce() -> bool,
    ) {
        let Some(done) = self.write(transferred, error) else {
            return;
        };
        // SAFETY: nvmet-fc gave the function for this request, which our reference keeps.
        unsafe { done(self.0.request.get()) };
        if again() {
            self.write(transferred, error);
            // SAFETY: As far as it can be: the caller says that nvmet-fc's memory is there.
            unsafe { done(self.0.request.get()) };
        }
    }

    /// Fills in how it ends; returns the request's `done`.
    fn write(
        &self,
        transferred: u32,
        error: c_int,
    ) -> Option<unsafe extern "C" fn(*mut abi::nvmefc_tgt_fcp_req)> {
        let request = self.0.request.get();
        // SAFETY: The memory is alive through our reference; the operation is the LLDD's until
        // `done`.
        unsafe {
            (*request).transferred_length = transferred;
            (*request).fcp_error = error;
            (*request).done
        }
    }
}
