// SPDX-License-Identifier: GPL-2.0

//! Requests of the block layer for a controller of the NVMe core, as the data
//! path needs them; meant for `rust/kernel/nvme/request.rs`.
//!
//! C headers: [`include/linux/blk-mq.h`](srctree/include/linux/blk-mq.h),
//! `drivers/nvme/host/nvme.h`

use core::{
    ffi::c_void,
    marker::PhantomData,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    prelude::*,
    types::Opaque, //
};

use crate::{
    abi,
    nvme::{
        ctrl::NvmeCtrl,
        ops::HasNvmeCtrl, //
    },
    shared::{
        proto::command::cmd_iu::Direction,
        support::queue_map::QueueMap, //
    }, //
};

/// What a driver answers to `queue_rq`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct BlkStatus(pub(crate) abi::blk_status_t);

impl BlkStatus {
    /// Taken, or finished already.
    pub(crate) const OK: Self = Self(0);
    /// To be tried again later.
    pub(crate) const RESOURCE: Self = Self(abi::nvme_fc_const_blk_sts_resource);
}

/// Bit of `rq_flags`: the data is `special_vec`, not the bios'.
const SPECIAL_PAYLOAD: u32 = 1 << abi::rqf_flags___RQF_SPECIAL_PAYLOAD;
/// Bit of `cmd_flags`: data goes to the device (`op_is_write()`).
const WRITE: u32 = 1;

/// `struct nvme_request`: the NVMe core's part of what is behind a request.
#[repr(transparent)]
pub(crate) struct NvmeRequest(Opaque<abi::nvme_request>);

impl NvmeRequest {
    /// To be pointed at a command.
    pub(crate) const fn zeroed() -> Self {
        Self(Opaque::zeroed())
    }

    /// Says where the NVMe core is to write the command, and whose it is.
    ///
    /// # Safety
    ///
    /// `command` is as large as a submission queue entry and aligned as the NVMe
    /// core's, and `self` and it and `ctrl` go together. Nobody uses `self` yet.
    pub(crate) unsafe fn point_at<C>(&self, command: *mut C, ctrl: &NvmeCtrl) {
        let raw = self.0.get();
        // SAFETY: Nobody else uses it, by this function's contract.
        unsafe { (*raw).cmd = command.cast() };
        // SAFETY: Nobody else uses it, by this function's contract.
        unsafe { (*raw).ctrl = ctrl.as_raw() };
    }

    /// The name of the command's operation on a queue.
    fn operation(&self, queue: u16) -> &'static CStr {
        // SAFETY: It points at a command, by `point_at`.
        let name = unsafe { abi::nvme_fc_shim_opcode_str(c_int::from(queue), (*self.0.get()).cmd) };
        // SAFETY: The NVMe core's names are static strings.
        unsafe { CStr::from_char_ptr(name) }
    }

    /// Marks a request as one that this host took back, for those who wait for it.
    ///
    /// # Safety
    ///
    /// The request is over, and the caller alone completes it.
    #[inline]
    pub(crate) unsafe fn mark_cancelled(&self) {
        // SAFETY: By this function's contract. CAST: One bit.
        unsafe { (*self.0.get()).flags |= abi::NVME_REQ_CANCELLED as u8 };
    }
}

/// A transport's memory behind each request.
///
/// # Safety
///
/// Its first field is the NVMe core's part, and `nvme` gives it.
pub(crate) unsafe trait RequestData {
    /// The NVMe core's part.
    fn nvme(&self) -> &NvmeRequest;
}

/// What C declares a timeout handler to be. It returns an enum of C's, so it is a
/// function of C, which calls the `timeout` of
/// [`VTable`](crate::nvme::mq::VTable).
pub(crate) type Timeout = unsafe extern "C" fn(*mut abi::request) -> abi::blk_eh_timer_return;

