// SPDX-License-Identifier: GPL-2.0

//! Tag sets of a controller of the NVMe core, meant for
//! `rust/kernel/nvme/tagset.rs`.
//!
//! C header: [`include/linux/blk-mq.h`](srctree/include/linux/blk-mq.h)

use core::{
    ffi::c_void,
    marker::PhantomData,
    mem::size_of, //
};

use kernel::{
    error::to_result,
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            Atomic,
            Full,
            Release, //
        },
        Mutex, //
    },
    types::Opaque, //
};

use crate::{
    abi,
    nvme::{
        ctrl::NvmeCtrl,
        mq::VTable,
        request::{
            Operations,
            Request, //
        }, //
    },
    shared::support::cpus, //
};

/// A tag set inside a controller.
///
/// # Invariants
///
/// While `allocated`, the NVMe core owns what is in `inner`.
#[pin_data]
pub(crate) struct TagSet<T> {
    /// The C object.
    inner: Opaque<abi::blk_mq_tag_set>,
    /// It was allocated.
    allocated: Atomic<bool>,
    /// Held by whoever looks at requests, or changes the number of hardware
    /// contexts: the block layer frees the table of their tags at once when that
    /// grows, and keeps SRCU readers only from what the table points at.
    #[pin]
    tags: Mutex<()>,
    /// What its requests are.
    _requests: PhantomData<T>,
}

// SAFETY: The block layer does its own locking.
unsafe impl<T> Send for TagSet<T> {}
// SAFETY: The block layer does its own locking.
unsafe impl<T> Sync for TagSet<T> {}

impl<T: Operations> TagSet<T> {
    /// No tag set yet.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            inner: Opaque::zeroed(),
            allocated: Atomic::new(false),
            tags <- new_mutex!((), "TagSet::tags"),
            _requests: PhantomData,
        })
    }

    /// Whether there is a tag set.
    pub(crate) fn is_allocated(&self) -> bool {
        self.allocated.load(Acquire)
    }

    /// Makes the admin tag set, with a `tail` of so many bytes behind each
    /// request's memory. Context: may sleep; `ctrl` is what this set is part of.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EINVAL`.
    pub(crate) fn allocate_admin(&self, ctrl: &NvmeCtrl, tail: u32) -> Result {
        let (set, size) = (self.inner.get(), Self::size(tail)?);
        // SAFETY: An initialised controller without admin tag set; the table
        // is static.
        to_result(unsafe {
            abi::nvme_alloc_admin_tag_set(ctrl.as_raw(), set, &VTable::<T>::ADMIN, size)
        })?;
        self.allocated.store(true, Release);
        Ok(())
    }

    /// Makes the I/O tag set for the controller's queue count, with a `tail` of so
    /// many bytes behind each request's memory. Context: may sleep; `ctrl` is what
    /// this set is part of.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EINVAL`.
    pub(crate) fn allocate_io(&self, ctrl: &NvmeCtrl, tail: u32) -> Result {
        let (set, size) = (self.inner.get(), Self::size(tail)?);
        // SAFETY: An initialised controller without I/O tag set; the table is
        // static.
        to_result(unsafe {
            abi::nvme_alloc_io_tag_set(ctrl.as_raw(), set, &VTable::<T>::IO, 1, size)
        })?;
        self.allocated.store(true, Release);
        Ok(())
    }

    /// Bytes behind each request.
    fn size(tail: u32) -> Result<u32> {
        let own = u32::try_from(size_of::<T::Data>())?;
        own.checked_add(tail).ok_or(EINVAL)
    }

    /// Frees the admin tag set, if it was made. Context: may sleep; its queue is
    /// not quiesced.
    pub(crate) fn remove_admin(&self, ctrl: &NvmeCtrl) {
        if self.allocated.xchg(false, Full) {
            // SAFETY: An initialised controller, and its admin tag set.
            unsafe { abi::nvme_remove_admin_tag_set(ctrl.as_raw()) };
        }
    }

    /// Frees the I/O tag set, if it was made. Context: may sleep.
    pub(crate) fn remove_io(&self, ctrl: &NvmeCtrl) {
        if self.allocated.xchg(false, Full) {
            // SAFETY: An initialised controller, and its I/O tag set.
            unsafe { abi::nvme_remove_io_tag_set(ctrl.as_raw()) };
        }
    }

    /// Hardware contexts of the set.
    pub(crate) fn hardware_queues(&self) -> u32 {
        // SAFETY: The struct is valid as long as `self`.
        unsafe { (&raw const (*self.inner.get()).nr_hw_queues).read_volatile() }
    }

    /// Whether a hardware context has a CPU that is in use. Context: nobody maps
    /// contexts meanwhile.
    pub(crate) fn is_in_use(&self, context: u32) -> bool {
        (0..cpus::ids()).any(|cpu| {
            // SAFETY: The struct is valid as long as `self`.
            let first = unsafe { (*self.inner.get()).map[0].mq_map };
            // SAFETY: An allocated set's map has an element for each CPU.
            let used = unsafe { *first.add(cpu) };
            used == context && cpus::is_in_use(cpu)
        })
    }

    /// Maps `count` hardware contexts to CPUs anew; says whether the block layer
    /// could. Context: may sleep; all queues of the set are frozen or idle.
    pub(crate) fn map_anew(&self, count: u32) -> bool {
        // The block layer has nothing to do for a number that stays.
        if count > 1 && count == self.hardware_queues() {
            self.set_hardware_queues(count.saturating_sub(1));
        }
        self.set_hardware_queues(count)
    }

    /// Changes the number of hardware contexts; says whether the block layer
    /// could.
    fn set_hardware_queues(&self, count: u32) -> bool {
        let Ok(wanted) = c_int::try_from(count) else {
            return false;
        };
        let _tags = self.tags.lock();
        // SAFETY: An allocated set.
        unsafe { abi::blk_mq_update_nr_hw_queues(self.inner.get(), wanted) };
        self.hardware_queues() == count
    }

    /// Calls `each` for every request that was started and is not finished. The
    /// request is not reused during the call. Context: may sleep, and so may
    /// `each`.
    pub(crate) fn for_each_started(&self, mut each: impl FnMut(&Request<T>)) {
        if !self.is_allocated() {
            return;
        }
        let _tags = self.tags.lock();
        let mut each: &mut dyn FnMut(&Request<T>) = &mut each;
        // SAFETY: An allocated set; the closure outlives the call.
        unsafe {
            abi::blk_mq_tagset_busy_iter(
                self.inner.get(),
                Some(Self::visit),
                core::ptr::from_mut(&mut each).cast(),
            )
        };
    }

    /// Waits until requests that are completed are finished. Context: may
    /// sleep; nobody maps contexts meanwhile.
    pub(crate) fn wait_completed(&self) {
        if self.is_allocated() {
            // SAFETY: An allocated set.
            unsafe { abi::blk_mq_tagset_wait_completed_request(self.inner.get()) };
        }
    }

    /// Calls the closure behind `each`.
    ///
    /// # Safety
    ///
    /// Called by the block layer out of [`TagSet::for_each_started`].
    unsafe extern "C" fn visit(request: *mut abi::request, each: *mut c_void) -> bool {
        // SAFETY: What `for_each_started` passed.
        let each = unsafe { &mut *each.cast::<&mut dyn FnMut(&Request<T>)>() };
        // SAFETY: The block layer holds a reference to the request in this call.
        each(unsafe { Request::from_raw(request) });
        true
    }
}
