// SPDX-License-Identifier: GPL-2.0

//! The host's exchange of a request: submission, LLDD, timeout, teardown, and the
//! next use of the same request.
//!
//! What the block layer does for the host is part of the model: whoever looks at a
//! started request keeps a reference, and a request is not used again while there
//! is one. A timeout comes seconds after the submission, so never during it; the
//! teardown waits for the submissions that have begun (an RCU grace period).

mod steps;

use nvme_fc_proto::life::host_exchange::{on, Action, Event, Ignored, State};

/// How often the request is used.
const USES: u8 = 2;

/// A mistake in the machine, or around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The teardown does not wait for submissions.
    NoGracePeriod,
    /// Who aborts keeps no reference to the request.
    NoReference,
    /// An exchange that was given back is given back again.
    DoneTwice,
    /// One that was aborted is aborted by the next as well.
    AbortTwice,
    /// One that was refused stays as it was.
    RefusedIsForgotten,
    /// A teardown leaves no mark on what was aborted before it.
    MarkIsLost,
    /// An abort that the LLDD dropped is not asked for again.
    NeverAgain,
    /// The teardown does not wait for those that abort.
    TeardownIsEarly,
}

/// Where the submission is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Submission {
    /// None is under way.
    None,
    /// It has seen an association that has not failed.
    Begun,
    /// The exchange is started.
    Started,
    /// `fcp_io` was called, and has taken the exchange.
    Taken,
    /// `fcp_io` was called, and has refused it.
    Refused,
}

/// Where somebody is who aborts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Aborter {
    /// Elsewhere.
    Away,
    /// It has found the request in that use.
    Found(u8),
    /// It has won the right to call `fcp_abort` for that use.
    Won(u8),
}

impl Aborter {
    /// Whether the request is kept.
    fn keeps(self) -> bool {
        self != Self::Away
    }

    /// Where it is after the machine's answer.
    fn after(self, answer: Result<(u32, Action), Ignored>, world: &mut World) -> Self {
        let (Self::Found(of), Ok((word, action))) = (self, answer) else {
            return Self::Away;
        };
        world.word = word;
        match action {
            Action::CallAbort => Self::Won(of),
            _ => Self::Away,
        }
    }
}

/// Where the teardown is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Teardown {
    /// Not begun.
    No,
    /// The association has failed: nothing more is submitted.
    Failed,
    /// Submissions that began before are over.
    Quiet,
    /// Every exchange was terminated; it waits until all are idle.
    Draining,
    /// What belonged to the association is gone.
    Gone,
}

/// Where the LLDD's `done` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Done {
    /// Nowhere.
    None,
    /// It has finished the exchange; the request is to be completed.
    Finished,
}

/// Everybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// The atomic.
    word: u32,
    /// How often the request was used.
    uses: u8,
    /// The request was started, and not completed since.
    started: bool,
    submission: Submission,
    done: Done,
    timeout: Aborter,
    terminator: Aborter,
    /// It has looked at the request.
    terminated_all: bool,
    teardown: Teardown,
    /// The LLDD has the exchange.
    lldd: bool,
    /// It does not end the exchange by itself.
    lldd_stuck: bool,
    /// It knows of the abort.
    lldd_aborts: bool,
    /// Aborts that it may yet drop.
    drops: u8,
    /// Calls of `done` that it owes nobody.
    surplus: u8,
    /// `fcp_abort` was called in this use, but for those that ask again.
    aborts: u8,
    /// How often the use at hand was ended.
    ends: u8,
    /// A teardown was told to end this use.
    marked: bool,
    /// What must not be was.
    wrong: Option<&'static str>,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Begin,
    Start,
    Take { stuck: bool },
    Refuse,
    Return,
    LlddDone,
    SurplusDone,
    Complete,
    TimeoutFinds,
    TerminatorFinds,
    Timeout,
    Terminate,
    TimeoutCalls { dropped: bool },
    TerminatorCalls { dropped: bool },
    AskAgain,
    Fail,
    GracePeriod,
    Drain,
    Over,
}

/// The model.
pub(crate) struct HostExchange(pub(crate) Option<Fault>);

impl HostExchange {
    fn has(&self, fault: Fault) -> bool {
        self.0 == Some(fault)
    }

    /// The machine's answer, or what a faulty one would say.
    fn on(&self, word: u32, event: Event) -> Result<(u32, Action), Ignored> {
        let state = State::from_bits(word);
        let answer = on(state, event).map(|(next, action)| (next.bits(), action));
        match (self.0, event, state.phase()) {
            (Some(Fault::DoneTwice), Event::Done, State::COMPLETE) => Ok((
                word,
                Action::Finish {
                    aborted: false,
                    terminated: false,
                },
            )),
            (Some(Fault::AbortTwice), Event::Abort | Event::Terminate, State::ABORTED) => {
                Ok((word, Action::CallAbort))
            }
            (Some(Fault::RefusedIsForgotten), Event::Refused, _) => Ok((word, Action::Proceed)),
            (Some(Fault::MarkIsLost), Event::Terminate, State::ABORTED) => {
                Ok((word, Action::Proceed))
            }
            (Some(Fault::NeverAgain), Event::AbortAgain, _) => Err(Ignored::AlreadyAborted),
            _ => answer,
        }
    }

    fn phase(world: &World) -> State {
        State::from_bits(world.word).phase()
    }

    /// Whether somebody keeps the request.
    fn is_kept(&self, world: &World) -> bool {
        !self.has(Fault::NoReference) && (world.timeout.keeps() || world.terminator.keeps())
    }

    /// Calls `fcp_abort` for an exchange of that use.
    fn call_abort(world: &mut World, of: u8, dropped: bool) {
        if of != world.uses {
            world.wrong = Some("the next use of a request is aborted");
        } else if matches!(
            world.submission,
            Submission::Begun | Submission::Started | Submission::Refused
        ) {
            world.wrong = Some("fcp_abort for what the LLDD does not have");
        }
        if world.teardown == Teardown::Gone {
            world.wrong = Some("fcp_abort after the end of the association");
        }
        world.aborts += 1;
        if world.aborts > 1 {
            world.wrong = Some("fcp_abort is called by two");
        }
        if dropped {
            world.drops -= 1;
        } else if world.lldd {
            world.lldd_aborts = true;
        }
    }

    /// The exchange is over, with that answer; the request is to be completed.
    fn finish(world: &mut World, terminated: bool) {
        world.ends += 1;
        if world.ends > 1 {
            world.wrong = Some("two finish one exchange");
        }
        if terminated != world.marked {
            world.wrong = Some("a teardown's own doing is taken for a failure, or the reverse");
        }
        world.done = Done::Finished;
    }
}
