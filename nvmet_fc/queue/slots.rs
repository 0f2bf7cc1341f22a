// SPDX-License-Identifier: GPL-2.0

//! Who has a queue's slots: taking one for a command, deferring a command that
//! finds none, aborting, and giving the slot, or the memory it keeps, back.

use core::{
    ffi::c_void,
    mem,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    prelude::*,
    sync::{
        rcu,
        Arc,
        ArcBorrow,
        SpinLockIrqGuard, //
    }, //
};

use crate::{
    counts,
    port::core::{
        Hold,
        PortCore,
        PortUses, //
    },
    queue::{
        buffer::Buffer,
        command,
        done::fcp_done,
        exchange::{
            self,
            Exchange, //
        },
        slot_list::Deferred,
        Queue,
        Slot,
        SlotList, //
    },
    shared::{
        fc::{
            target_exports::{
                AbortedExchange,
                CheckedCommand, //
            },
            target_request::TargetExchange,
            target_template::{
                FcpRequestPtr,
                TargetLldd, //
            }, //
        },
        proto::{command::connect::Admission, life::target_exchange::State},
        support::ring::Ring, //
    },
    trace::{
        self,
        AbortReason, //
    }, //
};

/// Marks our pointer in an LLDD's exchange as one to the queue that deferred
/// it; unmarked it is one to the slot.
const DEFERRED: usize = 1;

/// A command on its way into nvmet; the queue does not end before it is
/// dropped.
///
/// # Invariants
///
/// The queue has counted it, so it is alive.
pub(crate) struct Submission(NonNull<Queue>);

impl Drop for Submission {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the invariant the queue is alive; its end waits for this.
        unsafe { self.0.as_ref() }.gate().leave();
    }
}

impl Queue {
    /// Takes a slot for a command that is fit for nvmet, or puts it into the waiting
    /// list.
    ///
    /// # Errors
    ///
    /// `EAGAIN`: the queue is not connected, or going: [`admission::receive`]
    /// takes it from there. `ENOENT`: no slot. `EOVERFLOW`: no slot yet; the
    /// command is accepted and will start later.
    ///
    /// [`admission::receive`]: crate::queue::admission::receive
    #[inline]
    pub(crate) fn accept(&self, command: CheckedCommand<'_>) -> Result<(Exchange, Submission)> {
        let list = self.list().lock();
        if list.admission != Admission::Connected {
            return Err(EAGAIN);
        }
        self.take(list, command, true)
    }

    /// Takes a slot of a queue that takes commands. `checked`: the command is fit for
    /// nvmet.
    ///
    /// # Errors
    ///
    /// `ENOENT` and `EOVERFLOW`, as for [`Queue::accept`].
    #[inline(always)]
    pub(crate) fn take(
        &self,
        mut list: SpinLockIrqGuard<'_, SlotList>,
        command: CheckedCommand<'_>,
        checked: bool,
    ) -> Result<(Exchange, Submission)> {
        let Some(slot) = list.free.pop() else {
            return Err(self.defer(&mut list, command));
        };
        // SAFETY: What is in the list are slots of this queue, which stay with it.
        let slot = unsafe { slot.as_ref() };
        self.set_free(list.free.len());
        list.taken = list.taken.wrapping_add(1);
        // INVARIANT: Counted, under the lock that showed that the queue stays.
        let submission = Submission(NonNull::from(self));
        if checked {
            exchange::mark_executing(slot);
        } else {
            exchange::mark_received(slot);
        }
        // SAFETY: The slot was free, and was taken under the lock; an offer.
        let mut exchange = unsafe { Exchange::take(slot, self, command.exchange(), fcp_done) };
        drop(list);
        exchange.set_command(command.iu());
        Ok((exchange, submission))
    }

    /// Puts a command into the waiting list, if there is room. The error says how
    /// it went, as for [`Queue::accept`].
    #[cold]
    fn defer(&self, list: &mut SlotList, command: CheckedCommand<'_>) -> Error {
        let waiting = Deferred {
            lldd: command.exchange(),
            command: NonNull::from(command.iu()),
        };
        if !list.deferred.push(waiting) {
            return ENOENT;
        }
        trace::cmd_defer(|| trace::Command::of(self.port().number, command.iu()).into());
        counts::DEFERRED.accept();
        let tagged = (ptr::from_ref(self) as usize | DEFERRED) as *mut c_void;
        command.set_private(tagged);
        EOVERFLOW
    }

    /// A slot by its index.
    #[inline]
    fn slot(&self, index: u16) -> Option<&Slot> {
        self.slots().get(usize::from(index))
    }

