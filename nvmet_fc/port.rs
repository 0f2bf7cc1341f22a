// SPDX-License-Identifier: GPL-2.0

//! What is below everything that a target port carries: its hosts, and the
//! count of those who use the port.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "gives and takes the LLDD's reference")]
pub(crate) mod hold;
pub(crate) mod host;
#[allow(unsafe_code, reason = "keeps this module loaded")]
pub(crate) mod module_ref;
