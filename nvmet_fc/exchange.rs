// SPDX-License-Identifier: GPL-2.0

//! An exchange in one hand.
//!
//! An [`Exchange`] is the sole right to a command's memory. It is made when a
//! slot is taken, and then passes between the transport, nvmet and the LLDD:
//! given away, it is forgotten here, and comes back by the callback of
//! whoever had it. Marks that others leave on it (abort, teardown) are in
//! [`Phase`](crate::slot::Phase).

use core::{
    ffi::c_void,
    mem::ManuallyDrop,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    prelude::*,
    sync::{
        atomic::Relaxed,
        Arc, //
    }, //
};
use zerocopy::FromZeros;

use crate::{
    abi,
    nvmet,
    ops,
    queue::Queue,
    shared::proto::{
        chunk::Chunk,
        ersp,
        target_exchange::{
            Action,
            Event,
            State, //
        },
        wire::{
            CommandIu,
            ExtendedResponseIu, //
        }, //
    },
    slot::{
        Slot,
        Work, //
    },
    template::FcpRequestPtr, //
};

/// Seconds that the LLDD may take for a data transfer: twice R_A_TOV.
const DATA_TIMEOUT: u16 = abi::NVME_FC_TGTOP_TIMEOUT_SEC as u16;

/// What is given to the LLDD.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Fetch data from the host.
    Pull(Chunk),
    /// Send data to the host.
    Push(Chunk),
    /// Send data to the host, and the response behind it.
    PushAndRespond(Chunk),
    /// Send the response.
    Respond,
}

/// How an operation of the LLDD ended.
#[derive(Clone, Copy)]
pub(crate) struct Ended {
    /// Which one it was: `NVMET_FCOP_*`.
    pub(crate) operation: u8,
    /// No error, and all of it was moved.
    pub(crate) complete: bool,
}

