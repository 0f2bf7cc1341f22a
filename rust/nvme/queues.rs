// SPDX-License-Identifier: GPL-2.0

//! The queues of a controller of the NVMe core, as a whole, meant for
//! `rust/kernel/nvme/queues.rs`.
//!
//! C header: `drivers/nvme/host/nvme.h`

use crate::{
    abi,
    nvme::ctrl::{
        pass_on,
        NvmeCtrl, //
    }, //
};

impl NvmeCtrl {
    pass_on! {
        /// Stops I/O queues; waits for submissions under way.
        quiesce_io => nvme_quiesce_io_queues;
        /// Starts I/O queues again.
        unquiesce_io => nvme_unquiesce_io_queues;
        /// Waits for timeout handlers of namespaces.
        sync_io => nvme_sync_io_queues;
        /// Stops the admin queue; waits for submissions under way.
        quiesce_admin => nvme_quiesce_admin_queue;
        /// Starts the admin queue again.
        unquiesce_admin => nvme_unquiesce_admin_queue;
        /// Begins to freeze all namespaces.
        start_freeze => nvme_start_freeze;
        /// Ends a freeze.
        unfreeze => nvme_unfreeze;
    }

    /// Waits for timeout handlers of the queue that I/O queues are connected
    /// by. Context: may sleep; not from such a handler; there is an I/O tag set.
    pub(crate) fn sync_connect(&self) {
        // SAFETY: The queue exists as long as the I/O tag set does.
        unsafe { abi::blk_sync_queue((*self.as_raw()).connect_q) };
    }

    /// Waits for timeout handlers of admin and fabrics queue. Context: may
    /// sleep; not from such a handler.
    pub(crate) fn sync_admin(&self) {
        // SAFETY: The queue exists as long as the admin tag set does.
        unsafe { abi::blk_sync_queue((*self.as_raw()).admin_q) };
        // SAFETY: The queue exists as long as the admin tag set does.
        unsafe { abi::blk_sync_queue((*self.as_raw()).fabrics_q) };
    }

    /// Whether all namespaces are frozen. Context: may sleep; a freeze was begun.
    pub(crate) fn is_frozen(&self) -> bool {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_fc_shim_is_frozen(self.as_raw()) }
    }
}
