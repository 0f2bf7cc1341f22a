// SPDX-License-Identifier: GPL-2.0

//! What is below everything that a target port carries.

#![deny(unsafe_code)]

pub(crate) mod core;
#[allow(unsafe_code, reason = "asks LLDDs for names")]
pub(crate) mod host;
pub(crate) mod hosts;
pub(crate) mod room;
pub(crate) mod share;
