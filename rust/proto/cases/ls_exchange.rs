// SPDX-License-Identifier: GPL-2.0

//! A link service that was sent: every state with every event, then every way
//! through.

use super::{ensure, ensure_eq, CaseResult};
use crate::proto::ls::exchange::{
    on,
    Action,
    Event,
    State, //
};

/// All events.
const EVENTS: [Event; 7] = [
    Event::Sent,
    Event::Refused,
    Event::Mark,
    Event::Abort,
    Event::Timeout,
    Event::GiveUp,
    Event::Done,
];

/// Where events lead from the start, whatever they have to be done for.
fn after(start: State, events: &[Event]) -> State {
    events
        .iter()
        .fold(start, |state, event| on(state, *event).0)
}

pub(crate) fn the_whole_table() -> CaseResult {
    use Event::{Abort, Done, GiveUp, Mark, Sent, Timeout};
    let (no, call, give) = (Action::Nothing, Action::CallAbort, Action::GiveUp);
    let (wake, clean, twice) = (Action::Wake, Action::CleanUp, Action::DoneTwice);
    let (waited, alone) = (State::ATTENDED, State::UNATTENDED);
    // For each state the action of each event, in the order of EVENTS.
    let table: [(State, &[Event], [Action; 7]); 16] = [
        // With nobody yet: an abort waits until it was sent.
        (waited, &[], [no, no, no, no, no, give, wake]),
        (alone, &[], [no, no, no, no, no, give, clean]),
        (alone, &[Abort], [call, no, no, no, no, give, clean]),
        (alone, &[Mark], [call, no, no, no, no, give, clean]),
        // With the LLDD.
        (waited, &[Sent], [no, no, no, call, call, give, wake]),
        (alone, &[Sent], [no, no, no, call, call, give, clean]),
        (
            alone,
            &[Sent, Mark],
            [call, no, no, call, call, give, clean],
        ),
        // Aborted, once.
        (waited, &[Sent, Abort], [no, no, no, no, give, give, wake]),
        (alone, &[Abort, Sent], [no, no, no, no, give, give, clean]),
        (alone, &[Sent, Timeout], [no, no, no, no, give, give, clean]),
        // Over, before `ls_req` returned or after it.
        (waited, &[Done], [no, no, no, no, no, no, twice]),
        (alone, &[Done, Abort], [no, no, no, no, no, no, twice]),
        (alone, &[Sent, Abort, Done], [no, no, no, no, no, no, twice]),
        // Given up: a late `done` cleans up, whoever waited.
        (
            waited,
            &[Sent, Abort, GiveUp],
            [no, no, no, no, no, no, clean],
        ),
        (
            alone,
            &[Sent, Timeout, Timeout],
            [no, no, no, no, no, no, clean],
        ),
        (alone, &[Abort, GiveUp], [no, no, no, no, no, no, clean]),
    ];
    for (start, before, actions) in table {
        let state = after(start, before);
        for (event, action) in EVENTS.into_iter().zip(actions) {
            ensure_eq!(on(state, event).1, action, "{before:?} {event:?}");
        }
    }
    Ok(())
}

pub(crate) fn a_refusal_is_the_end() -> CaseResult {
    for before in [&[][..], &[Event::Abort]] {
        let state = after(State::UNATTENDED, before);
        let state = on(state, Event::Refused).0;
        ensure!(state.is_done());
        for event in [Event::Abort, Event::Timeout, Event::GiveUp] {
            ensure_eq!(on(state, event).1, Action::Nothing, "{event:?}");
        }
    }
    Ok(())
}

/// Goes every way of at most `left` events, with what was done so far.
fn go(state: State, left: u32, aborts: u32, ends: u32, gone: u32) -> CaseResult {
    ensure!(aborts <= 1, "ls_abort twice");
    ensure!(ends <= 1, "the LLDD's reference twice");
    ensure!(gone <= 1, "given up twice");
    if left == 0 {
        return Ok(());
    }
    for event in EVENTS {
        let (next, action) = on(state, event);
        ensure_eq!(next, State::from_bits(next.bits()), "bits");
        ensure_eq!(next.bits() & state.bits(), state.bits(), "a mark was lost");
        if action == Action::CallAbort {
            ensure!(next.is_aborted() && !state.is_done(), "{event:?}");
        }
        go(
            next,
            left.saturating_sub(1),
            aborts + u32::from(action == Action::CallAbort),
            ends + u32::from(matches!(action, Action::Wake | Action::CleanUp)),
            gone + u32::from(action == Action::GiveUp),
        )?;
    }
    Ok(())
}

pub(crate) fn every_way_through() -> CaseResult {
    for start in [State::ATTENDED, State::UNATTENDED] {
        go(start, 6, 0, 0, 0)?;
    }
    Ok(())
}
