// SPDX-License-Identifier: GPL-2.0

//! NVMe over Fibre Channel: the target transport.
//!
//! Between nvmet and the LLDDs: a target port ([`tgtport`]) carries associations
//! ([`association`]), which have queues ([`queue`]) of command memory; link
//! services are in [`ls`]. C comes in by [`entry`]; LLDDs are called by way of
//! [`port`].

#![deny(unsafe_code)]

// Imports run down from layer to layer; `tests/check-imports` reads this, and says how.
// layers: entry > tgtport > association > ls | queue > port > globals limits
//     > nvmet > shared > layout shim > abi

#[allow(unsafe_code, reason = "C types and generated code")]
#[path = "../lldd_abi/abi.rs"]
mod abi;
mod association;
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

use kernel::prelude::*;
use shared::proto;

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
    /// nvmet's knowledge of the transport.
    _registration: nvmet::ops::Registration<NvmetFcModule>,
    /// Runs when nobody can call any more.
    _last: Last,
    /// Queues.
    _globals: globals::Globals,
}

/// Checks at unload that everything is over.
struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        // No target port is left: each has a reference to the module until it was
        // freed. What may still run is the last of a work item, and what cleans
        // up after a Disconnect; that goes from the queues in this order.
        shared::support::work::flush_queue(globals::start_queue());
        shared::support::work::flush_queue(globals::own_queue());
        shared::support::work::flush_queue(nvmet::port::nvmet_wq());
        if tgtport::registry::clear() != 0 {
            pr_warn!("targetport list not empty\n");
        }
        ls::disconnect::sent::abandon_all();
    }
}

impl kernel::Module for NvmetFcModule {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        tgtport::registry_lock::init();
        ls::disconnect::sent::init();
        let globals = globals::Globals::new()?;
        Ok(Self {
            _registration: nvmet::ops::Registration::new()?,
            _last: Last,
            _globals: globals,
        })
    }
}
