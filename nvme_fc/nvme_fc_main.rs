// SPDX-License-Identifier: GPL-2.0

//! NVMe over Fibre Channel: the host transport.
//!
//! Takes the place of the C module of the same name: LLDDs register ports
//! ([`lldd_api`]), users make controllers through nvme-fabrics
//! ([`ctrl_create`]), and requests of the block layer become FCP exchanges
//! ([`io`]).

#[path = "../lldd_abi/abi.rs"]
mod abi;
mod aen;
mod aen_exchange;
mod appid;
mod association;
mod backref;
mod class;
mod cpus;
mod ctrl;
mod ctrl_create;
mod exchange;
mod exchange_dma;
mod exchange_list;
mod io;
mod io_queues;
#[path = "../lldd_abi/layout.rs"]
mod layout;
mod link;
mod lldd_api;
mod log;
mod lport;
mod ls;
mod ls_answer;
mod ls_exchange;
mod ls_receive;
mod mq_ops;
mod numbers;
mod nvme_core;
mod ops;
mod options;
mod options_owner;
mod outcome;
mod port_abi;
mod queue;
mod recovery;
mod registry;
mod registry_lock;
mod rport;
mod rq;
#[path = "../rust/shared.rs"]
mod shared;
mod shim;
mod tagset;
mod template;
mod timeout;
mod unload;
mod word;

use kernel::prelude::*;

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
        })
    }
}
