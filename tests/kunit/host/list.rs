// SPDX-License-Identifier: GPL-2.0

//! All suites of the host transport. A case that is missing here is dead code,
//! and does not compile.

#![deny(unsafe_code)]

use kernel::prelude::*;

/// Makes each case a test of a KUnit suite.
macro_rules! suites {
    ($($suite:ident = $module:ident { $($case:ident,)* })*) => {
        $(#[kunit_tests($suite)]
        mod $suite {
            $(#[test]
            fn $case() -> crate::cases::outcome::CaseResult {
                crate::host::$module::$case()
            })*
        })*
    };
}

suites! {
    nvme_fc_host_registration = registration {
        template_needs_its_members,
        template_goes_without_others,
        null_pointers,
        same_names_twice,
        names_of_another_device,
        second_unregistration,
        numbers,
        local_port_first,
        registration_during_deletion,
        discovery_port,
        controller_lives,
    }
}
