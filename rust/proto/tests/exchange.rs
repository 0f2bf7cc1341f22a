// SPDX-License-Identifier: GPL-2.0

//! Host exchange: every state with every event, then every way through.

use nvme_fc_proto::exchange::{on, Action, Event, Ignored, State};
use std::collections::HashSet;

/// All events.
const EVENTS: [Event; 6] = [
    Event::Start,
    Event::Refused,
    Event::Abort,
    Event::Terminate,
    Event::Done,
    Event::Release,
];

/// An abort that a teardown counted.
fn counted() -> State {
    on(State::ACTIVE, Event::Terminate).unwrap().0
}

#[test]
fn the_whole_table() {
    use Event::{Abort, Done, Refused, Release, Start, Terminate};
    use Ignored::{AlreadyAborted, InUse, NotInFlight};
    let (idle, active, aborted, complete) =
        (State::IDLE, State::ACTIVE, State::ABORTED, State::COMPLETE);
    let finish = |aborted, counted| Action::Finish { aborted, counted };
    let unwind = |counted| Action::Unwind { counted };
    let table = [
        (State::UNINITIALISED, [Err(NotInFlight); 6]),
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
                Ok((idle, unwind(false))),
                Ok((aborted, Action::CallAbort)),
                Ok((counted(), Action::CallAbort)),
                Ok((complete, finish(false, false))),
                Err(InUse),
            ],
        ),
        (
            aborted,
            [
                Err(InUse),
                Ok((idle, unwind(false))),
                Err(AlreadyAborted),
                Ok((counted(), Action::Wait)),
                Ok((complete, finish(true, false))),
                Err(InUse),
            ],
        ),
        (
            counted(),
            [
                Err(InUse),
                Ok((idle, unwind(true))),
                Err(AlreadyAborted),
                Err(AlreadyAborted),
                Ok((complete, finish(true, true))),
                Err(InUse),
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
                Ok((idle, Action::Proceed)),
            ],
        ),
    ];

    assert_eq!(EVENTS, [Start, Refused, Abort, Terminate, Done, Release]);
    for (state, row) in table {
        for (event, expected) in EVENTS.into_iter().zip(row) {
            assert_eq!(on(state, event), expected, "{state:?} {event:?}");
        }
    }
}

#[test]
fn bits_are_those_of_the_c_module() {
    let states = [
        State::UNINITIALISED,
        State::IDLE,
        State::ACTIVE,
        State::ABORTED,
        State::COMPLETE,
    ];

    for (bits, state) in (0..).zip(states) {
        assert_eq!(state.bits(), bits);
        assert_eq!(State::from_bits(bits), state);
    }
    assert_eq!(counted().phase(), State::ABORTED);
    assert!(counted().is_counted());
    assert_eq!(State::from_bits(counted().bits()), counted());
}

#[test]
fn strange_bits_do_nothing() {
    for bits in [5, 0xff, 0x100, 0x1ff, u32::MAX] {
        for event in EVENTS {
            let result = on(State::from_bits(bits), event);

            assert!(result.is_err(), "{bits:#x} {event:?}");
        }
    }
}

/// What the world around an exchange knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct World {
    /// The LLDD has it, or `fcp_io` runs.
    with_lldd: bool,
    /// `fcp_abort` was called in this use.
    abort_called: bool,
    /// The teardown's count of this exchange.
    waiting: u8,
    /// Completed and not yet released.
    finished: bool,
}

/// Applies an event to both, and checks that they agree.
fn step(state: State, world: World, event: Event) -> (State, World) {
    let Ok((next, action)) = on(state, event) else {
        return (state, world);
    };
    let mut after = world;

    match action {
        Action::Proceed => match event {
            Event::Start => {
                assert!(!world.with_lldd && !world.finished);
                after.with_lldd = true;
            }
            Event::Release => {
                assert!(world.finished);
                after = World {
                    waiting: world.waiting,
                    ..World::default()
                };
            }
            other => panic!("{other:?} proceeds"),
        },
        Action::CallAbort => {
            assert!(world.with_lldd && !world.abort_called);
            after.abort_called = true;
            after.waiting += u8::from(event == Event::Terminate);
        }
        Action::Wait => {
            assert!(world.with_lldd && world.abort_called);
            assert_eq!(event, Event::Terminate);
            after.waiting += 1;
        }
        Action::Finish { aborted, counted } => {
            assert!(world.with_lldd && !world.finished);
            assert_eq!(aborted, world.abort_called);
            after.with_lldd = false;
            after.finished = true;
            after.waiting -= u8::from(counted);
        }
        Action::Unwind { counted } => {
            assert!(world.with_lldd);
            after.waiting -= u8::from(counted);
            after.with_lldd = false;
            after.abort_called = false;
        }
    }
    assert!(after.waiting <= 1, "counted twice");
    assert_eq!(after.waiting, u8::from(next.is_counted()));
    assert_eq!(
        after.with_lldd,
        [State::ACTIVE, State::ABORTED].contains(&next.phase())
    );
    assert_eq!(after.finished, next.phase() == State::COMPLETE);
    (next, after)
}

#[test]
fn every_way_through() {
    let mut seen = HashSet::new();
    let mut open = vec![(State::IDLE, World::default())];

    while let Some((state, world)) = open.pop() {
        if !seen.insert((state.bits(), world)) {
            continue;
        }
        open.extend(EVENTS.map(|event| step(state, world, event)));
    }
    // Idle, active, complete (aborted or not), aborted with and without mark.
    assert_eq!(seen.len(), 6);
}
