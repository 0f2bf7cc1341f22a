// SPDX-License-Identifier: GPL-2.0

//! The tables through which block layer, NVMe core and nvme-fabrics call us.
//!
//! Each function here turns C pointers into references and calls the safe one
//! that does the work.
//!
//! C headers: [`include/linux/blk-mq.h`](srctree/include/linux/blk-mq.h),
//! `drivers/nvme/host/nvme.h`, `drivers/nvme/host/fabrics.h`

use core::{
    ffi::c_void,
    mem::{
        offset_of,
        size_of, //
    },
    ptr::NonNull, //
};

use kernel::{
    container_of,
    error::from_result,
    module::this_module,
    prelude::*,
    static_lock_class,
    sync::{
        Arc,
        ArcBorrow, //
    },
    types::Opaque, //
};

use crate::{
    abi::{
        self,
        AssertSync, //
    },
    aen,
    ctrl::{
        self,
        Ctrl, //
    },
    ctrl_create,
    exchange::{
        private_tail,
        Exchange, //
    },
    io,
    options::Options,
    queue::Queue,
    recovery,
    rq::{
        self,
        exchange_of,
        Submission, //
    },
    shared::proto::cmd_iu::Category,
    timeout,
    LocalModule, //
};

const _: () = assert!(offset_of!(Ctrl, nvme) == 0);
const _: () = assert!(size_of::<abi::nvmf_transport_ops>() != 0);

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

/// Operations of a controller.
static CTRL_OPS: AssertSync<abi::nvme_ctrl_ops> = AssertSync(abi::nvme_ctrl_ops {
    name: kernel::str::as_char_ptr_in_const_context(c"fc"),
    module: this_module::<LocalModule>().as_ptr(),
    flags: abi::NVME_F_FABRICS,
    reg_read32: Some(abi::nvmf_reg_read32),
    reg_write32: Some(abi::nvmf_reg_write32),
    reg_read64: Some(abi::nvmf_reg_read64),
    free_ctrl: Some(free_ctrl),
    submit_async_event: Some(submit_async_event),
    subsystem_reset: Some(abi::nvmf_subsystem_reset),
    delete_ctrl: Some(delete_ctrl),
    get_address: Some(abi::nvmf_get_address),
    get_virt_boundary: Some(get_virt_boundary),
    ..pin_init::zeroed()
});

/// The transport, which nvme-fabrics puts on its list.
static TRANSPORT: AssertSync<Opaque<abi::nvmf_transport_ops>> =
    AssertSync(Opaque::new(abi::nvmf_transport_ops {
        module: this_module::<LocalModule>().as_ptr(),
        name: kernel::str::as_char_ptr_in_const_context(c"fc"),
        // CAST: The options are bits of an int.
        required_opts: (abi::NVMF_OPT_TRADDR | abi::NVMF_OPT_HOST_TRADDR) as c_int,
        allowed_opts: (abi::NVMF_OPT_RECONNECT_DELAY | abi::NVMF_OPT_CTRL_LOSS_TMO) as c_int,
        create_ctrl: Some(create_ctrl),
        ..pin_init::zeroed()
    }));

/// The operations of the admin queue.
pub(crate) fn admin_mq_ops() -> *const abi::blk_mq_ops {
    &raw const ADMIN_MQ_OPS.0
}

/// The operations of I/O queues.
pub(crate) fn io_mq_ops() -> *const abi::blk_mq_ops {
    &raw const IO_MQ_OPS.0
}

/// The operations of controllers.
pub(crate) fn ctrl_ops() -> *const abi::nvme_ctrl_ops {
    &raw const CTRL_OPS.0
}

/// The transport as nvme-fabrics knows it, while it does.
pub(crate) struct Transport(());

impl Transport {
    /// Offers the transport to users. Context: module init, once.
    ///
    /// # Errors
    ///
    /// nvme-fabrics'.
    pub(crate) fn register() -> Result<Self> {
        // SAFETY: A static table that is not registered yet.
        kernel::error::to_result(unsafe { abi::nvmf_register_transport(TRANSPORT.0.get()) })?;
        Ok(Self(()))
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        // SAFETY: Registered by `register`.
        unsafe { abi::nvmf_unregister_transport(TRANSPORT.0.get()) };
    }
}

/// Prepares the reset work that is part of `struct nvme_ctrl`.
///
/// # Safety
///
/// `work` is that of a controller of ours that nobody uses yet.
pub(crate) unsafe fn init_reset_work(work: *mut abi::work_struct) {
    // SAFETY: As the caller promises; the function fits the work item.
    unsafe {
        abi::init_work_with_key(
            work,
            Some(reset_work),
            false,
            c"nvme_fc_reset_ctrl_work".as_char_ptr(),
            static_lock_class!().as_ptr(),
        )
    };
}

