// SPDX-License-Identifier: GPL-2.0

//! Connecting a controller of the NVMe core, meant for
//! `rust/kernel/nvme/connect.rs`.
//!
//! C headers: `drivers/nvme/host/nvme.h`, `drivers/nvme/host/fabrics.h`

use kernel::{
    alloc::AllocError,
    prelude::*, //
};

use crate::{
    abi,
    nvme::ctrl::NvmeCtrl, //
};

/// How a step of making an association failed: an NVMe status if positive, an
/// errno if negative. Never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectError(pub(crate) i32);

impl From<Error> for ConnectError {
    fn from(error: Error) -> Self {
        Self(error.to_errno())
    }
}

impl From<AllocError> for ConnectError {
    fn from(_: AllocError) -> Self {
        ENOMEM.into()
    }
}

impl ConnectError {
    /// What a function of the NVMe core returned.
    fn check(status: c_int) -> Result<(), Self> {
        match status {
            0 => Ok(()),
            status => Err(Self(status)),
        }
    }
}

impl NvmeCtrl {
    /// Connects the admin queue; authenticates if the controller asks for it.
    ///
    /// # Errors
    ///
    /// The NVMe core's.
    pub(crate) fn connect_admin_queue(&self) -> Result<(), ConnectError> {
        // SAFETY: An initialised controller.
        ConnectError::check(unsafe { abi::nvmf_connect_admin_queue(self.as_raw()) })
    }

    /// Connects an I/O queue.
    ///
    /// # Errors
    ///
    /// The NVMe core's.
    pub(crate) fn connect_io_queue(&self, index: u16) -> Result<(), ConnectError> {
        // SAFETY: An initialised controller.
        ConnectError::check(unsafe { abi::nvmf_connect_io_queue(self.as_raw(), index) })
    }

    /// Enables the controller.
    ///
    /// # Errors
    ///
    /// The NVMe core's.
    pub(crate) fn enable(&self) -> Result<(), ConnectError> {
        // SAFETY: An initialised controller.
        ConnectError::check(unsafe { abi::nvme_enable_ctrl(self.as_raw()) })
    }

    /// Identifies the controller, and starts keep-alives.
    ///
    /// A new controller for which this fails half way is a member of its subsystem
    /// by then. The next time the NVMe core would have it join once more, and find
    /// its identifier taken, by itself. So what is done for new controllers alone is
    /// left out then, if all that others need of it is there: that is sensors.
    ///
    /// # Errors
    ///
    /// The NVMe core's. Whether there can be a next time,
    /// [`NvmeCtrl::can_be_identified`] says.
    pub(crate) fn init_finish(&self) -> Result<(), ConnectError> {
        // SAFETY: An initialised controller.
        let status = unsafe { abi::nvme_init_ctrl_finish(self.as_raw(), false) };
        if status != 0 && !self.subsystem().is_null() && !self.effects().is_null() {
            self.set_identified(true);
        }
        ConnectError::check(status)
    }

    /// Whether the controller can be identified. Not if that has failed when it had
    /// joined its subsystem and had no log of commands and their effects yet.
    pub(crate) fn can_be_identified(&self) -> bool {
        self.is_identified() || self.subsystem().is_null()
    }

    /// Asks the controller for `wanted` I/O queues; gives what it grants.
    ///
    /// # Errors
    ///
    /// The NVMe core's.
    pub(crate) fn set_queue_count_on_target(&self, wanted: u32) -> Result<u32, ConnectError> {
        let mut count = c_int::try_from(wanted).map_err(|_| EINVAL)?;
        // SAFETY: An initialised controller; the count is written in place.
        ConnectError::check(unsafe { abi::nvme_set_queue_count(self.as_raw(), &raw mut count) })?;
        Ok(u32::try_from(count).unwrap_or(0))
    }

    /// Counts an attempt to connect.
    pub(crate) fn count_attempt(&self) {
        self.set_attempts(self.attempts().saturating_add(1));
    }

    /// Adds the attempts to those ever made, and begins to count anew.
    pub(crate) fn attempts_succeeded(&self) {
        // SAFETY: An initialised controller.
        unsafe { abi::nvme_fc_shim_add_acc_reconnects(self.as_raw(), self.attempts()) };
        self.set_attempts(0);
    }
}
