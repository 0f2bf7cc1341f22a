// SPDX-License-Identifier: GPL-2.0

//! nvmet's queues and controllers, meant for `rust/kernel/nvmet/queue.rs`.
//!
//! C header: `drivers/nvme/target/nvmet.h`

use kernel::{
    error::to_result,
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
    types::Opaque, //
};

use crate::abi;

/// A controller, named for comparison alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct CtrlId(*mut abi::nvmet_ctrl);

// SAFETY: Never dereferenced.
unsafe impl Send for CtrlId {}

impl CtrlId {
    /// The controller at this address.
    pub(super) fn new(raw: *mut abi::nvmet_ctrl) -> Self {
        Self(raw)
    }

    /// Whether it is one at all.
    pub(crate) fn is_some(self) -> bool {
        !self.0.is_null()
    }
}

/// A submission queue and its completion queue.
///
/// # Invariants
///
/// Both were initialised. Unless `destroyed`, both are to be given back to
/// nvmet.
#[pin_data(PinnedDrop)]
#[repr(C)]
pub(crate) struct NvmetQueue {
    /// The submission queue.
    #[pin]
    sq: Opaque<abi::nvmet_sq>,
    /// The completion queue.
    #[pin]
    cq: Opaque<abi::nvmet_cq>,
    /// nvmet has both back.
    destroyed: Atomic<bool>,
}

// SAFETY: nvmet's queues may be used from any thread.
unsafe impl Send for NvmetQueue {}
// SAFETY: nvmet does its own locking.
unsafe impl Sync for NvmetQueue {}

impl NvmetQueue {
    /// A queue that no controller has yet. Context: may sleep.
    ///
    /// # Errors
    ///
    /// nvmet's, `ENOMEM` above all.
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(&this in Self {
            cq <- Opaque::ffi_init(|cq: *mut abi::nvmet_cq| {
                // SAFETY: `cq` is memory for one completion queue, for which
                // all zeroes is right before initialisation.
                unsafe { cq.write_bytes(0, 1) };
                // SAFETY: Zeroed memory for one completion queue, which stays where it is.
                unsafe { abi::nvmet_cq_init(cq) };
            }),
            sq <- Opaque::try_ffi_init(|sq: *mut abi::nvmet_sq| {
                // SAFETY: `sq` is memory for one submission queue, for which
                // all zeroes is right before initialisation.
                unsafe { sq.write_bytes(0, 1) };
                // SAFETY: `this` is being initialised, its `cq` is by now.
                let cq = unsafe { Opaque::cast_into(&raw const (*this.as_ptr()).cq) };
                // SAFETY: Both are as nvmet wants them, and will not move.
                to_result(unsafe { abi::nvmet_sq_init(sq, cq) })
            }),
            destroyed: Atomic::new(false),
        })
    }

    /// The submission queue, for nvmet.
    #[inline]
    pub(super) fn sq(&self) -> *mut abi::nvmet_sq {
        self.sq.get()
    }

    /// The controller whose queue it is. Context: any.
    pub(crate) fn ctrl(&self) -> CtrlId {
        // SAFETY: The field is one word that nvmet sets and clears; a value of
        // either moment will do, and it is only compared.
        CtrlId(unsafe { core::ptr::read_volatile(&raw const (*self.sq.get()).ctrl) })
    }

    /// The controllers that nvmet has given the submission queue and the
    /// completion queue. Context: any.
    pub(crate) fn controllers(&self) -> (CtrlId, CtrlId) {
        // SAFETY: The field is one word that nvmet sets and clears; a value of
        // either moment will do, and it is only compared.
        let completion = unsafe { core::ptr::read_volatile(&raw const (*self.cq.get()).ctrl) };
        (self.ctrl(), CtrlId(completion))
    }

    /// Where nvmet is in the submission queue. Context: any.
    pub(crate) fn sqhd(&self) -> u32 {
        // SAFETY: The field is one word that nvmet changes; a value of any moment will
        // do.
        unsafe { core::ptr::read_volatile(&raw const (*self.sq.get()).sqhd) }
    }

    /// Waits until nvmet has no command of this queue any more, and takes the
    /// queue from its controller, perhaps the controller with it. Once.
    ///
    /// Context: may sleep; not under a subsystem's lock, nor in a work item of
    /// a controller. The caller knows that no command is on its way to
    /// `nvmet_req_init`.
    pub(crate) fn destroy(&self) {
        // Relaxed: it is the exchange that decides; those who call this have the
        // queue, and what they did before is ordered by how they got it.
        if self.destroyed.xchg(true, Relaxed) {
            return;
        }
        // SAFETY: Initialised, and by the exchange above this is the first time.
        unsafe { abi::nvmet_sq_destroy(self.sq.get()) };
        // SAFETY: The reference from `nvmet_cq_init`, which is given back once.
        unsafe { abi::nvmet_cq_put(self.cq.get()) };
    }
}

#[pinned_drop]
impl PinnedDrop for NvmetQueue {
    fn drop(self: Pin<&mut Self>) {
        self.destroy();
    }
}
