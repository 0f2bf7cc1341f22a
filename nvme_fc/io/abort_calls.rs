// SPDX-License-Identifier: GPL-2.0

//! Who is in the LLDD's `fcp_abort`, or about to be.
//!
//! The LLDD may end the exchange before that returns, so that an exchange which
//! is over does not say that nobody is in there. The NVMe core waits for timeout
//! handlers of the queues that it finds, and does not find those of a namespace
//! that is being removed.

#![deny(unsafe_code)]

use kernel::sync::atomic::{
    Acquire,
    Atomic,
    Full,
    Release, //
};

/// How many are there for the exchanges of a controller.
pub(crate) struct AbortCalls(Atomic<u32>);

impl AbortCalls {
    /// None.
    pub(crate) const fn new() -> Self {
        Self(Atomic::new(0))
    }

    /// One more, until what this gives is dropped. It begins before the exchange's
    /// state says that the LLDD is asked, so that whoever then sees the exchange over
    /// counts it.
    pub(crate) fn begin(&self) -> AbortCall<'_> {
        self.0.fetch_add(1, Full);
        AbortCall(self)
    }

    /// Whether anybody is. When all exchanges are over, and this says no, nobody
    /// comes any more, and what comes after is ordered after the last call.
    pub(crate) fn any(&self) -> bool {
        self.0.load(Acquire) != 0
    }
}

/// One of them.
pub(crate) struct AbortCall<'a>(&'a AbortCalls);

impl Drop for AbortCall<'_> {
    fn drop(&mut self) {
        // Partner of `AbortCalls::any`.
        self.0 .0.fetch_sub(1, Release);
    }
}
