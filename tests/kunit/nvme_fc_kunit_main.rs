// SPDX-License-Identifier: GPL-2.0

//! KUnit suites of the FC-NVMe transports.
//!
//! Built in, they run as the kernel starts; as `nvme-fc-kunit.ko`, when it is
//! loaded into a kernel with CONFIG_KUNIT=y.

#[path = "../../lldd_abi/abi.rs"]
#[allow(
    unsafe_code,
    unused_macros,
    unused_imports,
    dead_code,
    reason = "C types and generated code, of which the transports use the rest"
)]
mod abi;
#[path = "../../rust/proto/cases/mod.rs"]
mod cases;
mod harness;
mod host;
#[path = "../../rust/lldd/mod.rs"]
mod lldd;
#[allow(
    unsafe_code,
    unused_macros,
    unused_imports,
    reason = "wraps kernel facilities, of which the transports use the rest"
)]
#[path = "../../rust/shared.rs"]
mod shared;
mod shim;
mod support;
mod target;
mod wrappers;

use kernel::prelude::*;
use shared::proto;

module! {
    type: Suites,
    name: "nvme_fc_kunit",
    authors: ["nvme-fc-rs maintainers"],
    description: "KUnit suites of the NVMe FC transports",
    license: "GPL v2",
    params: {
        harness: u8 {
            default: 0,
            description: "A defect that the suite nvme_fc_harness is to have",
        },
    },
}

/// The suites run by themselves; the module only carries them.
struct Suites;

impl kernel::Module for Suites {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        Ok(Self)
    }
}

/// Where [`cases`] tell what was wrong. KUnit itself learns only that a case
/// failed.
fn report_failure(file: &str, line: u32, what: core::fmt::Arguments<'_>) {
    pr_err!("{file}:{line}: {what}\n");
}

/// Makes each case a test of a KUnit suite.
macro_rules! as_suites {
    ($($suite:ident = $module:ident { $($case:ident,)* })*) => {
        $(#[kunit_tests($suite)]
        mod $suite {
            $(#[test]
            fn $case() -> crate::cases::outcome::CaseResult {
                crate::cases::$module::$case()
            })*
        })*
    };
}
cases::for_each_suite!(as_suites);
