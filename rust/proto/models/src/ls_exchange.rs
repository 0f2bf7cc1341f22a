// SPDX-License-Identifier: GPL-2.0

//! A link service that was sent: its sender, who may wait for it, the LLDD, the end
//! of its time, and the end of its port.

use nvme_fc_proto::ls::exchange::{on, Action, Event, State};
use stateright::{Model, Property};

use crate::check::{check, Ends};

/// A mistake in the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `ls_abort` is called for what `ls_req` has not taken.
    AbortsUnsent,
    /// `ls_abort` is called by each who wants it.
    AbortsTwice,
    /// What does not end although it was aborted is not given up.
    NeverGivenUp,
    /// What is over is given up.
    GivesUpTheDone,
    /// A second `done` is taken for the first.
    DoneTwice,
    /// Whoever gave up is woken.
    WakesNobody,
}

/// What the LLDD does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Habit {
    /// It ends some time.
    Ends,
    /// It ends once it is aborted.
    WantsAbort,
    /// It never ends.
    Loses,
}

/// Where its sender is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sender {
    /// Before `ls_req`.
    Before,
    /// `ls_req` has taken it, or not, and is about to return.
    Returning { taken: bool },
    /// It was sent.
    Sent,
    /// It was not taken.
    Refused,
}

/// Everybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// The atomic.
    word: u32,
    /// Somebody waits for it.
    attended: bool,
    sender: Sender,
    habit: Habit,
    /// The LLDD has it.
    lldd: bool,
    /// The LLDD knows that it is to end.
    aborted: bool,
    /// How many have won the right to call `ls_abort` and have not yet done so.
    to_abort: u8,
    /// Calls of `ls_abort`.
    aborts: u8,
    /// Its time runs.
    timer: bool,
    /// Its port is about to end, and has asked for its end.
    port_ends: bool,
    /// Who waits has had enough, and has asked for its end.
    impatient: bool,
    /// The LLDD's reference to its memory is held.
    reference: bool,
    /// Who waits was woken.
    woken: bool,
    /// The work item that follows `done` is queued.
    clean_up: bool,
    /// It keeps its port.
    keeps_port: bool,
    /// Calls of `done` that the LLDD owes nobody.
    surplus: u8,
    /// What must not be was.
    wrong: Option<&'static str>,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Take(Habit),
    Refuse,
    Return,
    CallAbort,
    Done,
    SurplusDone,
    TimeIsOver,
    PortEnds,
    Impatient,
    GiveUp,
    Answer,
    CleanUp,
}

/// The model.
pub(crate) struct LsExchange(pub(crate) Option<Fault>);

impl LsExchange {
    /// The machine's answer, or what a faulty one would say.
    fn on(&self, world: &mut World, event: Event) -> Action {
        let state = State::from_bits(world.word);
        let (next, action) = on(state, event);
        let asks = matches!(event, Event::Abort | Event::Timeout | Event::Sent);
        let action = match self.0 {
            Some(Fault::AbortsUnsent) if event == Event::Abort && !state.is_aborted() => {
                Action::CallAbort
            }
            Some(Fault::AbortsTwice) if asks && state.is_aborted() && !state.is_done() => {
                Action::CallAbort
            }
            Some(Fault::NeverGivenUp) if action == Action::GiveUp => return Action::Nothing,
            Some(Fault::GivesUpTheDone) if event == Event::GiveUp => Action::GiveUp,
            Some(Fault::DoneTwice) if action == Action::DoneTwice => Action::CleanUp,
            Some(Fault::WakesNobody) if action == Action::CleanUp && world.attended => Action::Wake,
            _ => action,
        };
        world.word = next.bits();
        action
    }

    /// Does what an event of somebody's who may sleep asked for.
    fn act(world: &mut World, action: Action) {
        match action {
            Action::CallAbort => world.to_abort += 1,
            Action::GiveUp => Self::leave_port(world, "it is given up after its end"),
            _ => {}
        }
    }

    /// Its port is free of it.
    fn leave_port(world: &mut World, twice: &'static str) {
        if !world.keeps_port {
            world.wrong = Some(twice);
        }
        (world.keeps_port, world.timer) = (false, false);
    }

    /// Starts the time that the LLDD has after an abort, unless somebody waits.
    fn await_abort(world: &mut World) {
        let state = State::from_bits(world.word);
        world.timer |= state.is_unattended() && !state.is_done() && !state.is_lost();
    }

    /// The LLDD calls `done`.
    fn done(&self, world: &mut World) {
        match self.on(world, Event::Done) {
            Action::Wake => {
                if world.woken {
                    world.wrong = Some("who waits is woken twice");
                }
                world.woken = true;
            }
            Action::CleanUp => {
                if world.clean_up || !world.reference {
                    world.wrong = Some("the LLDD's reference is given back twice");
                }
                (world.clean_up, world.timer) = (true, false);
            }
            _ => {}
        }
    }
}