/// What a transport does with the requests of a controller.
pub(crate) trait Operations: Sized + 'static {
    /// The controller around the NVMe core's.
    type Ctrl: HasNvmeCtrl;
    /// What a hardware context stands for. It lives as long as its controller.
    type Queue: Sync;
    /// The transport's memory behind each request.
    type Data: RequestData;
    /// See [`Timeout`].
    const TIMEOUT: Timeout;

    /// A queue; 0 is the admin queue, and I/O queues are numbered from 1.
    fn queue(ctrl: &Self::Ctrl, index: u16) -> Option<&Self::Queue>;

    /// Makes the memory behind a request; `tail` is what the tag set has beyond it,
    /// null for nothing. Context: may sleep, perhaps with a queue frozen: waits for
    /// no I/O.
    ///
    /// # Errors
    ///
    /// Any: there is no such request then.
    fn init_request(
        queue: &Self::Queue,
        request: NonNull<Request<Self>>,
        tail: *mut c_void,
    ) -> impl PinInit<Self::Data, Error>;

    /// The memory behind a request is about to go. Context: may sleep.
    fn exit_request(queue: &Self::Queue, data: &Self::Data);

    /// Sends a request. Context: atomic.
    fn queue_rq(queue: &Self::Queue, request: Submission<'_, Self>) -> BlkStatus;

    /// A request was completed and is about to be given back. Context: any.
    fn complete(data: &Self::Data);

    /// A request took too long: starts what ends it. Context: may sleep; nobody
    /// uses the request for another command meanwhile.
    fn timeout(request: &Request<Self>);

    /// Maps hardware contexts to CPUs; says whether it did. Context: may sleep.
    fn map_queues(ctrl: &Self::Ctrl, map: &mut QueueMap<'_>) -> bool;
}

/// A request's data.
#[derive(Clone, Copy)]
pub(crate) struct Transfer {
    /// Where it goes.
    pub(crate) direction: Direction,
    /// Bytes.
    pub(crate) length: u32,
    /// Physically contiguous pieces; 0 for no data.
    pub(crate) segments: u16,
}

/// A request, with a transport's memory behind it.
#[repr(transparent)]
pub(crate) struct Request<T: Operations>(Opaque<abi::request>, PhantomData<T>);

impl<T: Operations> Request<T> {
    /// A request of a tag set of `T`.
    ///
    /// # Safety
    ///
    /// It is one, and stays valid for `'a`.
    #[inline(always)]
    pub(crate) unsafe fn from_raw<'a>(raw: *mut abi::request) -> &'a Self {
        // SAFETY: By this function's contract; the type is transparent.
        unsafe { &*raw.cast() }
    }

    /// Where the transport's memory is: `cmd_size` bytes follow each request.
    #[inline(always)]
    pub(super) fn data_of(request: NonNull<Self>) -> *mut T::Data {
        request.as_ptr().wrapping_add(1).cast()
    }

    /// The transport's memory.
    #[inline(always)]
    pub(crate) fn data(&self) -> &T::Data {
        // SAFETY: `init_request` made it, and it lives as long as the request.
        unsafe { &*Self::data_of(NonNull::from(self)) }
    }

    /// The C object.
    #[inline(always)]
    pub(super) fn as_raw(&self) -> *mut abi::request {
        self.0.get()
    }

    /// The name of the command's operation on a queue, for log lines.
    pub(crate) fn operation(&self, queue: u16) -> &'static CStr {
        self.data().nvme().operation(queue)
    }

    /// Completes the request: status and result go to the NVMe core, and
    /// [`Operations::complete`] runs here or on the CPU that it came from.
    /// Context: any.
    ///
    /// # Safety
    ///
    /// It was started, and is completed once.
    #[inline(always)]
    pub(crate) unsafe fn complete(&self, status: u16, result: u64) {
        let raw = self.as_raw();
        // SAFETY: By this function's contract.
        if unsafe { !abi::nvme_fc_shim_try_complete_req(raw, status, result) } {
            // SAFETY: It is completed, and the block layer left the rest to its
            // caller.
            unsafe { self.finish() };
        }
    }

    /// Gives the request back to the NVMe core. Context: any.
    ///
    /// # Safety
    ///
    /// It was completed, and this is called once for it.
    #[inline(always)]
    pub(super) unsafe fn finish(&self) {
        T::complete(self.data());
        // SAFETY: By this function's contract.
        unsafe { abi::nvme_complete_rq(self.as_raw()) };
    }
}

/// A request that the block layer passed to `queue_rq`: until it is started, what
/// is behind it is the holder's alone.
pub(crate) struct Submission<'a, T: Operations> {
    /// The request.
    request: &'a Request<T>,
    /// What is behind it.
    data: &'a T::Data,
}

