// SPDX-License-Identifier: GPL-2.0

//! Rate limits for log lines that a remote can cause.
//!
//! One limiter a call site, built at compile time; the rule is printk's: at
//! most ten lines in five seconds. The first line after some were left out
//! comes with their number.

use kernel::{
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    }, //
};

use crate::abi;

/// Lines allowed in one window.
const BURST: u32 = 10;
/// Length of a window, seconds.
const WINDOW_SECONDS: u64 = 5;

/// The limiter of one call site.
pub(crate) struct Ratelimit {
    /// When the window began, jiffies.
    begin: Atomic<u64>,
    /// Lines asked for in this window.
    used: Atomic<u32>,
}

/// The current time in jiffies. Context: any.
#[inline]
pub(crate) fn jiffies() -> u64 {
    // SAFETY: The kernel's clock; a torn read is impossible for one word.
    let now = unsafe { core::ptr::read_volatile(&raw const abi::jiffies) };
    // CAST: An unsigned long fits a u64.
    now as u64
}

impl Ratelimit {
    /// A limiter that has passed nothing yet.
    pub(crate) const fn new() -> Self {
        Self {
            begin: Atomic::new(0),
            used: Atomic::new(0),
        }
    }

    /// Whether one more line may be printed now. Context: any.
    ///
    /// Two callers that meet at a window's edge may both start it anew; that
    /// costs a line too many, and no lock.
    pub(crate) fn pass(&self) -> bool {
        let now = jiffies();
        let begin = self.begin.load(Relaxed);
        let window = WINDOW_SECONDS.saturating_mul(u64::from(abi::HZ));
        if begin == 0 || now.wrapping_sub(begin) > window {
            self.begin.store(now, Relaxed);
            let missed = self.used.xchg(1, Relaxed).saturating_sub(BURST);
            if missed > 0 {
                pr_warn!("{missed} lines like the next were suppressed\n");
            }
            return true;
        }
        self.used.fetch_add(1, Relaxed) < BURST
    }
}

/// Runs a log macro unless its call site printed too much lately:
/// `ratelimited!(dev_warn!(dev, "...\n"))`; or, with a limiter before it, unless
/// those who share that one did.
macro_rules! ratelimited {
    ($limit:expr, $print:expr) => {{
        if $limit.pass() {
            $print;
        }
    }};
    ($print:expr) => {{
        static LIMIT: $crate::shared::support::ratelimit::Ratelimit =
            $crate::shared::support::ratelimit::Ratelimit::new();
        if LIMIT.pass() {
            $print;
        }
    }};
}
pub(crate) use ratelimited;
