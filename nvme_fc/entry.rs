// SPDX-License-Identifier: GPL-2.0

//! What C calls: LLDDs, the NVMe core, the block layer, the driver core. No
//! decision is made here.

#![deny(unsafe_code)]

mod attributes;
pub(crate) mod debugfs;
#[cfg(NVMEFC_KUNIT)]
#[allow(unsafe_code, reason = "an entry for the suites")]
pub(crate) mod kunit;
pub(crate) mod lldd;
#[allow(
    unsafe_code,
    reason = "vouches for how controllers are made; is called by C"
)]
pub(crate) mod nvme;
pub(crate) mod sysfs;
