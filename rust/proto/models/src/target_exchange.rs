// SPDX-License-Identifier: GPL-2.0

//! The target's exchange of a command: its owner, nvmet, the LLDD's operations, an
//! abort that the LLDD received, and the end of the queue.
//!
//! State and handover are two parts of one atomic, as in `nvmet_fc/queue/state.rs`;
//! a step that changes both there changes both here.

mod steps;

use nvme_fc_proto::life::{
    handover::Handover,
    target_exchange::{on, Action, Event, Ignored, Next, State},
};

/// Operations that a command's data takes.
const CHUNKS: u8 = 2;

/// A mistake in the machines, or around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The LLDD's `done` carries on while `fcp_abort` has not returned.
    DoneOvertakesAbort,
    /// The LLDD's `done` carries on while `fcp_op` has not returned.
    DoneOvertakesIssue,
    /// Who called `fcp_op` carries on while `fcp_abort` has not returned.
    IssueOvertakesAbort,
    /// Nobody carries on after `fcp_abort`.
    AbortForgets,
    /// An operation that has ended is aborted.
    AbortsTheDone,
    /// What the LLDD knows is to end is aborted when it is abandoned.
    AbortsTheTold,
    /// A stopped command goes on to its response.
    StoppedGoesOn,
    /// A stopped command asks for write data.
    StoppedWrites,
    /// nvmet gets its request back twice.
    DetachedCompletes,
    /// A second `done` is taken for the first.
    DoneTwice,
}

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// No data.
    Plain,
    /// Data from the host.
    Write,
    /// A Connect, whose data is looked at.
    Connect,
    /// Data to the host; whether the LLDD sends the response with the last of it.
    Read { response: bool },
}

/// An operation of the LLDD's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    WriteData,
    ReadData,
    ReadDataRsp,
    Rsp,
}

/// Where the exchange is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum At {
    /// With the transport, which has received it.
    Received,
    /// With nvmet, which owes its completion.
    Nvmet,
    /// With the transport, which prepares for the host's data.
    Preparing,
    /// With the transport, which is about to call `fcp_op`.
    Issuing(Operation),
    /// With the LLDD, or where `fcp_op` or `fcp_abort` is about to return.
    Lldd(Operation),
    /// With the transport: an operation has ended.
    After(Operation),
    /// Released.
    Gone,
}

/// Where the end of the queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Teardown {
    /// Not begun.
    No,
    /// It is about to call `fcp_abort`.
    Aborting,
    /// `fcp_abort` is about to return.
    Returning,
    /// It waits.
    Waiting,
}

/// What the LLDD does with an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Habit {
    /// It ends some time.
    Ends,
    /// Write data ends once it is aborted.
    WantsAbort,
    /// Write data ends after all patience.
    IsLate,
}

/// Everybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    state: u32,
    handover: u32,
    kind: Kind,
    habit: Habit,
    at: At,
    /// Operations that the data still takes.
    chunks: u8,
    /// The LLDD took the operation at hand.
    taken: bool,
    /// `fcp_op` is about to return.
    issuing: bool,
    /// The operation that has ended moved all that it was to move.
    moved: bool,
    /// The LLDD has an operation that it has not ended.
    lldd: bool,
    /// The LLDD's `done` has seen that the operation runs.
    looked: bool,
    /// Calls of `done` that the LLDD owes nobody.
    surplus: u8,
    /// The LLDD knows that the exchange is to end.
    told: bool,
    /// The LLDD may yet receive an abort from the host.
    abort_to_come: bool,
    teardown: Teardown,
    /// nvmet has a request that it has not given back.
    nvmet: bool,
    /// What must not be was.
    wrong: Option<&'static str>,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Init { usable: bool },
    WriteData,
    NvmetCompletes,
    CallOperation { taken: bool },
    Return,
    Look,
    Done { moved: bool },
    SurplusDone,
    GoOn,
    AbortReceived,
    TearDown,
    CallAbort,
    AbortReturns,
    Detach,
}

/// The model.
pub(crate) struct TargetExchange(pub(crate) Option<Fault>);

impl TargetExchange {
    fn has(&self, fault: Fault) -> bool {
        self.0 == Some(fault)
    }

