// SPDX-License-Identifier: GPL-2.0

//! NVMe over Fibre Channel: the target transport.
//!
//! Between nvmet and the LLDDs: the objects are in `tgtport`, `association` and
//! `queue`, the way of a command in `fcp`, link services in `ls`. What is
//! unsafe is at the edges: towards LLDDs in `lldd_api` and `template`, towards
//! nvmet in `ops` and `nvmet`, and in the memory that crosses them.

#![deny(unsafe_code)]

// Imports run down from layer to layer; `tests/check-imports` reads this, and says how.
// layers: lldd_api ops
//     > tgtport registry transport ls ls_waiting
//     > association associations connections connect quota tenancy
//     > queue queue_slots deferred admission stale unfinished slot exchange exchange_lldd exchange_nvmet fcp conn_table
//       | ls_context disconnect sent_list
//     > hold hostport template port_abi > globals work_items nvmet sgl mapped gate ring racy module_ref
//     > shared > layout shim > abi

#[allow(unsafe_code, reason = "C types and generated code")]
#[path = "../lldd_abi/abi.rs"]
mod abi;
#[allow(unsafe_code, reason = "hands command memory out")]
mod admission;
mod association;
mod associations;
#[allow(unsafe_code, reason = "RCU-protected chains of queues")]
mod conn_table;
mod connect;
mod connections;
mod deferred;
#[allow(unsafe_code, reason = "memory that LLDDs write")]
mod disconnect;
#[allow(unsafe_code, reason = "memory that nvmet and LLDDs share")]
mod exchange;
#[allow(unsafe_code, reason = "fills in what LLDDs read")]
mod exchange_lldd;
#[allow(unsafe_code, reason = "fills in what nvmet reads")]
mod exchange_nvmet;
mod fcp;
mod gate;
#[allow(unsafe_code, reason = "initialises statics, wraps workqueues")]
mod globals;
#[allow(unsafe_code, reason = "gives and takes the LLDD's reference")]
mod hold;
mod hostport;
#[path = "../lldd_abi/layout.rs"]
mod layout;
#[allow(unsafe_code, reason = "the C ABI towards LLDDs")]
mod lldd_api;
mod ls;
#[allow(unsafe_code, reason = "memory that LLDDs read")]
mod ls_context;
#[allow(unsafe_code, reason = "memory that LLDDs read")]
mod ls_waiting;
#[allow(unsafe_code, reason = "maps memory for DMA")]
mod mapped;
#[allow(unsafe_code, reason = "keeps this module loaded")]
mod module_ref;
#[allow(unsafe_code, reason = "wraps nvmet's structures")]
mod nvmet;
#[allow(unsafe_code, reason = "the C ABI towards nvmet")]
mod ops;
#[allow(unsafe_code, reason = "a structure that LLDDs write")]
mod port_abi;
mod queue;
#[allow(unsafe_code, reason = "hands command memory out")]
mod queue_slots;
mod quota;
#[allow(unsafe_code, reason = "reads a word that others write")]
mod racy;
mod registry;
mod ring;
mod sent_list;
#[allow(unsafe_code, reason = "wraps scatterlists")]
mod sgl;
#[allow(unsafe_code, reason = "wraps kernel facilities")]
#[path = "../rust/shared.rs"]
mod shared;
mod shim;
#[allow(unsafe_code, reason = "memory that nvmet and LLDDs share")]
mod slot;
#[allow(unsafe_code, reason = "calls LLDDs about exchanges")]
mod stale;
#[allow(unsafe_code, reason = "calls LLDDs")]
mod template;
mod tenancy;
mod tgtport;
mod transport;
mod unfinished;
mod work_items;

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
        // No target port is left: each has a reference to the module until it was
        // freed. What may still run is the last of a work item, and what cleans
        // up after a Disconnect; that goes from the queues in this order.
        shared::support::work::flush_queue(globals::start_queue());
        shared::support::work::flush_queue(globals::own_queue());
        shared::support::work::flush_queue(globals::nvmet_queue());
        if registry::clear() != 0 {
            pr_warn!("targetport list not empty\n");
        }
        disconnect::bury_all();
    }
}

impl kernel::Module for NvmetFcModule {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        let globals = globals::Globals::new()?;
        Ok(Self {
            _registration: ops::Registration::new()?,
            _last: Last,
            _globals: globals,
        })
    }
}
