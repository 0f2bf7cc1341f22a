// SPDX-License-Identifier: GPL-2.0

//! Root of the pure part for tests on the build machine:
//! `rustc --test --edition 2021 loopback/plan_cargo.rs`.

#![deny(unsafe_code)]
#![allow(dead_code, reason = "the kernel module uses the rest")]

/// The part of `rust/lldd` that needs no kernel.
#[path = "../rust/lldd"]
mod lldd {
    pub(crate) mod account;
    pub(crate) mod kind;
}
mod plan;
