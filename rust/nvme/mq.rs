// SPDX-License-Identifier: GPL-2.0

//! Queues of the block layer for a controller of the NVMe core, meant for
//! `rust/kernel/nvme/mq.rs`.
//!
//! C headers: [`include/linux/blk-mq.h`](srctree/include/linux/blk-mq.h),
//! `drivers/nvme/host/nvme.h`

use core::{
    ffi::c_void,
    marker::PhantomData,
    mem::size_of,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    error::from_result,
    prelude::*, //
};

use crate::{
    abi,
    nvme::request::{
        Operations,
        Request,
        Submission, //
    },
    shared::{
        proto::contexts,
        support::{
            cpus,
            queue_map::QueueMap, //
        }, //
    }, //
};

/// The tables by which the block layer calls a transport.
pub(crate) struct VTable<T: Operations>(PhantomData<T>);

impl<T: Operations> VTable<T> {
    /// For the admin queue.
    pub(super) const ADMIN: abi::blk_mq_ops = Self::table::<true>();
    /// For I/O queues.
    pub(super) const IO: abi::blk_mq_ops = abi::blk_mq_ops {
        map_queues: Some(Self::map_queues),
        ..Self::table::<false>()
    };

    /// What both kinds of queue have in common.
    const fn table<const ADMIN: bool>() -> abi::blk_mq_ops {
        abi::blk_mq_ops {
            queue_rq: Some(Self::queue_rq),
            complete: Some(Self::complete_rq),
            init_request: Some(Self::init_request::<ADMIN>),
            exit_request: Some(Self::exit_request::<ADMIN>),
            init_hctx: Some(Self::init_hctx::<ADMIN>),
            timeout: Some(T::TIMEOUT),
            ..pin_init::zeroed()
        }
    }

