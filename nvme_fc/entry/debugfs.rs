// SPDX-License-Identifier: GPL-2.0

//! `/sys/kernel/debug/nvme_fc`: what there is, a record a line.
//!
//! Each file is written with the registry locked, so that it is of one moment.
//! Documentation/ABI/testing/debugfs-nvme-fc says what is in them.

#![deny(unsafe_code)]

mod associations;
mod errors;
mod parts;
mod ports;
mod queues;

use crate::shared::support::debugfs::Folder;

/// Makes the files. Context: module init, last.
pub(crate) fn add() -> Folder {
    let folder = Folder::new(c"nvme_fc");
    folder.add::<ports::Ports>();
    folder.add::<associations::Associations>();
    folder.add::<queues::Queues>();
    folder.add::<errors::Errors>();
    folder
}
