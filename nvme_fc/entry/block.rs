// SPDX-License-Identifier: GPL-2.0

//! The tables through which the block layer, and LLDDs that finish exchanges,
//! call us.
//!
//! Each function here turns C pointers into references and calls the safe one
//! that does the work.
//!
//! C headers: [`include/linux/blk-mq.h`](srctree/include/linux/blk-mq.h),
//! [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    mem::size_of,
    ptr::NonNull, //
};

use kernel::{
    error::from_result,
    prelude::*, //
};

use crate::{
    abi::{
        self,
        AssertSync, //
    },
    ctrl::{
        aen,
        Ctrl, //
    },
    io::{
        exchange::{
            private_tail,
            Exchange, //
        },
        queue::Queue,
        request::{
            self,
            exchange_of,
            Submission, //
        },
        submit,
        timeout, //
    },
    shared::{
        proto::{
            command::cmd_iu::Category,
            contexts, //
        },
        support::cpus, //
    }, //
};

/// Operations common to both kinds of queue.
const fn mq_ops() -> abi::blk_mq_ops {
    abi::blk_mq_ops {
        queue_rq: Some(queue_rq),
        complete: Some(complete_rq),
        init_request: Some(init_request),
        exit_request: Some(exit_request),
        init_hctx: Some(init_hctx),
        timeout: Some(abi::nvme_fc_shim_timeout),
        ..pin_init::zeroed()
    }
}

/// Operations of the admin queue.
static ADMIN_MQ_OPS: AssertSync<abi::blk_mq_ops> = AssertSync(mq_ops());

/// Operations of I/O queues.
static IO_MQ_OPS: AssertSync<abi::blk_mq_ops> = AssertSync(abi::blk_mq_ops {
    map_queues: Some(map_queues),
    ..mq_ops()
});

/// The operations of the admin queue.
pub(crate) const fn admin() -> &'static abi::blk_mq_ops {
    &ADMIN_MQ_OPS.0
}

/// The operations of I/O queues.
pub(crate) const fn io() -> &'static abi::blk_mq_ops {
    &IO_MQ_OPS.0
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
    let queue = unsafe { &*(*hctx).driver_data.cast::<Queue>() };
    // SAFETY: The block layer passes a request for the time of this call.
    let request = unsafe { Submission::new(NonNull::new_unchecked((*data).rq)) };
    submit::queue_rq(queue, request).0
}

/// Ends a request.
///
/// # Safety
///
/// Called once for a request that was completed. Context: any.
unsafe extern "C" fn complete_rq(request: *mut abi::request) {
    // SAFETY: As the caller promises.
    unsafe { request::finish(request) };
}

/// The LLDD gives a request's exchange back.
///
/// # Safety
///
/// Called by the LLDD for an exchange that its `fcp_io` took. Context: any.
unsafe extern "C" fn fcp_done(request: *mut abi::nvmefc_fcp_req) {
    // SAFETY: An exchange of ours, valid until it is completed.
    submit::done(unsafe { Exchange::from_fcp(request) });
}

/// The LLDD gives the asynchronous event's exchange back.
///
/// # Safety
///
/// Called by the LLDD for an exchange that its `fcp_io` took. Context: any.
pub(crate) unsafe extern "C" fn aen_done(request: *mut abi::nvmefc_fcp_req) {
    // SAFETY: An exchange of ours; its controller waits for it.
    aen::done(unsafe { Exchange::from_fcp(request) });
}

/// A request took too long: starts what ends it. The C wrapper that calls this
/// answers the block layer that the request stays with the driver.
///
/// # Safety
///
/// Called by the block layer. Context: may sleep.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_rs_timeout(request: *mut abi::request) {
    // SAFETY: A request of ours; the block layer holds a reference meanwhile.
    timeout::expired(unsafe { exchange_of(request) });
}

abi::assert_signature! {
    nvme_fc_rs_timeout = nvme_fc_rs_timeout,
}

/// The queue of a hardware context.
///
/// # Safety
///
/// `set` is one of our tag sets.
unsafe fn queue_of<'a>(set: *mut abi::blk_mq_tag_set, context: c_uint) -> Result<&'a Queue> {
    // SAFETY: The NVMe core stores the controller there.
    let nvme: *mut abi::nvme_ctrl = unsafe { (*set).driver_data.cast() };
    // SAFETY: The controller outlives its tag sets.
    let ctrl: &'a Ctrl = unsafe { &*nvme.cast::<Ctrl>() };
    // SAFETY: Reading a word of a live tag set.
    let admin = core::ptr::eq(unsafe { (*set).ops }, admin());
    let index = if admin {
        Some(0)
    } else {
        u16::try_from(context).ok().and_then(|at| at.checked_add(1))
    };
    index.and_then(|index| ctrl.queue(index)).ok_or(EINVAL)
}

