// SPDX-License-Identifier: GPL-2.0

//! Tests of the pure protocol code: the cases that run in the kernel as well,
//! and, one module for each module of it, what needs a host: proptest, or
//! models that allocate.
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

use nvme_fc_proto as proto;

#[path = "../cases/mod.rs"]
mod cases;
mod chunk;
mod cmd_iu;
mod contexts;
mod ids;
mod ls_accept;
mod ls_receive_other;
mod ls_request;
mod queues;
mod reconnect;
mod response;
mod target_exchange;
mod traddr;
mod wire;

/// Where [`cases`] tell what was wrong.
fn report_failure(file: &str, line: u32, what: core::fmt::Arguments<'_>) {
    eprintln!("{file}:{line}: {what}");
}

/// Makes each case a test, in a module of the suite's name.
macro_rules! as_tests {
    ($($suite:ident = $module:ident { $($case:ident,)* })*) => {
        $(mod $suite {
            $(#[test]
            fn $case() {
                assert_eq!(crate::cases::$module::$case(), Ok(()));
            })*
        })*
    };
}
cases::for_each_suite!(as_tests);
