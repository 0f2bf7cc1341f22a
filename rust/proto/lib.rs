// SPDX-License-Identifier: GPL-2.0

//! FC-NVMe protocol code without a kernel in it.
//!
//! This is the root that cargo builds. The kernel crates include `mod.rs`
//! instead, through `#[path]`, and get the same modules.

#![no_std]
#![deny(unsafe_code)]

#[path = "mod.rs"]
mod proto;

pub use proto::*;
