// SPDX-License-Identifier: GPL-2.0

//! The fault plan in force.

use kernel::{
    prelude::*,
    sync::{
        atomic::{Atomic, Full, Relaxed},
        global_lock, //
    },
};

use crate::{
    lldd::accounting::ACCOUNTING,
    plan::rules::{
        decide,
        Event,
        Fault,
        Rule, //
    }, //
};

/// Most rules at once.
const RULES: usize = 64;

global_lock! {
    // SAFETY: `init` is called before anything else, once.
    unsafe(uninit) static PLAN: SpinLockIrq<KVec<Rule>> = KVec::new();
}

/// Whether there are rules at all.
static ANY: Atomic<bool> = Atomic::new(false);

/// Whether the lock has been made.
static MADE: Atomic<bool> = Atomic::new(false);

/// Makes room for the rules: among the first things that the module does.
/// Context: may sleep.
pub(crate) fn init() -> Result {
    if MADE.xchg(true, Full) {
        return Ok(());
    }
    // SAFETY: The flag says that this is the first time, and no rule is looked
    // at before.
    unsafe { PLAN.init() };
    let room = KVec::with_capacity(RULES, GFP_KERNEL)?;
    *PLAN.lock() = room;
    Ok(())
}

/// Gives the room back, when the module goes.
pub(crate) fn clear_all() {
    let rules = core::mem::take(&mut *PLAN.lock());
    drop(rules);
}

/// Drops every rule.
pub(crate) fn clear() {
    ANY.store(false, Relaxed);
    PLAN.lock().clear();
}

/// Adds a rule behind the others.
///
/// # Errors
///
/// `ENOSPC` when there are too many.
pub(crate) fn add(rule: Rule) -> Result {
    PLAN.lock().push_within_capacity(rule).map_err(|_| ENOSPC)?;
    ANY.store(true, Relaxed);
    Ok(())
}

/// Counts an operation and says what is to go wrong with it, if a rule strikes.
/// Context: any.
pub(crate) fn fault(event: &Event) -> Option<Fault> {
    ACCOUNTING.call(event.kind);
    if !ANY.load(Relaxed) {
        return None;
    }
    decide(&mut PLAN.lock(), event)
}

/// The `index`-th rule: its kind's name, how often it matched and struck.
pub(crate) fn rule(index: usize) -> Option<(&'static str, u64, u64)> {
    let rules = PLAN.lock();
    let rule = rules.get(index)?;
    Some((rule.kind().name(), rule.matched, rule.struck))
}
