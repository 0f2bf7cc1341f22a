// SPDX-License-Identifier: GPL-2.0

//! What suites of the transports stand on.

#![deny(unsafe_code)]
#![allow(dead_code, reason = "each suite uses its own part of it")]

pub(crate) mod nvmet;
#[allow(unsafe_code, reason = "calls the VFS")]
pub(crate) mod tree;
