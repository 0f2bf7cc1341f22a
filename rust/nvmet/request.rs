// SPDX-License-Identifier: GPL-2.0

//! nvmet's requests, meant for `rust/kernel/nvmet/request.rs`.
//!
//! C header: `drivers/nvme/target/nvmet.h`

use core::{
    mem::ManuallyDrop,
    ptr::NonNull, //
};

use kernel::{
    prelude::*,
    types::Opaque, //
};

use crate::{
    abi,
    nvmet::{
        ops::Transport,
        port::NvmetPort,
        queue::NvmetQueue, //
    },
    shared::support::scatterlist::PageList, //
};

/// NVMe status: internal error; the host may try again.
pub(crate) const STATUS_INTERNAL: u16 = abi::NVME_SC_INTERNAL as u16;
/// NVMe status: the data length is not the one that the command asks for.
pub(crate) const STATUS_BAD_LENGTH: u16 =
    (abi::NVME_SC_SGL_INVALID_DATA | abi::NVME_STATUS_DNR) as u16;
/// NVMe status: more data than the port takes in one command.
pub(crate) const STATUS_TOO_LONG: u16 = (abi::NVME_SC_INVALID_FIELD | abi::NVME_STATUS_DNR) as u16;

/// nvmet's part of a command's memory.
#[repr(transparent)]
pub(crate) struct Request(Opaque<abi::nvmet_req>);

impl Request {
    /// One that no command has had.
    pub(crate) const fn new() -> Self {
        Self(Opaque::zeroed())
    }

    /// Sets what is the same for all commands of this memory: where nvmet finds the
    /// entry, where it is to leave the completion, and the port.
    ///
    /// # Safety
    ///
    /// Nobody else uses the request. Both are valid for as long as it.
    pub(crate) unsafe fn prepare<C, R>(&self, entry: *mut C, completion: *mut R, port: NvmetPort) {
        const {
            assert!(size_of::<C>() == size_of::<abi::nvme_command>());
            assert!(size_of::<R>() == size_of::<abi::nvme_completion>());
        }
        let request = self.0.get();
        // SAFETY: By this function's contract.
        unsafe {
            (*request).cmd = entry.cast();
            (*request).cqe = completion.cast();
            (*request).port = port.as_raw();
        }
    }

    /// Takes a request back that nvmet was to execute and has not begun to. Context:
    /// may sleep.
    ///
    /// # Safety
    ///
    /// nvmet has accepted the request, which was neither executed nor completed,
    /// and its queue was not destroyed.
    pub(crate) unsafe fn uninit(&self) {
        // SAFETY: By this function's contract.
        unsafe { abi::nvmet_req_uninit(self.0.get()) };
    }
}

/// A command, in the hands of the one who may use its request.
///
/// It goes to nvmet by [`Command::init`]. If nvmet accepts it, it stays here until
/// it is executed or completed; the functions in between are for this time alone.
/// It comes back by [`Command::from_request`].
///
/// # Safety
///
/// `request` gives the same prepared request each time, which nobody else uses while
/// there is such a value. `nvmet_queue` is not destroyed from `init` to acceptance. The
/// type sees to the order of calls.
pub(crate) unsafe trait Command: Sized {
    /// The transport.
    type Transport: Transport;

    /// The request.
    fn request(&self) -> &Request;

    /// The queue.
    fn nvmet_queue(&self) -> &NvmetQueue;

    /// The command of a request.
    ///
    /// # Safety
    ///
    /// The request is such a command's, and was given to nvmet, which has it no more.
    unsafe fn from_request(request: NonNull<Request>) -> Self;

    /// The command of a request that nvmet has completed.
    ///
    /// # Safety
    ///
    /// As for [`Command::from_request`], unless `request` is null.
    #[inline(always)]
    unsafe fn from_nvmet(request: *mut abi::nvmet_req) -> Option<Self> {
        let request = NonNull::new(request)?;
        // SAFETY: By this function's contract.
        Some(unsafe { Self::from_request(request.cast()) })
    }

    /// Has nvmet look at it. `None`: nvmet refused it, and has completed it.
    /// Context: may sleep.
    #[inline]
    fn init(self) -> Option<Self> {
        let this = ManuallyDrop::new(self);
        let (request, sq) = (this.request().0.get(), this.nvmet_queue().sq());
        // SAFETY: The request is prepared; the queue is alive. The command is nvmet's
        // during the call, and no more ours if it fails.
        let accepted = unsafe { abi::nvmet_req_init(request, sq, Self::Transport::table()) };
        accepted.then(|| ManuallyDrop::into_inner(this))
    }

    /// Whether it is for a namespace with a block device behind it.
    #[inline]
    fn has_block_device(&self) -> bool {
        let request = self.request().0.get();
        // SAFETY: nvmet has accepted the request, and holds the namespace that it has
        // found.
        match unsafe { (*request).ns.as_ref() } {
            Some(namespace) => !namespace.bdev.is_null(),
            None => false,
        }
    }

    /// Whether nvmet has found the namespace that an I/O command is for, and it
    /// is one of its own. Passed-through ones it does not look for.
    fn has_namespace(&self) -> bool {
        // SAFETY: nvmet has accepted the request, and does not change it by itself.
        !unsafe { (*self.request().0.get()).ns }.is_null()
    }

    /// The data length that nvmet expects of the command; 0 if it has no opinion.
    fn nvmet_length(&self) -> usize {
        // SAFETY: nvmet has accepted the request.
        unsafe { abi::nvmet_req_transfer_len(self.request().0.get()) }
    }

    /// Tells nvmet where the data is. It knows of none before.
    ///
    /// # Safety
    ///
    /// The data stays where it is until the command comes back.
    #[inline]
    unsafe fn set_transfer(&self, data: &PageList) {
        let request = self.request().0.get();
        // SAFETY: nvmet has accepted the request, and leaves these to the transport;
        // the data stays. CAST: A u32 fits a usize here; the number of elements came
        // from an allocation.
        unsafe {
            (*request).transfer_len = data.length() as usize;
            (*request).sg = data.list();
            (*request).sg_cnt = data.entries() as c_int;
        };
    }

    /// Gives it to nvmet for execution. Context: may sleep.
    #[inline]
    fn execute(self) {
        let request = self.request().0.get();
        // SAFETY: nvmet has accepted the request, and set the function.
        let Some(execute) = (unsafe { (*request).execute }) else {
            return self.complete(STATUS_INTERNAL);
        };
        let _ = ManuallyDrop::new(self);
        // SAFETY: The function that nvmet set for this request; the command is nvmet's
        // from here on.
        unsafe { execute(request) };
    }

    /// Has nvmet complete it with this status. Context: any.
    #[inline]
    fn complete(self, status: u16) {
        let this = ManuallyDrop::new(self);
        // SAFETY: nvmet has accepted the request, which was not completed yet; the
        // command is nvmet's from here on.
        unsafe { abi::nvmet_req_complete(this.request().0.get(), status) };
    }
}
