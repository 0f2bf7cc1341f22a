// SPDX-License-Identifier: GPL-2.0

//! A link service that was received, and the answer that is owed to it, meant for
//! `rust/kernel/nvme_fc/ls_response.rs`.
//!
//! The answer is part of a counted object, of which the LLDD owns one reference from
//! `xmt_ls_rsp` until `done`.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr::{
        null_mut,
        NonNull, //
    }, //
};

use kernel::{
    pr_warn_once,
    prelude::*,
    sync::{
        atomic::{
            self,
            Atomic,
            Full, //
        },
        Arc, //
    }, //
};

use crate::{
    abi,
    shared::{
        fc::ls_memory::LsMemory,
        proto::{
            ls::response::LsResponse,
            wire::LS_RESPONSE_MAX, //
        },
        support::{
            device::DeviceRef,
            dma::Direction,
            trace::Identity, //
        }, //
    }, //
};

/// An answer as an LLDD gets it.
pub(crate) struct Answer {
    /// Where it lies.
    pub(crate) buffer: *mut c_void,
    /// Where the device finds it, 0 without one.
    pub(crate) address: abi::dma_addr_t,
    /// Its length, bytes.
    pub(crate) length: u16,
    /// Called by the LLDD, once, when it is done with the answer.
    pub(crate) done: unsafe extern "C" fn(*mut abi::nvmefc_ls_rsp),
    /// For `done`, which gets it by [`take_private`]. Not null.
    pub(crate) private: *mut c_void,
}

/// A link service that an LLDD offers, and that is to be answered once if it is
/// accepted.
///
/// # Invariants
///
/// The LLDD's struct is valid during the call that offers it, and, if that accepts
/// it, until it was answered.
#[derive(Clone, Copy)]
pub(crate) struct UnansweredLs(NonNull<abi::nvmefc_ls_rsp>);

// SAFETY: It may be answered by any thread.
unsafe impl Send for UnansweredLs {}
// SAFETY: A shared reference says which it is, and changes nothing.
unsafe impl Sync for UnansweredLs {}

impl UnansweredLs {
    /// A link service of an LLDD.
    ///
    /// # Safety
    ///
    /// As the invariants say.
    pub(crate) unsafe fn new(response: NonNull<abi::nvmefc_ls_rsp>) -> Self {
        // INVARIANT: By this function's contract.
        Self(response)
    }

    /// Which it is, for events.
    pub(crate) fn identity(&self) -> Identity {
        Identity::of_pointer(self.0.as_ptr())
    }

    /// Says what the answer is. It is to be given to the LLDD then.
    ///
    /// # Safety
    ///
    /// The link service was accepted and not answered yet; nobody else does this. The
    /// answer stays valid until its `done`.
    pub(crate) unsafe fn set_answer(self, answer: &Answer) -> NewAnswer {
        let response = self.0.as_ptr();
        // SAFETY: The LLDD's struct is valid, by the invariant, and by this function's
        // contract nobody else uses it.
        unsafe {
            (*response).rspbuf = answer.buffer;
            (*response).rspdma = answer.address;
            (*response).rsplen = answer.length;
            (*response).done = Some(answer.done);
            (*response).nvme_fc_private = answer.private;
        }
        // INVARIANT: Filled in, and not answered yet.
        NewAnswer(self.0)
    }
}

/// An answer that is given to an LLDD by `xmt_ls_rsp`.
///
/// # Invariants
///
/// It is filled in, valid until the LLDD calls its `done`, and was not given before.
pub(crate) struct NewAnswer(NonNull<abi::nvmefc_ls_rsp>);

impl NewAnswer {
    /// The answer as C names it, for the LLDD.
    pub(crate) fn into_raw(self) -> *mut abi::nvmefc_ls_rsp {
        self.0.as_ptr()
    }
}

/// Takes what [`UnansweredLs::set_answer`] left in an LLDD's link service for its
/// `done`; `None`, which is reported, for a second `done`. Context: any.
///
/// # Safety
///
/// `response` is null, or was given to `xmt_ls_rsp` and is valid during this call.
pub(crate) unsafe fn take_private(response: *mut abi::nvmefc_ls_rsp) -> Option<NonNull<c_void>> {
    let response = NonNull::new(response)?;
    // SAFETY: Valid by this function's contract; the field is one word, and only
    // we use it.
    let private = unsafe {
        atomic::xchg(
            &raw mut (*response.as_ptr()).nvme_fc_private,
            null_mut(),
            Full,
        )
    };
    let private = NonNull::new(private);
    if private.is_none() {
        pr_warn_once!("LLDD: done for a link service whose answer is not out\n");
    }
    private
}

/// The answer is owed.
const OWED: u32 = 0;
/// The LLDD has it.
const OUT: u32 = 1;
/// The LLDD is done with it, or did not take it.
const OVER: u32 = 2;

