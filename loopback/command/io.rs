// SPDX-License-Identifier: GPL-2.0

//! The two transports' requests of a command: their fields, their buffers and
//! their `done`.
//!
//! Who may touch what is `plan::command`'s business: the host's request is
//! used between `start` and `unpin`, and by the one who was told to complete
//! it; the target's between acceptance and release.

use core::ptr;

use kernel::{prelude::*, sync::Arc};

use crate::{
    abi,
    command::object::{
        Exchange,
        Outcome,
        Result_, //
    },
    dma::memory::{
        self,
        Bus, //
    },
    plan::accounts::{
        Account,
        Offence, //
    },
    support::{
        books::BOOKS,
        buffer::Buffer, //
    }, //
};

/// The host's side of a command.
pub(crate) enum HostRequest {
    /// A request of nvme-fc's.
    Real(*mut abi::nvmefc_fcp_req),
    /// Injected: data comes from and goes to memory of our own.
    Injected(Buffer),
}

/// What a target asks for.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    /// `NVMET_FCOP_*`.
    pub(crate) operation: u8,
    /// First byte of the command's data.
    offset: u32,
    /// Bytes.
    pub(crate) length: u32,
}

impl HostRequest {
    /// The key of the request: its address, 0 for injected ones.
    pub(crate) fn key(&self) -> usize {
        match self {
            Self::Real(request) => *request as usize,
            Self::Injected(_) => 0,
        }
    }

    /// Bytes of data that the command announces.
    pub(crate) fn payload(&self) -> u32 {
        match self {
            // SAFETY: Not completed yet, see the module's documentation.
            Self::Real(request) => unsafe { (**request).payload_length },
            // CAST: Bounded when it was made.
            Self::Injected(buffer) => buffer.len() as u32,
        }
    }

    /// The data.
    fn place(&self, bus: Bus) -> memory::Place {
        match self {
            Self::Real(request) => {
                // SAFETY: Not completed yet. CAST: A count is not negative.
                let (sg, count) =
                    unsafe { ((**request).first_sgl, (**request).sg_cnt.max(0) as u32) };
                memory::Place::List(sg, count, bus)
            }
            Self::Injected(buffer) => memory::Place::Flat(buffer.as_ptr().cast(), buffer.len()),
        }
    }

    /// Gives the request back to nvme-fc.
    pub(crate) fn complete(&self, bus: Bus, outcome: &Outcome) {
        let Self::Real(request) = *self else {
            return;
        };
        // SAFETY: The caller was told to complete it; until `done` is called
        // its fields and the response buffer are ours.
        let done = unsafe {
            let room = usize::from((*request).rsplen);
            let buffer = bus.reach((*request).rspdma, (*request).rspaddr);
            let length = outcome.length.min(room).min(outcome.response.len());
            ptr::copy_nonoverlapping(outcome.response.as_ptr(), buffer, length);
            (*request).transferred_length = outcome.transferred;
            // CAST: The plan limits lengths to a u16; longer than the buffer
            // is what some tests want to claim.
            (*request).rcv_rsplen = outcome.length as u16;
            // CAST: The field keeps a negative errno as a u32.
            (*request).status = outcome.status as u32;
            (*request).done
        };
        let Some(done) = done else {
            return;
        };
        // SAFETY: The request is complete.
        unsafe { done(request) };
        if outcome.twice {
            // SAFETY: Not sound, and asked for: a request's memory stays part
            // of its queue's tag set.
            unsafe { done(request) };
        }
    }
}

impl Exchange {
    /// Hands the command to the target whose port is `port`; returns what the
    /// transport says. Context: may sleep.
    pub(crate) fn receive(self: &Arc<Self>, port: usize) -> i32 {
        // The target's reference, given back by `take_back`.
        let own = Arc::into_raw(self.clone());
        BOOKS.open(Account::TargetCommands);
        // SAFETY: The port is registered while the caller holds its pass, the
        // request lives as long as the reference put away above, and the
        // command until `defer_rcv` if the transport asks for that.
        // CAST: A few hundred bytes at most.
        let verdict = unsafe {
            abi::nvmet_fc_rcv_fcp_req(
                port as *mut abi::nvmet_fc_target_port,
                self.request.get(),
                self.command.as_ptr(),
                self.command.len() as u32,
            )
        };
        if verdict == 0 {
            self.command.poison();
        } else if verdict == EOVERFLOW.to_errno() {
            BOOKS.open(Account::Deferred);
        } else {
            BOOKS.close(Account::TargetCommands);
            // SAFETY: Not accepted, so the reference is ours again.
            drop(unsafe { Arc::from_raw(own) });
        }
        verdict
    }

