// SPDX-License-Identifier: GPL-2.0

//! What this module uses of the NVMe core and of nvme-fabrics.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "wraps the NVMe core")]
pub(crate) mod ctrl;
#[allow(unsafe_code, reason = "wraps nvme-fabrics' options")]
pub(crate) mod options;
#[allow(unsafe_code, reason = "frees nvme-fabrics' options")]
pub(crate) mod options_owner;