/// The controller around the NVMe core's object.
///
/// # Safety
///
/// `nvme` is a controller of ours, and stays alive for `'a`.
#[inline(always)]
unsafe fn ctrl_of<'a>(nvme: *mut abi::nvme_ctrl) -> ArcBorrow<'a, Ctrl> {
    // SAFETY: The NVMe core's object is the first field of ours, and the
    // reference put away for the core keeps that alive.
    unsafe { ArcBorrow::from_raw(nvme.cast::<Ctrl>()) }
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
    io::queue_rq(queue, request).0
}

/// Ends a request.
///
/// # Safety
///
/// Called once for a request that was completed. Context: any.
pub(crate) unsafe extern "C" fn complete_rq(request: *mut abi::request) {
    // SAFETY: A request of ours, not given back yet.
    io::release(unsafe { exchange_of(request) });
    // SAFETY: As the caller promises.
    unsafe { rq::finish(request) };
}

/// The LLDD gives a request's exchange back.
///
/// # Safety
///
/// Called by the LLDD for an exchange that its `fcp_io` took. Context: any.
unsafe extern "C" fn fcp_done(request: *mut abi::nvmefc_fcp_req) {
    // SAFETY: An exchange of ours, valid until it is completed.
    io::done(unsafe { Exchange::from_fcp(request) });
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

/// Says what becomes of a request that took too long, as a
/// `blk_eh_timer_return`; called by the wrapper that has the C type.
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
    let admin = core::ptr::eq(unsafe { (*set).ops }, admin_mq_ops());
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
        let admin = core::ptr::eq(unsafe { (*(*hctx).queue).mq_ops }, admin_mq_ops());
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
/// Called by the block layer for a request that is not in use.
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
        let exchange = NonNull::new(exchange).ok_or(EINVAL)?;
        // SAFETY: Initialised above, and removed by `exit_request`.
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
    queue.exchanges().lock().remove(NonNull::from(exchange));
}

/// Maps hardware contexts to CPUs, the LLDD's way if it has one.
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
        Some(ops) => unsafe { ops.map_queues(ctrl.remote().local(), map) },
        None => false,
    };
    if !mapped {
        // SAFETY: As above.
        unsafe { abi::blk_mq_map_queues(map) };
    }
}

/// Resets a controller.
///
/// # Safety
///
/// Called by the workqueue for a controller of ours.
unsafe extern "C" fn reset_work(work: *mut abi::work_struct) {
    // SAFETY: The work item is part of the NVMe core's object.
    let nvme = unsafe { container_of!(work, abi::nvme_ctrl, reset_work) };
    // SAFETY: Deletion waits for this work item.
    recovery::reset(unsafe { ctrl_of(nvme) });
}

/// The NVMe core's last reference is gone.
///
/// # Safety
///
/// Called by the NVMe core, once. Context: may sleep.
unsafe extern "C" fn free_ctrl(nvme: *mut abi::nvme_ctrl) {
    // SAFETY: Put away for the NVMe core before `nvme_init_ctrl`.
    let ctrl = unsafe { Arc::from_raw(nvme.cast::<Ctrl>()) };
    ctrl::freed(ctrl);
}

/// Sends the asynchronous event request.
///
/// # Safety
///
/// Called by the NVMe core. Context: may sleep.
unsafe extern "C" fn submit_async_event(nvme: *mut abi::nvme_ctrl) {
    // SAFETY: A controller of ours, alive in the call.
    aen::submit(unsafe { ctrl_of(nvme) });
}

/// Takes a controller apart.
///
/// # Safety
///
/// Called by the NVMe core, once. Context: may sleep.
unsafe extern "C" fn delete_ctrl(nvme: *mut abi::nvme_ctrl) {
    // SAFETY: A controller of ours, alive in the call.
    recovery::delete(unsafe { ctrl_of(nvme) });
}

/// The boundary that segments may not cross: none (`nvmf_get_virt_boundary`).
///
/// # Safety
///
/// None needed.
unsafe extern "C" fn get_virt_boundary(_nvme: *mut abi::nvme_ctrl, _admin: bool) -> usize {
    0
}

/// Makes a controller for what a user wrote to /dev/nvme-fabrics.
///
/// # Safety
///
/// Called by nvme-fabrics with parsed options, which are ours if this succeeds.
/// Context: may sleep.
unsafe extern "C" fn create_ctrl(
    parent: *mut abi::device,
    options: *mut abi::nvmf_ctrl_options,
) -> *mut abi::nvme_ctrl {
    // SAFETY: They outlive the controller: it frees them.
    let options = unsafe { Options::new(options) };
    // SAFETY: nvme-fabrics passes its own device.
    match unsafe { ctrl_create::create(parent, options) } {
        Ok(nvme) => nvme,
        Err(error) => error.to_ptr(),
    }
}
