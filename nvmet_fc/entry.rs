// SPDX-License-Identifier: GPL-2.0

//! What C calls: LLDDs, nvmet, and readers of files. No decision is made here.

#![deny(unsafe_code)]

pub(crate) mod debugfs;
pub(crate) mod lldd;
#[allow(unsafe_code, reason = "the C ABI towards nvmet")]
pub(crate) mod nvmet;
