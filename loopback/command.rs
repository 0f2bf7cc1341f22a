// SPDX-License-Identifier: GPL-2.0

//! Commands on their way between host and target.

#![deny(unsafe_code)]

pub(crate) mod conduct;
#[allow(unsafe_code, reason = "the transports' requests")]
pub(crate) mod io;
#[allow(unsafe_code, reason = "memory that transports write")]
pub(crate) mod object;
pub(crate) mod operation;
