// SPDX-License-Identifier: GPL-2.0

//! Commands that the scripted host sends, and the operations on them.

use core::{ffi::c_void, ptr};

use kernel::{
    container_of, new_spinlock_irq,
    prelude::*,
    sync::{atomic::Relaxed, Arc, SpinLockIrq},
    types::Opaque,
};

use super::{
    books::Call,
    port::Port,
    response::{Response, Step},
    script::{Place, Script, READDATA_RSP, RSP, WRITEDATA},
    threads,
};
use crate::{
    abi,
    shared::support::completion::Completion, //
};

/// Operations that an exchange remembers.
const STEPS: usize = 64;
/// What memory holds that nobody zeroed.
pub(super) const LEFTOVER: usize = 0x5a5a_5a5a_5a5a_5a58;
/// Room for a command IU, and for one that is too long.
const COMMAND: usize = 128;

/// What an exchange has come to.
pub(super) struct State {
    /// What happens to it.
    pub(super) script: Script,
    /// The operations so far.
    pub(super) steps: KVec<Step>,
    /// An operation is with us.
    pub(super) busy: bool,
    /// It waits for the case.
    pub(super) held: bool,
    /// What ends it.
    pub(super) error: c_int,
    /// By how much it will be short.
    pub(super) short: u32,
    /// The target has given it back.
    pub(super) released: bool,
    /// The transport reads the command IU until `defer_rcv`.
    pub(super) lent: bool,
    /// The host's end of the data.
    pub(super) data: KVVec<u8>,
    /// The response.
    pub(super) response: Option<Response>,
    /// `fcp_abort` was called so often.
    pub(super) aborts: u32,
    /// `defer_rcv` was called so often.
    pub(super) deferrals: u32,
}

/// One command.
#[pin_data]
pub(crate) struct Exchange {
    /// What the transport knows.
    pub(super) request: Opaque<abi::nvmefc_tgt_fcp_req>,
    /// The command IU.
    command: Opaque<[u8; COMMAND]>,
    /// How much of it counts.
    length: u32,
    /// The port it came in at.
    pub(super) port: Arc<Port>,
    /// The rest.
    #[pin]
    pub(super) state: SpinLockIrq<State>,
    /// The target has given it back.
    #[pin]
    pub(super) over: Completion,
    /// An operation is held.
    #[pin]
    pub(super) arrived: Completion,
    /// `defer_rcv` was called, and is held.
    #[pin]
    pub(super) deferral_held: Completion,
    /// It may return.
    #[pin]
    pub(super) deferral_let_go: Completion,
}

// SAFETY: What is shared is under a lock, or belongs to the one who has the
// operation at hand.
unsafe impl Send for Exchange {}
// SAFETY: As above.
unsafe impl Sync for Exchange {}

impl Exchange {
    /// A command; `data` is what it writes, or room for what it reads.
    /// Context: may sleep.
    pub(super) fn new(
        port: &Arc<Port>,
        command: &[u8],
        data: KVVec<u8>,
        script: Script,
    ) -> Result<Arc<Self>> {
        let mut bytes = [0; COMMAND];
        for (to, from) in bytes.iter_mut().zip(command) {
            *to = *from;
        }
        // CAST: A hundred or so.
        let length = command.len() as u32;
        let state = State {
            script,
            steps: KVec::with_capacity(STEPS, GFP_KERNEL)?,
            busy: false,
            held: false,
            error: 0,
            short: 0,
            released: false,
            lent: false,
            data,
            response: None,
            aborts: 0,
            deferrals: 0,
        };
        let mut request = abi::nvmefc_tgt_fcp_req::default();
        if script.leftovers {
            request.nvmet_fc_private = ptr::without_provenance_mut(LEFTOVER);
        }
        Arc::pin_init(
            pin_init!(Self {
                request: Opaque::new(request),
                command: Opaque::new(bytes),
                length,
                port: port.clone(),
                state <- new_spinlock_irq!(state),
                over <- Completion::new(),
                arrived <- Completion::new(),
                deferral_held <- Completion::new(),
                deferral_let_go <- Completion::new(),
            }),
            GFP_KERNEL,
        )
    }

    /// Delivers it; the outcome is the transport's. Context: may sleep.
    pub(super) fn deliver(self: &Arc<Self>, object: *mut abi::nvmet_fc_target_port) -> Result {
        let books = &self.port.books;
        books.exchanges.add(1, Relaxed);
        self.state.lock().lent = true;
        let raw = self.clone().into_raw();
        // SAFETY: The port is registered; request and command live until
        // `fcp_req_release`.
        let result = unsafe {
            abi::nvmet_fc_rcv_fcp_req(
                object,
                self.request.get(),
                self.command.get().cast::<c_void>(),
                self.length,
            )
        };
        match result {
            0 => {
                self.take_command_back();
                Ok(())
            }
            // CAST: An errno.
            result if result == EOVERFLOW.to_errno() => Err(EOVERFLOW),
            result => {
                books.exchanges.add(-1, Relaxed);
                // SAFETY: Refused, so the reference is ours again.
                drop(unsafe { Arc::from_raw(raw) });
                Err(Error::from_errno(result))
            }
        }
    }

