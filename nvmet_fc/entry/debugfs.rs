// SPDX-License-Identifier: GPL-2.0

//! What users can read of the module: `/sys/kernel/debug/nvmet_fc`, as
//! Documentation/ABI/testing/debugfs-nvmet-fc describes it.
//!
//! A file is gathered anew when it is read. No lock is held while a line is written or
//! an LLDD asked (so no guard is part of the expression that writes it), and what a line
//! is about stays in memory until the line is there.

#![deny(unsafe_code)]

mod associations;
mod errors;
mod hosts;
mod limits;
mod ports;
mod queues;
mod values;

use crate::shared::support::debugfs::Folder;

/// Makes the files. Context: module init, last.
pub(crate) fn add() -> Folder {
    let folder = Folder::new(c"nvmet_fc");
    folder.add::<ports::Ports>();
    folder.add::<hosts::Hosts>();
    folder.add::<associations::Associations>();
    folder.add::<queues::Queues>();
    folder.add::<errors::Errors>();
    folder.add::<limits::Limits>();
    folder
}
