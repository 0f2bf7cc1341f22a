// SPDX-License-Identifier: GPL-2.0

//! Host exchange: every state with every event, then every way through.

use super::bounded::Bounded;
use super::{ensure, ensure_eq, fail, CaseResult, OrFail};
use crate::proto::life::host_exchange::{
    may_ask_again,
    on,
    Action,
    Event,
    Ignored,
    State, //
};

/// All events.
const EVENTS: [Event; 6] = [
    Event::Start,
    Event::Refused,
    Event::Abort,
    Event::Terminate,
    Event::Done,
    Event::AbortAgain,
];

/// An exchange that a teardown terminated.
fn terminated() -> CaseResult<State> {
    Ok(on(State::ACTIVE, Event::Terminate).or_fail()?.0)
}

pub(crate) fn the_whole_table() -> CaseResult {
    use Event::{Abort, AbortAgain, Done, Refused, Start, Terminate};
    use Ignored::{AlreadyAborted, InUse, NotInFlight};
    let (idle, active, aborted, complete) =
        (State::IDLE, State::ACTIVE, State::ABORTED, State::COMPLETE);
    let finish = |aborted, terminated| Action::Finish {
        aborted,
        terminated,
    };
    let table = [
        (
            idle,
            [
                Ok((active, Action::Proceed)),
                Err(NotInFlight),
                Err(NotInFlight),
                Err(NotInFlight),
                Err(NotInFlight),
                Err(NotInFlight),
            ],
        ),
        (
            active,
            [
                Err(InUse),
                Ok((idle, Action::Proceed)),
                Ok((aborted, Action::CallAbort)),
                Ok((terminated()?, Action::CallAbort)),
                Ok((complete, finish(false, false))),
                Err(NotInFlight),
            ],
        ),
        (
            aborted,
            [
                Err(InUse),
                Ok((idle, Action::Proceed)),
                Err(AlreadyAborted),
                Ok((terminated()?, Action::Proceed)),
                Ok((complete, finish(true, false))),
                Ok((aborted, Action::CallAbort)),
            ],
        ),
        (
            terminated()?,
            [
                Err(InUse),
                Ok((idle, Action::Proceed)),
                Err(AlreadyAborted),
                Err(AlreadyAborted),
                Ok((complete, finish(true, true))),
                Ok((terminated()?, Action::CallAbort)),
            ],
        ),
        (
            complete,
            [
                Err(InUse),
                Err(NotInFlight),
                Err(NotInFlight),
                Err(NotInFlight),
                Err(NotInFlight),
                Err(NotInFlight),
            ],
        ),
    ];

    ensure_eq!(EVENTS, [Start, Refused, Abort, Terminate, Done, AbortAgain]);
    for (state, row) in table {
        for (event, expected) in EVENTS.into_iter().zip(row) {
            ensure_eq!(on(state, event), expected, "{state:?} {event:?}");
        }
    }
    Ok(())
}

pub(crate) fn review_host_7_asked_again_but_not_at_once() -> CaseResult {
    for hz in [100, 250, 1000] {
        ensure!(!may_ask_again(0, hz));
        ensure!(!may_ask_again(20 * hz - 1, hz));
        ensure!(may_ask_again(20 * hz, hz));
        // Since a moment before the counter wrapped, and since longer than that
        // can be told.
        ensure!(may_ask_again(5u32.wrapping_sub(u32::MAX - 30 * hz), hz));
        ensure!(may_ask_again(u32::MAX, hz));
    }
    Ok(())
}

pub(crate) fn bits_are_those_of_the_c_module() -> CaseResult {
    let states = [State::IDLE, State::ACTIVE, State::ABORTED, State::COMPLETE];

    for (bits, state) in (1..).zip(states) {
        ensure_eq!(state.bits(), bits);
        ensure_eq!(State::from_bits(bits), state);
    }
    ensure_eq!(terminated()?.phase(), State::ABORTED);
    ensure!(terminated()?.is_terminated());
    ensure_eq!(State::from_bits(terminated()?.bits()), terminated()?);
    Ok(())
}

pub(crate) fn strange_bits_do_nothing() -> CaseResult {
    for bits in [0, 5, 0xff, 0x100, 0x1ff, u32::MAX] {
        for event in EVENTS {
            let result = on(State::from_bits(bits), event);

            ensure!(result.is_err(), "{bits:#x} {event:?}");
        }
    }
    Ok(())
}

/// What the world around an exchange knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct World {
    /// The LLDD has it, or `fcp_io` runs.
    with_lldd: bool,
    /// `fcp_abort` was called in this use.
    abort_called: bool,
    /// A teardown asked for its end.
    terminated: bool,
    /// Completed and not yet released.
    finished: bool,
}

/// Applies an event to both, and checks that they agree.
fn step(state: State, world: World, event: Event) -> CaseResult<(State, World)> {
    let Ok((next, action)) = on(state, event) else {
        return Ok((state, world));
    };
    let mut after = world;

    match action {
        Action::Proceed => match event {
            Event::Start => {
                ensure!(!world.with_lldd && !world.finished);
                after.with_lldd = true;
            }
            Event::Terminate => {
                ensure!(world.with_lldd && world.abort_called && !world.terminated);
                after.terminated = true;
            }
            Event::Refused => {
                ensure!(world.with_lldd);
                after = World::default();
            }
            other => fail!("{other:?} proceeds"),
        },
        Action::CallAbort => {
            ensure!(world.with_lldd);
            ensure_eq!(world.abort_called, event == Event::AbortAgain);
            after.abort_called = true;
            after.terminated |= event == Event::Terminate;
        }
        Action::Finish {
            aborted,
            terminated,
        } => {
            ensure!(world.with_lldd && !world.finished);
            ensure_eq!(aborted, world.abort_called);
            ensure_eq!(terminated, world.terminated);
            after.with_lldd = false;
            after.finished = true;
            after.terminated = false;
        }
    }
    ensure_eq!(after.terminated, next.is_terminated());
    ensure_eq!(
        after.with_lldd,
        [State::ACTIVE, State::ABORTED].contains(&next.phase())
    );
    ensure_eq!(after.finished, next.phase() == State::COMPLETE);
    Ok((next, after))
}

pub(crate) fn every_way_through() -> CaseResult {
    let mut seen = Bounded::<_, 32>::new();
    let mut open = Bounded::<_, 128>::new();

    open.push((State::IDLE, World::default()))?;
    while let Some((state, world)) = open.pop() {
        if seen.contains((state, world)) {
            continue;
        }
        seen.push((state, world))?;
        for event in EVENTS {
            open.push(step(state, world, event)?)?;
        }
        if world.finished {
            // It is released.
            open.push((State::IDLE, World::default()))?;
        }
    }
    // Idle, active, complete (aborted or not), aborted with and without mark.
    ensure_eq!(seen.len(), 6);
    Ok(())
}
