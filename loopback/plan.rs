// SPDX-License-Identifier: GPL-2.0

//! The pure part: faults and states, without a kernel. It runs
//! on the build machine too, see `plan_cargo.rs`.

#![deny(unsafe_code)]

pub(crate) mod alter;
pub(crate) mod command;
pub(crate) mod config;
pub(crate) mod grammar;
pub(crate) mod habits;
pub(crate) mod life;
pub(crate) mod merge;
pub(crate) mod mode;
pub(crate) mod mutate;
pub(crate) mod outcome;
pub(crate) mod random;
pub(crate) mod rules;
