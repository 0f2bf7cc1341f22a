// SPDX-License-Identifier: GPL-2.0

//! Orders that are made weaker than they are, for a model to notice.

use std::{env, sync::OnceLock};

/// The variable that says which, in a process of its own.
pub(crate) const VARIABLE: &str = "LOOM_WEAKER";

/// An order that is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weaker {
    /// A load that acquires.
    Acquire,
    /// A store or a change that releases.
    Release,
    /// A fence that acquires.
    AcquireFence,
    /// A fence that releases.
    ReleaseFence,
    /// A change that is fully ordered orders nothing.
    Full,
    /// It acquires and releases, and no more.
    FullFence,
    /// `smp_mb()`.
    Barrier,
    /// What is read through a pointer.
    Dependency,
    /// A grace period does not wait.
    GracePeriod,
}

/// All of them.
const ALL: [Weaker; 9] = [
    Weaker::Acquire,
    Weaker::Release,
    Weaker::AcquireFence,
    Weaker::ReleaseFence,
    Weaker::Full,
    Weaker::FullFence,
    Weaker::Barrier,
    Weaker::Dependency,
    Weaker::GracePeriod,
];

/// The one of this process, if it has one.
pub(crate) fn seeded() -> Option<Weaker> {
    static SEEDED: OnceLock<Option<Weaker>> = OnceLock::new();

    *SEEDED.get_or_init(|| {
        let name = env::var(VARIABLE).ok()?;
        let found = ALL.into_iter().find(|weaker| format!("{weaker:?}") == name);
        Some(found.expect("no such order"))
    })
}

/// Whether this order is not to be kept.
pub(crate) fn is(weaker: Weaker) -> bool {
    seeded() == Some(weaker)
}
