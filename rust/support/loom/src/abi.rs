// SPDX-License-Identifier: GPL-2.0

//! What of C's the files name. The models know these by their addresses.

#![allow(non_camel_case_types, reason = "C's names")]

/// Jiffies in a second.
pub(crate) const HZ: u32 = 1;

pub(crate) struct device;
pub(crate) struct nvme_fc_local_port;
pub(crate) struct nvme_fc_remote_port;
pub(crate) struct nvmefc_fcp_req;