    /// The command's memory is free again: nobody may look there.
    fn take_command_back(&self) {
        self.state.lock().lent = false;
        // SAFETY: The transport has copied it.
        unsafe { self.command.get().cast::<u8>().write_bytes(0x5a, COMMAND) };
    }

    /// The exchange behind the transport's pointer.
    ///
    /// # Safety
    ///
    /// `request` was accepted and not released yet.
    pub(super) unsafe fn of<'a>(request: *mut abi::nvmefc_tgt_fcp_req) -> &'a Self {
        // SAFETY: The request is that field of an exchange that is alive.
        unsafe { &*container_of!(Opaque::cast_from(request), Self, request) }
    }

    /// The transport's pointer in it.
    pub(super) fn private(&self) -> usize {
        // SAFETY: One word, which the case knows that nobody changes.
        unsafe { (*self.request.get()).nvmet_fc_private as usize }
    }

    /// Another reference.
    fn share(&self) -> Arc<Self> {
        // SAFETY: Exchanges are in an `Arc`, and this one is alive.
        let borrowed = unsafe { kernel::sync::ArcBorrow::from_raw(ptr::from_ref(self)) };
        borrowed.into()
    }

    /// The target wants something: `fcp_op`.
    pub(super) fn operate(&self, object: *mut abi::nvmet_fc_target_port) -> c_int {
        self.port.books.count(Call::FcpOp);
        if !self.port.is(object) {
            self.port.books.offend("an operation at another port");
        }
        let request = self.request.get();
        // SAFETY: Filled in by the transport, who has given it up.
        let step = unsafe {
            Step {
                operation: (*request).op,
                offset: (*request).offset,
                length: (*request).transfer_length,
                elements: (*request).sg_cnt,
            }
        };
        let mut state = self.state.lock();
        if state.busy || state.released {
            self.port.books.offend("an operation on a busy exchange");
        }
        let earlier = state
            .steps
            .iter()
            .filter(|other| other.operation == step.operation)
            .count();
        // CAST: A few dozen.
        let act = state.script.act(step.operation, earlier as u32 + 1);
        if state.steps.push_within_capacity(step).is_err() {
            self.port
                .books
                .offend("more operations than a case has room for");
        }
        if act.refuse != 0 {
            return act.refuse;
        }
        state.busy = true;
        (state.error, state.short) = (act.error, act.short);
        let place = if self.port.is_calm() {
            Place::Now
        } else {
            act.place
        };
        state.held = place == Place::Hold;
        drop(state);
        if place == Place::Hold {
            self.port.keep(self.share());
        }
        if act.aborted {
            self.abort();
        }
        match place {
            Place::Now => self.end(None),
            Place::Hold => self.arrived.complete_all(),
            Place::Thread(wait) => self.end_in_thread(wait, None),
        }
        0
    }

    /// Ends the operation at hand in a thread.
    fn end_in_thread(&self, wait: u32, error: Option<c_int>) {
        let this = self.share();
        self.port.books.threads.add(1, Relaxed);
        let spawned = threads::threads().try_spawn(GFP_ATOMIC, move || {
            this.port.pause(wait);
            this.end(error);
            this.port.books.threads.add(-1, Relaxed);
        });
        if spawned.is_err() {
            self.port.books.offend("no memory");
        }
    }

    /// Ends the operation at hand: moves the data and calls `done`.
    pub(super) fn end(&self, error: Option<c_int>) {
        let request = self.request.get();
        let mut state = self.state.lock();
        if !state.busy {
            self.port.books.offend("the end of no operation");
            return;
        }
        let error = error.unwrap_or(state.error);
        // SAFETY: The operation is with us.
        let (operation, wanted) = unsafe { ((*request).op, (*request).transfer_length) };
        let moved = if error != 0 || operation == RSP {
            0
        } else {
            let length = wanted.saturating_sub(state.short);
            // SAFETY: As above; the list is as long as it says.
            unsafe { Self::copy(request, &mut state.data, length) }
        };
        if operation == RSP || operation == READDATA_RSP {
            state.response = if error == 0 {
                // SAFETY: As above.
                unsafe { Self::response_in(request) }
            } else {
                None
            };
        }
        state.busy = false;
        state.held = false;
        // SAFETY: The operation is with us until `done`.
        let done = unsafe {
            (*request).transferred_length = moved;
            (*request).fcp_error = error;
            (*request).done
        };
        drop(state);
        match done {
            // SAFETY: The transport's own function, once for this operation.
            Some(done) => unsafe { done(request) },
            None => self.port.books.offend("an operation without a done"),
        }
    }

