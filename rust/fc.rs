// SPDX-License-Identifier: GPL-2.0

//! `<linux/nvme-fc-driver.h>` as a transport sees it, meant for
//! `rust/kernel/nvme_fc.rs`.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

#![deny(unsafe_code)]

use kernel::prelude::*;

#[allow(unsafe_code, reason = "called by LLDDs")]
#[allow(
    unused_macros,
    unused_imports,
    reason = "each module defines the symbols of its side"
)]
pub(crate) mod host_exports;
#[allow(unsafe_code, reason = "calls LLDDs")]
pub(crate) mod host_template;
#[allow(unsafe_code, reason = "calls LLDDs")]
pub(crate) mod hw_queue;
#[allow(unsafe_code, reason = "allocates memory for DMA")]
pub(crate) mod iu_memory;
#[allow(unsafe_code, reason = "memory that LLDDs read and write")]
pub(crate) mod ls_memory;
#[allow(unsafe_code, reason = "memory that LLDDs read and write")]
pub(crate) mod ls_request;
#[allow(unsafe_code, reason = "structs that LLDDs write")]
pub(crate) mod ls_response;
#[allow(unsafe_code, reason = "structs that LLDDs write")]
pub(crate) mod port;
pub(crate) mod private_area;
#[allow(unsafe_code, reason = "called by LLDDs")]
#[allow(
    unused_macros,
    unused_imports,
    reason = "each module defines the symbols of its side"
)]
pub(crate) mod target_exports;
#[allow(unsafe_code, reason = "reads and writes what LLDDs have")]
pub(crate) mod target_request;
#[allow(unsafe_code, reason = "calls LLDDs")]
pub(crate) mod target_template;

/// A result as LLDDs get it.
pub(crate) fn errno(result: Result) -> c_int {
    match result {
        Ok(()) => 0,
        Err(error) => error.to_errno(),
    }
}
