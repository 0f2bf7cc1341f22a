// SPDX-License-Identifier: GPL-2.0

//! All suites of the target transport. A case that is missing here is dead
//! code, and does not compile.

#![deny(unsafe_code)]

use kernel::prelude::*;

/// Makes each case a test of a KUnit suite.
macro_rules! suites {
    ($($suite:ident = $module:ident { $($case:ident,)* })*) => {
        $(#[kunit_tests($suite)]
        mod $suite {
            $(#[test]
            fn $case() -> crate::cases::outcome::CaseResult {
                crate::target::$module::$case()
            })*
        })*
    };
}

suites! {
    nvme_fc_target_binding = binding {
        addresses_that_bind_nothing,
    }
    nvme_fc_target_registration = registration {
        every_mandatory_member,
        null_pointers,
        names_are_taken_once,
        a_hundred_times,
        a_second_end,
        names_are_free_while_a_port_drains,
        a_port_comes_back_bound,
    }
}
