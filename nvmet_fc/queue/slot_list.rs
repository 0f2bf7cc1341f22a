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
    support::ring::Ring, //
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
pub(crate) struct SlotList {
    /// Which commands may come.
    pub(crate) admission: Admission,
    /// Indices of the slots that are free, the last freed on top.
    pub(super) free: KVVec<u16>,
    /// Commands that wait for a slot. As many as there are slots: a host that
    /// keeps to its queue's size has no more.
    pub(super) deferred: Ring<Deferred>,
    /// Slots whose command was deferred, and is to be started.
    pub(super) ready: Ring<u16>,
}

// SAFETY: The pointers are the LLDD's, who takes them back on any thread.
unsafe impl Send for SlotList {}

impl SlotList {
    /// How many commands wait for a slot.
    pub(crate) fn waiting(&self) -> usize {
        self.deferred.len()
    }

    /// All slots free. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(slots: u16, defers: bool) -> Result<Self> {
        let mut free = KVVec::with_capacity(usize::from(slots), GFP_KERNEL)?;
        for index in (0..slots).rev() {
            free.push(index, GFP_KERNEL)?;
        }
        let waiting = if defers { usize::from(slots) } else { 0 };
        Ok(Self {
            admission: Admission::Unconnected,
            free,
            deferred: Ring::new(waiting)?,
            ready: Ring::new(waiting)?,
        })
    }
}
