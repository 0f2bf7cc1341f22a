// SPDX-License-Identifier: GPL-2.0

//! An exchange in one hand.
//!
//! An [`Exchange`] is the sole right to a command's memory. It is made when a
//! slot is taken, and then passes between the transport, nvmet and the LLDD:
//! given away, it is forgotten here, and comes back by the callback of
//! whoever had it. Marks that others leave on it (abort, teardown) are in
//! [`Phase`](crate::queue::slot::Phase).

use core::{
    marker::PhantomData,
    mem::ManuallyDrop,
    ops::{
        Deref,
        DerefMut, //
    },
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::pr_warn_once;

use crate::{
    abi,
    nvmet::{
        queue::NvmetQueue,
        request::{
            Command,
            Request, //
        }, //
    },
    queue::{
        slot::{
            Marks,
            Work, //
        },
        Queue,
        Slot, //
    },
    shared::{
        fc::{
            target_request::{
                set_private,
                Done,
                Operation,
                TargetExchange, //
            },
            target_template::{
                FcpRequestPtr,
                TargetLldd, //
            }, //
        },
        proto::{
            command::cmd_iu::Transfer,
            life::target_exchange::{
                Action,
                Event,
                State, //
            },
            wire::{
                CommandIu,
                ExtendedResponseIu, //
            }, //
        },
    },
    trace::{
        self,
        CmdRelease, //
    }, //
};

/// What the owner of an exchange has, apart from each other.
pub(crate) struct Parts<'a> {
    /// The way of the command.
    pub(crate) work: &'a mut Work,
    /// The command IU.
    pub(crate) command: &'a mut CommandIu,
    /// The response, in which nvmet leaves its completion.
    pub(crate) response: &'a mut ExtendedResponseIu,
    /// The queue.
    pub(crate) queue: &'a Queue,
}

/// An exchange that is borrowed, for events and other things that are seldom done. A
/// copy, so that the exchange itself needs no address: it would cost all commands, with
/// events or without.
///
/// # Invariants
///
/// The exchange is borrowed for `'a`.
pub(crate) struct View<'a> {
    /// The exchange.
    exchange: ManuallyDrop<Exchange>,
    /// For how long.
    _borrowed: PhantomData<&'a Exchange>,
}

impl Deref for View<'_> {
    type Target = Exchange;

    fn deref(&self) -> &Exchange {
        &self.exchange
    }
}

/// As a [`View`], to change what belongs to the exchange.
///
/// # Invariants
///
/// The exchange is borrowed for `'a`, by nobody else.
pub(crate) struct ViewMut<'a> {
    /// The exchange.
    exchange: ManuallyDrop<Exchange>,
    /// For how long.
    _borrowed: PhantomData<&'a mut Exchange>,
}

impl Deref for ViewMut<'_> {
    type Target = Exchange;

    fn deref(&self) -> &Exchange {
        &self.exchange
    }
}

impl DerefMut for ViewMut<'_> {
    fn deref_mut(&mut self) -> &mut Exchange {
        &mut self.exchange
    }
}

/// The sole right to an exchange.
///
/// # Invariants
///
/// `slot` is not free, its queue is alive (it waits for its exchanges), and
/// nobody else touches what belongs to the owner. Dropping it would lose the
/// exchange; it ends in [`Exchange::release`].
pub(crate) struct Exchange {
    /// The memory.
    slot: NonNull<Slot>,
}

// SAFETY: The owner may be any thread.
unsafe impl Send for Exchange {}

impl Exchange {
    /// The exchange of a slot that was just taken.
    ///
    /// # Safety
    ///
    /// The slot was free and is the caller's alone; it is part of `queue`, whose
    /// lock is held, and which has counted it as taken. `lldd` is an exchange that
    /// the LLDD offers, and `done` has it carried on.
    #[inline]
    pub(crate) unsafe fn take(slot: &Slot, queue: &Queue, lldd: FcpRequestPtr, done: Done) -> Self {
        // INVARIANT: The caller's alone, and counted.
        let this = Self {
            slot: NonNull::from(slot),
        };
        slot.lldd.set(lldd);
        let private = ptr::from_ref(slot).cast_mut().cast();
        this.set_up(queue.hardware_queue(), done, private);
        this
    }

    /// The exchange of a slot whose owner the caller was told to become.
    ///
    /// # Safety
    ///
    /// That is so.
    #[inline]
    pub(crate) unsafe fn carry_on(slot: &Slot) -> Self {
        // INVARIANT: By this function's contract.
        Self {
            slot: NonNull::from(slot),
        }
    }

