// SPDX-License-Identifier: GPL-2.0

//! The state of a slot: where its exchange is, and who has the operation at hand.

#![deny(unsafe_code)]

use crate::shared::{
    proto::life::{
        handover::Handover,
        target_exchange::{
            self,
            Action,
            Event,
            State, //
        }, //
    },
    support::state_word::StateWord, //
};

/// State of the exchange and of the operation at hand, in one word, so that
/// one compare-and-exchange decides every race. Beside them, how often somebody
/// has looked at the operation at hand: it is forgotten when the next begins.
pub(crate) struct Phase(StateWord);

/// Where the handover's bits begin; the state is below.
const HANDOVER_SHIFT: u32 = 16;
/// Mask of the state.
const STATE_MASK: u32 = (1 << HANDOVER_SHIFT) - 1;
/// Mask of the handover, once it is shifted down.
const HANDOVER_MASK: u32 = 0xff;
/// One look; above the handover.
const LOOK: u32 = 1 << 28;
/// Mask of the looks.
const LOOKS: u32 = 0xf << 28;
/// Looks after which write data has had its time.
const LOOKS_MAX: u32 = 4 * LOOK;

/// The state in a word.
#[inline(always)]
fn state_in(word: u32) -> State {
    State::from_bits(word & STATE_MASK)
}

/// The handover in a word.
#[inline(always)]
fn handover_in(word: u32) -> Handover {
    Handover::from_bits((word >> HANDOVER_SHIFT) & HANDOVER_MASK)
}

/// Both in a word.
#[inline(always)]
fn word(state: State, handover: Handover) -> u32 {
    state.bits() | (handover.bits() << HANDOVER_SHIFT)
}

impl Phase {
    /// That of a slot that nobody has.
    pub(crate) const fn free() -> Self {
        Self(StateWord::new(State::FREE.bits()))
    }

    /// Puts an exchange that nobody else can see into a state.
    #[inline(always)]
    pub(crate) fn set(&self, state: State) {
        self.0.set(state.bits());
    }

    /// Changes both parts at once, unless `change` finds nothing to change.
    fn update<R>(
        &self,
        change: impl Fn(State, Handover) -> Option<(State, Handover, R)>,
    ) -> Option<R> {
        let mut old = self.0.get();
        loop {
            let (state, handover, result) = change(state_in(old), handover_in(old))?;
            match self.0.change(old, word(state, handover)) {
                Ok(_) => return Some(result),
                Err(now) => old = now,
            }
        }
    }

    /// An event of the owner, with a short way for `usual`, the state that is
    /// expected, without a mark: the compiler knows what follows. Otherwise as
    /// [`Phase::on_issue`] if `issue`, else as [`Phase::on`].
    #[inline(always)]
    pub(crate) fn on_from(&self, usual: State, event: Event, issue: bool) -> Option<Action> {
        let old = self.0.get();
        if state_in(old) == usual {
            let (state, action) = target_exchange::on(usual, event).ok()?;
            let handover = match action {
                Action::Proceed if issue => Handover::ISSUING,
                _ => Handover::IDLE,
            };
            if self.0.change(old, word(state, handover)).is_ok() {
                return Some(action);
            }
        }
        if issue {
            self.on_issue(event)
        } else {
            self.on(event)
        }
    }

    /// An event of the owner, who has no operation with the LLDD afterwards.
    /// `None`: it does not belong to the state.
    #[cold]
    pub(crate) fn on(&self, event: Event) -> Option<Action> {
        let mut old = self.0.get();
        loop {
            let (state, action) = target_exchange::on(state_in(old), event).ok()?;
            match self.0.change(old, word(state, Handover::IDLE)) {
                Ok(_) => return Some(action),
                Err(now) => old = now,
            }
        }
    }

    /// An event of the owner after which, if it may proceed, an operation goes
    /// to the LLDD.
    #[inline(never)]
    pub(crate) fn on_issue(&self, event: Event) -> Option<Action> {
        let mut old = self.0.get();
        loop {
            let (state, action) = target_exchange::on(state_in(old), event).ok()?;
            let handover = match action {
                Action::Proceed => Handover::ISSUING,
                _ => Handover::IDLE,
            };
            match self.0.change(old, word(state, handover)) {
                Ok(_) => return Some(action),
                Err(now) => old = now,
            }
        }
    }

