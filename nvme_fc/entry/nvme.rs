// SPDX-License-Identifier: GPL-2.0

//! The tables through which NVMe core and nvme-fabrics call us.
//!
//! Each function here turns C pointers into references and calls the safe one
//! that does the work.
//!
//! C headers: `drivers/nvme/host/nvme.h`, `drivers/nvme/host/fabrics.h`

use core::mem::offset_of;

use kernel::{
    container_of,
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
    ctrl::{
        self,
        aen,
        create,
        recovery,
        Ctrl,
        Entries, //
    },
    entry::block,
    nvme::options::Options,
    LocalModule, //
};

const _: () = assert!(offset_of!(Ctrl, nvme) == 0);

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

/// What C calls controllers by.
const ENTRIES: Entries = Entries {
    ctrl_ops: &CTRL_OPS.0,
    init_reset_work,
    admin_mq_ops: block::admin(),
    io_mq_ops: block::io(),
    aen_done: block::aen_done,
};

/// The transport's table, for the KUnit suites.
#[cfg(CONFIG_KUNIT = "y")]
pub(crate) fn transport() -> *mut abi::nvmf_transport_ops {
    TRANSPORT.0.get()
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
unsafe fn init_reset_work(work: *mut abi::work_struct) {
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
    match unsafe { create::create(parent, options, ENTRIES) } {
        Ok(nvme) => nvme,
        Err(error) => error.to_ptr(),
    }
}
