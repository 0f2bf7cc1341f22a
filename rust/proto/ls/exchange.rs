// SPDX-License-Identifier: GPL-2.0

//! Life of a link service that was sent, at either side.
//!
//! The state is a number that the caller keeps in an atomic. An event gives the
//! next state and an action; the caller exchanges the one for the other by
//! compare-and-exchange, asks again if it lost, and acts only if it won. So the
//! LLDD's `done`, the end of patience, an unregistration and whoever waits may
//! race as they like.
//!
//! `ls_abort` is called once, and only for what `ls_req` has taken: an abort that
//! comes before is called when `ls_req` has returned. What does not end although
//! it was aborted is given up; then its port is free of it, and its memory is kept
//! for a late `done`.

#![deny(unsafe_code)]

/// State of a link service that was sent: a set of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(u32);

/// Mark: `ls_req` has taken it.
const SENT: u32 = 1;
/// Mark: it is to be aborted.
const ABORT: u32 = 2;
/// Mark: `ls_abort` was, or is about to be, called.
const ABORTED: u32 = 4;
/// Mark: nobody waits for it.
const UNATTENDED: u32 = 8;
/// Mark: `done` came, or never will, since `ls_req` did not take it.
const DONE: u32 = 16;
/// Mark: it was given up.
const LOST: u32 = 32;

impl State {
    /// Not sent yet; somebody will wait for the answer.
    pub const ATTENDED: Self = Self(0);
    /// Not sent yet; nobody will wait for the answer.
    pub const UNATTENDED: Self = Self(UNATTENDED);

    /// The state that an atomic holds.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The state as an atomic holds it.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether all marks are set.
    const fn has(self, marks: u32) -> bool {
        self.0 & marks == marks
    }

    /// The same with more marks.
    const fn with(self, marks: u32) -> Self {
        Self(self.0 | marks)
    }

    /// Whether it is to be aborted, or was.
    pub const fn is_abort_wanted(self) -> bool {
        self.has(ABORT)
    }

    /// Whether `ls_abort` was, or is about to be, called.
    pub const fn is_aborted(self) -> bool {
        self.has(ABORTED)
    }

    /// Whether nobody waits for it.
    pub const fn is_unattended(self) -> bool {
        self.has(UNATTENDED)
    }

    /// Whether `done` came, or never will.
    pub const fn is_done(self) -> bool {
        self.has(DONE)
    }

    /// Whether it was given up.
    pub const fn is_lost(self) -> bool {
        self.has(LOST)
    }
}

/// What happened, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// `ls_req` has returned, and taken it.
    Sent,
    /// `ls_req` has returned an error.
    Refused,
    /// It is of no use any more, and will be aborted.
    Mark,
    /// It is of no use any more.
    Abort,
    /// It has had its time, and nobody waits for it.
    Timeout,
    /// Who waited, or would have waited for its end, does so no more.
    GiveUp,
    /// The LLDD's `done`.
    Done,
}

/// What the winner has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Nothing,
    /// Call `ls_abort`.
    CallAbort,
    /// Give the port up.
    GiveUp,
    /// Wake who waits, who then has the LLDD's reference.
    Wake,
    /// Clean up, with the LLDD's reference.
    CleanUp,
    /// Blame the LLDD: it was done before.
    DoneTwice,
}

/// The next state, and what to do.
pub const fn on(state: State, event: Event) -> (State, Action) {
    let is_over = state.is_done() || state.is_lost();
    match event {
        Event::Sent => call_abort(state.with(SENT)),
        Event::Refused => (state.with(DONE), Action::Nothing),
        Event::Mark => (state.with(ABORT), Action::Nothing),
        Event::Abort => call_abort(state.with(ABORT)),
        Event::Timeout | Event::GiveUp if is_over => (state, Action::Nothing),
        Event::Timeout if !state.is_aborted() => call_abort(state.with(ABORT)),
        Event::Timeout | Event::GiveUp => (state.with(UNATTENDED | LOST), Action::GiveUp),
        Event::Done if state.is_done() => (state, Action::DoneTwice),
        Event::Done if state.is_unattended() => (state.with(DONE), Action::CleanUp),
        Event::Done => (state.with(DONE), Action::Wake),
    }
}

/// Has `ls_abort` called, if it is wanted and has a point, and was not called before.
const fn call_abort(state: State) -> (State, Action) {
    let is_over = state.is_done() || state.is_lost();
    if state.has(SENT | ABORT) && !state.is_aborted() && !is_over {
        (state.with(ABORTED), Action::CallAbort)
    } else {
        (state, Action::Nothing)
    }
}
