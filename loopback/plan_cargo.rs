// SPDX-License-Identifier: GPL-2.0

//! Root of the pure part for tests on the build machine:
//! `rustc --test --edition 2021 loopback/plan_cargo.rs`.

#![deny(unsafe_code)]
#![allow(dead_code, reason = "the kernel module uses the rest")]

mod plan;
mod plan_alter;
mod plan_books;
mod plan_config;
mod plan_exchange;
mod plan_grammar;
mod plan_kind;
mod plan_life;
mod plan_merge;
mod plan_mode;
mod plan_mutate;
mod plan_random;
