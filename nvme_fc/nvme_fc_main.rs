// SPDX-License-Identifier: GPL-2.0

//! NVMe over Fibre Channel: the host transport.
//!
//! Takes the place of the C module of the same name: LLDDs register ports
//! ([`lldd_api`]), users make controllers through nvme-fabrics
//! ([`ctrl_create`]), and requests of the block layer become FCP exchanges
//! ([`io`]).

#![deny(unsafe_code)]

// Imports run down from layer to layer; `tests/check-imports` reads this, and says how.
// layers: lldd_api ops mq_ops class kunit_entry
//     > ctrl ctrl_create association io_queues recovery unload ls_answer aen aen_exchange backref
//     > ls ls_exchange ls_receive ls_port
//       | io exchange exchange_dma exchange_list link queue rq tagset outcome timeout appid
//     > lport rport registry registry_lock template port_abi iu_memory
//     > nvme_core options options_owner > word numbers cpus without_io log > shared > layout shim > abi

#[allow(unsafe_code, reason = "C types and generated code")]
#[path = "../lldd_abi/abi.rs"]
mod abi;
mod aen;
#[allow(unsafe_code, reason = "memory that LLDDs read and write")]
mod aen_exchange;
#[allow(unsafe_code, reason = "reads what LLDDs pass")]
mod appid;
mod association;
#[allow(unsafe_code, reason = "a part that points at its whole")]
mod backref;
#[allow(unsafe_code, reason = "tables of the driver core")]
mod class;
#[allow(unsafe_code, reason = "reads the kernel's counter")]
mod cpus;
mod ctrl;
#[allow(unsafe_code, reason = "gives the NVMe core its reference")]
mod ctrl_create;
#[allow(unsafe_code, reason = "memory that LLDDs read and write")]
mod exchange;
#[allow(unsafe_code, reason = "maps memory for DMA")]
mod exchange_dma;
#[allow(unsafe_code, reason = "points at memory of the block layer")]
mod exchange_list;
mod io;
mod io_queues;
#[allow(unsafe_code, reason = "allocates memory for DMA")]
mod iu_memory;
#[cfg(NVMEFC_KUNIT)]
#[allow(unsafe_code, reason = "an entry for the suites")]
mod kunit_entry;
#[path = "../lldd_abi/layout.rs"]
mod layout;
#[allow(unsafe_code, reason = "calls LLDDs")]
mod link;
#[allow(unsafe_code, reason = "the C ABI towards LLDDs")]
mod lldd_api;
mod log;
mod lport;
mod ls;
mod ls_answer;
#[allow(unsafe_code, reason = "memory that LLDDs read and write")]
mod ls_exchange;
#[allow(unsafe_code, reason = "maps memory for DMA")]
mod ls_port;
#[allow(unsafe_code, reason = "memory that LLDDs read")]
mod ls_receive;
#[allow(unsafe_code, reason = "the C ABI towards the block layer")]
mod mq_ops;
mod numbers;
#[allow(unsafe_code, reason = "wraps the NVMe core")]
mod nvme_core;
#[allow(unsafe_code, reason = "the C ABI towards the NVMe core")]
mod ops;
#[allow(unsafe_code, reason = "wraps nvme-fabrics' options")]
mod options;
#[allow(unsafe_code, reason = "frees nvme-fabrics' options")]
mod options_owner;
#[allow(unsafe_code, reason = "reads memory that LLDDs wrote")]
mod outcome;
#[allow(unsafe_code, reason = "structs that LLDDs write")]
mod port_abi;
mod queue;
mod recovery;
mod registry;
#[allow(unsafe_code, reason = "initialises a static")]
mod registry_lock;
mod rport;
#[allow(unsafe_code, reason = "wraps requests")]
mod rq;
#[allow(unsafe_code, reason = "wraps kernel facilities")]
#[path = "../rust/shared.rs"]
mod shared;
mod shim;
#[allow(unsafe_code, reason = "wraps tag sets")]
mod tagset;
#[allow(unsafe_code, reason = "calls LLDDs")]
mod template;
mod timeout;
mod unload;
#[allow(unsafe_code, reason = "changes a flag of the thread")]
mod without_io;
#[allow(unsafe_code, reason = "reads what may change")]
mod word;

use kernel::prelude::*;
use shared::proto;

module! {
    type: NvmeFcModule,
    // As KBUILD_MODNAME has it: log lines begin with this.
    name: "nvme_fc",
    authors: ["nvme-fc-rs maintainers"],
    description: "NVMe host FC transport driver",
    license: "GPL v2",
    alias: ["nvme-fc"],
}

/// The loaded module. Fields are dropped in this order.
struct NvmeFcModule {
    /// Ends all controllers.
    _controllers: unload::Controllers,
    /// Ends the offer to make new ones.
    _transport: ops::Transport,
    /// Ends the class and its device.
    _class: class::FcClass,
    /// Ends the registry.
    _registry: registry_lock::Memory,
}

impl kernel::Module for NvmeFcModule {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        registry_lock::init();
        let class = class::FcClass::register()?;
        let transport = ops::Transport::register()?;
        Ok(Self {
            _controllers: unload::Controllers,
            _transport: transport,
            _class: class,
            _registry: registry_lock::Memory,
        })
    }
}
