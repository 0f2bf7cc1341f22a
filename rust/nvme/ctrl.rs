// SPDX-License-Identifier: GPL-2.0

//! Controllers of the NVMe core, meant for `rust/kernel/nvme/ctrl.rs`.
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
    device::Device,
    error::to_result,
    prelude::*,
    types::Opaque,
    workqueue::Queue as Workqueue, //
};

use crate::{
    abi,
    nvme::options::Options,
    shared::support::{
        device::DeviceRef,
        word::Word, //
    }, //
};

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
/// Zeroed until the NVMe core was made to know it
/// ([`Transport::make`](crate::nvme::fabrics::Transport::make) says what may be
/// done to it before), and the core's since, until
/// [`CtrlOps::freed`](crate::nvme::ops::CtrlOps::freed), where
/// [`NvmeCtrl::end_work`] takes its work items off their queues. Its `opts` are
/// valid from then on, and its own once `owns_options` says so.
#[repr(C)]
pub(crate) struct NvmeCtrl {
    /// The C object.
    raw: Opaque<abi::nvme_ctrl>,
    /// The options are freed with it.
    owns_options: Word<bool>,
}

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
                unsafe { $crate::abi::$raw(self.as_raw()) };
            }
        )*
    };
}
pub(crate) use pass_on;

