// SPDX-License-Identifier: GPL-2.0

//! What C calls: LLDDs, the NVMe core, the block layer, the driver core. No
//! decision is made here.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "the C ABI towards the block layer")]
pub(crate) mod block;
#[cfg(NVMEFC_KUNIT)]
#[allow(unsafe_code, reason = "an entry for the suites")]
pub(crate) mod kunit;
pub(crate) mod lldd;
#[allow(unsafe_code, reason = "vouches for how controllers are made")]
pub(crate) mod nvme;
#[allow(unsafe_code, reason = "tables of the driver core")]
pub(crate) mod sysfs;
