// SPDX-License-Identifier: GPL-2.0

//! What the module counts for those who look for errors: what it holds, or LLDDs do
//! for it, and what went wrong. Nothing of it is on the way of a command that ends well.

#![deny(unsafe_code)]

use crate::shared::{
    proto::ls::reject,
    support::books::{
        Book,
        Count, //
    }, //
};

/// Exchanges that LLDDs were asked to abort.
pub(crate) static ABORTS: Count = Count::new();
/// Commands that took too long.
pub(crate) static TIMEOUTS: Count = Count::new();
/// Responses that did not fit their commands.
pub(crate) static BAD_RESPONSES: Count = Count::new();
/// Exchanges that LLDDs ended with an error.
pub(crate) static LLDD_ERRORS: Count = Count::new();
/// Link services that were not answered in time.
pub(crate) static LS_UNANSWERED: Count = Count::new();

/// Controllers, until their memory is freed.
pub(crate) static CONTROLLERS: Book = Book::new();
/// Uses of ports: associations, whole or half made, and link services either way.
pub(crate) static PORT_USES: Book = Book::new();
/// Link services that are sent, until the LLDD has given them back.
pub(crate) static LS_REQUESTS: Book = Book::new();
/// Link services that were received, until their answers are out.
pub(crate) static LS_RECEIVED: Book = Book::new();

/// Rejects of link services, by their reasons.
pub(crate) struct Rejects([Count; reject::REASONS.len() + 1]);

/// Those that targets sent.
pub(crate) static REJECTS_RECEIVED: Rejects = Rejects::new();
/// Those that this host sent.
pub(crate) static REJECTS_SENT: Rejects = Rejects::new();

impl Rejects {
    /// None.
    const fn new() -> Self {
        Self([const { Count::new() }; reject::REASONS.len() + 1])
    }

    /// One more, with that reason code.
    pub(crate) fn add(&self, reason: u8) {
        let at = reject::REASONS
            .into_iter()
            .position(|known| known == reason)
            .unwrap_or(reject::REASONS.len());
        if let Some(count) = self.0.get(at) {
            count.up();
        }
    }

    /// The words for each reason of which there were any, and how many.
    pub(crate) fn read(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let words = reject::REASONS
            .into_iter()
            .map(reject::reason_text)
            .chain([reject::UNKNOWN_REASON]);
        words
            .zip(self.0.iter().map(Count::get))
            .filter(|(_, count)| *count != 0)
    }
}
