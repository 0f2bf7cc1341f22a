// SPDX-License-Identifier: GPL-2.0

//! A suite that passes, unless `nvme_fc_kunit.harness=` asks for a defect.
//!
//! Each kind of defect must end a run of the suites with a failure:
//! `tests/kunit/selftest` asks for one after the other.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc,
    workqueue, //
};

use crate::{
    cases::outcome::{
        ensure,
        CaseResult,
        OrFail, //
    },
    module_parameters,
    shared::support::completion::Completion, //
};

/// A check that does not hold.
const CHECK: u8 = 1;
/// An assertion of KUnit's that does not hold, in a thread that it knows
/// nothing of.
const THREAD: u8 = 2;
/// A warning of the kernel's.
const WARN: u8 = 3;
/// Memory that nobody gives back.
const LEAK: u8 = 4;

/// Bytes that are lost at a time, as long as nothing else is.
const LOST: usize = 4321;
/// How often: the last pointer may stay behind in an old stack, where kmemleak
/// takes it for a reference.
const TIMES: u8 = 50;

/// Whether the defect is asked for.
fn asked_for(defect: u8) -> bool {
    module_parameters::harness.value() == defect
}

/// The cases.
#[kunit_tests(nvme_fc_harness)]
mod suite {
    use super::*;

    #[test]
    fn a_check() -> CaseResult {
        ensure!(!asked_for(CHECK));
        Ok(())
    }

    #[test]
    fn an_assertion_elsewhere() -> CaseResult {
        fn elsewhere(over: &Completion) {
            assert!(!asked_for(THREAD));
            over.complete_all();
        }
        let over = Arc::pin_init(Completion::new(), GFP_KERNEL).or_fail()?;
        let other = over.clone();
        workqueue::system()
            .try_spawn(GFP_KERNEL, move || elsewhere(&other))
            .or_fail()?;
        over.wait();
        Ok(())
    }

    #[test]
    fn a_warning() -> CaseResult {
        kernel::warn_on!(asked_for(WARN));
        Ok(())
    }

    #[test]
    fn memory() -> CaseResult {
        for n in 0..TIMES {
            let bytes = KVec::from_elem(n, LOST, GFP_KERNEL).or_fail()?;
            ensure!(bytes.len() == LOST);
            if asked_for(LEAK) {
                core::mem::forget(bytes);
            }
        }
        Ok(())
    }
}
