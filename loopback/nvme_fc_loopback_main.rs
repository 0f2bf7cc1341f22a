// SPDX-License-Identifier: GPL-2.0

//! A software LLDD for both NVMe/FC transports, which can do everything that
//! an adapter can do, and do it wrong on request.
//!
//! It speaks to the transports as an HBA driver does: through
//! `<linux/nvme-fc-driver.h>` alone. `Documentation/loopback.rst` says how
//! user space controls it.

#[path = "../lldd_abi/abi.rs"]
#[allow(
    unused_macros,
    unused_imports,
    dead_code,
    reason = "the transports use the rest"
)]
mod abi;
#[path = "../lldd_abi/layout.rs"]
mod layout;

mod books;
mod buffer;
mod context;
mod control;
mod control_port;
mod exchange;
mod exchange_io;
mod exchange_object;
mod gate;
mod hold;
mod host_handle;
mod host_ops;
mod inject;
mod ls_exchange;
mod ls_io;
mod ls_object;
mod ls_state;
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
mod plan_mode;
mod plan_mutate;
mod plan_random;
mod plan_store;
mod platform;
mod port;
mod record;
mod register;
mod registry;
mod shared;
mod shim;
mod target_ops;
mod template;
mod ticket;

use kernel::prelude::*;

module! {
    type: Loopback,
    name: "nvme-fc-loopback",
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
        plan_store::clear_all();
    }
}

impl kernel::InPlaceModule for Loopback {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        // SAFETY: This is the first thing that runs in the module, once.
        unsafe { registry::init() };
        // SAFETY: As above.
        let plan = unsafe { plan_store::init() };
        try_pin_init!(Self {
            tables: plan.map(|()| Tables)?,
            queues: ticket::Queues::new()?,
            control <- control::subsystem(),
        })
    }
}