/// The sole right to an exchange.
///
/// # Invariants
///
/// `slot` is not free, its queue is alive (the slot has a reference), and
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
    /// The slot was free and is the caller's alone; it is part of `queue`.
    /// `lldd` is an exchange that the LLDD offers.
    #[inline]
    pub(crate) unsafe fn take(slot: &Slot, queue: Arc<Queue>, lldd: FcpRequestPtr) -> Self {
        // INVARIANT: The caller's alone; the reference is put in below.
        let mut this = Self {
            slot: NonNull::from(slot),
        };
        this.work().queue = Some(queue);
        slot.lldd.store(lldd, Relaxed);
        // SAFETY: The LLDD's exchange is valid; this field is ours.
        unsafe { set_private(lldd, ptr::from_ref(slot).cast_mut().cast()) };
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

    /// The exchange that nvmet gives back.
    ///
    /// # Safety
    ///
    /// `request` is the request of an exchange that was given to nvmet.
    #[inline]
    pub(crate) unsafe fn from_nvmet(request: NonNull<abi::nvmet_req>) -> Self {
        // INVARIANT: The request is the first field of its slot; nvmet had the
        // exchange and has it no more.
        Self {
            slot: request.cast(),
        }
    }

    /// The slot.
    #[inline]
    pub(crate) fn slot(&self) -> &Slot {
        // SAFETY: By the invariant the slot is alive.
        unsafe { self.slot.as_ref() }
    }

    /// What belongs to the owner.
    #[inline]
    fn work(&mut self) -> &mut Work {
        // SAFETY: By the invariant nobody else touches it.
        unsafe { &mut *self.slot().work.get() }
    }

    /// As [`Exchange::work`], to look at.
    #[inline]
    fn work_ref(&self) -> &Work {
        // SAFETY: By the invariant nobody else touches it.
        unsafe { &*self.slot().work.get() }
    }

    /// The queue.
    #[inline]
    pub(crate) fn queue(&self) -> &Queue {
        // SAFETY: By the invariant the slot's queue is alive.
        unsafe { &*self.slot().queue.load(Relaxed) }
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
        // SAFETY: As in `command`, and there is no other borrow of it.
        unsafe { *self.slot().command.get() = *command };
    }

    /// The LLDD's exchange.
    #[inline]
    fn lldd(&self) -> FcpRequestPtr {
        self.slot().lldd.load(Relaxed)
    }

    /// An event of the exchange. One that does not belong to the state is the
    /// sign of an error of our own; the exchange is then abandoned.
    #[inline]
    pub(crate) fn on(&self, event: Event) -> Action {
        self.slot().phase.on(event).unwrap_or(LOST)
    }

    /// As [`Exchange::on`]; if it may proceed, the next step is
    /// [`Exchange::issue`].
    #[inline]
    pub(crate) fn on_issue(&self, event: Event) -> Action {
        self.slot().phase.on_issue(event).unwrap_or(LOST)
    }

    /// Prepares nvmet's request and has nvmet look at the command. `None`:
    /// nvmet refused the command, and `queue_response` has dealt with it.
    ///
    /// Context: may sleep; the queue's gate is held open.
    #[inline]
    pub(crate) fn init(mut self, expected: u32) -> Option<Self> {
        let slot = self.slot;
        let queue = ptr::from_ref(self.queue());
        let work = self.work();
        work.expected = expected;
        work.offset = 0;
        work.elements = 0;
        work.refused = false;
        work.read = false;
        // SAFETY: The owner may write the request. The references made here
        // end before nvmet has it.
        let ok = unsafe {
            let slot = slot.as_ref();
            let queue = &*queue;
            let request = slot.request.get();
            let response = queue.responses().get(usize::from(slot.index));
            *response = ExtendedResponseIu::new_zeroed();
            (*request).cmd = (&raw mut (*slot.command.get()).sqe).cast();
            (*request).cqe = (&raw mut (*response).cqe).cast();
            (*request).port = queue.nvmet_port().as_raw();
            abi::nvmet_req_init(request, queue.nvmet().sq(), ops::fabrics_ops())
        };
        // On failure the exchange came back through `queue_response` already.
        ok.then_some(self)
    }

    /// nvmet's request, which nvmet does not have at the moment or only shares.
    #[inline]
    fn request(&self) -> *mut abi::nvmet_req {
        self.slot().request.get()
    }

    /// The data length that nvmet expects of the command; 0 if it has no
    /// opinion.
    pub(crate) fn nvmet_length(&self) -> usize {
        // SAFETY: nvmet has looked at the request.
        unsafe { abi::nvmet_req_transfer_len(self.request()) }
    }

    /// Tells nvmet how long the data is, and where.
    #[inline]
    pub(crate) fn set_transfer(&mut self, length: u32) {
        // CAST: A u32 fits a usize here.
        let (list, entries) = match &self.work_ref().data {
            Some(data) => (data.list(), data.entries() as c_int),
            None => (ptr::null_mut(), 0),
        };
        // SAFETY: The owner may write the request.
        unsafe {
            let request = self.request();
            (*request).transfer_len = length as usize;
            (*request).sg = list;
            (*request).sg_cnt = entries;
        };
    }

    /// Gives the exchange to nvmet for execution. Context: may sleep.
    #[inline]
    pub(crate) fn execute(self) {
        let request = self.request();
        // SAFETY: `nvmet_req_init` accepted the request and set the function.
        if let Some(execute) = unsafe { (*request).execute } {
            // SAFETY: As above; the exchange is nvmet's from here on.
            unsafe { execute(request) };
        } else {
            self.fail(nvmet::STATUS_INTERNAL);
        }
    }

    /// Completes the command towards nvmet, which then gives the exchange back
    /// through `queue_response`. Context: any.
    pub(crate) fn fail(self, status: u16) {
        // SAFETY: `nvmet_req_init` accepted the request, which was not
        // completed yet; the exchange is nvmet's from here on.
        unsafe { abi::nvmet_req_complete(self.request(), status) };
    }

    /// Bytes that the command IU stated, and bytes moved.
    #[inline]
    pub(crate) fn progress(&self) -> (u32, u32) {
        let work = self.work_ref();
        (work.expected, work.offset)
    }

    /// The data.
    #[inline]
    pub(crate) fn data(&mut self) -> &mut Option<crate::sgl::DataBuffer> {
        &mut self.work().data
    }

    /// Whether data goes to the host.
    #[inline]
    pub(crate) fn is_read(&self) -> bool {
        self.work_ref().read
    }

    /// Notes that data goes to the host.
    #[inline]
    pub(crate) fn set_read(&mut self) {
        self.work().read = true;
    }

    /// Unmaps the data and frees it. Context: any.
    #[inline]
    pub(crate) fn free_data(&mut self) {
        if let Some(data) = self.work().data.take() {
            data.free(self.queue().port().device());
        }
    }

    /// Makes the data visible to the device. Context: any.
    ///
    /// # Errors
    ///
    /// `EIO`: the device cannot reach it.
    #[inline]
    pub(crate) fn map_data(&mut self) -> Result {
        let (work, queue) = self.work_and_queue();
        match &mut work.data {
            Some(data) => data.map(queue.port().device()),
            None => Err(EINVAL),
        }
    }

    /// Takes the data back from the device. Context: any.
    #[inline]
    pub(crate) fn unmap_data(&mut self) {
        let (work, queue) = self.work_and_queue();
        if let Some(data) = &mut work.data {
            data.unmap(queue.port().device());
        }
    }

    /// What belongs to the owner, and the queue beside it.
    #[inline]
    fn work_and_queue(&mut self) -> (&mut Work, &Queue) {
        let queue = self.slot().queue.load(Relaxed);
        // SAFETY: By the invariant the slot's queue is alive; it is not part of
        // what belongs to the owner alone.
        (self.work(), unsafe { &*queue })
    }

    /// The response, in which nvmet left its completion.
    #[inline]
    pub(crate) fn response(&mut self) -> &mut ExtendedResponseIu {
        let response = self.queue().responses().get(usize::from(self.slot().index));
        // SAFETY: There are as many responses as slots, and this one is the
        // owner's.
        unsafe { &mut *response }
    }

    /// Gives an operation to the LLDD. Comes back with the exchange if the
    /// operation has ended, or was refused, by the time `fcp_op` returns.
    ///
    /// Context: any.
    #[inline]
    pub(crate) fn issue(mut self, operation: Operation) -> Option<Self> {
        let lldd = self.lldd();
        let mut chunk = None;
        let mut code = abi::NVMET_FCOP_RSP;
        let mut timeout = 0;
        match operation {
            Operation::Pull(next) => {
                code = abi::NVMET_FCOP_WRITEDATA;
                chunk = Some(next);
                timeout = DATA_TIMEOUT;
            }
            Operation::Push(next) => {
                code = abi::NVMET_FCOP_READDATA;
                chunk = Some(next);
                timeout = DATA_TIMEOUT;
            }
            Operation::PushAndRespond(next) => {
                code = abi::NVMET_FCOP_READDATA_RSP;
                chunk = Some(next);
                timeout = DATA_TIMEOUT;
            }
            Operation::Respond => {}
        }
        if matches!(operation, Operation::Respond | Operation::PushAndRespond(_)) {
            self.write_response(operation);
        }
        let work = self.work();
        let (mut list, mut elements, mut length) = (ptr::null_mut(), 0, 0);
        if let (Some(chunk), Some(data)) = (chunk, &work.data) {
            list = data.rest();
            elements = chunk.elements;
            length = chunk.length;
        }
        work.elements = elements;
        work.refused = false;
        let offset = work.offset;
        // SAFETY: The LLDD's exchange is valid, and no operation is at hand.
        unsafe {
            // CAST: The operation codes fit a byte; a timeout is small.
            (*lldd).op = code as u8;
            (*lldd).timeout = u32::from(timeout);
            (*lldd).offset = offset;
            (*lldd).transfer_length = length;
            (*lldd).transferred_length = 0;
            (*lldd).fcp_error = 0;
            (*lldd).sg = list;
            (*lldd).sg_cnt = elements as c_int;
        }
        // SAFETY: Filled in above. The exchange is the LLDD's during the call.
        let error = unsafe { self.queue().port().lldd_fcp_op(lldd) };
        // The port may not be touched from here on unless the exchange is ours:
        // whoever carries on may release it. The slot may: this call has not
        // been accounted for yet.
        if error != 0 {
            // No `done` comes, so the exchange is still the caller's.
            self.work().refused = true;
        }
        if self.slot().phase.issued(error != 0) {
            Some(self)
        } else {
            None
        }
    }

    /// Finishes the response and points the LLDD at it.
    fn write_response(&mut self, operation: Operation) {
        let (expected, offset) = self.progress();
        let transferred = match operation {
            Operation::PushAndRespond(_) => expected,
            _ => offset,
        };
        let index = usize::from(self.slot().index);
        let lldd = self.lldd();
        let queue = self.queue();
        let responses = queue.responses();
        // SAFETY: As in `response`; the command is another object.
        let response = unsafe { &mut *responses.get(index) };
        let extended = ersp::extended_is_due(
            &ersp::Answer {
                sqe: &self.command().sqe,
                cqe: &response.cqe,
                expected,
                transferred,
                ordinal: queue.next_ordinal(),
                outstanding: queue.outstanding(),
            },
            queue.rules(),
        );
        let length = if extended {
            ersp::write_extended(response, queue.next_sequence_number(), transferred)
        } else {
            ersp::write_short(response)
        };
        responses.sync_for_device(index);
        // SAFETY: The LLDD's exchange is valid, and no operation is at hand.
        unsafe {
            (*lldd).rspaddr = ptr::from_mut(response).cast();
            (*lldd).rspdma = responses.address(index);
            (*lldd).rsplen = length;
        }
    }

    /// How the operation at hand ended. Counts what it moved.
    #[inline]
    pub(crate) fn ended(&mut self) -> Ended {
        let lldd = self.lldd();
        // SAFETY: The LLDD's exchange is valid, and its operation has ended.
        let (operation, error, moved, wanted) = unsafe {
            (
                (*lldd).op,
                (*lldd).fcp_error,
                (*lldd).transferred_length,
                (*lldd).transfer_length,
            )
        };
        let work = self.work();
        let complete = !work.refused && error == 0 && moved == wanted;
        if complete && work.elements != 0 {
            work.offset = work.offset.saturating_add(wanted);
            let elements = work.elements;
            if let Some(data) = &mut work.data {
                data.advance(elements);
            }
        }
        Ended {
            operation,
            complete: complete || (!work.refused && error == 0 && wanted == 0),
        }
    }

    /// Whether the LLDD took the operation at hand.
    #[inline]
    pub(crate) fn was_taken(&self) -> bool {
        !self.work_ref().refused
    }

    /// Calls `fcp_abort`. Context: any.
    pub(crate) fn abort(&self) {
        // SAFETY: The exchange was not released.
        unsafe { self.queue().port().lldd_fcp_abort(self.lldd()) };
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
            // SAFETY: The command was deferred, and its buffer is not read any
            // more.
            unsafe { self.queue().port().lldd_defer_rcv(self.lldd()) };
        }
    }

    /// Ends the exchange: the slot takes the next command, and the LLDD gets
    /// its exchange back. Context: any.
    #[inline]
    pub(crate) fn release(mut self) {
        let lldd = self.lldd();
        self.free_data();
        let Some(queue) = self.work().queue.take() else {
            return;
        };
        // SAFETY: The LLDD's exchange is valid; nobody finds the slot through
        // it from here on.
        unsafe { set_private(lldd, ptr::null_mut()) };
        let slot = self.slot;
        let _ = ManuallyDrop::new(self);
        // SAFETY: The queue is alive through `queue`, so its slots are.
        queue.put_slot(unsafe { slot.as_ref() });
        // SAFETY: Accepted once, and released here alone: the exchange ends.
        unsafe { queue.port().lldd_fcp_req_release(lldd) };
        Queue::put(queue);
    }
}

/// What an event gives that does not belong to the state.
const LOST: Action = Action::Abandon { call_abort: true };

/// Stores our pointer in an LLDD's exchange.
///
/// # Safety
///
/// `lldd` is valid.
#[inline]
pub(crate) unsafe fn set_private(lldd: FcpRequestPtr, private: *mut c_void) {
    // SAFETY: Valid by this function's contract; only we use the field, and
    // the abort path reads it as one word.
    unsafe { ptr::write_volatile(&raw mut (*lldd).nvmet_fc_private, private) };
}

/// Reads it again.
///
/// # Safety
///
/// `lldd` is valid.
#[inline]
pub(crate) unsafe fn private(lldd: FcpRequestPtr) -> *mut c_void {
    // SAFETY: As in `set_private`.
    unsafe { ptr::read_volatile(&raw const (*lldd).nvmet_fc_private) }
}

/// Marks a slot as taken by a new command.
#[inline]
pub(crate) fn mark_received(slot: &Slot) {
    slot.phase.set(State::RECEIVED);
}
