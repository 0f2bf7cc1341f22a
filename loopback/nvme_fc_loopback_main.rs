// SPDX-License-Identifier: GPL-2.0

//! A software LLDD for both NVMe/FC transports, which can do everything that
//! an adapter can do, and do it wrong on request.
//!
//! It speaks to the transports as an HBA driver does: through
//! `<linux/nvme-fc-driver.h>` alone. `Documentation/loopback.rst` says how
//! user space controls it.

#![deny(unsafe_code)]

// Imports run down from layer to layer; `tests/check-imports` reads this, and says how.
// layers: control > entry > command | ls > port > dma > support > plan > lldd > shared > layout shim > abi

#[path = "../lldd_abi/abi.rs"]
#[allow(
    unsafe_code,
    unused_macros,
    unused_imports,
    dead_code,
    reason = "C types and generated code, of which the transports use the rest"
)]
mod abi;
mod command;
#[path = "../lldd_abi/layout.rs"]
mod layout;

mod control;
mod dma;
mod entry;
#[path = "../rust/lldd/mod.rs"]
mod lldd;
mod ls;
mod plan;
#[allow(unsafe_code, reason = "vouches for its delayed events")]
mod port;
#[allow(unsafe_code, reason = "wraps kernel facilities")]
mod shared;
mod shim;
mod support;

use kernel::prelude::*;

use command::object::Exchange;
use ls::object::LsExchange;
use support::registry;

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
    queues: support::delayed::Queues,
    /// Empties the tables.
    tables: Tables,
}

/// Owner of the global tables.
struct Tables;

impl Drop for Tables {
    fn drop(&mut self) {
        port::registry::clear();
        registry::clear::<Exchange>();
        registry::clear::<LsExchange>();
        dma::table::clear();
        support::plan_store::clear_all();
    }
}

impl kernel::InPlaceModule for Loopback {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        port::registry::init();
        registry::init::<Exchange>();
        registry::init::<LsExchange>();
        dma::table::init();
        let plan = support::plan_store::init();
        try_pin_init!(Self {
            tables: plan.map(|()| Tables)?,
            queues: support::delayed::Queues::new()?,
            control <- control::subsystem(),
        })
    }
}