/// Defines readers of fields that the connecting thread owns.
macro_rules! readable {
    ($($(#[$meta:meta])* $name:ident: $field:ident: $type:ty;)*) => {
        $(
            $(#[$meta])*
            pub(crate) fn $name(&self) -> $type {
                // SAFETY: The struct is valid as long as `self`.
                unsafe { (&raw const (*self.as_raw()).$field).read_volatile() }
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
                unsafe { (&raw mut (*self.as_raw()).$field).write_volatile(value) };
            }
        )*
    };
}

impl NvmeCtrl {
    /// A controller that the NVMe core does not know yet.
    pub(crate) fn zeroed() -> Self {
        // INVARIANT: Zeroed.
        Self {
            raw: Opaque::zeroed(),
            owns_options: Word::new(false),
        }
    }

    /// The C object.
    #[inline(always)]
    pub(crate) fn as_raw(&self) -> *mut abi::nvme_ctrl {
        self.raw.get()
    }

    /// Says what the user asked for. Context: nobody else knows the controller
    /// yet, which the options outlive.
    pub(super) fn set_options(&self, options: &Options) {
        // SAFETY: Nobody else knows the controller yet.
        unsafe { (*self.as_raw()).opts = options.as_raw() };
    }

    /// Has the options freed with the controller.
    pub(super) fn own_options(&self) {
        self.owns_options.set(true);
    }

    /// Makes the controller's character device. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The driver core's.
    pub(super) fn add(&self) -> Result {
        // SAFETY: An initialised controller.
        to_result(unsafe { abi::nvme_add_ctrl(self.as_raw()) })
    }

    /// Takes a reset off its queue, or waits for one that runs. Context: may
    /// sleep; not from the reset itself.
    pub(crate) fn cancel_reset(&self) {
        // SAFETY: An initialised controller, and its work item.
        unsafe { abi::cancel_work_sync(&raw mut (*self.as_raw()).reset_work) };
    }

    /// Takes the asynchronous event's work item off its queue, or waits for it:
    /// it may send the request while the controller is LIVE, and an event that
    /// comes queues it in any state. Context: may sleep; not from the item.
    pub(crate) fn cancel_async_event(&self) {
        // SAFETY: An initialised controller, and its work item.
        unsafe { abi::cancel_work_sync(&raw mut (*self.as_raw()).async_event_work) };
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
        let nvme = self.as_raw();
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

    /// Gives back the NVMe core's first reference. Nothing of the controller
    /// may be used after without a reference of one's own.
    pub(super) fn put(&self) {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_fc_shim_put_ctrl(self.as_raw()) };
    }

    /// The controller's character device, for log lines.
    ///
    /// The device has no name any more once `free_ctrl` has returned, though its
    /// memory lives on with `self`: so whoever prints with it has what that
    /// waits for. A request that is not given back, a call of the NVMe core's,
    /// and a work item of the controller hold it off (deletion cancels those);
    /// others have the registry locked, with the controller on
    /// its list, from which `free_ctrl` takes it under that lock.
    pub(crate) fn device(&self) -> &Device {
        // SAFETY: It is embedded in the controller, and initialised; that it has
        // a name is the caller's business, see above.
        unsafe { Device::from_raw(&raw mut (*self.as_raw()).ctrl_device) }
    }

    /// The N of nvmeN.
    pub(crate) fn instance(&self) -> i32 {
        // SAFETY: The struct is valid as long as `self`, and the number does not
        // change.
        unsafe { (*self.as_raw()).instance }
    }

    /// The options.
    #[inline]
    pub(crate) fn options(&self) -> &Options {
        // SAFETY: Set before anybody could ask, and freed after `self`, by the
        // type's invariant.
        unsafe { Options::from_raw((*self.as_raw()).opts) }
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
        unsafe { (&raw const (*self.as_raw()).state).read_volatile() }
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

    /// The word for the state.
    pub(crate) fn state_word(&self) -> &'static str {
        match self.raw_state() {
            abi::nvme_ctrl_state_NVME_CTRL_NEW => "new",
            abi::nvme_ctrl_state_NVME_CTRL_LIVE => "live",
            abi::nvme_ctrl_state_NVME_CTRL_RESETTING => "resetting",
            abi::nvme_ctrl_state_NVME_CTRL_CONNECTING => "connecting",
            abi::nvme_ctrl_state_NVME_CTRL_DELETING => "deleting",
            abi::nvme_ctrl_state_NVME_CTRL_DELETING_NOIO => "deleting_noio",
            _ => "dead",
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
        unsafe { abi::nvme_change_ctrl_state(self.as_raw(), state) }
    }

    /// Queues a reset; says whether the state allowed it. Context: any.
    pub(crate) fn reset(&self) -> bool {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_reset_ctrl(self.as_raw()) == 0 }
    }

    /// Queues the deletion; says whether the state allowed it. Context: any.
    pub(crate) fn delete(&self) -> bool {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_delete_ctrl(self.as_raw()) == 0 }
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
    }

    /// Tells the NVMe core what an asynchronous event reported. `status` as in
    /// a completion entry, `result` in CPU order. Context: any.
    pub(crate) fn complete_async_event(&self, status: u16, result: u64) {
        let mut result = result.to_le();
        // SAFETY: An initialised controller; the union is as large as its
        // 64-bit member, and read in the call.
        unsafe {
            abi::nvme_complete_async_event(
                self.as_raw(),
                status.to_le(),
                (&raw mut result).cast::<abi::nvme_completion_nvme_result>(),
            )
        };
    }

    /// Whether the controller takes SGLs, as fabrics must.
    pub(crate) fn supports_sgls(&self) -> bool {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_fc_shim_ctrl_sgl_supported(self.as_raw()) }
    }

    /// Puts the controller's memory near its port's device.
    pub(crate) fn set_numa_node_of(&self, device: &DeviceRef) {
        let device = device.as_raw();
        if !device.is_null() {
            // SAFETY: A live device, and an initialised controller.
            unsafe { (*self.as_raw()).numa_node = abi::nvme_fc_shim_dev_to_node(device) };
        }
    }

    /// Whether both options describe the same host and subsystem.
    pub(crate) fn matches_options(&self, options: &Options) -> bool {
        // SAFETY: An initialised controller, and options that are parsed.
        unsafe { abi::nvme_fc_shim_matches_baseopts(self.as_raw(), options.as_raw()) }
    }

    /// The subsystem's name, as the controller told it.
    pub(crate) fn subsystem_name(&self) -> &CStr {
        // SAFETY: An initialised controller; the name lives as long as it.
        unsafe { CStr::from_char_ptr(abi::nvme_fc_shim_ctrl_subsysnqn(self.as_raw())) }
    }

    /// Whether the controller is one without I/O queues. Context: identified.
    pub(crate) fn is_administrative(&self) -> bool {
        self.kind() == abi::nvme_ctrl_type_NVME_CTRL_ADMIN
    }

    readable! {
        /// What Identify Controller says of the kind of controller.
        kind: cntrltype: abi::nvme_ctrl_type;
        /// The subsystem that it has joined.
        subsystem: subsys: *mut abi::nvme_subsystem;
        /// What its commands have for effects.
        effects: effects: *mut abi::nvme_effects_log;
        /// Whether the NVMe core takes it for one that is not new.
        is_identified: identified: bool;
        /// I/O queue entries, 0's based.
        sqsize: sqsize: u16;
        /// Attempts to connect since the association was lost.
        attempts: nr_reconnects: c_int;
        /// Commands that the controller takes at once.
        max_commands: maxcmd: u16;
        /// Offset of in-capsule data, which FC has none of.
        in_capsule_offset: icdoff: u16;
        /// Jiffies that I/O may take.
        io_timeout: io_timeout: u32;
    }

    writable! {
        /// Queues, with the admin queue.
        set_queue_count: queue_count: u32;
        /// I/O queue entries, 0's based.
        set_sqsize: sqsize: u16;
        /// Attempts to connect since the association was lost.
        set_attempts: nr_reconnects: c_int;
        /// Whether the NVMe core takes it for one that is not new.
        set_identified: identified: bool;
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

impl Drop for NvmeCtrl {
    fn drop(&mut self) {
        if self.owns_options.get() {
            // SAFETY: Ours, by the type's invariant; the NVMe core does not know
            // the controller any more.
            unsafe { abi::nvmf_free_options((*self.as_raw()).opts) };
        }
    }
}
