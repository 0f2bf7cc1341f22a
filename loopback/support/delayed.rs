// SPDX-License-Identifier: GPL-2.0

//! Events of an object that come later: from a work item, or from a timer's
//! hard IRQ.
//!
//! A delayed event is part of the object whose event it delivers. While it is armed
//! it owns a reference to the object.
//!
//! C headers: [`include/linux/workqueue.h`](srctree/include/linux/workqueue.h),
//! [`include/linux/hrtimer.h`](srctree/include/linux/hrtimer.h)

use core::ffi::c_void;

use kernel::{
    container_of,
    prelude::*,
    static_lock_class,
    sync::{
        atomic::{Atomic, Full, Relaxed},
        Arc, //
    },
    types::Opaque, //
};

use crate::{
    abi,
    plan::mode::Delivery, //
};

/// An object with delayed events.
///
/// # Safety
///
/// `delayed` returns delayed events that are fields of `self`, made by
/// [`DelayedEvent::new`] for this very type, and the same for the same event.
pub(crate) unsafe trait EventSource: Send + Sync + Sized + 'static {
    /// The delayed event of that number.
    fn delayed(&self, event: usize) -> Option<&DelayedEvent>;

    /// The event of that number has come. Context: what the delivery said.
    fn fire(self: Arc<Self>, event: usize);
}

/// Delayed events that are armed, in all objects.
static ARMED: Atomic<u64> = Atomic::new(0);
/// The workqueue whose items run where they were queued.
static BOUND: Atomic<usize> = Atomic::new(0);
/// The workqueue whose items run anywhere.
static UNBOUND: Atomic<usize> = Atomic::new(0);

/// One event.
///
/// # Invariants
///
/// `context` is 0, or what `Arc::into_raw` gave for the object that this is a
/// field of; `run` is [`run`] of that object's type.
#[pin_data]
pub(crate) struct DelayedEvent {
    /// Runs in process context.
    #[pin]
    work: Opaque<abi::work_struct>,
    /// Runs in hard IRQ.
    #[pin]
    timer: Opaque<abi::hrtimer>,
    /// The object while it is armed.
    context: Atomic<usize>,
    /// Whether the timer itself is the event, or the work that it queues.
    hard: Atomic<bool>,
    /// Which event this is.
    event: usize,
    /// Delivers it.
    run: unsafe fn(usize, usize),
}

// SAFETY: Work and timer do their own locking, the rest is atomic or constant.
unsafe impl Send for DelayedEvent {}
// SAFETY: Shared use is the kernel's own calls on work and timer, which lock, and atomics.
unsafe impl Sync for DelayedEvent {}

/// Gives the event to its object.
///
/// # Safety
///
/// `context` is what `Arc::<T>::into_raw` gave, and is passed once.
unsafe fn run<T: EventSource>(context: usize, event: usize) {
    // SAFETY: As the caller promises.
    let object = unsafe { Arc::from_raw(context as *const T) };
    object.fire(event);
}

impl DelayedEvent {
    /// A delayed event for `event` of a `T`.
    pub(crate) fn new<T: EventSource>(event: usize) -> impl PinInit<Self> {
        pin_init!(Self {
            work <- Opaque::ffi_init(|work: *mut abi::work_struct| {
                // SAFETY: `work` is memory for one work item.
                unsafe {
                    abi::init_work_with_key(
                        work,
                        Some(on_work),
                        false,
                        c"nvme_fc_loopback_event".as_char_ptr(),
                        static_lock_class!().as_ptr(),
                    )
                }
            }),
            timer <- Opaque::ffi_init(|timer: *mut abi::hrtimer| {
                // SAFETY: `timer` is memory for one timer. CAST: A small number.
                unsafe {
                    abi::hrtimer_setup(
                        timer,
                        Some(on_timer),
                        abi::CLOCK_MONOTONIC as abi::clockid_t,
                        abi::hrtimer_mode_HRTIMER_MODE_REL,
                    )
                }
            }),
            context: Atomic::new(0),
            hard: Atomic::new(false),
            event,
            run: run::<T>,
        })
    }

    /// Delivers the event, wherever that is.
    ///
    /// # Safety
    ///
    /// `this` is armed, and its object alive through the armed reference.
    unsafe fn deliver(this: *const Self) {
        let (context, event, run) = {
            // SAFETY: The object is alive.
            let delayed = unsafe { &*this };
            (delayed.context.xchg(0, Full), delayed.event, delayed.run)
        };
        if context != 0 {
            // SAFETY: By the invariant; the exchange above takes it once.
            unsafe { run(context, event) };
            ARMED.fetch_sub(1, Full);
        }
    }

    /// Puts the work item on `queue`, or the bound one if that is not there.
    fn queue(&self, queue: &Atomic<usize>) {
        let queue = queue.load(Relaxed) as *mut abi::workqueue_struct;
        // SAFETY: The queues live until no event is armed; this one is.
        // CAST: A small number.
        unsafe {
            abi::queue_work_on(
                abi::wq_misc_consts_WORK_CPU_UNBOUND as c_int,
                queue,
                self.work.get(),
            )
        };
    }

