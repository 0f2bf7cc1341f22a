// SPDX-License-Identifier: GPL-2.0

//! Link services: those that are received and owed an answer, and the one that
//! is sent.

#![deny(unsafe_code)]

pub(crate) mod disconnect;
#[allow(unsafe_code, reason = "memory that LLDDs read")]
pub(crate) mod receive;
mod traced;
pub(crate) mod waiting;