    /// The queue of a hardware context.
    ///
    /// # Safety
    ///
    /// `ctrl` is what the NVMe core passes for a `T::Ctrl`, alive for `'a`.
    unsafe fn queue<'a, const ADMIN: bool>(
        ctrl: *mut c_void,
        context: c_uint,
    ) -> Result<&'a T::Queue> {
        let index = if ADMIN {
            0
        } else {
            u16::try_from(context)?.checked_add(1).ok_or(EINVAL)?
        };
        // SAFETY: The NVMe core passes its own object, the first field of a
        // `T::Ctrl` by `HasNvmeCtrl`.
        T::queue(unsafe { &*ctrl.cast::<T::Ctrl>() }, index).ok_or(EINVAL)
    }

    /// Gives a hardware context its queue.
    ///
    /// # Safety
    ///
    /// Called by the block layer, with the tag set's driver data.
    unsafe extern "C" fn init_hctx<const ADMIN: bool>(
        hctx: *mut abi::blk_mq_hw_ctx,
        data: *mut c_void,
        context: c_uint,
    ) -> c_int {
        from_result(|| {
            // SAFETY: The controller, which outlives its tag sets.
            let queue = unsafe { Self::queue::<ADMIN>(data, context) }?;
            // SAFETY: The field is the driver's.
            unsafe { (*hctx).driver_data = ptr::from_ref(queue).cast_mut().cast() };
            Ok(0)
        })
    }

    /// Makes the memory behind a request.
    ///
    /// # Safety
    ///
    /// Called by the block layer for a request that is not in use.
    unsafe extern "C" fn init_request<const ADMIN: bool>(
        set: *mut abi::blk_mq_tag_set,
        request: *mut abi::request,
        context: c_uint,
        _node: c_int,
    ) -> c_int {
        from_result(|| {
            // SAFETY: A live tag set.
            let (ctrl, size) = unsafe { ((*set).driver_data, (*set).cmd_size) };
            // SAFETY: The controller, which outlives its tag sets.
            let queue = unsafe { Self::queue::<ADMIN>(ctrl, context) }?;
            let request = NonNull::new(request).ok_or(EINVAL)?.cast::<Request<T>>();
            let data = Request::data_of(request);
            // CAST: A u32 fits a usize.
            let tail = if size as usize > size_of::<T::Data>() {
                data.wrapping_add(1).cast()
            } else {
                ptr::null_mut()
            };
            // SAFETY: `cmd_size` bytes follow each request, and stay where they
            // are; they are nobody's yet.
            unsafe { pin_init::raw_try_init(data, T::init_request(queue, request, tail)) }?;
            Ok(0)
        })
    }

    /// Ends the memory behind a request.
    ///
    /// # Safety
    ///
    /// Called by the block layer for a request that is not in use.
    unsafe extern "C" fn exit_request<const ADMIN: bool>(
        set: *mut abi::blk_mq_tag_set,
        request: *mut abi::request,
        context: c_uint,
    ) {
        // SAFETY: `init_request` made what is behind it.
        let request = unsafe { Request::<T>::from_raw(request) };
        // SAFETY: The controller, which outlives its tag sets.
        if let Ok(queue) = unsafe { Self::queue::<ADMIN>((*set).driver_data, context) } {
            T::exit_request(queue, request.data());
        }
        // SAFETY: Made by `init_request`, and not used any more.
        unsafe { ptr::drop_in_place(Request::data_of(NonNull::from(request))) };
    }

    /// Sends a request.
    ///
    /// # Safety
    ///
    /// Called by the block layer. Context: atomic.
    unsafe extern "C" fn queue_rq(
        hctx: *mut abi::blk_mq_hw_ctx,
        data: *const abi::blk_mq_queue_data,
    ) -> abi::blk_status_t {
        // SAFETY: `init_hctx` put the queue there, which outlives the context.
        let queue = unsafe { &*(*hctx).driver_data.cast::<T::Queue>() };
        // SAFETY: The block layer passes a request for the time of this call.
        let request = unsafe { Submission::new((*data).rq) };
        T::queue_rq(queue, request).0
    }

    /// Ends a request.
    ///
    /// # Safety
    ///
    /// Called once for a request that was completed. Context: any.
    unsafe extern "C" fn complete_rq(request: *mut abi::request) {
        // SAFETY: One of `T`'s, not given back yet.
        let request = unsafe { Request::<T>::from_raw(request) };
        // SAFETY: By this function's contract.
        unsafe { request.finish() };
    }

    /// A request took too long.
    ///
    /// # Safety
    ///
    /// Called for the block layer, for a request of `T`'s. Context: may sleep.
    pub(crate) unsafe fn timeout(request: *mut abi::request) {
        // SAFETY: One of `T`'s; the block layer holds a reference meanwhile.
        T::timeout(unsafe { Request::from_raw(request) });
    }

    /// Maps hardware contexts to CPUs, the transport's way if it has one, but so
    /// that each has a CPU that is in use: else its queue could not be connected.
    ///
    /// # Safety
    ///
    /// Called by the block layer.
    unsafe extern "C" fn map_queues(set: *mut abi::blk_mq_tag_set) {
        // SAFETY: The NVMe core stores its object there, the first field of a
        // `T::Ctrl` by `HasNvmeCtrl`.
        let ctrl = unsafe { &*(*set).driver_data.cast::<T::Ctrl>() };
        // SAFETY: A live tag set, with at least one map, which is to be filled.
        let mut map = unsafe { QueueMap::new(&raw mut (*set).map[0]) };
        if !T::map_queues(ctrl, &mut map) {
            map.fill();
        }
        // SAFETY: A live tag set.
        let contexts = unsafe { (*set).nr_hw_queues };
        contexts::keep_in_use(map.contexts(), contexts, cpus::is_in_use);
    }
}

/// Defines the function that the C handler of a timeout calls for requests of a
/// type of [`Operations`]: `export_timeout!(NAME, TYPE)`.
macro_rules! export_timeout {
    ($name:ident, $operations:ty) => {
        $crate::abi::assert_signature! {
            $name = $name,
        }

        /// A request took too long: starts what ends it. The C function that calls
        /// this answers the block layer that the request stays with the driver.
        ///
        /// # Safety
        ///
        /// Called for a request of such operations. Context: may sleep.
        #[no_mangle]
        #[allow(unsafe_code, reason = "called by C")]
        pub(crate) unsafe extern "C" fn $name(request: *mut $crate::abi::request) {
            // SAFETY: By this function's contract.
            unsafe { $crate::nvme::mq::VTable::<$operations>::timeout(request) };
        }
    };
}
pub(crate) use export_timeout;