    /// Starts the timer.
    fn start(&self, nanoseconds: u64, hard: bool) {
        self.hard.store(hard, Relaxed);
        // SAFETY: The timer was set up by `new`. CAST: Two minutes at most.
        unsafe {
            abi::hrtimer_start_range_ns(
                self.timer.get(),
                nanoseconds as abi::ktime_t,
                0,
                abi::hrtimer_mode_HRTIMER_MODE_REL,
            )
        };
    }
}

/// Delivers `event` of `object` as `delivery` says. An event that is on
/// its way already is not delivered twice. Context: any.
pub(crate) fn arm<T: EventSource>(object: Arc<T>, event: usize, delivery: Delivery) {
    if delivery == Delivery::Inline {
        return object.fire(event);
    }
    let Some(delayed) = object.delayed(event).map(core::ptr::from_ref) else {
        return;
    };
    let context = Arc::into_raw(object);
    // SAFETY: The event is part of the object, whose reference is held above.
    let delayed = unsafe { &*delayed };
    // INVARIANT: `context` is that object.
    if delayed.context.cmpxchg(0, context as usize, Full).is_err() {
        // SAFETY: It was put away just now, and nobody else has seen it.
        drop(unsafe { Arc::from_raw(context) });
        return;
    }
    ARMED.fetch_add(1, Full);
    match delivery {
        Delivery::Unbound => delayed.queue(&UNBOUND),
        Delivery::Later(time) => delayed.start(time, false),
        Delivery::Irq(time) => delayed.start(time, true),
        Delivery::Work | Delivery::Inline => delayed.queue(&BOUND),
    }
}

/// Takes a timer's event back if it has not begun. Context: any.
pub(crate) fn cancel<T: EventSource>(object: &Arc<T>, event: usize) {
    let Some(delayed) = object.delayed(event) else {
        return;
    };
    // SAFETY: The timer was set up by `new`.
    if unsafe { abi::hrtimer_try_to_cancel(delayed.timer.get()) } == 1 {
        let context = delayed.context.xchg(0, Full);
        if context != 0 {
            // SAFETY: By the invariant; the exchange above takes it once.
            drop(unsafe { Arc::from_raw(context as *const T) });
            ARMED.fetch_sub(1, Full);
        }
    }
}

/// The work item of an event runs.
///
/// # Safety
///
/// `work` is that of an armed event.
unsafe extern "C" fn on_work(work: *mut abi::work_struct) {
    // SAFETY: Only work items of such events have this function.
    let delayed = unsafe { container_of!(Opaque::cast_from(work), DelayedEvent, work) };
    // SAFETY: An armed event's work is queued once.
    unsafe { DelayedEvent::deliver(delayed) };
}

/// The timer of an event has expired. Context: hard IRQ.
///
/// # Safety
///
/// `timer` is that of an armed event.
unsafe extern "C" fn on_timer(timer: *mut abi::hrtimer) -> abi::hrtimer_restart {
    // SAFETY: Only timers of such events have this function.
    let delayed: *const DelayedEvent =
        unsafe { container_of!(Opaque::cast_from(timer), DelayedEvent, timer) };
    // SAFETY: An armed event's object is alive.
    if unsafe { (*delayed).hard.load(Relaxed) } {
        // SAFETY: An armed event's timer expires once.
        unsafe { DelayedEvent::deliver(delayed) };
    } else {
        // SAFETY: Still armed, so its object is alive through the armed reference.
        unsafe { (*delayed).queue(&UNBOUND) };
    }
    abi::hrtimer_restart::HRTIMER_NORESTART
}

/// The workqueues that delayed events use; there is one of this in the module.
pub(crate) struct Queues(());

impl Queues {
    /// Makes the workqueues. Context: may sleep.
    pub(crate) fn new() -> Result<Self> {
        let make = |name: &'static CStr, flags: abi::wq_flags| {
            // SAFETY: The format takes no argument. CAST: A flag word.
            let queue = unsafe {
                abi::alloc_workqueue_noprof(
                    name.as_char_ptr(),
                    (flags | abi::wq_flags_WQ_MEM_RECLAIM) as c_uint,
                    0,
                    core::ptr::null::<c_void>(),
                )
            };
            if queue.is_null() {
                Err(ENOMEM)
            } else {
                Ok(queue as usize)
            }
        };
        let this = Self(());
        BOUND.store(make(c"nvme_fc_loopback", abi::wq_flags_WQ_PERCPU)?, Relaxed);
        // From here on `drop` destroys what there is.
        UNBOUND.store(
            make(c"nvme_fc_loopback_any", abi::wq_flags_WQ_UNBOUND)?,
            Relaxed,
        );
        Ok(this)
    }
}

impl Drop for Queues {
    fn drop(&mut self) {
        while ARMED.load(Relaxed) != 0 {
            // SAFETY: Process context, no lock held.
            unsafe { abi::msleep(10) };
        }
        for queue in [&BOUND, &UNBOUND] {
            let queue = queue.xchg(0, Full) as *mut abi::workqueue_struct;
            if !queue.is_null() {
                // SAFETY: No event is armed, and none is armed any more: every
                // port is gone.
                unsafe { abi::destroy_workqueue(queue) };
            }
        }
        // A timer that has given up its count may still be on its way out.
        // SAFETY: Process context, no lock held.
        unsafe { abi::synchronize_rcu() };
    }
}
