// SPDX-License-Identifier: GPL-2.0

//! What the transports call: the tables, and the functions in them.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "called by nvme-fc")]
pub(crate) mod host;
#[allow(unsafe_code, reason = "called by nvmet-fc")]
pub(crate) mod target;
#[allow(unsafe_code, reason = "tables that transports read")]
pub(crate) mod template;
