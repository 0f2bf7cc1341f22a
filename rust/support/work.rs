// SPDX-License-Identifier: GPL-2.0

//! Cancel and flush for work items that sit in an [`Arc`].
//!
//! The kernel crate can only enqueue. A queued item owns one reference to its
//! object; whoever takes the item off the queue again must give that reference
//! back, which is what these functions are for.
//!
//! C header: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h)

use kernel::{
    container_of,
    prelude::*,
    sync::Arc,
    workqueue::{
        HasDelayedWork,
        HasWork,
        Queue,
        Work,
        WorkItem, //
    }, //
};

use crate::abi;

/// The `work_struct` of an object.
fn raw_work<T, const ID: u64>(object: &Arc<T>) -> *mut abi::work_struct
where
    T: WorkItem<ID, Pointer = Arc<T>> + HasWork<T, ID>,
{
    // SAFETY: The pointer is to a live object; the field is not read.
    let work = unsafe { T::raw_get_work(Arc::as_ptr(object).cast_mut()) };
    // SAFETY: The field is part of a live object.
    unsafe { Work::raw_get(work) }
}

/// The `delayed_work` of an object.
fn raw_delayed_work<T, const ID: u64>(object: &Arc<T>) -> *mut abi::delayed_work
where
    T: WorkItem<ID, Pointer = Arc<T>> + HasDelayedWork<T, ID>,
{
    let work = raw_work::<T, ID>(object);
    // SAFETY: `HasDelayedWork` says that the work item is the `work` field of
    // a `delayed_work`.
    unsafe { container_of!(work, abi::delayed_work, work) }
}

/// Gives back the reference that a queued item owned.
///
/// # Safety
///
/// The item of `object` was on a queue and was taken off without having run.
unsafe fn reclaim<T>(object: &Arc<T>) {
    // SAFETY: Enqueueing put one reference away by `Arc::into_raw`, and it is
    // this call that gets it back.
    drop(unsafe { Arc::from_raw(Arc::as_ptr(object)) });
}

/// Takes the item off its queue, and waits for it if it runs. Says whether it
/// was still waiting. Context: may sleep; not from within the item itself.
pub(crate) fn cancel_sync<T, const ID: u64>(object: &Arc<T>) -> bool
where
    T: WorkItem<ID, Pointer = Arc<T>> + HasWork<T, ID>,
{
    // SAFETY: The item is initialised, being part of a live object.
    let waiting = unsafe { abi::cancel_work_sync(raw_work::<T, ID>(object)) };
    if waiting {
        // SAFETY: It was queued and will not run.
        unsafe { reclaim(object) };
    }
    waiting
}

/// As [`cancel_sync`], for delayed work.
pub(crate) fn cancel_delayed_sync<T, const ID: u64>(object: &Arc<T>) -> bool
where
    T: WorkItem<ID, Pointer = Arc<T>> + HasDelayedWork<T, ID>,
{
    // SAFETY: The item is initialised, being part of a live object.
    let waiting = unsafe { abi::cancel_delayed_work_sync(raw_delayed_work::<T, ID>(object)) };
    if waiting {
        // SAFETY: It was queued and will not run.
        unsafe { reclaim(object) };
    }
    waiting
}

/// As [`cancel_delayed_sync`], but does not wait for an item that runs. Context:
/// any.
pub(crate) fn cancel_delayed<T, const ID: u64>(object: &Arc<T>) -> bool
where
    T: WorkItem<ID, Pointer = Arc<T>> + HasDelayedWork<T, ID>,
{
    // SAFETY: The item is initialised, being part of a live object.
    let waiting = unsafe { abi::cancel_delayed_work(raw_delayed_work::<T, ID>(object)) };
    if waiting {
        // SAFETY: It was queued and will not run.
        unsafe { reclaim(object) };
    }
    waiting
}

/// Queues the delayed item `delay` jiffies from now, whether it was waiting for
/// another time or not. An item that somebody cancels and waits for at this
/// moment is not queued: the workqueue refuses it. Context: any.
///
/// `mod_delayed_work_on()` does not serve: it answers the same for an item that
/// was idle and is queued now, and for one that was idle and is refused, and
/// only the first has a use for the reference.
pub(crate) fn mod_delayed<T, const ID: u64>(queue: &Queue, object: Arc<T>, delay: usize)
where
    T: WorkItem<ID, Pointer = Arc<T>> + HasDelayedWork<T, ID>,
{
    let work = raw_delayed_work::<T, ID>(&object);
    let mut last = false;
    loop {
        let queued = Arc::into_raw(object.clone());
        // SAFETY: Queue and item are alive; if this succeeds, the item owns the
        // reference put away above. CAST: `WORK_CPU_UNBOUND` is a small number.
        let taken = unsafe {
            abi::queue_delayed_work_on(
                abi::wq_misc_consts_WORK_CPU_UNBOUND as c_int,
                core::ptr::from_ref(queue).cast_mut().cast(),
                work,
                delay,
            )
        };
        if taken {
            return;
        }
        // SAFETY: Put away above, and not taken.
        drop(unsafe { Arc::from_raw(queued) });
        // It waits for another time, with a reference of its own, and is queued
        // anew. Or it began to run just now, and can be queued again; or it is
        // being cancelled, and is refused again.
        if !cancel_delayed::<T, ID>(&object) && core::mem::replace(&mut last, true) {
            return;
        }
    }
}

/// Waits until everything that was queued on `queue` by now has run. Context:
/// may sleep; not from within an item of that queue.
pub(crate) fn flush_queue(queue: &Queue) {
    // SAFETY: `Queue` is transparent over the C struct, and alive.
    unsafe { abi::__flush_workqueue(core::ptr::from_ref(queue).cast_mut().cast()) };
}
