// SPDX-License-Identifier: GPL-2.0

//! `crate::shared`, as the transports have it.

pub(crate) mod fc;
pub(crate) mod support;

pub(crate) use nvme_fc_proto as proto;
