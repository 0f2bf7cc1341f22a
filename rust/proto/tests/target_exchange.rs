// SPDX-License-Identifier: GPL-2.0

//! Target exchange: walks every way through it beside a model of what nvmet,
//! the LLDD and the wire know.

use nvme_fc_proto::life::target_exchange::{
    on,
    Action,
    Event,
    Ignored,
    Next,
    State, //
};
use std::collections::HashSet;

/// All events.
fn events() -> Vec<Event> {
    let mut all = vec![
        Event::Unusable,
        Event::Init,
        Event::Connect,
        Event::WriteData,
        Event::AbortReceived,
        Event::Teardown,
        Event::Stop,
        Event::Detach,
    ];
    for flag in [false, true] {
        all.push(Event::ResponseDone { ok: flag });
        all.extend([false, true].map(|more| Event::WriteDataDone { ok: flag, more }));
    }
    for next in [Next::ReadData, Next::Rsp] {
        all.push(Event::Completed(next));
        all.extend([false, true].map(|ok| Event::ReadDataDone { ok, next }));
    }
    all
}

/// All phases.
const PHASES: [State; 6] = [
    State::FREE,
    State::RECEIVED,
    State::EXECUTING,
    State::WRITE_DATA,
    State::READ_DATA,
    State::RESPONSE,
];

/// What the world around an exchange knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct World {
    /// The exchange has been taken and not released.
    held: bool,
    /// nvmet owes a completion.
    nvmet: bool,
    /// The LLDD owes the end of an operation.
    operation: bool,
    /// The LLDD must not be asked to abort (again).
    told: bool,
    /// Something asked to stop.
    stop: bool,
    /// An error completion towards nvmet was asked for.
    failed: bool,
    /// nvmet has its request back, without a completion.
    detached: bool,
}

/// Applies an event to both; `None` if it does not apply. Checks that they
/// agree.
fn step(state: State, world: World, event: Event) -> Option<(State, World)> {
    let (next, action) = on(state, event).ok()?;
    let mut after = world;

    // What the event itself tells the world.
    match event {
        Event::WriteDataDone { ok, .. } | Event::ReadDataDone { ok, .. } => {
            assert!(world.operation);
            after.operation = false;
            after.stop |= !ok;
        }
        Event::ResponseDone { .. } => {
            assert!(world.operation);
            after.operation = false;
        }
        Event::Completed(_) => {
            assert!(world.nvmet);
            after.nvmet = false;
        }
        Event::AbortReceived => {
            after.stop = true;
            after.told = true;
        }
        Event::Teardown | Event::Stop => after.stop = true,
        Event::Detach => {}
        Event::Unusable | Event::Init | Event::Connect | Event::WriteData => {
            assert!(world.held);
        }
    }

    let release = |call_abort: bool| {
        assert_eq!(call_abort, !after.told, "{event:?}");
        assert!(!after.nvmet, "released under nvmet");
        assert!(!after.operation, "released under the LLDD");
        World::default()
    };
    match action {
        Action::Nothing => {}
        Action::Proceed => match event {
            Event::Connect => {}
            Event::Init => {
                assert!(!world.stop);
                after.nvmet = true;
            }
            Event::WriteDataDone { more: false, .. } => assert!(!after.stop && after.nvmet),
            _ => {
                assert!(!after.stop && !after.operation, "{event:?}");
                after.operation = true;
            }
        },
        Action::CheckConnect => {
            assert!(!after.stop && after.nvmet && !after.operation);
            assert!(next.is_connect(), "it is settled later");
        }
        Action::SettleConnect => {
            assert!(state.is_connect() && !next.is_connect(), "settled twice");
            // The completion is announced again.
            after.nvmet = true;
        }
        Action::FailCommand => {
            assert!(world.nvmet && !world.failed, "{event:?}");
            assert!(after.stop);
            after.failed = true;
        }
        Action::CallAbort => {
            assert!(world.operation && !world.told);
            after.told = true;
        }
        Action::Detach => {
            assert!(event == Event::Detach && world.stop);
            assert!(world.nvmet && world.operation && !world.failed);
            after.nvmet = false;
            after.detached = true;
        }
        Action::Abandon { call_abort } => after = release(call_abort),
        Action::Release => {
            assert!(matches!(event, Event::ResponseDone { ok: true }));
            assert!(!after.nvmet && !after.operation);
            after = World::default();
        }
    }
    assert_eq!(after.held, next != State::FREE, "{state:?} {event:?}");
    Some((next, after))
}

