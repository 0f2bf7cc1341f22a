// SPDX-License-Identifier: GPL-2.0

//! Suites of the target transport.

#![deny(unsafe_code)]
#![allow(
    clippy::missing_docs_in_private_items,
    reason = "the name of a case says what it shows"
)]

#[allow(dead_code, reason = "each suite uses its own part of it")]
mod bench;
mod binding;
mod commands;
mod deferral;
mod failures;
mod fc_ls_ut;
#[allow(dead_code, reason = "each suite uses its own part of it")]
mod frames;
mod link_services;
mod list;
mod lldd;
mod registration;
mod review_connect;
mod review_data;
mod review_exchanges;
mod review_limits;
mod review_ports;
mod services;
