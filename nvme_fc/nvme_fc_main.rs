// SPDX-License-Identifier: GPL-2.0

//! NVMe over Fibre Channel: the host transport.
//!
//! Takes the place of the C module of the same name: LLDDs register ports
//! ([`entry::lldd`]), users make controllers through nvme-fabrics
//! ([`ctrl::create`]), and requests of the block layer become FCP exchanges
//! ([`io::submit`]).

#![deny(unsafe_code)]

// Imports run down from layer to layer; `tests/check-imports` reads this, and says how.
// layers: entry > ctrl > ls | io > port > nvme > counts failures numbers log trace > shared > layout shim > abi

#[allow(unsafe_code, reason = "C types and generated code")]
#[path = "../lldd_abi/abi.rs"]
mod abi;
mod counts;
mod ctrl;
mod entry;
mod failures;
mod io;
#[path = "../lldd_abi/layout.rs"]
mod layout;
mod log;
mod ls;
mod numbers;
#[path = "../rust/nvme.rs"]
mod nvme;
mod port;
#[allow(unsafe_code, reason = "wraps kernel facilities")]
#[path = "../rust/shared.rs"]
mod shared;
mod shim;
mod trace;

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
    /// Ends the files of debugfs.
    _files: shared::support::debugfs::Folder,
    /// Ends all controllers.
    _controllers: ctrl::unload::Controllers,
    /// Ends the offer to make new ones.
    _transport: nvme::fabrics::Registration<entry::nvme::FibreChannel>,
    /// Ends the class and its device.
    _class: shared::support::class::Registration,
    /// Ends the registry.
    _registry: port::registry_lock::Memory,
}

impl kernel::Module for NvmeFcModule {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        shared::support::announce::announce();
        let class = entry::sysfs::register()?;
        let transport = nvme::fabrics::Registration::new(&entry::nvme::TRANSPORT)?;
        Ok(Self {
            _files: entry::debugfs::add(),
            _controllers: ctrl::unload::Controllers,
            _transport: transport,
            _class: class,
            _registry: port::registry_lock::Memory,
        })
    }
}