    /// The exchange of a request that the target names.
    ///
    /// # Safety
    ///
    /// `request` is the request of an exchange that the target holds.
    pub(crate) unsafe fn of(request: *mut abi::nvmefc_tgt_fcp_req) -> Arc<Self> {
        // SAFETY: Requests that targets hold are part of exchanges.
        let exchange = unsafe {
            kernel::container_of!(kernel::types::Opaque::cast_from(request), Exchange, request)
        };
        // SAFETY: Alive through the target's reference.
        unsafe { kernel::sync::ArcBorrow::<Self>::from_raw(exchange) }.into()
    }

    /// Drops the reference that [`Exchange::receive`] put away. Called once, by
    /// the one whom `Machine::release` told that the target has let go.
    pub(crate) fn drop_reference(self: &Arc<Self>) {
        // SAFETY: Put away by `receive`, and taken once.
        drop(unsafe { Arc::from_raw(Arc::as_ptr(self)) });
    }

    /// What the target asks for.
    pub(crate) fn asked(&self) -> Asked {
        let request = self.request.get();
        // SAFETY: The target has filled in its request and waits.
        unsafe {
            Asked {
                operation: (*request).op,
                offset: (*request).offset,
                length: (*request).transfer_length,
            }
        }
    }

    /// Moves up to `length` bytes of data, from the host if `write`; returns
    /// how many. The host's request is pinned.
    pub(crate) fn move_data(&self, write: bool, asked: &Asked, length: u32) -> u32 {
        let (Some(target), request) = (&self.target, self.request.get()) else {
            return 0;
        };
        let bus = |port: &Option<Arc<crate::port::Port>>| {
            port.as_ref()
                .map_or(Bus(ptr::null_mut()), |port| port.bus())
        };
        // SAFETY: The target has filled in its request and waits. CAST: A
        // count is not negative.
        let (sg, count) = unsafe { ((*request).sg, (*request).sg_cnt.max(0) as u32) };
        let theirs = memory::Place::List(sg, count, target.bus());
        let ours = self.host.place(bus(&self.local));
        let room = self.host.payload().saturating_sub(asked.offset);
        // CAST: A u32 fits a usize.
        let (offset, length) = (asked.offset as usize, length.min(room) as usize);
        // SAFETY: Both lists are valid: the target's until its `done` is
        // called, the host's because it is pinned.
        let moved = unsafe {
            if write {
                memory::copy(ours, offset, theirs, 0, length)
            } else {
                memory::copy(theirs, 0, ours, offset, length)
            }
        };
        // CAST: At most `length`.
        moved as u32
    }

    /// Copies the target's response; returns its length.
    pub(crate) fn read_response(&self, to: &mut [u8]) -> usize {
        let (Some(target), request) = (&self.target, self.request.get()) else {
            return 0;
        };
        // SAFETY: The target has filled in its request and waits.
        let (address, cpu, length) =
            unsafe { ((*request).rspdma, (*request).rspaddr, (*request).rsplen) };
        let length = usize::from(length);
        if length > to.len() {
            BOOKS.offend(Offence::BadLength);
        }
        let length = length.min(to.len());
        let from = target.bus().reach(address, cpu);
        // SAFETY: The response is that long.
        unsafe { ptr::copy_nonoverlapping(from, to.as_mut_ptr(), length) };
        length
    }

    /// Reports the operation as done.
    pub(crate) fn operation_done(&self, result: &Result_) {
        let request = self.request.get();
        // SAFETY: The operation is ours until `done` is called.
        let done = unsafe {
            (*request).transferred_length = result.transferred;
            (*request).fcp_error = result.error;
            (*request).done
        };
        if let Some(done) = done {
            // SAFETY: The target gave the function for this. The exchange is
            // alive through the caller's reference whatever `done` does.
            unsafe { done(request) };
        }
    }

    /// Tells the target that the host has aborted. Context: any.
    pub(crate) fn tell_target(&self) {
        let Some(pass) = self.target.as_ref().and_then(|target| target.gate.enter()) else {
            return;
        };
        // SAFETY: The port is registered while the pass is held, and the
        // exchange alive through the caller's reference.
        unsafe { abi::nvmet_fc_rcv_fcp_abort(pass.port() as *mut _, self.request.get()) };
    }
}
