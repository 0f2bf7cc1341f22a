// SPDX-License-Identifier: GPL-2.0

//! NVMe over Fibre Channel: the target transport.
//!
//! Between nvmet and the LLDDs: a target port ([`tgtport`]) carries associations
//! ([`association`]), which have queues ([`queue`]) of command memory; link
//! services are in [`ls`]. C comes in by [`entry`]; LLDDs are called by way of
//! [`port`].

#![deny(unsafe_code)]

// Imports run down from layer to layer; `tests/check-imports` reads this, and says how.
// layers: entry > unload > tgtport > association > ls | queue > port
//     > counts globals limits trace > nvmet > shared > layout shim > abi

#[allow(unsafe_code, reason = "C types and generated code")]
#[path = "../lldd_abi/abi.rs"]
mod abi;
mod association;
mod counts;
mod entry;
mod globals;
#[path = "../lldd_abi/layout.rs"]
mod layout;
mod limits;
mod ls;
#[path = "../rust/nvmet.rs"]
mod nvmet;
mod port;
mod queue;
#[allow(unsafe_code, reason = "wraps kernel facilities")]
#[path = "../rust/shared.rs"]
mod shared;
mod shim;
mod tgtport;
mod trace;
mod unload;

use kernel::prelude::*;
use shared::{
    proto,
    support::debugfs::Folder, //
};

module! {
    type: NvmetFcModule,
    name: "nvmet_fc",
    authors: ["nvme-fc-rs maintainers"],
    description: "NVMe target FC transport driver",
    license: "GPL v2",
    alias: ["nvmet-transport-2"],
}

/// The loaded module. What comes first goes first.
struct NvmetFcModule {
    /// What users may read of it. Comes last in `init`, as nothing must fail after it.
    _files: Folder,
    /// nvmet's knowledge of the transport.
    _registration: nvmet::ops::Registration<NvmetFcModule>,
    /// Runs when nobody can call any more.
    _last: unload::Last,
    /// Queues.
    _globals: globals::Globals,
}

impl kernel::Module for NvmetFcModule {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        shared::support::announce::announce();
        let globals = globals::Globals::new()?;
        let registration = nvmet::ops::Registration::new()?;
        Ok(Self {
            _files: entry::debugfs::add(),
            _registration: registration,
            _last: unload::Last,
            _globals: globals,
        })
    }
}
