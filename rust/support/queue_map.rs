// SPDX-License-Identifier: GPL-2.0

//! Maps of CPUs to hardware contexts, for `rust/kernel/block/mq/tag_set.rs`.
//!
//! C header: [`include/linux/blk-mq.h`](srctree/include/linux/blk-mq.h)

use core::marker::PhantomData;

use crate::{
    abi,
    shared::support::cpus, //
};

/// A map that is being filled.
///
/// # Invariants
///
/// Valid, with an element for each CPU, and nobody else's.
pub(crate) struct QueueMap<'a>(*mut abi::blk_mq_queue_map, PhantomData<&'a mut ()>);

impl QueueMap<'_> {
    /// A map that the block layer wants to be filled.
    ///
    /// # Safety
    ///
    /// It is one, for as long as the result lives.
    pub(crate) unsafe fn new(raw: *mut abi::blk_mq_queue_map) -> Self {
        // INVARIANT: By this function's contract.
        Self(raw, PhantomData)
    }

    /// The C object.
    pub(crate) fn as_raw(&mut self) -> *mut abi::blk_mq_queue_map {
        self.0
    }

    /// Fills it as the block layer does for who has no wish.
    pub(crate) fn fill(&mut self) {
        // SAFETY: A map that is being filled, by the type's invariant.
        unsafe { abi::blk_mq_map_queues(self.0) };
    }

    /// The context of each CPU.
    pub(crate) fn contexts(&mut self) -> &mut [u32] {
        // SAFETY: Valid, by the type's invariant.
        let first = unsafe { (*self.0).mq_map };
        // SAFETY: An element for each CPU, and nobody else's, by the invariant.
        unsafe { core::slice::from_raw_parts_mut(first, cpus::ids()) }
    }
}
