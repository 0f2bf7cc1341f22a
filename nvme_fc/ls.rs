// SPDX-License-Identifier: GPL-2.0

//! Link services: what is sent, and what is received.

#![deny(unsafe_code)]

pub(crate) mod exchange;
pub(crate) mod receive;
pub(crate) mod send;
mod traced;
