// SPDX-License-Identifier: GPL-2.0

//! nvmet's ports, meant for `rust/kernel/nvmet/port.rs`.
//!
//! C header: `drivers/nvme/target/nvmet.h`

use core::ptr::NonNull;

use kernel::workqueue::Queue as Workqueue;

use crate::abi;

/// nvmet's own workqueue, which it flushes before it frees a port.
pub(crate) fn nvmet_wq() -> &'static Workqueue {
    // SAFETY: nvmet, which this module depends on, creates the queue at load
    // and destroys it at unload.
    unsafe { Workqueue::from_raw(abi::nvmet_wq) }
}

/// An nvmet port that a user has enabled for a transport.
///
/// # Invariants
///
/// nvmet frees the port only after `remove_port` was called for it and
/// [`nvmet_wq`] was flushed afterwards. Whoever has this uses it before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NvmetPort(NonNull<abi::nvmet_port>);

// SAFETY: An nvmet port may be named from any thread.
unsafe impl Send for NvmetPort {}
// SAFETY: It is a name, which does not change.
unsafe impl Sync for NvmetPort {}

impl NvmetPort {
    /// The port of an operation.
    ///
    /// # Safety
    ///
    /// `raw` is the port that nvmet passed to the operation.
    pub(super) unsafe fn new(raw: NonNull<abi::nvmet_port>) -> Self {
        // INVARIANT: That is how nvmet treats its ports.
        Self(raw)
    }

    /// The port as nvmet knows it.
    #[inline]
    pub(super) fn as_raw(self) -> *mut abi::nvmet_port {
        self.0.as_ptr()
    }

    /// Transport type and address family that the user gave it.
    pub(crate) fn kind(self) -> (u8, u8) {
        // SAFETY: By the invariant; nvmet does not change it once it is enabled.
        let address = unsafe { &(*self.as_raw()).disc_addr };
        (address.trtype, address.adrfam)
    }

    /// The number that the user gave it.
    pub(crate) fn number(self) -> u16 {
        // SAFETY: By the invariant; nvmet does not change it.
        u16::from_le(unsafe { (*self.as_raw()).disc_addr.portid })
    }

    /// The transport address that the user gave it, up to its end.
    pub(crate) fn traddr(&self) -> &[u8] {
        // SAFETY: By the invariant; nvmet does not change it once it is enabled.
        let bytes = unsafe { &(*self.as_raw()).disc_addr.traddr };
        let length = bytes.iter().position(|byte| *byte == 0);
        bytes
            .get(..length.unwrap_or(bytes.len()))
            .unwrap_or_default()
    }

    /// The most data in one command to a namespace, as the user set it: pages of
    /// 4 KiB, the logarithm to base 2.
    pub(crate) fn mdts(self) -> i32 {
        // SAFETY: By the invariant; the field is one aligned word, which the user
        // may change meanwhile.
        unsafe { core::ptr::read_volatile(&raw const (*self.as_raw()).mdts) }
    }

    /// Entries of the largest queue, as the user set it.
    pub(crate) fn max_queue_size(self) -> i32 {
        // SAFETY: By the invariant; the field is one aligned word, which the user
        // may change meanwhile.
        unsafe { core::ptr::read_volatile(&raw const (*self.as_raw()).max_queue_size) }
    }
}