impl<'a, T: Operations> Submission<'a, T> {
    /// Takes a request from the block layer.
    ///
    /// # Safety
    ///
    /// `request` is what the block layer passed to `queue_rq` of a tag set of `T`,
    /// valid for `'a`, and this is its only use before that returns.
    #[inline(always)]
    pub(super) unsafe fn new(request: *mut abi::request) -> Self {
        // SAFETY: By this function's contract.
        let request = unsafe { Request::<T>::from_raw(request) };
        Self {
            request,
            data: request.data(),
        }
    }

    /// What is behind the request. It is the holder's alone until the request is
    /// started.
    #[inline(always)]
    pub(crate) fn data(&self) -> &'a T::Data {
        self.data
    }

    /// Whether the request may be sent in the controller's state.
    pub(crate) fn is_allowed(&self, ctrl: &NvmeCtrl, live: bool) -> bool {
        // SAFETY: Both are valid during the call.
        unsafe { abi::nvme_fc_shim_check_ready(ctrl.as_raw(), self.request.as_raw(), live) }
    }

    /// Fails or defers a request that may not be sent.
    pub(crate) fn not_ready(self, ctrl: &NvmeCtrl) -> BlkStatus {
        // SAFETY: The request is ours to answer.
        BlkStatus(unsafe { abi::nvme_fail_nonready_command(ctrl.as_raw(), self.request.as_raw()) })
    }

    /// Lets the NVMe core write the submission queue entry.
    ///
    /// # Errors
    ///
    /// What `queue_rq` is to return.
    #[inline(always)]
    pub(crate) fn setup(&self) -> Result<(), BlkStatus> {
        let request = self.request.as_raw();
        // SAFETY: The request and its queue are valid during the call.
        let namespace = unsafe { (*(*request).q).queuedata };
        // SAFETY: The queue's data is the namespace, or null.
        let status = unsafe { abi::nvme_setup_cmd(namespace.cast(), request) };
        if status == BlkStatus::OK.0 {
            Ok(())
        } else {
            Err(BlkStatus(status))
        }
    }

    /// The request's data.
    #[inline(always)]
    pub(crate) fn transfer(&self) -> Transfer {
        // SAFETY: The request is valid, and ours, during the call.
        let request = unsafe { &*self.request.as_raw() };
        let (segments, length) = if request.rq_flags & SPECIAL_PAYLOAD != 0 {
            // SAFETY: The flag says which member is in use.
            (1, unsafe { request.__bindgen_anon_3.special_vec.bv_len })
        } else {
            (request.nr_phys_segments, request.__data_len)
        };
        if segments == 0 {
            return Transfer {
                direction: Direction::NoData,
                length: 0,
                segments,
            };
        }
        Transfer {
            direction: if request.cmd_flags & WRITE != 0 {
                Direction::Write
            } else {
                Direction::Read
            },
            length,
            segments,
        }
    }

    /// Puts the data, of which there is some, into a scatterlist; says how many
    /// elements that has.
    ///
    /// # Safety
    ///
    /// `list` has an element for each segment.
    #[inline(always)]
    pub(crate) unsafe fn fill(&self, list: *mut abi::scatterlist) -> c_int {
        let mut last = ptr::null_mut();
        // SAFETY: The request is ours, and the list as this function's contract says.
        unsafe { abi::__blk_rq_map_sg(self.request.as_raw(), list, &raw mut last) }
    }

    /// Says that the request is about to be sent.
    #[inline(always)]
    pub(crate) fn start(&self) {
        // SAFETY: The request is ours.
        unsafe { abi::nvme_fc_shim_start_request(self.request.as_raw()) };
    }

    /// Undoes what the NVMe core prepared.
    pub(crate) fn cleanup(&self) {
        // SAFETY: The request is ours.
        unsafe { abi::nvme_cleanup_cmd(self.request.as_raw()) };
    }

    /// Fails the request as one that its path could not carry; the NVMe core
    /// retries it, or sends it another way.
    pub(crate) fn path_error(self) -> BlkStatus {
        // SAFETY: The request is ours, and not sent.
        BlkStatus(unsafe { abi::nvme_host_path_error(self.request.as_raw()) })
    }
}