    /// The LLDD received an abort. The operation at hand goes on.
    pub(crate) fn abort_received(&self) {
        self.update(|state, handover| {
            let (state, _) = target_exchange::on(state, Event::AbortReceived).ok()?;
            Some((state, handover, ()))
        });
    }

    /// `fcp_op` returned; says whether the caller carries on.
    #[inline(always)]
    pub(crate) fn issued(&self, refused: bool) -> bool {
        // What `done` has ended nobody can take hold of any more, so the word
        // can stay as it is until the next event.
        // Observed: the LLDD's error and its count come before `done`.
        if !refused && handover_in(self.0.observe()).is_over() {
            return true;
        }
        self.update(|state, handover| {
            let (handover, carry_on) = handover.issued(refused);
            Some((state, handover, carry_on))
        })
        .unwrap_or(false)
    }

    /// The LLDD called `done`; says whether the caller carries on. `None`: the
    /// LLDD had no operation. A second `done` is told from the first unless both
    /// come at the same time: that costs a loop less.
    #[inline(always)]
    pub(crate) fn done(&self) -> Option<bool> {
        if !handover_in(self.0.get()).is_running() {
            return None;
        }
        // Full: what the LLDD wrote before is seen by whoever carries on, here or
        // in `issued` and `aborted`.
        let old = self.0.add(Handover::ADD_DONE << HANDOVER_SHIFT);
        Some(handover_in(old).is_lldd_alone())
    }

    /// The queue goes away. Says whether the caller must call `fcp_abort`, and
    /// then [`Phase::aborted`].
    pub(crate) fn tear_down(&self) -> bool {
        self.update(|state, handover| {
            let Some(aborting) = handover.abort() else {
                let (state, _) = target_exchange::on(state, Event::Stop).ok()?;
                return Some((state, handover, false));
            };
            match target_exchange::on(state, Event::Teardown).ok()? {
                (state, Action::CallAbort) => Some((state, aborting, true)),
                (state, _) => Some((state, handover, false)),
            }
        })
        .unwrap_or(false)
    }

    /// One more look at an operation that fetches write data. Says whether it has
    /// had its time, and the caller must call `fcp_abort` and then
    /// [`Phase::aborted`].
    pub(crate) fn grow_older(&self) -> bool {
        let mut old = self.0.get();
        loop {
            let (state, handover) = (state_in(old), handover_in(old));
            if state.phase() != State::WRITE_DATA || state.is_told() || !handover.is_running() {
                return false;
            }
            let older = old.wrapping_add(LOOK);
            let mut new = older;
            let expired = older & LOOKS >= LOOKS_MAX;
            if expired {
                let aborting = handover.abort();
                let told = target_exchange::on(state, Event::Teardown);
                let (Some(aborting), Ok((state, Action::CallAbort))) = (aborting, told) else {
                    return false;
                };
                new = word(state, aborting);
            }
            match self.0.change(old, new) {
                Ok(_) => return expired,
                Err(now) => old = now,
            }
        }
    }

    /// Where the command is, without the marks.
    pub(crate) fn state(&self) -> State {
        state_in(self.0.get()).phase()
    }

    /// Whether the LLDD moves write data of a command that nvmet waits for.
    pub(crate) fn is_in_write_data(&self) -> bool {
        let state = state_in(self.0.get());
        state.phase() == State::WRITE_DATA && !state.is_detached()
    }

    /// The LLDD does not end the write data of a queue that goes away. Says
    /// whether nvmet's request is the caller's to give back: the exchange stays
    /// the LLDD's, and its end is all that is left.
    pub(crate) fn detach(&self) -> bool {
        self.update(|state, handover| {
            if !handover.is_running() {
                // It ends just now.
                return None;
            }
            let (state, _) = target_exchange::on(state, Event::Detach).ok()?;
            Some((state, handover, ()))
        })
        .is_some()
    }

    /// `fcp_abort` returned; says whether the caller carries on.
    pub(crate) fn aborted(&self) -> bool {
        self.update(|state, handover| {
            let (handover, carry_on) = handover.aborted();
            Some((state, handover, carry_on))
        })
        .unwrap_or(false)
    }
}