/// Whether the world can produce an event. The caller of the state machine
/// fails a command at most once.
fn possible(world: World, event: Event) -> bool {
    match event {
        Event::Completed(_) => world.nvmet && !world.operation,
        Event::Connect | Event::WriteData => world.nvmet && !world.failed && !world.operation,
        Event::WriteDataDone { .. } => (world.nvmet || world.detached) && world.operation,
        Event::ReadDataDone { .. } | Event::ResponseDone { .. } => {
            !world.nvmet && !world.detached && world.operation
        }
        _ => true,
    }
}

/// Every state and world that can be reached.
fn reachable() -> HashSet<(u32, World)> {
    let mut seen = HashSet::new();
    let received = World {
        held: true,
        ..World::default()
    };
    let mut open = vec![(State::RECEIVED, received)];

    while let Some((state, world)) = open.pop() {
        if !seen.insert((state.bits(), world)) {
            continue;
        }
        let possible = events().into_iter().filter(|event| possible(world, *event));
        open.extend(possible.filter_map(|event| step(state, world, event)));
    }
    seen
}

#[test]
fn every_way_through() {
    let seen = reachable();
    let phases: HashSet<u32> = seen
        .iter()
        .map(|(bits, _)| State::from_bits(*bits).phase().bits())
        .collect();

    assert_eq!(phases.len(), PHASES.len());
    assert!(seen.len() >= 16, "{}", seen.len());
}

/// From everywhere there is a way out, without any event but those that the
/// world owes.
#[test]
fn nothing_is_stuck() {
    for (bits, world) in reachable() {
        let (mut state, mut world) = (State::from_bits(bits), world);

        for _ in 0..10 {
            if state == State::FREE {
                break;
            }
            let event = match state.phase() {
                State::RECEIVED => Event::Init,
                State::EXECUTING => Event::Completed(Next::Rsp),
                State::WRITE_DATA => Event::WriteDataDone {
                    ok: true,
                    more: false,
                },
                State::READ_DATA => Event::ReadDataDone {
                    ok: true,
                    next: Next::Rsp,
                },
                _ => Event::ResponseDone { ok: true },
            };
            (state, world) = step(state, world, event).unwrap();
        }
        assert_eq!(state, State::FREE, "{bits:#x}");
    }
}

/// An event that the state does not expect changes nothing, with any marks.
#[test]
fn unexpected_events_are_ignored() {
    let expected = |phase: State, marks: u32, event: Event| match event {
        Event::Detach => phase == State::WRITE_DATA && matches!(marks, 0x100 | 0x300 | 0x900),
        Event::Unusable | Event::Init => phase == State::RECEIVED,
        Event::Connect | Event::WriteData | Event::Completed(_) => phase == State::EXECUTING,
        Event::WriteDataDone { .. } => phase == State::WRITE_DATA,
        Event::ReadDataDone { .. } => phase == State::READ_DATA,
        Event::ResponseDone { .. } => phase == State::RESPONSE,
        Event::AbortReceived | Event::Teardown | Event::Stop => phase != State::FREE,
    };

    for phase in PHASES {
        for marks in [0, 0x100, 0x300, 0x700, 0x800, 0x900] {
            for event in events() {
                let state = State::from_bits(phase.bits() | marks);
                if phase == State::FREE && marks != 0 {
                    continue;
                }
                let result = on(state, event);

                assert_eq!(
                    result.is_ok(),
                    expected(phase, marks, event),
                    "{phase:?} {event:?}"
                );
                if let Err(error) = result {
                    assert_eq!(error, Ignored);
                }
            }
        }
    }
}

/// The order of a read, a write and a command without data.
#[test]
fn the_usual_ways() {
    let read = [
        (Event::Init, State::EXECUTING),
        (Event::Completed(Next::ReadData), State::READ_DATA),
        (
            Event::ReadDataDone {
                ok: true,
                next: Next::ReadData,
            },
            State::READ_DATA,
        ),
        (
            Event::ReadDataDone {
                ok: true,
                next: Next::Rsp,
            },
            State::RESPONSE,
        ),
        (Event::ResponseDone { ok: true }, State::FREE),
    ];
    let write = [
        (Event::Init, State::EXECUTING),
        (Event::WriteData, State::WRITE_DATA),
        (
            Event::WriteDataDone {
                ok: true,
                more: true,
            },
            State::WRITE_DATA,
        ),
        (
            Event::WriteDataDone {
                ok: true,
                more: false,
            },
            State::EXECUTING,
        ),
        (Event::Completed(Next::Rsp), State::RESPONSE),
        (Event::ResponseDone { ok: true }, State::FREE),
    ];

    for way in [&read[..], &write[..]] {
        let mut state = State::RECEIVED;

        for (event, next) in way {
            state = on(state, *event).unwrap().0;
            assert_eq!(state, *next);
        }
    }
}

