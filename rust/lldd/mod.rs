// SPDX-License-Identifier: GPL-2.0

//! `<linux/nvme-fc-driver.h>` as an LLDD sees it, meant for `rust/kernel/nvme/fc_driver.rs`: one safe
//! API for drivers of adapters, and those that play one.
//!
//! An LLDD implements [`host::HostLldd`] or [`target::TargetLldd`] and registers ports with the
//! template made of that. What a transport hands over arrives as a value that owns it, and is given
//! back by `complete(self, ..)`, which calls `done`. The transports include nothing of this.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

#![deny(unsafe_code)]
#![allow(dead_code, reason = "each LLDD uses its own part")]

// Imports run down from layer to layer; `tests/check-imports` reads this, and says how.
// layers: calls > registration > host | target > exchange ls_request ls_response > fcp_request
//         host_handle ports > scatter | fault > buffer > accounting > context > account kind >
//         shared > shim abi

pub(crate) mod account;
pub(crate) mod accounting;
#[allow(unsafe_code, reason = "memory that transports read")]
pub(crate) mod buffer;
#[allow(unsafe_code, reason = "calls the transports")]
pub(crate) mod calls;
#[allow(unsafe_code, reason = "asks the kernel for the context")]
pub(crate) mod context;
#[allow(unsafe_code, reason = "shares its memory with nvmet-fc")]
pub(crate) mod exchange;
#[allow(unsafe_code, reason = "writes what transports read")]
pub(crate) mod fault;
#[allow(unsafe_code, reason = "a request of nvme-fc")]
pub(crate) mod fcp_request;
#[allow(unsafe_code, reason = "called by nvme-fc")]
pub(crate) mod host;
#[allow(unsafe_code, reason = "a reference that nvmet-fc holds")]
pub(crate) mod host_handle;
pub(crate) mod kind;
#[allow(unsafe_code, reason = "a request of a transport")]
pub(crate) mod ls_request;
#[allow(unsafe_code, reason = "memory that transports write")]
pub(crate) mod ls_response;
#[allow(unsafe_code, reason = "C structs of the transports")]
pub(crate) mod ports;
#[allow(unsafe_code, reason = "calls the transports")]
pub(crate) mod registration;
#[allow(unsafe_code, reason = "copies by address")]
pub(crate) mod scatter;
#[allow(unsafe_code, reason = "called by nvmet-fc")]
pub(crate) mod target;
