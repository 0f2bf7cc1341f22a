// SPDX-License-Identifier: GPL-2.0

//! The way of exchanges from a queue to the LLDD.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr, //
};

use kernel::prelude::*;

use crate::{
    abi,
    shared::{
        fc::{
            host_template::{
                FcpAbort,
                FcpIo,
                HostTemplate, //
            },
            port::{
                LocalPortAbi,
                RemotePortAbi, //
            }, //
        },
        support::word::Word, //
    }, //
};

/// The way of exchanges from one queue to the LLDD.
///
/// # Invariants
///
/// While exchanges can be submitted, are in flight, or may be aborted by anybody,
/// the functions belong to the template of the association, and `handle` came
/// from its `create_queue`. (Whoever closes a link waits for all who abort before.)
///
/// Whoever sees `fcp_io` in [`Link::submit`] sees the other words, which
/// [`Link::open`] wrote before.
pub(crate) struct Link {
    /// `fcp_io`; `None` while there is no association.
    fcp_io: Word<Option<FcpIo>>,
    /// `fcp_abort`.
    fcp_abort: Word<Option<FcpAbort>>,
    /// The LLDD's name for the local port.
    local: Word<*mut abi::nvme_fc_local_port>,
    /// The LLDD's name for the remote port.
    remote: Word<*mut abi::nvme_fc_remote_port>,
    /// The LLDD's name for the queue.
    handle: Word<*mut c_void>,
}

impl Link {
    /// A way that leads nowhere yet.
    pub(crate) const fn new() -> Self {
        Self {
            fcp_io: Word::new(None),
            fcp_abort: Word::new(None),
            local: Word::new(ptr::null_mut()),
            remote: Word::new(ptr::null_mut()),
            handle: Word::new(ptr::null_mut()),
        }
    }

    /// Opens the way. Context: before the queue takes any exchange.
    pub(crate) fn open(
        &self,
        ops: &HostTemplate,
        local: &LocalPortAbi,
        remote: &RemotePortAbi,
        handle: *mut c_void,
    ) {
        self.local.set(local.as_raw());
        self.remote.set(remote.as_raw());
        self.handle.set(handle);
        self.fcp_abort.set(Some(ops.fcp_abort));
        // Last: partner of the look at it in `submit`.
        self.fcp_io.publish(Some(ops.fcp_io));
    }

    /// Closes the way and gives back the handle. Context: no exchange is in
    /// flight, none will be submitted, and nobody is about to abort one.
    pub(crate) fn close(&self) -> *mut c_void {
        let handle = self.handle.get();
        self.fcp_io.set(None);
        self.fcp_abort.set(None);
        self.handle.set(ptr::null_mut());
        handle
    }

    /// Gives an exchange to the LLDD; its errno, 0 if it took it. Context: any
    /// but hard IRQ; `done` may run before this returns.
    ///
    /// # Safety
    ///
    /// `request` and all it points to stay valid until `done` runs.
    #[inline(always)]
    pub(crate) unsafe fn submit(&self, request: *mut abi::nvmefc_fcp_req) -> c_int {
        // First: partner of `open`.
        let Some(fcp_io) = self.fcp_io.observe() else {
            return ENOTCONN.to_errno();
        };
        // SAFETY: By the invariant these belong together; the request is as
        // the caller promises.
        unsafe {
            fcp_io.call(
                self.local.get(),
                self.remote.get(),
                self.handle.get(),
                request,
            )
        }
    }

    /// Asks for the end of an exchange. Context: may sleep; `done` may run
    /// before this returns.
    ///
    /// # Safety
    ///
    /// `request` is with the LLDD, or was when the caller won the right to
    /// abort it, and is not used for another exchange meanwhile. The end of the
    /// association waits for the caller.
    ///
    /// The exchange was started by somebody who saw the link open, and the
    /// caller won a change of its state after that, with full order: so this
    /// sees the link open, too.
    pub(crate) unsafe fn abort(&self, request: *mut abi::nvmefc_fcp_req) {
        if let Some(fcp_abort) = self.fcp_abort.get() {
            // SAFETY: By the invariant these belong together, as long as the end
            // of the association waits for the caller; the request is as the
            // caller promises.
            unsafe {
                fcp_abort.call(
                    self.local.get(),
                    self.remote.get(),
                    self.handle.get(),
                    request,
                )
            };
        }
    }
}
