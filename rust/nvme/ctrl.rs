// SPDX-License-Identifier: GPL-2.0

//! The NVMe core, as a transport sees it.
//!
//! C headers: `drivers/nvme/host/nvme.h`, `drivers/nvme/host/fabrics.h`

use core::{
    mem::size_of,
    sync::atomic::{
        fence,
        Ordering, //
    }, //
};

use kernel::{
    alloc::AllocError,
    device::Device,
    error::to_result,
    prelude::*,
    types::Opaque,
    workqueue::Queue as Workqueue, //
};

use crate::{
    abi,
    nvme::options::Options,
    shared::support::device::DeviceRef, //
};

/// Prepares the reset work of a controller that nobody uses yet.
pub(crate) type InitResetWork = unsafe fn(*mut abi::work_struct);

/// How a step of making an association failed: an NVMe status if positive, an
/// errno if negative. Never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failed(pub(crate) i32);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error.to_errno())
    }
}

impl From<AllocError> for Failed {
    fn from(_: AllocError) -> Self {
        ENOMEM.into()
    }
}

impl Failed {
    /// What a function of the NVMe core returned.
    fn check(status: c_int) -> Result<(), Self> {
        match status {
            0 => Ok(()),
            status => Err(Self(status)),
        }
    }
}

const _: () = assert!(size_of::<abi::nvme_completion_nvme_result>() == size_of::<u64>());

/// States of a controller that a transport distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CtrlState {
    /// Just made.
    New,
    /// In service.
    Live,
    /// Losing its association.
    Resetting,
    /// Getting an association.
    Connecting,
    /// Being deleted, or dead.
    Deleting,
}

/// Workqueue of the NVMe core for work that is neither reset nor delete.
pub(crate) fn nvme_wq() -> &'static Workqueue {
    // SAFETY: Set when nvme-core was loaded, which this module pins.
    unsafe { Workqueue::from_raw(abi::nvme_wq) }
}

/// Workqueue of the NVMe core for deletion.
pub(crate) fn nvme_delete_wq() -> &'static Workqueue {
    // SAFETY: Set when nvme-core was loaded, which this module pins.
    unsafe { Workqueue::from_raw(abi::nvme_delete_wq) }
}

/// `struct nvme_ctrl`.
///
/// # Invariants
///
/// Zeroed until [`NvmeCtrl::init`] succeeded, and the NVMe core's since, until
/// `free_ctrl`, where [`NvmeCtrl::end_work`] takes its work items off their
/// queues; its `opts` are valid from [`NvmeCtrl::set_options`] on.
#[repr(transparent)]
pub(crate) struct NvmeCtrl(Opaque<abi::nvme_ctrl>);

// SAFETY: The NVMe core does its own locking.
unsafe impl Send for NvmeCtrl {}
// SAFETY: The NVMe core does its own locking.
unsafe impl Sync for NvmeCtrl {}

