// SPDX-License-Identifier: GPL-2.0

//! The NVMe core and nvme-fabrics, for a fabrics transport.
//!
//! Nothing here knows what a transport is about. The crates that use it name
//! this file as a module of their own; what it declares lies beside it, in a
//! folder.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "wraps the NVMe core")]
#[path = "nvme/connect.rs"]
pub(crate) mod connect;
#[allow(unsafe_code, reason = "wraps the NVMe core")]
#[path = "nvme/ctrl.rs"]
pub(crate) mod ctrl;
#[allow(unsafe_code, reason = "wraps nvme-fabrics")]
#[path = "nvme/fabrics.rs"]
pub(crate) mod fabrics;
#[allow(unsafe_code, reason = "is called by sysfs")]
#[path = "nvme/files.rs"]
pub(crate) mod files;
#[allow(unsafe_code, reason = "is called by the block layer")]
#[path = "nvme/mq.rs"]
pub(crate) mod mq;
#[allow(unsafe_code, reason = "is called by the NVMe core")]
#[path = "nvme/ops.rs"]
pub(crate) mod ops;
#[allow(unsafe_code, reason = "wraps nvme-fabrics' options")]
#[path = "nvme/options.rs"]
pub(crate) mod options;
#[allow(unsafe_code, reason = "wraps the NVMe core")]
#[path = "nvme/queues.rs"]
mod queues;
#[allow(unsafe_code, reason = "wraps requests")]
#[path = "nvme/request.rs"]
pub(crate) mod request;
#[allow(unsafe_code, reason = "wraps requests")]
#[path = "nvme/swallowed.rs"]
mod swallowed;
#[allow(unsafe_code, reason = "wraps tag sets")]
#[path = "nvme/tagset.rs"]
pub(crate) mod tagset;