/// Gives a hardware context its queue.
///
/// # Safety
///
/// Called by the block layer, with our controller as `data`.
unsafe extern "C" fn init_hctx(
    hctx: *mut abi::blk_mq_hw_ctx,
    data: *mut c_void,
    context: c_uint,
) -> c_int {
    from_result(|| {
        // SAFETY: The block layer passes the tag set's driver data.
        let ctrl = unsafe { &*data.cast::<Ctrl>() };
        // SAFETY: The context's queue, tag set and operations are set by now.
        let admin = core::ptr::eq(unsafe { (*(*hctx).queue).mq_ops }, admin());
        let index = if admin {
            0
        } else {
            u16::try_from(context)?.checked_add(1).ok_or(EINVAL)?
        };
        let queue = ctrl.queue(index).ok_or(EINVAL)?;
        // SAFETY: The field is the driver's.
        unsafe { (*hctx).driver_data = core::ptr::from_ref(queue).cast_mut().cast() };
        Ok(0)
    })
}

/// Makes the exchange behind a request.
///
/// # Safety
///
/// Called by the block layer for a request that is not in use. Context: may
/// sleep, perhaps with a queue frozen: waits for no I/O.
unsafe extern "C" fn init_request(
    set: *mut abi::blk_mq_tag_set,
    request: *mut abi::request,
    context: c_uint,
    _node: c_int,
) -> c_int {
    from_result(|| {
        // SAFETY: One of our tag sets.
        let queue = unsafe { queue_of(set, context) }?;
        // SAFETY: A live tag set.
        let size = unsafe { (*set).cmd_size };
        let private = u32::try_from(size_of::<Exchange>())
            .ok()
            .and_then(|own| size.checked_sub(own))
            .ok_or(EINVAL)?;
        let category = match queue.index() {
            0 => Category::Admin,
            _ => Category::Io(0),
        };
        // SAFETY: `cmd_size` bytes follow each request.
        let exchange = unsafe { request.add(1) }.cast::<Exchange>();
        // SAFETY: Ours alone; requests are freed with their tag set, before
        // the queues. The LLDD's bytes follow the exchange.
        unsafe {
            Exchange::init(
                exchange,
                queue,
                request,
                private_tail(exchange, private),
                category,
                fcp_done,
            )
        };
        // SAFETY: Initialised above.
        let exchange = unsafe { &*exchange };
        // SAFETY: On no list, and removed by `exit_request`.
        unsafe { queue.exchanges().lock().add(exchange) }?;
        Ok(0)
    })
}

/// Ends the exchange behind a request.
///
/// # Safety
///
/// Called by the block layer for a request that is not in use.
unsafe extern "C" fn exit_request(
    _set: *mut abi::blk_mq_tag_set,
    request: *mut abi::request,
    _context: c_uint,
) {
    // SAFETY: `init_request` made it.
    let exchange = unsafe { exchange_of(request) };
    let queue = exchange.queue();
    // SAFETY: `init_request` put it on the list.
    unsafe { queue.exchanges().lock().remove(exchange) };
}

/// Maps hardware contexts to CPUs, the LLDD's way if it has one, but so that
/// each has a CPU that is in use: else its queue could not be connected.
///
/// # Safety
///
/// Called by the block layer.
unsafe extern "C" fn map_queues(set: *mut abi::blk_mq_tag_set) {
    // SAFETY: The NVMe core stores the controller there.
    let ctrl = unsafe { &*(*set).driver_data.cast::<Ctrl>() };
    // SAFETY: A live tag set, with at least one map.
    let map = unsafe { &raw mut (*set).map[0] };
    let lldd = *ctrl.ops().lock();
    let mapped = match lldd {
        // SAFETY: The map that is to be filled.
        Some(ops) => unsafe { ops.map_queues(ctrl.remote().local().abi(), map) },
        None => false,
    };
    if !mapped {
        // SAFETY: The map that is to be filled, which the LLDD has left alone.
        unsafe { abi::blk_mq_map_queues(map) };
    }
    // SAFETY: A live tag set.
    let contexts = unsafe { (*set).nr_hw_queues };
    // SAFETY: Its map.
    let first = unsafe { (*map).mq_map };
    // SAFETY: It has an element for each CPU, and is nobody else's while it is
    // filled.
    let map = unsafe { core::slice::from_raw_parts_mut(first, cpus::ids()) };
    contexts::keep_in_use(map, contexts, cpus::is_in_use);
}
