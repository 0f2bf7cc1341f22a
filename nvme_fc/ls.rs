// SPDX-License-Identifier: GPL-2.0

//! Link services: what is sent, and what is received.

#![deny(unsafe_code)]

pub(crate) mod exchange;
#[allow(unsafe_code, reason = "memory that LLDDs read")]
pub(crate) mod receive;
pub(crate) mod send;
