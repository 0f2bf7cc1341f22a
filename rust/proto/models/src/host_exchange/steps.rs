// SPDX-License-Identifier: GPL-2.0

//! The steps of a host's exchange, and what must hold.

use stateright::{Model, Property};

use super::*;
use crate::check::{check, Ends};

impl Model for HostExchange {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            word: State::IDLE.bits(),
            uses: 0,
            started: false,
            submission: Submission::None,
            done: Done::None,
            timeout: Aborter::Away,
            terminator: Aborter::Away,
            terminated_all: false,
            teardown: Teardown::No,
            lldd: false,
            lldd_stuck: false,
            lldd_aborts: false,
            drops: 1,
            surplus: 1,
            aborts: 0,
            ends: 0,
            marked: false,
            wrong: None,
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        if world.wrong.is_some() {
            return;
        }
        match world.submission {
            Submission::None => {
                let free = !world.started && world.done == Done::None && !self.is_kept(world);
                if free && world.uses < USES && world.teardown == Teardown::No {
                    steps.push(Step::Begin);
                }
            }
            Submission::Begun => steps.push(Step::Start),
            Submission::Started => steps.extend([
                Step::Take { stuck: false },
                Step::Take { stuck: true },
                Step::Refuse,
            ]),
            Submission::Taken | Submission::Refused => steps.push(Step::Return),
        }
        if world.lldd && (world.lldd_aborts || !world.lldd_stuck) {
            steps.push(Step::LlddDone);
        }
        // A second `done` that comes once the request is used again looks like the first.
        if !world.lldd
            && world.uses != 0
            && world.surplus != 0
            && world.submission == Submission::None
        {
            steps.push(Step::SurplusDone);
        }
        if world.done != Done::None {
            steps.push(Step::Complete);
        }
        let settled = world.submission == Submission::None;
        if world.started
            && settled
            && world.timeout == Aborter::Away
            && world.teardown != Teardown::Gone
        {
            steps.push(Step::TimeoutFinds);
        }
        let quiet = world.teardown == Teardown::Quiet;
        if quiet && !world.terminated_all && world.terminator == Aborter::Away {
            steps.push(Step::TerminatorFinds);
        }
        for (who, step) in [
            (world.timeout, Step::Timeout),
            (world.terminator, Step::Terminate),
        ] {
            if matches!(who, Aborter::Found(_)) {
                steps.push(step);
            }
        }
        for dropped in [false, true] {
            if dropped && world.drops == 0 {
                continue;
            }
            if matches!(world.timeout, Aborter::Won(_)) {
                steps.push(Step::TimeoutCalls { dropped });
            }
            if matches!(world.terminator, Aborter::Won(_)) {
                steps.push(Step::TerminatorCalls { dropped });
            }
        }
        match world.teardown {
            Teardown::No => steps.push(Step::Fail),
            Teardown::Failed => {
                if settled || self.has(Fault::NoGracePeriod) {
                    steps.push(Step::GracePeriod);
                }
            }
            Teardown::Quiet => {
                if world.terminated_all && world.terminator == Aborter::Away {
                    steps.push(Step::Drain);
                }
            }
            Teardown::Draining => {
                let state = Self::phase(world);
                if state == State::ABORTED
                    && world.lldd
                    && !world.lldd_aborts
                    && !self.is_kept(world)
                {
                    steps.push(Step::AskAgain);
                }
                let left = world.timeout.keeps() && !self.has(Fault::TeardownIsEarly);
                if state == State::IDLE && !world.started && !left {
                    steps.push(Step::Over);
                }
            }
            Teardown::Gone => {}
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut next = world.clone();
        match step {
            Step::Begin => {
                next.uses += 1;
                (next.ends, next.aborts, next.marked) = (0, 0, false);
                next.submission = Submission::Begun;
            }
            Step::Start => {
                if Self::phase(world) != State::IDLE {
                    next.wrong = Some("an exchange is started that is in use");
                }
                next.word = State::ACTIVE.bits();
                next.started = true;
                next.submission = Submission::Started;
            }
            Step::Take { stuck } => {
                (next.lldd, next.lldd_stuck, next.lldd_aborts) = (true, stuck, false);
                next.submission = Submission::Taken;
                if world.teardown == Teardown::Gone {
                    next.wrong = Some("fcp_io after the end of the association");
                }
            }
            Step::Refuse => next.submission = Submission::Refused,
            Step::Return => {
                if world.submission == Submission::Refused {
                    if let Ok((word, _)) = self.on(world.word, Event::Refused) {
                        next.word = word;
                    }
                    next.started = false;
                }
                next.submission = Submission::None;
            }
            Step::LlddDone => {
                next.lldd = false;
                if world.teardown == Teardown::Gone {
                    next.wrong = Some("the LLDD has an exchange of an association that is gone");
                }
                match self.on(world.word, Event::Done) {
                    Ok((word, Action::Finish { terminated, .. })) => {
                        next.word = word;
                        Self::finish(&mut next, terminated);
                    }
                    _ => next.wrong = Some("a done that was owed is ignored"),
                }
            }
            Step::SurplusDone => {
                next.surplus -= 1;
                if let Ok((word, Action::Finish { terminated, .. })) =
                    self.on(world.word, Event::Done)
                {
                    next.word = word;
                    Self::finish(&mut next, terminated);
                }
            }
            Step::Complete => {
                if Self::phase(world) != State::COMPLETE {
                    next.wrong = Some("an exchange is released that is not complete");
                }
                next.word = State::IDLE.bits();
                next.started = false;
                next.done = Done::None;
            }
            Step::TimeoutFinds => next.timeout = Aborter::Found(world.uses),
            Step::TerminatorFinds => {
                if world.started {
                    next.terminator = Aborter::Found(world.uses);
                } else {
                    next.terminated_all = true;
                }
            }
            Step::Timeout => {
                next.timeout = world
                    .timeout
                    .after(self.on(world.word, Event::Abort), &mut next);
            }
            Step::Terminate => {
                let answer = self.on(world.word, Event::Terminate);
                next.terminated_all = true;
                next.marked |= answer.is_ok();
                next.terminator = world.terminator.after(answer, &mut next);
            }
            Step::TimeoutCalls { dropped } => {
                if let Aborter::Won(of) = world.timeout {
                    Self::call_abort(&mut next, of, dropped);
                }
                next.timeout = Aborter::Away;
            }
            Step::TerminatorCalls { dropped } => {
                if let Aborter::Won(of) = world.terminator {
                    Self::call_abort(&mut next, of, dropped);
                }
                next.terminator = Aborter::Away;
            }
            Step::AskAgain => match self.on(world.word, Event::AbortAgain) {
                Ok((word, Action::CallAbort)) => {
                    next.word = word;
                    next.lldd_aborts = true;
                }
                _ => return None,
            },
            Step::Fail => next.teardown = Teardown::Failed,
            Step::GracePeriod => next.teardown = Teardown::Quiet,
            Step::Drain => next.teardown = Teardown::Draining,
            Step::Over => next.teardown = Teardown::Gone,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is wrong", |_, world: &World| world.wrong.is_none()),
            Property::sometimes(
                "an association ends with its request used up",
                |_, world: &World| world.teardown == Teardown::Gone && world.uses == USES,
            ),
        ]
    }
}

impl Ends for HostExchange {
    fn is_over(&self, world: &World) -> bool {
        world.wrong.is_some() || world.teardown == Teardown::Gone
    }

    fn is_owed(&self, step: &Step) -> bool {
        !matches!(step, Step::SurplusDone)
    }
}

#[test]
fn host_exchange() {
    check(
        "host exchange",
        &[
            Fault::NoGracePeriod,
            Fault::NoReference,
            Fault::DoneTwice,
            Fault::AbortTwice,
            Fault::RefusedIsForgotten,
            Fault::MarkIsLost,
            Fault::NeverAgain,
            Fault::TeardownIsEarly,
        ],
        HostExchange,
    );
}
