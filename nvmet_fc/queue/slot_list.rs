// SPDX-License-Identifier: GPL-2.0

//! Which slots of a queue are free, and which commands wait for one.

use core::ptr::NonNull;

use kernel::{
    alloc::KVVec,
    prelude::*, //
};

use crate::shared::{
    fc::target_template::FcpRequestPtr,
    proto::{
        command::connect::Admission,
        wire::CommandIu, //
    },
    support::{
        paged::PagedArray,
        ring::Ring, //
    }, //
};

/// A command that waits for a slot.
///
/// # Invariants
///
/// `lldd` was accepted and not released, and has no operation. `command` is there until
/// `defer_rcv`.
pub(super) struct Deferred {
    /// The LLDD's exchange.
    pub(super) lldd: FcpRequestPtr,
    /// Its command IU, which the LLDD keeps until `defer_rcv`.
    pub(super) command: NonNull<CommandIu>,
}

/// What the lock of a queue protects.
pub(crate) struct SlotList<S> {
    /// Which commands may come.
    pub(crate) admission: Admission,
    /// Slots that are free, the last freed on top.
    pub(super) free: KVVec<NonNull<S>>,
    /// How often a slot was taken.
    pub(super) taken: i64,
    /// Commands that wait for a slot. As many as there are slots: a host that
    /// keeps to its queue's size has no more.
    pub(super) deferred: Ring<Deferred>,
    /// Slots whose command was deferred, and is to be started.
    pub(super) ready: Ring<u16>,
}

// SAFETY: The pointers are the LLDD's, who takes them back on any thread, and to slots,
// which any thread may have.
unsafe impl<S: Send + Sync> Send for SlotList<S> {}

impl<S> SlotList<S> {
    /// How many commands wait for a slot.
    pub(crate) fn waiting(&self) -> usize {
        self.deferred.len()
    }

    /// All slots free. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(slots: &PagedArray<S>, defers: bool) -> Result<Self> {
        let mut free = KVVec::with_capacity(slots.len(), GFP_KERNEL)?;
        for slot in slots.iter().rev() {
            free.push(NonNull::from(slot), GFP_KERNEL)?;
        }
        let waiting = if defers { slots.len() } else { 0 };
        Ok(Self {
            admission: Admission::Unconnected,
            free,
            taken: 0,
            deferred: Ring::new(waiting)?,
            ready: Ring::new(waiting)?,
        })
    }
}
