// SPDX-License-Identifier: GPL-2.0

//! The steps of a target's exchange, and what must hold.

use stateright::{Model, Property};

use super::*;
use crate::check::{check, Ends};

impl Model for TargetExchange {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let mut worlds = Vec::new();
        for kind in [
            Kind::Plain,
            Kind::Write,
            Kind::Connect,
            Kind::Read { response: false },
            Kind::Read { response: true },
        ] {
            for habit in [Habit::Ends, Habit::WantsAbort, Habit::IsLate] {
                worlds.push(World {
                    state: State::RECEIVED.bits(),
                    handover: Handover::IDLE.bits(),
                    kind,
                    habit,
                    at: At::Received,
                    chunks: CHUNKS,
                    taken: true,
                    issuing: false,
                    moved: true,
                    lldd: false,
                    looked: false,
                    surplus: 1,
                    told: false,
                    abort_to_come: true,
                    teardown: Teardown::No,
                    nvmet: false,
                    wrong: None,
                });
            }
        }
        worlds
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        if world.wrong.is_some() {
            return;
        }
        match world.at {
            At::Received => {
                steps.extend([Step::Init { usable: true }, Step::Init { usable: false }]);
            }
            At::Preparing => steps.push(Step::WriteData),
            At::Nvmet => steps.push(Step::NvmetCompletes),
            At::Issuing(_) => steps.extend([
                Step::CallOperation { taken: true },
                Step::CallOperation { taken: false },
            ]),
            At::After(_) => steps.push(Step::GoOn),
            At::Lldd(_) | At::Gone => {}
        }
        if world.issuing {
            steps.push(Step::Return);
        }
        let writes = State::from_bits(world.state).phase() == State::WRITE_DATA;
        let ends = match world.habit {
            Habit::Ends => true,
            Habit::WantsAbort => !writes || world.told,
            Habit::IsLate => !writes || State::from_bits(world.state).is_detached(),
        };
        if world.lldd && ends && !world.looked {
            steps.push(Step::Look);
        }
        if world.looked {
            steps.extend([Step::Done { moved: true }, Step::Done { moved: false }]);
        }
        let alive = !matches!(world.at, At::Received | At::Gone);
        // What it is about to be given cannot be told from what it has.
        let given = !matches!(world.at, At::Issuing(_)) && world.taken;
        if alive && given && !world.lldd && world.surplus != 0 {
            steps.push(Step::SurplusDone);
        }
        if alive && world.abort_to_come {
            steps.push(Step::AbortReceived);
        }
        match world.teardown {
            Teardown::No => steps.push(Step::TearDown),
            Teardown::Aborting => steps.push(Step::CallAbort),
            Teardown::Returning => steps.push(Step::AbortReturns),
            Teardown::Waiting => steps.push(Step::Detach),
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut next = world.clone();
        let handover = Handover::from_bits(world.handover);
        match step {
            Step::Init { usable } => {
                let event = match usable {
                    true => Event::Init,
                    false => Event::Unusable,
                };
                let action = self.owner(&mut next, event);
                if action != Action::Proceed {
                    self.finish(&mut next, action);
                    return Some(next);
                }
                next.nvmet = true;
                match world.kind {
                    Kind::Plain | Kind::Read { .. } => self.with_nvmet(&mut next),
                    Kind::Write => next.at = At::Preparing,
                    Kind::Connect => {
                        self.owner(&mut next, Event::Connect);
                        next.at = At::Preparing;
                    }
                }
            }
            Step::WriteData => self.issue(&mut next, Event::WriteData, Operation::WriteData),
            Step::NvmetCompletes => {
                if !world.nvmet {
                    next.wrong = Some("nvmet completes a request twice");
                }
                next.nvmet = false;
                self.completed(&mut next);
            }
            Step::CallOperation { taken } => {
                let At::Issuing(operation) = world.at else {
                    return None;
                };
                if world.issuing {
                    next.wrong = Some("fcp_op is called in the middle of fcp_op");
                }
                (next.lldd, next.taken, next.moved) = (taken, taken, false);
                (next.issuing, next.at) = (true, At::Lldd(operation));
            }
            Step::Return => {
                next.issuing = false;
                // The short way: the word may stay.
                if world.taken && handover.is_over() {
                    self.carry_on(&mut next);
                    return Some(next);
                }
                let handover = match self.has(Fault::IssueOvertakesAbort) {
                    true => Handover::from_bits(world.handover & !4),
                    false => handover,
                };
                let (handover, carry_on) = handover.issued(!world.taken);
                next.handover = handover.bits();
                if carry_on {
                    self.carry_on(&mut next);
                }
            }
            Step::Look => {
                if handover.is_running() {
                    next.looked = true;
                } else {
                    next.wrong = Some("a done that was owed is ignored");
                }
            }
            Step::Done { moved } => {
                (next.looked, next.lldd, next.moved) = (false, false, moved);
                next.handover = world.handover.wrapping_add(Handover::ADD_DONE);
                let alone = match self.0 {
                    Some(Fault::DoneOvertakesAbort) => world.handover & 2 == 0,
                    Some(Fault::DoneOvertakesIssue) => world.handover & 4 == 0,
                    _ => handover.is_lldd_alone(),
                };
                if alone {
                    self.carry_on(&mut next);
                }
            }
            Step::SurplusDone => {
                next.surplus = 0;
                if handover.is_running() || self.has(Fault::DoneTwice) {
                    next.handover = world.handover.wrapping_add(Handover::ADD_DONE);
                    if handover.is_lldd_alone() {
                        self.carry_on(&mut next);
                    }
                }
            }
            Step::GoOn => {
                let At::After(operation) = world.at else {
                    return None;
                };
                let taken = world.taken;
                let ok = taken && world.moved;
                if ok && operation != Operation::Rsp {
                    next.chunks -= 1;
                }
                let all = next.chunks == 0;
                match operation {
                    Operation::Rsp if taken => self.release(&mut next),
                    Operation::Rsp => {
                        let action = self.owner(&mut next, Event::ResponseDone { ok: false });
                        self.finish(&mut next, action);
                    }
                    Operation::ReadDataRsp => {
                        let action = self.owner(&mut next, Event::ResponseDone { ok });
                        self.finish(&mut next, action);
                    }
                    Operation::WriteData if ok && all => {
                        let event = Event::WriteDataDone { ok, more: false };
                        match self.owner(&mut next, event) {
                            Action::Proceed => self.with_nvmet(&mut next),
                            action => self.finish(&mut next, action),
                        }
                    }
                    Operation::WriteData => {
                        let event = Event::WriteDataDone { ok, more: true };
                        self.issue(&mut next, event, Operation::WriteData);
                    }
                    Operation::ReadData if ok && all => {
                        let event = Event::ReadDataDone {
                            ok,
                            next: Next::Rsp,
                        };
                        self.issue(&mut next, event, Operation::Rsp);
                    }
                    Operation::ReadData => {
                        let with =
                            world.kind == (Kind::Read { response: true }) && next.chunks == 1;
                        let (after, operation) = match with {
                            true => (Next::Rsp, Operation::ReadDataRsp),
                            false => (Next::ReadData, Operation::ReadData),
                        };
                        let event = Event::ReadDataDone { ok, next: after };
                        self.issue(&mut next, event, operation);
                    }
                }
            }
            Step::AbortReceived => {
                next.abort_to_come = false;
                if let Ok((state, _)) = self.answer(world.state, Event::AbortReceived) {
                    (next.state, next.told) = (state.bits(), true);
                }
            }
            Step::TearDown => {
                next.teardown = Teardown::Waiting;
                let aborting = match self.has(Fault::AbortsTheDone) {
                    true if world.handover & 1 != 0 => {
                        Some(Handover::from_bits(world.handover | 4))
                    }
                    _ => handover.abort(),
                };
                let Some(aborting) = aborting else {
                    if let Ok((state, _)) = self.answer(world.state, Event::Stop) {
                        next.state = state.bits();
                    }
                    return Some(next);
                };
                match self.answer(world.state, Event::Teardown) {
                    Ok((state, Action::CallAbort)) => {
                        (next.state, next.handover) = (state.bits(), aborting.bits());
                        next.teardown = Teardown::Aborting;
                    }
                    Ok((state, _)) => next.state = state.bits(),
                    Err(Ignored) => {}
                }
            }
            Step::CallAbort => {
                if world.at == At::Gone {
                    next.wrong = Some("fcp_abort for what was released");
                }
                next.told = true;
                next.teardown = Teardown::Returning;
            }
            Step::AbortReturns => {
                next.teardown = Teardown::Waiting;
                let (handover, carry_on) = handover.aborted();
                next.handover = handover.bits();
                if carry_on && !self.has(Fault::AbortForgets) {
                    self.carry_on(&mut next);
                }
            }
            Step::Detach => {
                if !handover.is_running() {
                    return None;
                }
                match self.answer(world.state, Event::Detach) {
                    Ok((state, _)) => {
                        if !world.nvmet {
                            next.wrong = Some("nvmet gets a request back that it has not");
                        }
                        (next.state, next.nvmet) = (state.bits(), false);
                    }
                    Err(Ignored) => return None,
                }
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is wrong", |_, world: &World| world.wrong.is_none()),
            Property::sometimes("a detached exchange is released", |_, world: &World| {
                world.at == At::Gone && world.habit == Habit::IsLate && world.told
            }),
        ]
    }
}

impl Ends for TargetExchange {
    fn is_over(&self, world: &World) -> bool {
        world.wrong.is_some() || world.at == At::Gone && !world.nvmet
    }

    fn is_owed(&self, step: &Step) -> bool {
        !matches!(step, Step::SurplusDone | Step::AbortReceived)
    }
}

#[test]
fn target_exchange() {
    check(
        "target exchange",
        &[
            Fault::DoneOvertakesAbort,
            Fault::DoneOvertakesIssue,
            Fault::IssueOvertakesAbort,
            Fault::AbortForgets,
            Fault::AbortsTheDone,
            Fault::AbortsTheTold,
            Fault::StoppedGoesOn,
            Fault::StoppedWrites,
            Fault::DetachedCompletes,
            Fault::DoneTwice,
        ],
        TargetExchange,
    );
}