/// What became of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It is owed.
    Owed,
    /// The LLDD has it.
    Out,
    /// The LLDD is done with it, or did not take it.
    Over,
}

/// An answer that is owed, in memory that the LLDD reaches. `U` keeps the LLDD callable
/// as long as it lives.
#[pin_data]
pub(crate) struct OwedAnswer<U> {
    /// Where it is to be put.
    response: UnansweredLs,
    /// OWED, OUT or OVER.
    state: Atomic<u32>,
    /// The answer, written by whoever makes the state OUT.
    #[pin]
    memory: LsMemory<U>,
}

impl<U: Unpin> OwedAnswer<U> {
    /// One for a link service that was accepted, mapped for a device, which may be
    /// none. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EFAULT` if it cannot be mapped.
    pub(crate) fn new(
        device: &DeviceRef,
        in_use: U,
        response: UnansweredLs,
    ) -> Result<impl PinInit<Self>> {
        let direction = Direction::ToDevice;
        let memory = LsMemory::new(device, LS_RESPONSE_MAX, direction, in_use, |_| Ok(()))?;
        Ok(pin_init!(Self {
            response,
            state: Atomic::new(OWED),
            memory <- memory,
        }))
    }

    /// What it answers.
    pub(crate) fn response(&self) -> UnansweredLs {
        self.response
    }

    /// What became of it.
    pub(crate) fn progress(&self) -> Progress {
        // As it is, with full order.
        match self.state.cmpxchg(OUT, OUT, Full) {
            Ok(_) => Progress::Out,
            Err(OWED) => Progress::Owed,
            Err(_) => Progress::Over,
        }
    }

    /// Gives up what keeps the LLDD callable, which is the caller's to drop, and before
    /// that the mapping, if the LLDD is done with it. Context: may sleep.
    pub(crate) fn give_up(&self, unmap: bool) -> Option<U> {
        self.memory.give_up(unmap)
    }

    /// Says that the LLDD has it no more, if it has it.
    fn end(&self) -> bool {
        self.state.cmpxchg(OUT, OVER, Full).is_ok()
    }
}

/// An object that is owed an answer.
pub(crate) trait OwesAnswer: Sized + Send + Sync + 'static {
    /// What keeps the LLDD callable until the answer is out.
    type InUse: Unpin;

    /// The answer.
    fn owed(&self) -> &OwedAnswer<Self::InUse>;

    /// Calls `xmt_ls_rsp`. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The LLDD's, which has then freed its link service already.
    fn xmt_ls_rsp(this: &Arc<Self>, answer: NewAnswer) -> Result;

    /// The LLDD is done with the answer, or did not take it; `this` was the LLDD's
    /// reference. Context: any.
    fn over(this: Arc<Self>);
}

/// Sends the answer, once. Context: may sleep; the caller keeps the LLDD callable.
pub(crate) fn answer<T: OwesAnswer>(this: &Arc<T>, answer: &LsResponse) {
    let owed = this.owed();
    if owed.state.cmpxchg(OWED, OUT, Full).is_err() {
        return;
    }
    let memory = &owed.memory;
    // SAFETY: So long is the memory. Whoever wins the state alone writes it, and the
    // LLDD does not read it yet.
    let length = answer.write(unsafe { &mut *memory.start().cast::<[u8; LS_RESPONSE_MAX]>() });
    memory.sync_for_device();
    let lldd = Arc::into_raw(this.clone());
    let filled_in = Answer {
        buffer: memory.start().cast(),
        address: memory.address(0),
        length,
        done: done::<T>,
        private: lldd.cast_mut().cast(),
    };
    // SAFETY: Not answered before, as the state says. The memory is that of an object
    // that stays valid through the reference put away, which `done` gets back.
    let new = unsafe { owed.response.set_answer(&filled_in) };
    if T::xmt_ls_rsp(this, new).is_err() && owed.end() {
        // SAFETY: Put away above; `done` did not come, and will not.
        T::over(unsafe { Arc::from_raw(lldd) });
    }
}

/// The answer is out. Context: any.
///
/// # Safety
///
/// `response` is one that [`answer`] gave to `xmt_ls_rsp`, valid during this call.
unsafe extern "C" fn done<T: OwesAnswer>(response: *mut abi::nvmefc_ls_rsp) {
    // SAFETY: By this function's contract.
    let Some(private) = (unsafe { take_private(response) }) else {
        return;
    };
    let this = private.cast::<T>().as_ptr().cast_const();
    // SAFETY: The LLDD's reference keeps it alive until this call, the only one for
    // which it was taken.
    if unsafe { (*this).owed().end() } {
        // SAFETY: The LLDD's reference, which it gives back by this call.
        T::over(unsafe { Arc::from_raw(this) });
    }
}