/// Finding C1 of the target's review: a Connect is looked at before nvmet
/// executes it, and settled once nvmet has completed it, whatever happened to
/// its exchange.
#[test]
fn a_connect_is_settled() {
    let write_data_done = |ok| Event::WriteDataDone { ok, more: false };
    let completed = Event::Completed(Next::Rsp);
    let (connect, _) = on(State::EXECUTING, Event::Connect).unwrap();
    let (fetching, action) = on(connect, Event::WriteData).unwrap();
    assert_eq!(
        (fetching.phase(), action),
        (State::WRITE_DATA, Action::Proceed)
    );

    // It went well, its data was lost, the host aborted it.
    let (checked, action) = on(fetching, write_data_done(true)).unwrap();
    assert_eq!(action, Action::CheckConnect);
    let (settled, action) = on(checked, completed).unwrap();
    assert_eq!((settled, action), (State::EXECUTING, Action::SettleConnect));
    assert_eq!(on(settled, completed).unwrap().1, Action::Proceed);

    let (lost, action) = on(fetching, write_data_done(false)).unwrap();
    assert_eq!(action, Action::FailCommand);
    let (settled, action) = on(lost, completed).unwrap();
    assert_eq!(action, Action::SettleConnect);
    let abandon = Action::Abandon { call_abort: true };
    assert_eq!(on(settled, completed).unwrap().1, abandon);

    let (aborted, _) = on(checked, Event::AbortReceived).unwrap();
    let (settled, action) = on(aborted, completed).unwrap();
    assert_eq!(action, Action::SettleConnect);
    let abandon = Action::Abandon { call_abort: false };
    assert_eq!(on(settled, completed).unwrap().1, abandon);
}

/// #4 of the reference: teardown aborts the first write chunk as well, once.
#[test]
fn teardown_cuts_write_data_short() {
    let (fetching, _) = on(State::EXECUTING, Event::WriteData).unwrap();
    let (told, action) = on(fetching, Event::Teardown).unwrap();

    assert_eq!(action, Action::CallAbort);
    assert_eq!(on(told, Event::Teardown).unwrap().1, Action::Nothing);
    let (failing, action) = on(
        told,
        Event::WriteDataDone {
            ok: true,
            more: true,
        },
    )
    .unwrap();
    assert_eq!(action, Action::FailCommand);
    let (free, action) = on(failing, Event::Completed(Next::Rsp)).unwrap();
    assert_eq!(action, Action::Abandon { call_abort: false });
    assert_eq!(free, State::FREE);
}

/// Write data that the LLDD does not end keeps nvmet waiting no longer, and its
/// end, however it ends, is the exchange's.
#[test]
fn write_data_that_never_ends_is_left_to_the_lldd() {
    assert_eq!(on(State::WRITE_DATA, Event::Detach), Err(Ignored));
    let (told, _) = on(State::WRITE_DATA, Event::Teardown).unwrap();
    let (left, action) = on(told, Event::Detach).unwrap();

    assert_eq!(action, Action::Detach);
    assert!(left.is_detached() && !told.is_detached());
    assert_eq!(on(left, Event::Detach), Err(Ignored));
    assert_eq!(on(left, Event::AbortReceived).unwrap().1, Action::Nothing);
    for ok in [false, true] {
        for more in [false, true] {
            let (free, action) = on(left, Event::WriteDataDone { ok, more }).unwrap();
            assert_eq!(action, Action::Abandon { call_abort: false });
            assert_eq!(free, State::FREE);
        }
    }
}

/// A stop waits for the operation at hand, and tells the LLDD afterwards.
#[test]
fn a_stop_lets_write_data_end() {
    let (stopped, action) = on(State::WRITE_DATA, Event::Stop).unwrap();

    assert_eq!(action, Action::Nothing);
    let ended = Event::WriteDataDone {
        ok: true,
        more: true,
    };
    let (failing, action) = on(stopped, ended).unwrap();
    assert_eq!(action, Action::FailCommand);
    let (_, action) = on(failing, Event::Completed(Next::Rsp)).unwrap();
    assert_eq!(action, Action::Abandon { call_abort: true });
}
