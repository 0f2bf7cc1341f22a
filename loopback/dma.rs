// SPDX-License-Identifier: GPL-2.0

//! The DMA API of devices whose IOMMU is this module.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "called by the DMA API")]
pub(crate) mod ops;
#[allow(unsafe_code, reason = "copies by address")]
pub(crate) mod table;
