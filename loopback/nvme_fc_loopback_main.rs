// SPDX-License-Identifier: GPL-2.0

//! A software LLDD for both NVMe/FC transports, which can do everything that
//! an adapter can do, and do it wrong on request.
//!
//! It speaks to the transports as an HBA driver does: through
//! `<linux/nvme-fc-driver.h>` alone. `Documentation/loopback.rst` says how
//! user space controls it.

#![deny(unsafe_code)]

// Imports run down from layer to layer; `tests/check-imports` reads this, and says how.
// layers: control control_port inject hold > host_ops target_ops template
//     > exchange exchange_io exchange_object operation | ls_exchange ls_io ls_object ls_state
//     > port platform record register registry host_handle > dma_ops dma_table memory
//     > books buffer context gate ticket plan_store
//     > plan plan_alter plan_books plan_config plan_exchange plan_grammar plan_kind plan_life plan_merge
//       plan_mode plan_mutate plan_random
//     > shared > layout shim > abi

#[path = "../lldd_abi/abi.rs"]
#[allow(
    unsafe_code,
    unused_macros,
    unused_imports,
    dead_code,
    reason = "C types and generated code, of which the transports use the rest"
)]
mod abi;
#[path = "../lldd_abi/layout.rs"]
mod layout;

mod books;
#[allow(unsafe_code, reason = "memory that transports read")]
mod buffer;
#[allow(unsafe_code, reason = "asks the kernel for the context")]
mod context;
mod control;
mod control_port;
#[allow(unsafe_code, reason = "called by the DMA API")]
mod dma_ops;
#[allow(unsafe_code, reason = "copies by address")]
mod dma_table;
mod exchange;
#[allow(unsafe_code, reason = "the transports' requests")]
mod exchange_io;
#[allow(unsafe_code, reason = "memory that transports write")]
mod exchange_object;
mod gate;
mod hold;
#[allow(unsafe_code, reason = "a reference that nvmet-fc holds")]
mod host_handle;
#[allow(unsafe_code, reason = "called by nvme-fc")]
mod host_ops;
mod inject;
mod ls_exchange;
#[allow(unsafe_code, reason = "the transports' requests")]
mod ls_io;
#[allow(unsafe_code, reason = "vouches for its tickets")]
mod ls_object;
mod ls_state;
#[allow(unsafe_code, reason = "copies by address")]
mod memory;
mod operation;
mod plan;
mod plan_alter;
mod plan_books;
mod plan_config;
mod plan_exchange;
mod plan_grammar;
mod plan_kind;
mod plan_life;
mod plan_merge;
mod plan_mode;
mod plan_mutate;
mod plan_random;
#[allow(unsafe_code, reason = "makes a global lock")]
mod plan_store;
#[allow(unsafe_code, reason = "wraps platform devices")]
mod platform;
#[allow(unsafe_code, reason = "vouches for its ticket")]
mod port;
mod record;
#[allow(unsafe_code, reason = "calls the transports")]
mod register;
#[allow(unsafe_code, reason = "makes a global lock")]
mod registry;
#[allow(unsafe_code, reason = "wraps kernel facilities")]
mod shared;
mod shim;
#[allow(unsafe_code, reason = "called by nvmet-fc")]
mod target_ops;
#[allow(unsafe_code, reason = "tables that transports read")]
mod template;
#[allow(unsafe_code, reason = "wraps work items and timers")]
mod ticket;

use kernel::prelude::*;

module! {
    type: Loopback,
    // As KBUILD_MODNAME has it: log lines begin with this.
    name: "nvme_fc_loopback",
    authors: ["nvme-fc-rs maintainers"],
    description: "Software LLDD for the NVMe/FC transports, for tests",
    license: "GPL v2",
}

/// The loaded module. Fields go in this order: first nobody can make ports any
/// more, then nothing is under way any more, then the tables are emptied.
#[pin_data]
struct Loopback {
    /// Control from user space.
    #[pin]
    control: control::Subsystem,
    /// Waits for what is under way.
    queues: ticket::Queues,
    /// Empties the tables.
    tables: Tables,
}

/// Owner of the global tables.
struct Tables;

impl Drop for Tables {
    fn drop(&mut self) {
        registry::clear();
        dma_table::clear();
        plan_store::clear_all();
    }
}

impl kernel::InPlaceModule for Loopback {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        registry::init();
        dma_table::init();
        let plan = plan_store::init();
        try_pin_init!(Self {
            tables: plan.map(|()| Tables)?,
            queues: ticket::Queues::new()?,
            control <- control::subsystem(),
        })
    }
}
