// SPDX-License-Identifier: GPL-2.0

//! References to a target port that put its end off.
//!
//! The LLDD's own reference is one [`Arc::into_raw`], made at registration. It
//! is given back where `targetport_delete` is delivered, and that is when the
//! last [`Hold`] is dropped: the registration has one, and so has everything
//! that may still call the LLDD about this port.

use core::{ops::Deref, ptr::NonNull};

use kernel::{
    sync::{
        atomic::Relaxed,
        Arc,
        ArcBorrow, //
    }, //
};

use crate::tgtport::TargetPort;

/// Puts off the delivery of `targetport_delete`, and keeps the port alive.
///
/// # Invariants
///
/// One of the port's `holds` is this value's. While `holds` is not zero, the
/// LLDD's reference to the port has not been given back.
pub(crate) struct Hold(NonNull<TargetPort>);

// SAFETY: `TargetPort` is `Send` and `Sync`, and the reference may be given
// back from any thread.
unsafe impl Send for Hold {}
// SAFETY: A shared reference gives out shared references to the port only.
unsafe impl Sync for Hold {}

impl Hold {
    /// The registration's hold. The LLDD may be given the port now.
    pub(crate) fn register(port: Arc<TargetPort>) -> Self {
        let raw = NonNull::from(&*port);
        // The LLDD's reference; `Drop` below gives it to the delete work.
        let _ = Arc::into_raw(port);
        // INVARIANT: `holds` is 1 in a new port, and nobody else has it.
        Self(raw)
    }

    /// Another hold on a port that may have lost its last. Context: any.
    pub(crate) fn try_new(port: &TargetPort) -> Option<Self> {
        let holds = port.holds.as_atomic();
        // Relaxed, as refcount_inc_not_zero's: what the holder reads of the port was
        // written before the caller had it. `Drop` orders the other end.
        let mut old = holds.load(Relaxed);
        while old > 0 {
            match holds.cmpxchg(old, old.wrapping_add(1), Relaxed) {
                // INVARIANT: It was not zero, and has one more.
                Ok(_) => return Some(Self(NonNull::from(port))),
                Err(now) => old = now,
            }
        }
        None
    }

    /// A reference to the memory alone.
    pub(crate) fn arc(&self) -> Arc<TargetPort> {
        // SAFETY: By the invariant the LLDD's reference, which came from
        // `Arc::into_raw`, is still out.
        unsafe { ArcBorrow::from_raw(self.0.as_ptr().cast_const()) }.into()
    }
}

impl Clone for Hold {
    fn clone(&self) -> Self {
        self.holds.inc();
        // INVARIANT: Just taken.
        Self(self.0)
    }
}

impl Deref for Hold {
    type Target = TargetPort;

    fn deref(&self) -> &TargetPort {
        // SAFETY: By the invariant the port is alive.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Hold {
    /// Context: any, hard IRQ included.
    fn drop(&mut self) {
        // A release, and an acquire for the last: all uses come before the end.
        if self.holds.dec_and_test() {
            // SAFETY: The LLDD's reference came from `Arc::into_raw`, and this
            // was the last hold: nobody else can take it back.
            let port = unsafe { Arc::from_raw(self.0.as_ptr().cast_const()) };
            port.queue_delete();
        }
    }
}
