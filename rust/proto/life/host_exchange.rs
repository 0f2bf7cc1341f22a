// SPDX-License-Identifier: GPL-2.0

//! Host: life of one exchange, request or asynchronous event.
//!
//! The state is a number that the caller keeps in an atomic. An event gives
//! the next state and an action; the caller exchanges the one for the other
//! by compare-and-exchange, asks again if it lost, and acts only if it won.
//! So completion, timeout, teardown and a refusal by the LLDD may race as
//! they like: each thing is done by exactly one of them.
//!
//! ```text
//!          Start            Done
//!   Idle --------> Active --------> Complete - - - (released) - - -> Idle
//!     ^   Refused  |  | Abort          ^
//!     +------------+  | Terminate      | Done
//!     |               v                |
//!     +------------ Aborted -----------+
//!         Refused
//! ```
//!
//! A teardown waits until every exchange is idle. One that it terminated has a
//! mark until it is: its failure costs no association, for that is being taken
//! down already.
//!
//! Two changes are plain stores, where nobody else can change the state: the
//! start of a request's exchange, and the release of one that is complete.

#![deny(unsafe_code)]

/// State of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(u32);

/// Mask of the phase in a state.
const PHASE: u32 = 0xff;
/// Mark: a teardown asked for its end.
const TERMINATED: u32 = 0x100;

impl State {
    /// With nobody.
    pub const IDLE: Self = Self(1);
    /// With the LLDD.
    pub const ACTIVE: Self = Self(2);
    /// With the LLDD, which was told to abort it.
    pub const ABORTED: Self = Self(3);
    /// Given back by the LLDD, not yet released.
    pub const COMPLETE: Self = Self(4);

    /// The state that an atomic holds.
    #[inline]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The state as an atomic holds it.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The state without the teardown's mark.
    #[inline]
    pub const fn phase(self) -> Self {
        Self(self.0 & PHASE)
    }

    /// Whether a teardown asked for the end of this exchange.
    #[inline]
    pub const fn is_terminated(self) -> bool {
        self.0 & TERMINATED != 0
    }
}

/// What happened, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The exchange is given to the LLDD.
    Start,
    /// The LLDD did not take it: `fcp_io` returned an error.
    Refused,
    /// It took too long.
    Abort,
    /// A teardown wants it back.
    Terminate,
    /// It was aborted long ago ([`may_ask_again`]), and is not back.
    AbortAgain,
    /// The LLDD gives it back.
    Done,
}

/// What the winner has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing more than what it was about to do.
    Proceed,
    /// Call the LLDD's `fcp_abort`.
    CallAbort,
    /// Complete the request.
    Finish {
        /// It was aborted.
        aborted: bool,
        /// By a teardown.
        terminated: bool,
    },
}

/// Why an event changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// The exchange is not with the LLDD: there is nothing to abort; or it
    /// was completed twice.
    NotInFlight,
    /// It was aborted before.
    AlreadyAborted,
    /// It is in use: it was started too early.
    InUse,
}

/// Seconds before an LLDD is asked again for the end of an exchange.
///
/// Several drop an abort when they reset their adapter or are out of
/// descriptors, and none says so. They ignore one that comes while another is
/// pending, or send a second ABTS; nvme-fcloop alone ends the exchange twice
/// then, but its aborts are pending only until a work item runs.
pub const ABORT_AGAIN_SECONDS: u32 = 20;

/// Whether the LLDD may be asked again `elapsed` ticks after it was asked, of
/// which a second has `hz`.
#[inline]
pub const fn may_ask_again(elapsed: u32, hz: u32) -> bool {
    elapsed >= ABORT_AGAIN_SECONDS.saturating_mul(hz)
}

/// [`on`] of [`Event::Done`], for the data path: the next state, whether the
/// exchange was aborted, and whether a teardown did that.
///
/// # Errors
///
/// The exchange is not with the LLDD.
#[inline(always)]
pub const fn done(state: State) -> Result<(State, bool, bool), Ignored> {
    match state.phase() {
        State::ACTIVE => Ok((State::COMPLETE, false, false)),
        State::ABORTED => Ok((State::COMPLETE, true, state.is_terminated())),
        _ => Err(Ignored::NotInFlight),
    }
}

/// The next state and what to do.
///
/// # Errors
///
/// The event does not apply; the state stays as it is.
#[inline]
pub const fn on(state: State, event: Event) -> Result<(State, Action), Ignored> {
    match (event, state.phase()) {
        (Event::Start, State::IDLE) => Ok((State::ACTIVE, Action::Proceed)),
        (Event::Start, State::ACTIVE | State::ABORTED | State::COMPLETE) => Err(Ignored::InUse),

        (Event::Done, _) => match done(state) {
            Ok((next, aborted, terminated)) => Ok((
                next,
                Action::Finish {
                    aborted,
                    terminated,
                },
            )),
            Err(ignored) => Err(ignored),
        },

        (Event::Abort, State::ACTIVE) => Ok((State::ABORTED, Action::CallAbort)),
        (Event::Abort, State::ABORTED) => Err(Ignored::AlreadyAborted),

        (Event::Terminate, State::ACTIVE) => {
            Ok((State(State::ABORTED.0 | TERMINATED), Action::CallAbort))
        }
        // The LLDD was asked before.
        (Event::Terminate, State::ABORTED) if !state.is_terminated() => {
            Ok((State(State::ABORTED.0 | TERMINATED), Action::Proceed))
        }
        (Event::Terminate, State::ABORTED) => Err(Ignored::AlreadyAborted),

        (Event::AbortAgain, State::ABORTED) => Ok((state, Action::CallAbort)),

        (Event::Refused, State::ACTIVE | State::ABORTED) => Ok((State::IDLE, Action::Proceed)),

        (_, _) => Err(Ignored::NotInFlight),
    }
}