/// Defines functions that pass the controller to the NVMe core, and no more.
macro_rules! pass_on {
    ($($(#[$meta:meta])* $name:ident => $raw:ident;)*) => {
        $(
            $(#[$meta])*
            pub(crate) fn $name(&self) {
                // SAFETY: An initialised controller, by the type's invariant.
                unsafe { abi::$raw(self.0.get()) };
            }
        )*
    };
}

/// Defines readers of fields that the connecting thread owns.
macro_rules! readable {
    ($($(#[$meta:meta])* $name:ident: $field:ident: $type:ty;)*) => {
        $(
            $(#[$meta])*
            pub(crate) fn $name(&self) -> $type {
                // SAFETY: The struct is valid as long as `self`.
                unsafe { (&raw const (*self.0.get()).$field).read_volatile() }
            }
        )*
    };
}

/// Defines writers of fields that the connecting thread owns.
macro_rules! writable {
    ($($(#[$meta:meta])* $name:ident: $field:ident: $type:ty;)*) => {
        $(
            $(#[$meta])*
            pub(crate) fn $name(&self, value: $type) {
                // SAFETY: The struct is valid as long as `self`.
                unsafe { (&raw mut (*self.0.get()).$field).write_volatile(value) };
            }
        )*
    };
}

impl NvmeCtrl {
    /// A controller that the NVMe core does not know yet.
    pub(crate) fn zeroed() -> Self {
        // INVARIANT: Zeroed.
        Self(Opaque::zeroed())
    }

    /// The C object.
    #[inline(always)]
    pub(crate) fn as_raw(&self) -> *mut abi::nvme_ctrl {
        self.0.get()
    }

    /// Takes over the options. Context: before [`NvmeCtrl::init`].
    pub(crate) fn set_options(&self, options: &Options) {
        // SAFETY: Nobody else knows the controller yet.
        unsafe { (*self.0.get()).opts = options.as_raw() };
    }

    /// Makes the NVMe core know the controller: it holds one reference, given
    /// back by `free_ctrl`. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The NVMe core's; it holds no reference then.
    ///
    /// # Safety
    ///
    /// This is the first field of a `Ctrl` in an `Arc`, of which the caller puts
    /// one reference away before the call. `parent` is null or alive. `ops` and
    /// `init_reset_work` are for such a `Ctrl`.
    pub(crate) unsafe fn init(
        &self,
        parent: *mut abi::device,
        ops: &'static abi::nvme_ctrl_ops,
        init_reset_work: InitResetWork,
    ) -> Result {
        // SAFETY: Nobody else uses the work item yet.
        unsafe { init_reset_work(&raw mut (*self.0.get()).reset_work) };
        // SAFETY: Zeroed memory that stays where it is; the table is static.
        to_result(unsafe { abi::nvme_init_ctrl(self.0.get(), parent, ops, 0) })
    }

    /// Makes the controller's character device. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The driver core's.
    pub(crate) fn add(&self) -> Result {
        // SAFETY: An initialised controller.
        to_result(unsafe { abi::nvme_add_ctrl(self.0.get()) })
    }

    /// Takes a reset off its queue, or waits for one that runs. Context: may
    /// sleep; not from the reset itself.
    pub(crate) fn cancel_reset(&self) {
        // SAFETY: An initialised controller, and its work item.
        unsafe { abi::cancel_work_sync(&raw mut (*self.0.get()).reset_work) };
    }

    /// Takes the asynchronous event's work item off its queue, or waits for it:
    /// it may send the request while the controller is LIVE, and an event that
    /// comes queues it in any state. Context: may sleep; not from the item.
    pub(crate) fn cancel_async_event(&self) {
        // SAFETY: An initialised controller, and its work item.
        unsafe { abi::cancel_work_sync(&raw mut (*self.0.get()).async_event_work) };
    }

    /// Takes every work item and timer of the NVMe core that is part of the
    /// controller off its queue, or waits for it, but for the deletion, out of
    /// which this may be called, and authentication, which the core ends itself
    /// (`nvme_free_ctrl`). Context: may sleep; state DELETING, or nobody has a
    /// reference; not from one of the items.
    ///
    /// The core ends them in `nvme_stop_ctrl`, `nvme_remove_namespaces` and
    /// `nvme_uninit_ctrl`, but may queue each again after that:
    ///
    /// * `async_event_work`: by an event, and by a connect under way.
    /// * `fw_act_work`, `scan_work`: by an event, a connect, or a user who asks
    ///   for a scan, who read the state before it became DELETING.
    /// * `ana_work`: by an event, a scan, or a command that fails with an ANA
    ///   error. `anatt_timer`: by `ana_work`, which is stopped after it.
    /// * `failfast_work`, `reset_work`: by `fw_act_work`, which is stopped after
    ///   them.
    /// * `ka_work`: by a keep-alive's end. Stopping it does nothing when the
    ///   user has set the keep-alive's time to 0 meanwhile.
    ///
    /// With the association gone no event and no command ends any more, and
    /// with the last reference gone no user comes.
    pub(crate) fn end_work(&self) {
        let nvme = self.0.get();
        macro_rules! end {
            ($($cancel:ident($field:ident);)*) => {
                $(
                    // SAFETY: An initialised controller, and a work item or timer
                    // of it, of the kind that the function cancels.
                    unsafe { abi::$cancel(&raw mut (*nvme).$field) };
                )*
            };
        }

        // Those come first that may queue the others.
        end! {
            cancel_work_sync(async_event_work);
            cancel_work_sync(fw_act_work);
            cancel_work_sync(scan_work);
            cancel_work_sync(reset_work);
            cancel_delayed_work_sync(ka_work);
            cancel_delayed_work_sync(failfast_work);
        }
        #[cfg(CONFIG_NVME_MULTIPATH)]
        end! {
            cancel_work_sync(ana_work);
            timer_delete_sync(anatt_timer);
        }
    }

    /// Waits for timeout handlers of the queue that I/O queues are connected
    /// by. Context: may sleep; not from such a handler; there is an I/O tag set.
    pub(crate) fn sync_connect(&self) {
        // SAFETY: The queue exists as long as the I/O tag set does.
        unsafe { abi::blk_sync_queue((*self.0.get()).connect_q) };
    }

    /// Gives back the NVMe core's first reference. Nothing of the controller
    /// may be used after without a reference of one's own.
    pub(crate) fn put(&self) {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_fc_shim_put_ctrl(self.0.get()) };
    }

    /// The controller's character device, for log lines.
    ///
    /// The device has no name any more once `free_ctrl` has returned, though its
    /// memory lives on with `self`: so whoever prints with it has what that
    /// waits for. A request that is not given back, a call of the NVMe core's,
    /// and a work item of the controller but `over` hold it off (deletion
    /// cancels those); others have the registry locked, with the controller on
    /// its list, from which `free_ctrl` takes it under that lock.
    pub(crate) fn device(&self) -> &Device {
        // SAFETY: It is embedded in the controller, and initialised; that it has
        // a name is the caller's business, see above.
        unsafe { Device::from_raw(&raw mut (*self.0.get()).ctrl_device) }
    }

    /// The options.
    #[inline]
    pub(crate) fn options(&self) -> Options {
        // SAFETY: Set before anybody could ask, by the type's invariant.
        unsafe { Options::new((*self.0.get()).opts) }
    }

    /// Whether the controller is in service; what was written before it went
    /// into service is seen after.
    #[inline(always)]
    pub(crate) fn is_live(&self) -> bool {
        let live = self.raw_state() == abi::nvme_ctrl_state_NVME_CTRL_LIVE;
        // Partner of the fence in `set_live`.
        fence(Ordering::Acquire);
        live
    }

    /// The state as C has it.
    #[inline(always)]
    fn raw_state(&self) -> abi::nvme_ctrl_state {
        // SAFETY: The struct is valid as long as `self`.
        unsafe { (&raw const (*self.0.get()).state).read_volatile() }
    }

    /// The state.
    pub(crate) fn state(&self) -> CtrlState {
        match self.raw_state() {
            abi::nvme_ctrl_state_NVME_CTRL_NEW => CtrlState::New,
            abi::nvme_ctrl_state_NVME_CTRL_LIVE => CtrlState::Live,
            abi::nvme_ctrl_state_NVME_CTRL_RESETTING => CtrlState::Resetting,
            abi::nvme_ctrl_state_NVME_CTRL_CONNECTING => CtrlState::Connecting,
            _ => CtrlState::Deleting,
        }
    }

    /// Goes into service; says whether the state allowed it. Context: may
    /// sleep.
    pub(crate) fn set_live(&self) -> bool {
        // Partner of the fence in `is_live`: connections of all queues come
        // before the state, which the NVMe core writes without order.
        fence(Ordering::Release);
        self.change(abi::nvme_ctrl_state_NVME_CTRL_LIVE)
    }

    /// Begins to get an association; says whether the state allowed it.
    pub(crate) fn set_connecting(&self) -> bool {
        self.change(abi::nvme_ctrl_state_NVME_CTRL_CONNECTING)
    }

    /// Changes the state.
    fn change(&self, state: abi::nvme_ctrl_state) -> bool {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_change_ctrl_state(self.0.get(), state) }
    }

    /// Queues a reset; says whether the state allowed it. Context: any.
    pub(crate) fn reset(&self) -> bool {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_reset_ctrl(self.0.get()) == 0 }
    }

    /// Queues the deletion; says whether the state allowed it. Context: any.
    pub(crate) fn delete(&self) -> bool {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_delete_ctrl(self.0.get()) == 0 }
    }

    pass_on! {
        /// Stops what the NVMe core does on its own with a live controller.
        stop => nvme_stop_ctrl;
        /// Starts what [`NvmeCtrl::stop`] stops.
        start => nvme_start_ctrl;
        /// Takes the controller's device away.
        uninit => nvme_uninit_ctrl;
        /// Stops sending keep-alives.
        stop_keep_alive => nvme_stop_keep_alive;
        /// Stops I/O queues; waits for submissions under way.
        quiesce_io => nvme_quiesce_io_queues;
        /// Starts I/O queues again.
        unquiesce_io => nvme_unquiesce_io_queues;
        /// Waits for timeout handlers of namespaces.
        sync_io => nvme_sync_io_queues;
        /// Stops the admin queue; waits for submissions under way.
        quiesce_admin => nvme_quiesce_admin_queue;
        /// Starts the admin queue again.
        unquiesce_admin => nvme_unquiesce_admin_queue;
        /// Begins to freeze all namespaces.
        start_freeze => nvme_start_freeze;
        /// Ends a freeze.
        unfreeze => nvme_unfreeze;
        /// Frees the I/O tag set.
        remove_io_tag_set => nvme_remove_io_tag_set;
        /// Frees the admin tag set.
        remove_admin_tag_set => nvme_remove_admin_tag_set;
    }

    /// Waits for timeout handlers of admin and fabrics queue. Context: may
    /// sleep; not from such a handler.
    pub(crate) fn sync_admin(&self) {
        // SAFETY: Both queues exist as long as the admin tag set does.
        unsafe {
            abi::blk_sync_queue((*self.0.get()).admin_q);
            abi::blk_sync_queue((*self.0.get()).fabrics_q);
        }
    }

    /// Waits until all namespaces are frozen; says whether they were in time.
    pub(crate) fn wait_freeze(&self) -> bool {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_wait_freeze_timeout(self.0.get()) > 0 }
    }

    /// Connects the admin queue; authenticates if the controller asks for it.
    ///
    /// # Errors
    ///
    /// The NVMe core's.
    pub(crate) fn connect_admin_queue(&self) -> Result<(), Failed> {
        // SAFETY: An initialised controller.
        Failed::check(unsafe { abi::nvmf_connect_admin_queue(self.0.get()) })
    }

    /// Connects an I/O queue.
    ///
    /// # Errors
    ///
    /// The NVMe core's.
    pub(crate) fn connect_io_queue(&self, index: u16) -> Result<(), Failed> {
        // SAFETY: An initialised controller.
        Failed::check(unsafe { abi::nvmf_connect_io_queue(self.0.get(), index) })
    }

    /// Enables the controller.
    ///
    /// # Errors
    ///
    /// The NVMe core's.
    pub(crate) fn enable(&self) -> Result<(), Failed> {
        // SAFETY: An initialised controller.
        Failed::check(unsafe { abi::nvme_enable_ctrl(self.0.get()) })
    }

    /// Identifies the controller, and starts keep-alives.
    ///
    /// # Errors
    ///
    /// The NVMe core's.
    pub(crate) fn init_finish(&self) -> Result<(), Failed> {
        // SAFETY: An initialised controller.
        Failed::check(unsafe { abi::nvme_init_ctrl_finish(self.0.get(), false) })
    }

    /// Asks the controller for `wanted` I/O queues; gives what it grants.
    ///
    /// # Errors
    ///
    /// The NVMe core's.
    pub(crate) fn set_queue_count_on_target(&self, wanted: u32) -> Result<u32, Failed> {
        let mut count = c_int::try_from(wanted).map_err(|_| EINVAL)?;
        // SAFETY: An initialised controller; the count is written in place.
        Failed::check(unsafe { abi::nvme_set_queue_count(self.0.get(), &raw mut count) })?;
        Ok(u32::try_from(count).unwrap_or(0))
    }

    /// Tells the NVMe core what an asynchronous event reported. `status` as in
    /// a completion entry, `result` in CPU order. Context: any.
    pub(crate) fn complete_async_event(&self, status: u16, result: u64) {
        let mut result = result.to_le();
        // SAFETY: An initialised controller; the union is as large as its
        // 64-bit member, and read in the call.
        unsafe {
            abi::nvme_complete_async_event(
                self.0.get(),
                status.to_le(),
                (&raw mut result).cast::<abi::nvme_completion_nvme_result>(),
            )
        };
    }

    /// Whether the controller takes SGLs, as fabrics must.
    pub(crate) fn supports_sgls(&self) -> bool {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_fc_shim_ctrl_sgl_supported(self.0.get()) }
    }

    /// Counts an attempt to connect.
    pub(crate) fn count_attempt(&self) {
        self.set_attempts(self.attempts().saturating_add(1));
    }

    /// Adds the attempts to those ever made, and begins to count anew.
    pub(crate) fn attempts_succeeded(&self) {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_fc_shim_add_acc_reconnects(self.0.get(), self.attempts()) };
        self.set_attempts(0);
    }

    /// Puts the controller's memory near its port's device.
    pub(crate) fn set_numa_node_of(&self, device: &DeviceRef) {
        let device = device.as_raw();
        if !device.is_null() {
            // SAFETY: A live device, and an initialised controller.
            unsafe { (*self.0.get()).numa_node = abi::nvme_fc_shim_dev_to_node(device) };
        }
    }

    /// Whether both options describe the same host and subsystem.
    pub(crate) fn matches_options(&self, options: &Options) -> bool {
        // SAFETY: An initialised controller, and options that are parsed.
        unsafe { abi::nvme_fc_shim_matches_baseopts(self.0.get(), options.as_raw()) }
    }

    /// The subsystem's name, as the controller told it.
    pub(crate) fn subsystem_name(&self) -> &CStr {
        // SAFETY: An initialised controller; the name lives as long as it.
        unsafe { CStr::from_char_ptr(abi::nvme_fc_shim_ctrl_subsysnqn(self.0.get())) }
    }

    /// Whether the controller is one without I/O queues. Context: identified.
    pub(crate) fn is_administrative(&self) -> bool {
        self.kind() == abi::nvme_ctrl_type_NVME_CTRL_ADMIN
    }

    readable! {
        /// What Identify Controller says of the kind of controller.
        kind: cntrltype: abi::nvme_ctrl_type;
        /// I/O queue entries, 0's based.
        sqsize: sqsize: u16;
        /// Attempts to connect since the association was lost.
        attempts: nr_reconnects: c_int;
        /// Commands that the controller takes at once.
        max_commands: maxcmd: u16;
        /// Offset of in-capsule data, which FC has none of.
        in_capsule_offset: icdoff: u16;
    }

    writable! {
        /// Queues, with the admin queue.
        set_queue_count: queue_count: u32;
        /// I/O queue entries, 0's based.
        set_sqsize: sqsize: u16;
        /// Attempts to connect since the association was lost.
        set_attempts: nr_reconnects: c_int;
        /// Segments of one request.
        set_max_segments: max_segments: u32;
        /// 512-byte sectors of one request.
        set_max_hw_sectors: max_hw_sectors: u32;
        /// Controller identifier.
        set_cntlid: cntlid: u16;
        /// Keep-alive timeout, seconds.
        set_keep_alive: kato: c_uint;
    }
}
