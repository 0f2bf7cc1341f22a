// SPDX-License-Identifier: GPL-2.0

//! The ports that LLDDs register, and what LLDDs are asked for by way of them.

#![deny(unsafe_code)]

pub(crate) mod behind;
mod delete;
pub(crate) mod discovery;
pub(crate) mod lport;
pub(crate) mod port_use;
pub(crate) mod register;
pub(crate) mod registry;
pub(crate) mod registry_lock;
pub(crate) mod rport;
pub(crate) mod traced;
pub(crate) mod uevent;