    /// The machine's answer, or what a faulty one would say.
    fn answer(&self, bits: u32, event: Event) -> Result<(State, Action), Ignored> {
        let state = State::from_bits(bits);
        let without_stop = State::from_bits(bits & !0x100);
        match (self.0, event) {
            (Some(Fault::StoppedGoesOn), Event::Completed(_) | Event::ReadDataDone { .. })
            | (Some(Fault::StoppedWrites), Event::WriteData) => on(without_stop, event),
            (Some(Fault::AbortsTheTold), _) => match on(state, event) {
                Ok((next, Action::Abandon { .. })) => {
                    Ok((next, Action::Abandon { call_abort: true }))
                }
                answer => answer,
            },
            (Some(Fault::DetachedCompletes), Event::WriteDataDone { .. })
                if state.is_detached() =>
            {
                on(State::from_bits(State::WRITE_DATA.bits() | 0x100), event)
            }
            _ => on(state, event),
        }
    }

    /// An event of the owner's.
    fn owner(&self, world: &mut World, event: Event) -> Action {
        match self.answer(world.state, event) {
            Ok((state, action)) => {
                world.state = state.bits();
                world.handover = Handover::IDLE.bits();
                action
            }
            Err(Ignored) => {
                world.wrong = Some("an event of the owner's does not fit");
                Action::Nothing
            }
        }
    }

    /// An event of the owner's, after which an operation goes to the LLDD if it may.
    fn issue(&self, world: &mut World, event: Event, operation: Operation) {
        let was_stopped = State::from_bits(world.state).is_stopped();
        let action = self.owner(world, event);
        if action == Action::Proceed {
            world.handover = Handover::ISSUING.bits();
            world.at = At::Issuing(operation);
            if was_stopped {
                world.wrong = Some("a command goes on though it is stopped");
            }
        } else {
            self.finish(world, action);
        }
    }

    /// Does what an event asked for, other than to proceed.
    fn finish(&self, world: &mut World, action: Action) {
        match action {
            Action::FailCommand | Action::CheckConnect => self.with_nvmet(world),
            Action::SettleConnect => self.completed(world),
            Action::Abandon { call_abort } => {
                if call_abort {
                    if world.told {
                        world.wrong = Some("fcp_abort for what the LLDD knows is to end");
                    }
                    world.told = true;
                }
                self.release(world);
            }
            Action::Release => self.release(world),
            _ => world.wrong = Some("an action that the owner does not know"),
        }
    }

    /// nvmet executes the command, or is told that it has failed; it completes it.
    fn with_nvmet(&self, world: &mut World) {
        world.at = At::Nvmet;
        if !world.nvmet {
            world.wrong = Some("nvmet is asked to complete what it has not");
        }
    }

    /// nvmet completed the command.
    fn completed(&self, world: &mut World) {
        match world.kind {
            Kind::Read { response } => {
                let last = world.chunks == 1;
                if last && response {
                    self.issue(world, Event::Completed(Next::Rsp), Operation::ReadDataRsp);
                } else {
                    self.issue(world, Event::Completed(Next::ReadData), Operation::ReadData);
                }
            }
            _ => self.issue(world, Event::Completed(Next::Rsp), Operation::Rsp),
        }
    }

    /// The LLDD gets its exchange back.
    fn release(&self, world: &mut World) {
        if world.at == At::Gone {
            world.wrong = Some("an exchange is released twice");
        }
        if world.lldd {
            world.wrong = Some("an exchange is released that has an operation");
        }
        if matches!(world.teardown, Teardown::Aborting | Teardown::Returning) {
            world.wrong = Some("an exchange is released in the middle of fcp_abort");
        }
        if world.issuing {
            world.wrong = Some("an exchange is released in the middle of fcp_op");
        }
        if world.nvmet {
            world.wrong = Some("an exchange is released that nvmet has");
        }
        world.at = At::Gone;
    }

    /// Somebody was told to carry on after an operation.
    fn carry_on(&self, world: &mut World) {
        world.at = match world.at {
            At::Lldd(operation) => At::After(operation),
            _ => {
                world.wrong = Some("two carry one exchange on");
                world.at
            }
        };
    }
}
