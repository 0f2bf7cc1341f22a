// SPDX-License-Identifier: GPL-2.0

//! Log lines with the names that operators and scripts look for.

#![deny(unsafe_code)]

use core::fmt::Display;

use kernel::fmt;

/// What has words of its own, as log lines take it.
pub(crate) struct Words<T>(pub(crate) T);

impl<T: Display> fmt::Display for Words<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Prints about a port: with its device if it has one, as the C module does,
/// and plain otherwise. `port_log!(warn, port, "...\n")`.
macro_rules! port_log {
    (info, $port:expr, $($args:tt)*) => {
        match $port.device().device() {
            Some(device) => ::kernel::prelude::dev_info!(device, $($args)*),
            None => ::kernel::prelude::pr_info!($($args)*),
        }
    };
    (warn, $port:expr, $($args:tt)*) => {
        match $port.device().device() {
            Some(device) => ::kernel::prelude::dev_warn!(device, $($args)*),
            None => ::kernel::prelude::pr_warn!($($args)*),
        }
    };
    (err, $port:expr, $($args:tt)*) => {
        match $port.device().device() {
            Some(device) => ::kernel::prelude::dev_err!(device, $($args)*),
            None => ::kernel::prelude::pr_err!($($args)*),
        }
    };
}
pub(crate) use port_log;

/// Prints about a controller: `NVME-FC{3}: ...`, on its device.
/// `ctrl_log!(warn, ctrl, "...\n")`.
macro_rules! ctrl_log {
    (info, $ctrl:expr, $($args:tt)*) => {
        ::kernel::prelude::dev_info!(
            $ctrl.nvme().device(),
            "NVME-FC{{{}}}: {}",
            $ctrl.number(),
            ::kernel::prelude::fmt!($($args)*)
        )
    };
    (warn, $ctrl:expr, $($args:tt)*) => {
        ::kernel::prelude::dev_warn!(
            $ctrl.nvme().device(),
            "NVME-FC{{{}}}: {}",
            $ctrl.number(),
            ::kernel::prelude::fmt!($($args)*)
        )
    };
    (err, $ctrl:expr, $($args:tt)*) => {
        ::kernel::prelude::dev_err!(
            $ctrl.nvme().device(),
            "NVME-FC{{{}}}: {}",
            $ctrl.number(),
            ::kernel::prelude::fmt!($($args)*)
        )
    };
}
pub(crate) use ctrl_log;
