// SPDX-License-Identifier: GPL-2.0

//! A completion that can be waited for with a bound.
//!
//! C header: [`include/linux/completion.h`](srctree/include/linux/completion.h)

use kernel::{
    prelude::*,
    types::Opaque, //
};

use crate::abi;

/// An event that one side reports and another waits for.
#[pin_data]
pub(crate) struct Completion {
    /// The C object.
    #[pin]
    inner: Opaque<abi::completion>,
}

// SAFETY: A completion may be used from any thread.
unsafe impl Send for Completion {}
// SAFETY: A completion does its own locking.
unsafe impl Sync for Completion {}

impl Completion {
    /// An event that has not happened.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            inner <- Opaque::ffi_init(|slot: *mut abi::completion| {
                // SAFETY: `slot` is memory for one `struct completion`.
                unsafe { abi::init_completion(slot) }
            }),
        })
    }

    /// Wakes one waiter, now or later. Context: any, hard IRQ included.
    pub(crate) fn complete(&self) {
        // SAFETY: The object was initialised by `new`.
        unsafe { abi::complete(self.inner.get()) };
    }

    /// Wakes all waiters, now and later. Context: any, hard IRQ included.
    pub(crate) fn complete_all(&self) {
        // SAFETY: The object was initialised by `new`.
        unsafe { abi::complete_all(self.inner.get()) };
    }

    /// Waits, without a bound, for what the caller knows will come. Context:
    /// may sleep.
    pub(crate) fn wait(&self) {
        // SAFETY: The object was initialised by `new`.
        unsafe { abi::wait_for_completion(self.inner.get()) };
    }

    /// Waits at most `timeout` jiffies; says whether the event came. Context:
    /// may sleep.
    pub(crate) fn wait_timeout(&self, timeout: usize) -> bool {
        // SAFETY: The object was initialised by `new`.
        unsafe { abi::wait_for_completion_timeout(self.inner.get(), timeout) != 0 }
    }

    /// Takes one event that has happened, if there is one; says whether there
    /// was. Context: any.
    pub(crate) fn take(&self) -> bool {
        // SAFETY: The object was initialised by `new`.
        unsafe { abi::try_wait_for_completion(self.inner.get()) }
    }

    /// Makes the event one that has not happened. The caller knows that nobody
    /// waits for it or reports it meanwhile.
    pub(crate) fn reinit(&self) {
        // SAFETY: The object was initialised by `new`; a racing use would give
        // a wrong answer, not a wrong access, for `done` is one word.
        unsafe { (*self.inner.get()).done = 0 };
    }
}
