// SPDX-License-Identifier: GPL-2.0

//! Tests of the pure protocol code, one module for each module of it.
//!
//! Expected values come from the specification (sizes, codes, tables) or from
//! models written here in another way than the code they judge.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![allow(
    clippy::float_arithmetic,
    reason = "a model may reckon in another way than the kernel can"
)]

mod chunk;
mod cmd_iu;
mod ersp;
mod exchange;
mod handover;
mod ids;
mod ls_accept;
mod ls_error;
mod ls_receive_create;
mod ls_receive_other;
mod ls_request;
mod ls_response;
mod port_life;
mod queues;
mod reconnect;
mod reject;
mod response;
mod samples;
mod target_exchange;
mod traddr;
mod wire;