    /// A copy of it.
    #[inline(always)]
    pub(crate) fn view(&self) -> View<'_> {
        // INVARIANT: The exchange is borrowed as long.
        View {
            exchange: ManuallyDrop::new(Self { slot: self.slot }),
            _borrowed: PhantomData,
        }
    }

    /// The same, to change what belongs to it.
    #[inline(always)]
    pub(crate) fn view_mut(&mut self) -> ViewMut<'_> {
        // INVARIANT: The exchange is borrowed as long, by this caller alone.
        ViewMut {
            exchange: ManuallyDrop::new(Self { slot: self.slot }),
            _borrowed: PhantomData,
        }
    }

    /// Which command it is, in events.
    pub(crate) fn identified(&self) -> trace::Command {
        trace::Command::of(self.queue().port().number, self.command())
    }

    /// Whether the LLDD took the response, and had no error with it.
    fn is_answered(&self) -> bool {
        self.slot().phase.state() == State::RESPONSE
            && !self.work_ref().marks.refused
            && self.outcome().0 == 0
    }

    /// The slot.
    #[inline]
    pub(crate) fn slot(&self) -> &Slot {
        // SAFETY: By the invariant the slot is alive.
        unsafe { self.slot.as_ref() }
    }

    /// All of it.
    #[inline(always)]
    pub(crate) fn parts(&mut self) -> Parts<'_> {
        // SAFETY: By the invariant the slot is alive.
        let slot = unsafe { self.slot.as_ref() };
        Parts {
            // SAFETY: By the invariant nobody else touches it.
            work: unsafe { &mut *slot.work.get() },
            // SAFETY: By the invariant nobody else touches it.
            command: unsafe { &mut *slot.command.get() },
            // SAFETY: The response is the slot's own, and the owner's.
            response: unsafe { &mut *slot.response },
            // SAFETY: By the invariant the slot's queue is alive.
            queue: unsafe { &*slot.queue() },
        }
    }

    /// What belongs to the owner.
    #[inline(always)]
    pub(crate) fn work(&mut self) -> &mut Work {
        self.parts().work
    }

    /// As [`Exchange::work`], to look at.
    #[inline]
    pub(crate) fn work_ref(&self) -> &Work {
        // SAFETY: By the invariant nobody else touches it.
        unsafe { &*self.slot().work.get() }
    }

    /// The queue.
    #[inline]
    pub(crate) fn queue(&self) -> &Queue {
        // SAFETY: By the invariant the slot's queue is alive.
        unsafe { &*self.slot().queue() }
    }

    /// The command IU.
    #[inline]
    pub(crate) fn command(&self) -> &CommandIu {
        // SAFETY: By the invariant nobody else touches it.
        unsafe { &*self.slot().command.get() }
    }

    /// Takes the command IU over from the LLDD's buffer.
    #[inline]
    pub(crate) fn set_command(&mut self, command: &CommandIu) {
        *self.parts().command = *command;
    }

    /// An event of the exchange. One that does not belong to the state is the
    /// sign of an error of our own; the exchange is then abandoned.
    #[inline]
    pub(crate) fn on(&self, event: Event) -> Action {
        self.slot().phase.on(event).unwrap_or_else(lost)
    }

    /// As [`Exchange::on`], in a state that is `usual` most of the time.
    #[inline(always)]
    pub(crate) fn on_from(&self, usual: State, event: Event) -> Action {
        let action = self.slot().phase.on_from(usual, event, false);
        action.unwrap_or_else(lost)
    }

    /// As [`Exchange::on_from`]; if it may proceed, the next step is
    /// [`Exchange::issue_data`] or [`Exchange::issue_response`].
    #[inline(always)]
    pub(crate) fn on_issue_from(&self, usual: State, event: Event) -> Action {
        let action = self.slot().phase.on_from(usual, event, true);
        action.unwrap_or_else(lost)
    }

    /// As [`Exchange::on`]; if it may proceed, the next step is
    /// [`Exchange::issue_data`] or [`Exchange::issue_response`].
    #[inline]
    pub(crate) fn on_issue(&self, event: Event) -> Action {
        self.slot().phase.on_issue(event).unwrap_or_else(lost)
    }

    /// Prepares for a new command, with this data, and has nvmet look at it. `None`:
    /// nvmet refused the command, and `queue_response` has dealt with it. The response still
    /// holds the slot's last one: nvmet writes all of the completion, and
    /// [`ersp`](crate::shared::proto::command::ersp) all of the rest that is sent.
    ///
    /// Context: may sleep; the queue's gate is held open.
    #[inline]
    pub(crate) fn begin(mut self, transfer: Transfer) -> Option<Self> {
        let work = self.work();
        work.expected = transfer.length();
        work.part.offset = 0;
        work.part.first = 0;
        work.marks = Marks {
            operation: Operation::Rsp,
            refused: false,
            read: matches!(transfer, Transfer::Read(_)),
            idle: false,
        };
        self.init()
    }

    /// Has nvmet execute it. Context: may sleep.
    #[inline(always)]
    pub(crate) fn hand_to_nvmet(self) {
        let view = self.view();
        trace::cmd_execute(move || view.identified().into());
        self.execute();
    }

    /// The response, in which nvmet left its completion.
    #[inline]
    pub(crate) fn response(&mut self) -> &mut ExtendedResponseIu {
        self.parts().response
    }

    /// As [`Exchange::response`], to look at.
    pub(crate) fn response_ref(&self) -> &ExtendedResponseIu {
        // SAFETY: The response is the slot's own, and the owner's.
        unsafe { &*self.slot().response }
    }

    /// Whether it reads a namespace whose backend fills all of the buffer, or
    /// fails: a block device. A file that was cut short meanwhile is read as
    /// nothing, which nvmet takes for a success, and whether the command is for
    /// a namespace at all only shows in that nvmet has found one.
    #[inline]
    pub(crate) fn reads_block_device(&self) -> bool {
        self.has_block_device() && self.command().sqe.opcode == abi::nvme_opcode_nvme_cmd_read as u8
    }

    /// Whether all bytes that the command IU stated were moved.
    #[inline]
    pub(crate) fn is_all_moved(&self) -> bool {
        let work = self.work_ref();
        work.part.offset == work.expected
    }

    /// Whether data goes to the host.
    #[inline]
    pub(crate) fn is_read(&self) -> bool {
        self.work_ref().marks.read
    }

    /// Tells nvmet where the memory for the data is that the command was given.
    #[inline]
    pub(crate) fn show_data(&self) {
        // SAFETY: The slot keeps it until the command is over.
        unsafe { self.set_transfer(self.work_ref().buffer.pages()) };
    }

    /// Notes where the command IU of a deferred command is.
    pub(crate) fn set_deferred(&mut self, command: NonNull<CommandIu>) {
        self.work().deferred = command.as_ptr();
    }

    /// Takes the command IU of a deferred command over, and gives the LLDD its
    /// buffer back. Context: any.
    pub(crate) fn resume(&mut self) {
        let command = core::mem::replace(&mut self.work().deferred, ptr::null());
        // SAFETY: The LLDD keeps the buffer until `defer_rcv`, which is only
        // called below.
        if let Some(command) = unsafe { command.as_ref() } {
            self.set_command(command);
            self.defer_rcv();
        }
    }

    /// Ends the exchange: the slot takes the next command, and the LLDD gets
    /// its exchange back. Context: any.
    #[inline]
    pub(crate) fn release(mut self) {
        self.free_data();
        self.release_without_data();
    }

    /// As [`Exchange::release`], where the data was freed before.
    #[inline(always)]
    pub(crate) fn release_without_data(self) {
        let view = self.view();
        trace::cmd_release(move || CmdRelease::new(view.identified(), view.is_answered()));
        let request = self.fcp_request();
        // SAFETY: Not released yet; nobody finds the slot through it from here on.
        unsafe { set_private(request, ptr::null_mut()) };
        let (slot, at) = (self.slot, self.slot().queue());
        let _ = ManuallyDrop::new(self);
        // SAFETY: The queue is alive until the exchange is over.
        let queue = unsafe { &*at };
        // SAFETY: So its slots are.
        queue.put_slot(unsafe { slot.as_ref() });
        // SAFETY: Accepted once, and released here alone: the exchange ends.
        unsafe { queue.port().lldd.fcp_req_release(request) };
        // SAFETY: The slot's queue, and the exchange was taken once.
        unsafe { Queue::exchange_over(at) };
    }
}

