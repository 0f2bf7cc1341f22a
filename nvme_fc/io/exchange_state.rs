// SPDX-License-Identifier: GPL-2.0

//! Where an exchange is, in one atomic word: each event on it
//! ([`crate::shared::proto::life::host_exchange`]) is won by one
//! compare-and-exchange.

#![deny(unsafe_code)]

use kernel::sync::atomic::{
    Atomic,
    Full,
    Relaxed, //
};

use crate::{
    abi,
    shared::{
        proto::life::host_exchange::{
            self,
            Action,
            Event,
            Ignored,
            State, //
        },
        support::state_word::StateWord, //
    }, //
};

/// Where an exchange is.
pub(crate) struct ExchangeState {
    /// The state.
    state: StateWord,
    /// When the LLDD was last asked for its end: the low half of jiffies.
    asked: Atomic<u32>,
}

impl ExchangeState {
    /// With nobody.
    pub(crate) const fn new() -> Self {
        Self {
            state: StateWord::new(State::IDLE.bits()),
            asked: Atomic::new(0),
        }
    }

    /// Gives the exchange to the LLDD's side of the state. Context: it is idle
    /// and the caller's.
    #[inline(always)]
    pub(crate) fn start(&self) {
        // Partner of the full order of `finish` and `on`: what was prepared comes
        // before this.
        self.state.publish(State::ACTIVE.bits());
    }

    /// Makes a complete exchange idle again.
    #[inline(always)]
    pub(crate) fn release(&self) {
        // Partner of `is_idle`: all use of the exchange comes before this.
        self.state.publish(State::IDLE.bits());
    }

    /// Whether the exchange is with nobody; what comes after is ordered after
    /// its last use.
    pub(crate) fn is_idle(&self) -> bool {
        // Partner of `release`.
        State::from_bits(self.state.observe()).phase() == State::IDLE
    }

    /// Whether the LLDD has given the exchange back, and it is not released.
    pub(crate) fn is_complete(&self) -> bool {
        // Partner of the full order of `finish`.
        State::from_bits(self.state.observe()).phase() == State::COMPLETE
    }

    /// Applies an event: one caller wins each change.
    ///
    /// # Errors
    ///
    /// The event does not apply.
    #[inline]
    pub(crate) fn on(&self, event: Event) -> Result<Action, Ignored> {
        let mut bits = self.state.get();
        loop {
            let (next, action) = host_exchange::on(State::from_bits(bits), event)?;
            // Fully ordered: partner of the changes of all others.
            match self.state.change(bits, next.bits()) {
                Ok(_) => return Ok(action),
                Err(now) => bits = now,
            }
        }
    }

    /// The LLDD gives the exchange back: whether it was aborted before it ended,
    /// and by a teardown; `None` if it has been given back before.
    #[inline(always)]
    pub(crate) fn finish(&self) -> Option<(bool, bool)> {
        // As `on`, without the events and actions of the others. Nearly all are active,
        // so that needs no look before, and the compiler knows what follows.
        let (next, aborted, terminated) = host_exchange::done(State::ACTIVE).ok()?;
        // Fully ordered: partner of `start` and `is_complete`, and of the changes of others.
        match self.state.change(State::ACTIVE.bits(), next.bits()) {
            Ok(_) => Some((aborted, terminated)),
            Err(now) => self.finish_from(now),
        }
    }

    /// The same where something has happened to the exchange before: its state was
    /// `bits`.
    #[cold]
    fn finish_from(&self, mut bits: u32) -> Option<(bool, bool)> {
        loop {
            let (next, aborted, terminated) = host_exchange::done(State::from_bits(bits)).ok()?;
            match self.state.change(bits, next.bits()) {
                Ok(_) => return Some((aborted, terminated)),
                Err(now) => bits = now,
            }
        }
    }

    /// As [`ExchangeState::on`] for an abort or a termination, which notes that it is
    /// `now`, the low half of jiffies.
    pub(crate) fn abort(&self, event: Event, now: u32) -> Result<Action, Ignored> {
        // Before the state says so, for whoever then looks whether it was long
        // ago. One that is aborted already keeps its time.
        if State::from_bits(self.state.get()).phase() == State::ACTIVE {
            self.asked.store(now, Relaxed);
        }
        self.on(event)
    }

    /// Since when the LLDD has been asked for the end, if that is long before `now`,
    /// which gives the low half of jiffies, and it has not come.
    pub(crate) fn overdue(&self, now: impl FnOnce() -> u32) -> Option<Overdue> {
        // Partner of the full order of the change that began the abort: the time is seen
        // that was noted before.
        let state = State::from_bits(self.state.observe());
        let (asked, now) = (self.asked.load(Relaxed), now());
        let is_long = host_exchange::may_ask_again(now.wrapping_sub(asked), abi::HZ);
        (state.phase() == State::ABORTED && is_long).then_some(Overdue { asked, now })
    }

    /// Whether the caller, alone, is to ask for the end once more: nobody else has since
    /// then, and it has not come.
    pub(crate) fn abort_again(&self, overdue: Overdue) -> bool {
        let Overdue { asked, now } = overdue;
        self.asked.cmpxchg(asked, now, Full).is_ok() && self.on(Event::AbortAgain).is_ok()
    }
}

/// An end that was asked for long ago. Both are low halves of jiffies.
pub(crate) struct Overdue {
    /// When it was asked for.
    asked: u32,
    /// When somebody looked.
    now: u32,
}