    /// Takes a slot back whose exchange is over, and gives it to the first
    /// command that waits. Context: any.
    #[inline]
    pub(crate) fn put_slot(&self, slot: &Slot) {
        let mut list = self.list().lock();
        slot.lldd.set(ptr::null_mut());
        slot.phase.set(State::FREE);
        if list.deferred.is_empty() {
            // There is room: the slot came from there.
            let _ = list.free.push_within_capacity(NonNull::from(slot));
            self.set_free(list.free.len());
            return;
        }
        self.give_to_waiting(&mut list, slot);
        drop(list);
        // SAFETY: From `Arc::as_ptr`, and alive: the exchange at hand is not over.
        let queue = unsafe { ArcBorrow::from_raw(slot.queue()) };
        Arc::from(queue).queue_start();
    }

    /// Gives a free slot to the first command that waits.
    #[cold]
    fn give_to_waiting(&self, list: &mut SlotList, slot: &Slot) {
        let Some(next) = list.deferred.pop() else {
            return;
        };
        counts::DEFERRED.release();
        // Waiting commands are taken away when the queue goes, so it stays.
        list.taken = list.taken.wrapping_add(1);
        exchange::mark_received(slot);
        // SAFETY: The slot is free, and the lock is held; the exchange was
        // accepted.
        let mut exchange = unsafe { Exchange::take(slot, self, next.lldd, fcp_done) };
        exchange.set_deferred(next.command);
        // There is room for as many as there are slots. The exchange is the
        // work item's from here on.
        let _ = list.ready.push(slot.index);
    }

    /// Takes the buffer out of a slot that is free, if `wanted` says so, of whether the last
    /// look has found it there. Context: any; without a lock.
    pub(super) fn take_buffer(&self, slot: &Slot, wanted: impl Fn(bool) -> bool) -> Option<Buffer> {
        let _list = self.list().lock();
        if !slot.lldd.get().is_null() {
            return None;
        }
        // SAFETY: The slot is free, and its queue's lock is held.
        let work = unsafe { &mut *slot.work.get() };
        if !work.buffer.is_kept() || !wanted(mem::replace(&mut work.marks.idle, true)) {
            return None;
        }
        Some(mem::replace(&mut work.buffer, Buffer::none()))
    }

    /// The next command that waited and now has a slot. Context: any.
    pub(crate) fn next_ready(&self) -> Option<(Exchange, Submission)> {
        let index = self.list().lock().ready.pop()?;
        let slot = self.slot(index)?;
        // SAFETY: What is in the list is nobody's until it is taken out.
        let exchange = unsafe { Exchange::carry_on(slot) };
        // INVARIANT: Counted when the slot was put into the list.
        Some((exchange, Submission(NonNull::from(self))))
    }

    /// How many of them there are. Context: any.
    pub(crate) fn ready(&self) -> usize {
        self.list().lock().ready.len()
    }

    /// Lets no further command in. Those that wait for a slot are ended; those
    /// that have one are marked, and write data is cut short. Context: may
    /// sleep.
    pub(crate) fn stop(&self) {
        self.list().lock().admission = Admission::Going;
        while let Some(waiting) = self.take_waiting(Ring::pop) {
            waiting.trace_abort(AbortReason::Teardown);
            // Its buffer is not read any more.
            waiting.defer_rcv();
            waiting.fcp_abort();
            waiting.fcp_req_release();
        }
        for slot in self.slots().iter() {
            if slot.phase.tear_down() {
                self.trace_abort(slot, AbortReason::Teardown);
                counts::ABORTS_TEARDOWN.up();
                self.abort_operation(slot);
            }
        }
    }

    /// Looks at each operation that fetches write data, and aborts those that have
    /// been looked at often enough: of an association that lives, nobody else would,
    /// as LLDDs are told how long a transfer may take, and not all look. Says how
    /// many. Context: may sleep; not beside [`Queue::stop`].
    pub(crate) fn end_stale(&self) -> usize {
        if !self.is_busy() {
            return 0;
        }
        let is_stale = |slot: &&Slot| slot.phase.grow_older();
        let stale = self.slots().iter().filter(is_stale);
        let abort = |slot| {
            self.trace_abort(slot, AbortReason::Stale);
            self.abort_operation(slot);
        };
        stale.map(abort).count()
    }

    /// Tells that a slot's command is aborted.
    fn trace_abort(&self, slot: &Slot, why: AbortReason) {
        trace::abort(|| {
            let command = trace::Command::of(self.port().number, &slot.last_command());
            // CAST: Phases are small.
            trace::Abort::new(command, why, slot.phase.state().bits() as u8)
        });
    }