    /// Copies `length` bytes of the operation's data; returns how many.
    ///
    /// # Safety
    ///
    /// The operation moves data, and is with us.
    unsafe fn copy(
        request: *mut abi::nvmefc_tgt_fcp_req,
        data: &mut KVVec<u8>,
        length: u32,
    ) -> u32 {
        // SAFETY: The operation is with us.
        let (mut sg, count, offset, to_target) = unsafe {
            (
                (*request).sg,
                (*request).sg_cnt,
                (*request).offset,
                (*request).op == WRITEDATA,
            )
        };
        let (mut at, mut left) = (offset as usize, length as usize);
        for _ in 0..count {
            if sg.is_null() || left == 0 {
                break;
            }
            // SAFETY: An element of the transport's list.
            let (place, room) = unsafe {
                (
                    abi::nvme_fc_kunit_shim_sg_virt(sg).cast::<u8>(),
                    (*sg).length as usize,
                )
            };
            let step = room.min(left);
            let Some(bytes) = data.get_mut(at..at + step) else {
                break;
            };
            // SAFETY: Both are so long.
            unsafe {
                if to_target {
                    place.copy_from_nonoverlapping(bytes.as_ptr(), step);
                } else {
                    bytes.as_mut_ptr().copy_from_nonoverlapping(place, step);
                }
            }
            (at, left) = (at + step, left - step);
            // SAFETY: As above.
            sg = unsafe { abi::sg_next(sg) };
        }
        // CAST: No more than `length`.
        length - left as u32
    }

    /// The response of an operation that sends one.
    ///
    /// # Safety
    ///
    /// The operation is with us.
    unsafe fn response_in(request: *mut abi::nvmefc_tgt_fcp_req) -> Option<Response> {
        // SAFETY: The operation is with us.
        let (place, length) = unsafe { ((*request).rspaddr.cast::<u8>(), (*request).rsplen) };
        let mut bytes = [0; 32];
        if place.is_null() || usize::from(length) > bytes.len() {
            return None;
        }
        // SAFETY: So many bytes, as the transport says.
        let from = unsafe { core::slice::from_raw_parts(place, usize::from(length)) };
        for (to, from) in bytes.iter_mut().zip(from) {
            *to = *from;
        }
        Some(Response { bytes, length })
    }

    /// The target aborts: `fcp_abort`.
    pub(super) fn aborted(&self) {
        self.port.books.count(Call::FcpAbort);
        let mut state = self.state.lock();
        state.aborts += 1;
        if state.released {
            self.port.books.offend("abort of a released exchange");
        }
        let place = state.script.on_abort;
        let ends = core::mem::take(&mut state.held) && place != Place::Hold;
        if !ends {
            state.held |= state.busy && place == Place::Hold;
            return;
        }
        drop(state);
        match place {
            Place::Now => self.end(Some(1)),
            Place::Thread(wait) => self.end_in_thread(wait, Some(1)),
            Place::Hold => {}
        }
    }

    /// The target starts a command that it had put off: `defer_rcv`.
    pub(super) fn deferral_over(&self) {
        self.port.books.count(Call::DeferRcv);
        let mut state = self.state.lock();
        state.deferrals += 1;
        if state.released || !state.lent {
            self.port
                .books
                .offend("defer_rcv where nothing is deferred");
        }
        let holds = state.script.holds_deferral && !self.port.is_calm();
        drop(state);
        self.take_command_back();
        if holds {
            self.deferral_held.complete_all();
            self.deferral_let_go.wait_timeout(Port::PATIENCE);
        }
    }

    /// The target gives it back: `fcp_req_release`.
    ///
    /// # Safety
    ///
    /// Called by the transport, which has a reference.
    pub(super) unsafe fn release(request: *mut abi::nvmefc_tgt_fcp_req) {
        // SAFETY: As this function's.
        let this = unsafe { Self::of(request) };
        this.port.books.count(Call::FcpReqRelease);
        let mut state = this.state.lock();
        if state.busy {
            this.port.books.offend("release of a busy exchange");
        }
        if core::mem::replace(&mut state.released, true) {
            this.port.books.offend("a second release");
            return;
        }
        drop(state);
        // SAFETY: The transport's reference, made by `deliver`.
        let mine = unsafe { Arc::from_raw(ptr::from_ref(this)) };
        mine.over.complete_all();
        mine.port.books.exchanges.add(-1, Relaxed);
    }
}