impl Model for LsExchange {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let begin = |attended| World {
            word: match attended {
                true => State::ATTENDED.bits(),
                false => State::UNATTENDED.bits(),
            },
            attended,
            sender: Sender::Before,
            habit: Habit::Ends,
            lldd: false,
            aborted: false,
            to_abort: 0,
            aborts: 0,
            timer: !attended,
            port_ends: false,
            impatient: false,
            reference: true,
            woken: false,
            clean_up: false,
            keeps_port: true,
            surplus: 1,
            wrong: None,
        };
        vec![begin(true), begin(false)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        if world.wrong.is_some() {
            return;
        }
        match world.sender {
            Sender::Before => steps.extend([
                Step::Take(Habit::Ends),
                Step::Take(Habit::WantsAbort),
                Step::Take(Habit::Loses),
                Step::Refuse,
            ]),
            Sender::Returning { .. } => steps.push(Step::Return),
            Sender::Sent | Sender::Refused => {}
        }
        if world.to_abort != 0 {
            steps.push(Step::CallAbort);
        }
        let ends = match world.habit {
            Habit::Ends => true,
            Habit::WantsAbort => world.aborted,
            Habit::Loses => false,
        };
        if world.lldd && ends {
            steps.push(Step::Done);
        }
        // Once its memory is free there is nothing that could be done twice.
        let taken = matches!(
            world.sender,
            Sender::Returning { taken: true } | Sender::Sent
        );
        if taken && !world.lldd && world.reference && world.surplus != 0 {
            steps.push(Step::SurplusDone);
        }
        if world.timer {
            steps.push(Step::TimeIsOver);
        }
        if !world.port_ends && world.keeps_port {
            steps.push(Step::PortEnds);
        }
        if world.attended && world.sender == Sender::Sent && world.keeps_port {
            if world.woken {
                steps.push(Step::Answer);
            }
            steps.push(match world.impatient {
                false => Step::Impatient,
                true => Step::GiveUp,
            });
        }
        if world.clean_up {
            steps.push(Step::CleanUp);
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut next = world.clone();
        match step {
            Step::Take(habit) => {
                (next.habit, next.lldd) = (habit, true);
                next.sender = Sender::Returning { taken: true };
            }
            Step::Refuse => next.sender = Sender::Returning { taken: false },
            Step::Return if world.sender == (Sender::Returning { taken: true }) => {
                next.sender = Sender::Sent;
                let action = self.on(&mut next, Event::Sent);
                Self::act(&mut next, action);
            }
            Step::Return => {
                next.sender = Sender::Refused;
                self.on(&mut next, Event::Refused);
                next.reference = false;
                Self::leave_port(&mut next, "what was not taken is ended twice");
            }
            Step::CallAbort => {
                next.to_abort -= 1;
                // Under the lock that the port is given up under.
                if world.keeps_port && !State::from_bits(world.word).is_done() {
                    next.aborts += 1;
                    if next.aborts > 1 {
                        next.wrong = Some("ls_abort is called twice");
                    }
                    if world.sender != Sender::Sent {
                        next.wrong = Some("ls_abort for what ls_req has not taken");
                    }
                    next.aborted = true;
                }
                Self::await_abort(&mut next);
            }
            Step::Done => {
                next.lldd = false;
                self.done(&mut next);
            }
            Step::SurplusDone => {
                next.surplus -= 1;
                self.done(&mut next);
            }
            Step::TimeIsOver => {
                next.timer = false;
                let action = self.on(&mut next, Event::Timeout);
                Self::act(&mut next, action);
            }
            Step::PortEnds | Step::Impatient => {
                next.port_ends |= step == Step::PortEnds;
                next.impatient |= step == Step::Impatient;
                let action = self.on(&mut next, Event::Abort);
                Self::act(&mut next, action);
                Self::await_abort(&mut next);
            }
            Step::GiveUp => match self.on(&mut next, Event::GiveUp) {
                Action::GiveUp if world.woken => {
                    next.wrong = Some("an answer that came is given up");
                }
                Action::GiveUp => Self::leave_port(&mut next, "it is given up twice"),
                _ if world.woken => return None,
                _ => next.wrong = Some("who waits can neither give up nor go on"),
            },
            Step::Answer => {
                if !world.reference {
                    next.wrong = Some("the LLDD's reference is given back twice");
                }
                next.reference = false;
                Self::leave_port(&mut next, "it is ended twice");
            }
            Step::CleanUp => {
                if !world.reference {
                    next.wrong = Some("the LLDD's reference is given back twice");
                }
                (next.clean_up, next.reference) = (false, false);
                (next.keeps_port, next.timer) = (false, false);
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is wrong", |_, world: &World| world.wrong.is_none()),
            Property::sometimes(
                "a late end follows what was given up",
                |_, world: &World| {
                    let state = State::from_bits(world.word);
                    state.is_lost() && state.is_done() && !world.reference
                },
            ),
        ]
    }
}

impl Ends for LsExchange {
    fn is_over(&self, world: &World) -> bool {
        // The memory of what the LLDD lost is its own still.
        let freed = !world.reference || world.lldd;
        world.wrong.is_some() || !world.keeps_port && freed
    }

    fn is_owed(&self, step: &Step) -> bool {
        !matches!(step, Step::SurplusDone | Step::PortEnds)
    }
}

#[test]
fn ls_exchange() {
    check(
        "link service that was sent",
        &[
            Fault::AbortsUnsent,
            Fault::AbortsTwice,
            Fault::NeverGivenUp,
            Fault::GivesUpTheDone,
            Fault::DoneTwice,
            Fault::WakesNobody,
        ],
        LsExchange,
    );
}
