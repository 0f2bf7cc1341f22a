// SPDX-License-Identifier: GPL-2.0

//! What the NVMe core calls a transport for, meant for
//! `rust/kernel/nvme/ops.rs`.
//!
//! C header: `drivers/nvme/host/nvme.h`

use core::marker::PhantomData;

use kernel::{
    container_of,
    error::to_result,
    module::this_module,
    prelude::*,
    static_lock_class,
    str::as_char_ptr_in_const_context,
    sync::{
        Arc,
        ArcBorrow, //
    },
    ModuleMetadata, //
};

use crate::{
    abi,
    nvme::ctrl::NvmeCtrl,
    shared::support::attributes::Group, //
};

/// A transport's object around the NVMe core's.
///
/// # Safety
///
/// The NVMe core's object is the first field, and `nvme` gives it.
/// [`impl_has_nvme_ctrl`] sees to both.
pub(crate) unsafe trait HasNvmeCtrl {
    /// The NVMe core's object.
    fn nvme(&self) -> &NvmeCtrl;
}

/// Says which field of a transport's object is the NVMe core's: the first.
/// `impl_has_nvme_ctrl! { impl HasNvmeCtrl for Ctrl { self.nvme } }`.
macro_rules! impl_has_nvme_ctrl {
    (impl HasNvmeCtrl for $object:ty { self.$field:ident }) => {
        const _: () = assert!(::core::mem::offset_of!($object, $field) == 0);

        #[allow(unsafe_code, reason = "the layout was asserted")]
        // SAFETY: The first field, as was just asserted.
        unsafe impl $crate::nvme::ops::HasNvmeCtrl for $object {
            #[inline(always)]
            fn nvme(&self) -> &$crate::nvme::ctrl::NvmeCtrl {
                &self.$field
            }
        }
    };
}
pub(crate) use impl_has_nvme_ctrl;

/// What a fabrics transport does with a controller of its own for the NVMe core,
/// which owns one reference to it until [`CtrlOps::freed`].
pub(crate) trait CtrlOps: HasNvmeCtrl + Send + Sync + 'static {
    /// The transport, as sysfs names it.
    const NAME: &'static CStr;
    /// The module that has the transport.
    type Module: ModuleMetadata;

    /// The files that a controller's device has beyond those of the NVMe core's.
    fn files() -> &'static Group;

    /// Resets a controller that is in state RESETTING. Context: may sleep; the
    /// reset work.
    fn reset(this: ArcBorrow<'_, Self>);

    /// Takes apart a controller that is in state DELETING. Context: may sleep;
    /// once.
    fn delete(this: ArcBorrow<'_, Self>);

    /// Sends the asynchronous event request. Context: may sleep.
    fn submit_async_event(this: ArcBorrow<'_, Self>);

    /// Takes over the NVMe core's reference: the core does not know the
    /// controller any more. Context: may sleep; once.
    fn freed(this: Arc<Self>);
}

/// Makes the NVMe core know a controller: it holds one reference, given back by
/// [`CtrlOps::freed`]. Context: may sleep; once for a controller.
///
/// # Errors
///
/// The NVMe core's; it holds no reference then.
pub(super) fn init<T: CtrlOps>(ctrl: &Arc<T>, parent: *mut abi::device) -> Result {
    let nvme = ctrl.nvme().as_raw();
    // SAFETY: Nobody else uses the work item yet, and the function fits it.
    unsafe {
        abi::init_work_with_key(
            &raw mut (*nvme).reset_work,
            Some(VTable::<T>::reset_work),
            false,
            c"nvme_ctrl::reset_work".as_char_ptr(),
            static_lock_class!().as_ptr(),
        )
    };
    let core = Arc::into_raw(ctrl.clone());
    // SAFETY: Memory that stays where it is, zeroed but for what a transport may set before, with a static table that is
    // for it; one reference was put away.
    let status = unsafe { abi::nvme_init_ctrl(nvme, parent, &VTable::<T>::OPS, 0) };
    to_result(status).inspect_err(|_| {
        // SAFETY: Put away above, and not taken.
        drop(unsafe { Arc::from_raw(core) });
    })
}

/// The table by which the NVMe core calls a transport.
struct VTable<T: CtrlOps>(PhantomData<T>);

impl<T: CtrlOps> VTable<T> {
    /// The table.
    const OPS: abi::nvme_ctrl_ops = abi::nvme_ctrl_ops {
        name: as_char_ptr_in_const_context(T::NAME),
        module: this_module::<T::Module>().as_ptr(),
        flags: abi::NVME_F_FABRICS,
        reg_read32: Some(abi::nvmf_reg_read32),
        reg_write32: Some(abi::nvmf_reg_write32),
        reg_read64: Some(abi::nvmf_reg_read64),
        free_ctrl: Some(Self::free_ctrl),
        submit_async_event: Some(Self::submit_async_event),
        subsystem_reset: Some(abi::nvmf_subsystem_reset),
        delete_ctrl: Some(Self::delete_ctrl),
        get_address: Some(abi::nvmf_get_address),
        get_virt_boundary: Some(Self::get_virt_boundary),
        ..pin_init::zeroed()
    };

    /// The transport's object around the NVMe core's.
    ///
    /// # Safety
    ///
    /// `nvme` is part of a `T`, and stays alive for `'a`.
    unsafe fn ctrl<'a>(nvme: *mut abi::nvme_ctrl) -> ArcBorrow<'a, T> {
        // SAFETY: The NVMe core's object is the first field, by `HasNvmeCtrl`,
        // and the reference put away for the core keeps the whole alive.
        unsafe { ArcBorrow::from_raw(nvme.cast::<T>()) }
    }

    /// Resets a controller.
    ///
    /// # Safety
    ///
    /// Called by the workqueue for a `T`.
    unsafe extern "C" fn reset_work(work: *mut abi::work_struct) {
        // SAFETY: The work item is part of the NVMe core's object.
        let nvme = unsafe { container_of!(work, abi::nvme_ctrl, reset_work) };
        // SAFETY: Part of a `T`, whose deletion waits for this work item.
        T::reset(unsafe { Self::ctrl(nvme) });
    }

    /// The NVMe core's last reference is gone.
    ///
    /// # Safety
    ///
    /// Called by the NVMe core, once, for a `T`. Context: may sleep.
    unsafe extern "C" fn free_ctrl(nvme: *mut abi::nvme_ctrl) {
        // SAFETY: Put away by `init`, and the NVMe core's object is the first
        // field.
        T::freed(unsafe { Arc::from_raw(nvme.cast::<T>()) });
    }

    /// Sends the asynchronous event request.
    ///
    /// # Safety
    ///
    /// Called by the NVMe core for a `T`. Context: may sleep.
    unsafe extern "C" fn submit_async_event(nvme: *mut abi::nvme_ctrl) {
        // SAFETY: Part of a `T`, alive in the call.
        T::submit_async_event(unsafe { Self::ctrl(nvme) });
    }

    /// Takes a controller apart.
    ///
    /// # Safety
    ///
    /// Called by the NVMe core, once, for a `T`. Context: may sleep.
    unsafe extern "C" fn delete_ctrl(nvme: *mut abi::nvme_ctrl) {
        // SAFETY: Part of a `T`, alive in the call.
        T::delete(unsafe { Self::ctrl(nvme) });
    }

    /// The boundary that segments may not cross: none (`nvmf_get_virt_boundary`).
    ///
    /// # Safety
    ///
    /// None needed.
    unsafe extern "C" fn get_virt_boundary(_nvme: *mut abi::nvme_ctrl, _admin: bool) -> usize {
        0
    }
}
