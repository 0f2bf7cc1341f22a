// SPDX-License-Identifier: GPL-2.0

//! Memory that is got without I/O, for rust/kernel/mm.rs or rust/kernel/alloc.rs.
//!
//! Whoever makes or ends an association, or holds a lock that such a thread
//! takes, must not wait for I/O to be done when it allocates: it may be I/O that
//! waits for this very association.
//!
//! C header: [`include/linux/sched/mm.h`](srctree/include/linux/sched/mm.h)

use core::marker::PhantomData;

use kernel::prelude::*;

use crate::abi;

/// Whatever this thread allocates while this lives, be it in the NVMe core or in
/// the LLDD, is got without I/O. Those that nest are dropped in reverse order.
pub(crate) struct WithoutIo {
    /// Whether it was so before.
    before: c_uint,
    /// The thread's own.
    _thread: PhantomData<*mut ()>,
}

impl WithoutIo {
    /// From here on.
    #[inline]
    pub(crate) fn begin() -> Self {
        Self {
            // SAFETY: Changes a flag of the calling thread.
            before: unsafe { abi::nvme_fc_shim_memalloc_noio_save() },
            _thread: PhantomData,
        }
    }
}

impl Drop for WithoutIo {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: What `begin` saved, in the same thread: this is not `Send`.
        unsafe { abi::nvme_fc_shim_memalloc_noio_restore(self.before) };
    }
}
