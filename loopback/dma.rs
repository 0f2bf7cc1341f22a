// SPDX-License-Identifier: GPL-2.0

//! The memory that transports map, and what reaches it.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "copies by address")]
pub(crate) mod memory;
#[allow(unsafe_code, reason = "called by the DMA API")]
pub(crate) mod ops;
#[allow(unsafe_code, reason = "copies by address")]
pub(crate) mod table;
