// SPDX-License-Identifier: GPL-2.0

//! What the module counts for those who look for errors: what it holds, or LLDDs do
//! for it, and what went wrong. Nothing of it is on the way of a command that ends well.

#![deny(unsafe_code)]

use kernel::sync::atomic::{
    Acquire,
    Atomic,
    Full,
    Relaxed, //
};

use crate::shared::proto::ls::reject;

/// A count that wraps.
pub(crate) struct Counter(Atomic<u32>);

impl Counter {
    /// None.
    pub(crate) const fn new() -> Self {
        Self(Atomic::new(0))
    }

    /// One more. Context: any.
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Full);
    }

    /// How many.
    pub(crate) fn get(&self) -> u32 {
        self.0.load(Relaxed)
    }
}

/// Exchanges that LLDDs were asked to abort.
pub(crate) static ABORTS: Counter = Counter::new();
/// Commands that took too long.
pub(crate) static TIMEOUTS: Counter = Counter::new();
/// Responses that did not fit their commands.
pub(crate) static BAD_RESPONSES: Counter = Counter::new();
/// Exchanges that LLDDs ended with an error.
pub(crate) static LLDD_ERRORS: Counter = Counter::new();
/// Link services that were not answered in time.
pub(crate) static LS_UNANSWERED: Counter = Counter::new();

/// Things of a kind that are held for somebody, or by somebody.
pub(crate) struct Book {
    /// How many ever were.
    accepted: Counter,
    /// How many are no more.
    released: Counter,
}

/// Controllers, until their memory is freed.
pub(crate) static CONTROLLERS: Book = Book::new();
/// Uses of ports: associations, whole or half made, and link services either way.
pub(crate) static PORT_USES: Book = Book::new();
/// Link services that are sent, until the LLDD has given them back.
pub(crate) static LS_REQUESTS: Book = Book::new();
/// Link services that were received, until their answers are out.
pub(crate) static LS_RECEIVED: Book = Book::new();

impl Book {
    /// An empty one.
    const fn new() -> Self {
        Self {
            accepted: Counter::new(),
            released: Counter::new(),
        }
    }

    /// One more, as long as what comes back lives.
    pub(crate) fn accept(&'static self) -> Held {
        self.accepted.add();
        Held(self)
    }

    /// How many ever were, and how many are no more: not more than ever were.
    pub(crate) fn read(&self) -> (u32, u32) {
        // First, so that each of these is among the others.
        let released = self.released.0.load(Acquire);
        (self.accepted.get(), released)
    }

    /// How many there are.
    pub(crate) fn outstanding(&self) -> u32 {
        let (accepted, released) = self.read();
        accepted.wrapping_sub(released)
    }
}

/// Something that a [`Book`] has.
pub(crate) struct Held(&'static Book);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.released.add();
    }
}

/// Rejects of link services, by their reasons.
pub(crate) struct Rejects([Counter; reject::REASONS.len() + 1]);

/// Those that targets sent.
pub(crate) static REJECTS_RECEIVED: Rejects = Rejects::new();
/// Those that this host sent.
pub(crate) static REJECTS_SENT: Rejects = Rejects::new();

impl Rejects {
    /// None.
    const fn new() -> Self {
        Self([const { Counter::new() }; reject::REASONS.len() + 1])
    }

    /// One more, with that reason code.
    pub(crate) fn add(&self, reason: u8) {
        let at = reject::REASONS
            .into_iter()
            .position(|known| known == reason)
            .unwrap_or(reject::REASONS.len());
        if let Some(counter) = self.0.get(at) {
            counter.add();
        }
    }

    /// The words for each reason of which there were any, and how many.
    pub(crate) fn read(&self) -> impl Iterator<Item = (&'static str, u32)> + '_ {
        let words = reject::REASONS
            .into_iter()
            .map(reject::reason_text)
            .chain([reject::UNKNOWN_REASON]);
        words
            .zip(self.0.iter().map(Counter::get))
            .filter(|(_, count)| *count != 0)
    }
}
