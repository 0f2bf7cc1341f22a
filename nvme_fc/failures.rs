// SPDX-License-Identifier: GPL-2.0

//! The latest failures to connect, also those of controllers that are no more, or never
//! were.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::shared::{
    proto::{
        cause::Cause,
        traddr::Traddr, //
    },
    support::ratelimit::jiffies, //
};

/// How many are kept, those of one kind as one.
const KEPT: usize = 16;

/// What failed, and why.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct What {
    /// The controller's instance, if one was made.
    pub(crate) controller: Option<u32>,
    /// The host's port, if the user named one.
    pub(crate) host: Option<Traddr>,
    /// The target's port, if the user named one.
    pub(crate) target: Option<Traddr>,
    /// Why.
    pub(crate) cause: Cause,
}

/// A failure.
pub(crate) struct Failure {
    /// What failed, and why.
    pub(crate) what: What,
    /// An errno, or an NVMe status; `None` if neither.
    pub(crate) status: Option<i32>,
    /// Name of the subsystem; empty for want of memory.
    pub(crate) subsystem: KVec<u8>,
    /// How often it came.
    pub(crate) count: u32,
    /// When it came last, jiffies.
    pub(crate) at: u64,
}

/// The latest failures, the oldest first. It takes no memory before there is one.
pub(crate) struct Failures(KVec<Failure>);

impl Failures {
    /// None.
    pub(crate) const fn new() -> Self {
        Self(KVec::new())
    }

    /// Keeps one. With no status it is the end of what failed before, and counts only
    /// if that is not kept. Without memory for it, it is forgotten. Context: may sleep.
    pub(crate) fn keep(&mut self, what: What, status: Option<i32>, subsystem: &[u8]) {
        let same = |kept: &Failure| kept.what == what && *kept.subsystem == *subsystem;
        let mut failure = match self.0.iter().position(same) {
            Some(at) => self.0.remove(at).ok(),
            None => {
                let mut name = KVec::new();
                let _ = name.extend_from_slice(subsystem, GFP_KERNEL);
                Some(Failure {
                    what,
                    status,
                    subsystem: name,
                    count: 0,
                    at: 0,
                })
            }
        };
        if let Some(failure) = &mut failure {
            if status.is_some() || failure.count == 0 {
                failure.count = failure.count.wrapping_add(1);
                failure.at = jiffies();
            }
            failure.status = status.or(failure.status);
        }
        if self.0.len() >= KEPT {
            drop(self.0.remove(0));
        }
        if let Some(failure) = failure {
            let _ = self.0.push(failure, GFP_KERNEL);
        }
    }

    /// All that are kept.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Failure> {
        self.0.iter()
    }
}