    /// Aborts the operation that a slot's state has just said is to be aborted.
    fn abort_operation(&self, slot: &Slot) {
        let list = self.list().lock();
        let lldd = slot.lldd.get();
        drop(list);
        // SAFETY: The operation at hand is not over before `aborted` below,
        // so the exchange was not released.
        unsafe { self.port().lldd.fcp_abort(lldd) };
        if slot.phase.aborted() {
            // SAFETY: So it was said just now.
            command::carry_on(unsafe { Exchange::carry_on(slot) });
        }
    }

    /// How many commands wait for write data. Context: any.
    pub(crate) fn in_write_data(&self) -> usize {
        let slots = self.slots().iter();
        slots.filter(|slot| slot.phase.is_in_write_data()).count()
    }

    /// Gives nvmet the requests back whose write data the LLDD does not end;
    /// says how many. Context: may sleep; the queue was stopped and its gate
    /// closed.
    pub(crate) fn detach(&self) -> usize {
        let lost = |slot: &&Slot| slot.phase.detach();
        let slots = self.slots().iter().filter(lost);
        slots
            // SAFETY: So it was said just now: nvmet has the request, and nobody
            // else gives it back.
            .map(|slot| unsafe { slot.request.uninit() })
            .count()
    }

    /// Takes what `pick` takes out of the waiting list, and our pointer out of its
    /// exchange, both under the lock: who finds the pointer still there within an
    /// RCU section finds a queue that is alive.
    fn take_waiting(
        &self,
        pick: impl FnOnce(&mut Ring<Deferred>) -> Option<Deferred>,
    ) -> Option<Waiting<'_>> {
        let mut list = self.list().lock();
        let waiting = Waiting {
            command: pick(&mut list.deferred)?,
            port: self.port(),
        };
        counts::DEFERRED.release();
        waiting.clear_private();
        Some(waiting)
    }
}

/// A command that waited for a slot, and will have none.
struct Waiting<'a> {
    /// The command, which is in no list any more.
    command: Deferred,
    /// The port, which is held.
    port: &'a PortCore,
}

impl Waiting<'_> {
    /// Tells that it is aborted. Context: before `defer_rcv`.
    fn trace_abort(&self, why: AbortReason) {
        trace::abort(|| {
            // SAFETY: By the command's invariant it is there.
            let iu = unsafe { self.command.command.as_ref() };
            let command = trace::Command::of(self.port.number, iu);
            trace::Abort::new(command, why, trace::DEFERRED)
        });
    }
}

// SAFETY: By the invariant of the command, which is this value's alone.
unsafe impl TargetExchange for Waiting<'_> {
    fn fcp_request(&self) -> FcpRequestPtr {
        self.command.lldd
    }

    fn lldd(&self) -> &TargetLldd {
        &self.port.lldd
    }
}

/// The LLDD received an abort for an exchange. Context: any.
pub(crate) fn abort(port: &PortUses, aborted: &AbortedExchange) {
    counts::ABORTS_RECEIVED.up();
    let lldd = aborted.as_raw();
    // A command may get its slot between two looks, but only once.
    for _ in 0..2 {
        // Slots and queues that are found here are not freed before this ends.
        let guard = rcu::read_lock();
        let private = aborted.private() as usize;
        if private == 0 {
            return;
        }
        if private & DEFERRED == 0 {
            // SAFETY: The pointer was to a slot when it was read, within this
            // RCU section.
            let slot = unsafe { &*(private as *const Slot) };
            // SAFETY: The slot's queue is alive when the slot is.
            let queue = unsafe { &*slot.queue() };
            let list = queue.list().lock();
            if ptr::eq(slot.lldd.get(), lldd) {
                queue.trace_abort(slot, AbortReason::Received);
                slot.phase.abort_received();
            }
            drop(list);
            return;
        }
        // SAFETY: The pointer was to a queue when it was read, within this RCU
        // section, since it is taken out under the lock of a queue that is alive.
        let queue = unsafe { &*((private & !DEFERRED) as *const Queue) };
        // A queue with a command that waits has a hold. This one is for the calls
        // below, which the queue does not wait for.
        let Some(hold) = Hold::try_new(port) else {
            return;
        };
        let is_it = |waiting: &Deferred| ptr::eq(waiting.lldd, lldd);
        let taken = queue.take_waiting(|list| list.take(is_it));
        let taken = taken.map(|waiting| waiting.command);
        drop(guard);
        if let Some(command) = taken {
            let waiting = Waiting {
                command,
                port: &hold,
            };
            waiting.trace_abort(AbortReason::Received);
            waiting.defer_rcv();
            waiting.fcp_req_release();
            return;
        }
    }
}
