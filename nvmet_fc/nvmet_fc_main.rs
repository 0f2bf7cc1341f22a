// SPDX-License-Identifier: GPL-2.0

//! NVMe over Fibre Channel: the target transport.
//!
//! Between nvmet and the LLDDs: the objects are in `tgtport`, `association` and
//! `queue`, the way of a command in `fcp`, link services in `ls`. What is
//! unsafe is at the edges: towards LLDDs in `lldd_api` and `template`, towards
//! nvmet in `ops` and `nvmet`, and in the memory that crosses them.

#[path = "../lldd_abi/abi.rs"]
mod abi;
mod association;
mod conn_table;
mod connections;
mod disconnect;
mod exchange;
mod fcp;
mod gate;
mod globals;
mod hold;
mod hostport;
#[path = "../lldd_abi/layout.rs"]
mod layout;
mod lldd_api;
mod ls;
mod ls_context;
mod mapped;
mod nvmet;
mod ops;
mod queue;
mod queue_slots;
mod registry;
mod ring;
mod sgl;
#[path = "../rust/shared.rs"]
mod shared;
mod shim;
mod slot;
mod template;
mod tgtport;
mod transport;
mod work_items;

use kernel::prelude::*;

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
    _registration: ops::Registration,
    /// Runs when nobody can call any more.
    _last: Last,
    /// Locks and queues.
    _globals: globals::Globals,
}

/// Checks at unload that everything is over.
struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        shared::work::flush_queue(globals::nvmet_queue());
        if registry::count() != 0 {
            pr_warn!("targetport list not empty\n");
        }
        disconnect::bury_all();
    }
}

impl kernel::Module for NvmetFcModule {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        // SAFETY: The first thing that the module does, and the last field.
        let globals = unsafe { globals::Globals::new()? };
        Ok(Self {
            _registration: ops::Registration::new()?,
            _last: Last,
            _globals: globals,
        })
    }
}
