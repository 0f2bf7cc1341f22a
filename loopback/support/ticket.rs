// SPDX-License-Identifier: GPL-2.0

//! Events of an object that come later: from a work item, or from a timer's
//! hard IRQ.
//!
//! A ticket is part of the object whose event it delivers. While it is armed
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

/// An object with tickets.
///
/// # Safety
///
/// `ticket` returns tickets that are fields of `self`, made by
/// [`Ticket::new`] for this very type, and the same for the same slot.
pub(crate) unsafe trait Fires: Send + Sync + Sized + 'static {
    /// The ticket of that number.
    fn ticket(&self, slot: usize) -> Option<&Ticket>;

    /// The event of that number has come. Context: what the delivery said.
    fn fire(self: Arc<Self>, slot: usize);
}

/// Tickets that are armed, in all objects.
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
pub(crate) struct Ticket {
    /// Runs in process context.
    #[pin]
    work: Opaque<abi::work_struct>,
    /// Runs in hard IRQ.
    #[pin]
    timer: Opaque<abi::hrtimer>,
    /// The object while the ticket is armed.
    context: Atomic<usize>,
    /// Whether the timer itself is the event, or the work that it queues.
    hard: Atomic<bool>,
    /// Which event this is.
    event: usize,
    /// Delivers it.
    run: unsafe fn(usize, usize),
}

// SAFETY: Work and timer do their own locking, the rest is atomic or constant.
unsafe impl Send for Ticket {}
// SAFETY: As above.
unsafe impl Sync for Ticket {}

/// Gives the event to its object.
///
/// # Safety
///
/// `context` is what `Arc::<T>::into_raw` gave, and is passed once.
unsafe fn run<T: Fires>(context: usize, slot: usize) {
    // SAFETY: As the caller promises.
    let object = unsafe { Arc::from_raw(context as *const T) };
    object.fire(slot);
}

impl Ticket {
    /// A ticket for `event` of a `T`.
    pub(crate) fn new<T: Fires>(event: usize) -> impl PinInit<Self> {
        pin_init!(Self {
            work <- Opaque::ffi_init(|work: *mut abi::work_struct| {
                // SAFETY: `work` is memory for one work item.
                unsafe {
                    abi::init_work_with_key(
                        work,
                        Some(on_work),
                        false,
                        c"nvme_fc_loopback_ticket".as_char_ptr(),
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
        let (context, slot, run) = {
            // SAFETY: The object is alive.
            let ticket = unsafe { &*this };
            (ticket.context.xchg(0, Full), ticket.event, ticket.run)
        };
        if context != 0 {
            // SAFETY: By the invariant; the exchange above takes it once.
            unsafe { run(context, slot) };
            ARMED.fetch_sub(1, Full);
        }
    }

    /// Puts the work item on `queue`, or the bound one if that is not there.
    fn queue(&self, queue: &Atomic<usize>) {
        let queue = queue.load(Relaxed) as *mut abi::workqueue_struct;
        // SAFETY: The queues live until no ticket is armed; this one is.
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

/// Delivers event `slot` of `object` as `delivery` says. An event that is on
/// its way already is not delivered twice. Context: any.
pub(crate) fn arm<T: Fires>(object: Arc<T>, slot: usize, delivery: Delivery) {
    if delivery == Delivery::Inline {
        return object.fire(slot);
    }
    let Some(ticket) = object.ticket(slot).map(core::ptr::from_ref) else {
        return;
    };
    let context = Arc::into_raw(object);
    // SAFETY: The ticket is part of the object, whose reference is held above.
    let ticket = unsafe { &*ticket };
    // INVARIANT: `context` is that object.
    if ticket.context.cmpxchg(0, context as usize, Full).is_err() {
        // SAFETY: It was put away just now, and nobody else has seen it.
        drop(unsafe { Arc::from_raw(context) });
        return;
    }
    ARMED.fetch_add(1, Full);
    match delivery {
        Delivery::Unbound => ticket.queue(&UNBOUND),
        Delivery::Later(time) => ticket.start(time, false),
        Delivery::Irq(time) => ticket.start(time, true),
        Delivery::Work | Delivery::Inline => ticket.queue(&BOUND),
    }
}

/// Takes a timer's event back if it has not begun. Context: any.
pub(crate) fn cancel<T: Fires>(object: &Arc<T>, slot: usize) {
    let Some(ticket) = object.ticket(slot) else {
        return;
    };
    // SAFETY: The timer was set up by `new`.
    if unsafe { abi::hrtimer_try_to_cancel(ticket.timer.get()) } == 1 {
        let context = ticket.context.xchg(0, Full);
        if context != 0 {
            // SAFETY: By the invariant; the exchange above takes it once.
            drop(unsafe { Arc::from_raw(context as *const T) });
            ARMED.fetch_sub(1, Full);
        }
    }
}

/// The work item of a ticket runs.
///
/// # Safety
///
/// `work` is that of an armed ticket.
unsafe extern "C" fn on_work(work: *mut abi::work_struct) {
    // SAFETY: Only work items of tickets have this function.
    let ticket = unsafe { container_of!(Opaque::cast_from(work), Ticket, work) };
    // SAFETY: An armed ticket's work is queued once.
    unsafe { Ticket::deliver(ticket) };
}

/// The timer of a ticket has expired. Context: hard IRQ.
///
/// # Safety
///
/// `timer` is that of an armed ticket.
unsafe extern "C" fn on_timer(timer: *mut abi::hrtimer) -> abi::hrtimer_restart {
    // SAFETY: Only timers of tickets have this function.
    let ticket: *const Ticket = unsafe { container_of!(Opaque::cast_from(timer), Ticket, timer) };
    // SAFETY: An armed ticket's object is alive.
    if unsafe { (*ticket).hard.load(Relaxed) } {
        // SAFETY: An armed ticket's timer expires once.
        unsafe { Ticket::deliver(ticket) };
    } else {
        // SAFETY: As above.
        unsafe { (*ticket).queue(&UNBOUND) };
    }
    abi::hrtimer_restart::HRTIMER_NORESTART
}

/// The workqueues that tickets use; there is one of this in the module.
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
                // SAFETY: No ticket is armed, and none is armed any more: every
                // port is gone.
                unsafe { abi::destroy_workqueue(queue) };
            }
        }
        // A timer that has given up its count may still be on its way out.
        // SAFETY: Process context, no lock held.
        unsafe { abi::synchronize_rcu() };
    }
}