// SAFETY: The request is its slot's, which was prepared with the queue, and goes where
// the exchange goes. The queue's gate is held open while a command is on its way to
// nvmet. The order of calls is that of `queue/command.rs`: what the exchange's state
// has not allowed is not done.
unsafe impl Command for Exchange {
    type Transport = crate::NvmetFcModule;

    #[inline]
    fn request(&self) -> &Request {
        &self.slot().request
    }

    #[inline]
    fn nvmet_queue(&self) -> &NvmetQueue {
        &self.queue().nvmet
    }

    #[inline]
    unsafe fn from_request(request: NonNull<Request>) -> Self {
        // INVARIANT: The request is the first field of its slot; nvmet had the
        // exchange and has it no more.
        Self {
            slot: request.cast(),
        }
    }
}

// SAFETY: The exchange was accepted when the slot was taken, and is released with it.
// The owner is told to carry on when an operation has ended, and gives none before.
unsafe impl TargetExchange for Exchange {
    #[inline]
    fn fcp_request(&self) -> FcpRequestPtr {
        self.slot().lldd.get()
    }

    #[inline]
    fn lldd(&self) -> &TargetLldd {
        &self.queue().port().lldd
    }
}

/// Reports a state that cannot be.
#[cold]
pub(crate) fn invalid_transition() {
    pr_warn_once!("an exchange in a state that its event does not fit\n");
}

/// What an event gives that does not belong to the state.
#[cold]
fn lost() -> Action {
    invalid_transition();
    Action::Abandon { call_abort: true }
}

/// Marks a slot as taken by a new command that is not yet for nvmet.
#[inline]
pub(crate) fn mark_received(slot: &Slot) {
    slot.phase.set(State::RECEIVED);
}

/// Marks a slot as taken by a new command that goes to nvmet.
#[inline]
pub(crate) fn mark_executing(slot: &Slot) {
    slot.phase.set(State::EXECUTING);
}
