// SPDX-License-Identifier: GPL-2.0

//! States of what lives longer than a call, and the events that change them.

#![deny(unsafe_code)]

pub mod handover;
pub mod host_exchange;
pub mod port;
pub mod target_exchange;
