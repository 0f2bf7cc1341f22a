// SPDX-License-Identifier: GPL-2.0

//! One command between host and target: who holds what, and who finishes it.
//!
//! The host's request and the target's exchange end on their own: an aborted
//! command is over for the host while the target still works on it, and with
//! early responses the host is done before the target has given back. All
//! methods are called under the exchange's lock.

#![deny(unsafe_code)]

use crate::lldd::account::Violation;

/// The host's request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Host {
    /// Not finished.
    #[default]
    Waiting,
    /// Its outcome is known, but kept back until someone asks.
    Held,
    /// Its outcome is known, data is still being moved.
    Moving,
    /// Its completion is on the way.
    Finishing,
    /// Completed: its memory is the host's again.
    Done,
}

/// The target's exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Target {
    /// Not handed over.
    #[default]
    New,
    /// Handed over, or being handed over.
    Owned,
    /// Given back, or never accepted.
    Over,
}

/// The operation that the target asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Operation {
    /// None.
    #[default]
    Idle,
    /// Under way.
    Busy,
    /// Kept back.
    Held,
}

/// How deep operations of one exchange may be nested in `done` of one another
/// before the rest is done in a loop: a stack is finite.
const NESTED: u8 = 3;

/// What to do with an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// Nothing: the request is finished already.
    TooLate,
    /// Keep the outcome; it is not time yet.
    Keep,
    /// Deliver the outcome.
    Deliver,
}

/// The state of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Machine {
    /// The host's request.
    host: Host,
    /// The target's exchange.
    target: Target,
    /// The target's operation.
    operation: Operation,
    /// Data movements that use the host's buffers right now.
    pins: u32,
    /// The host has aborted.
    aborted: bool,
    /// The target has accepted the command.
    accepted: bool,
    /// Calls of `done` from inside an operation of this exchange.
    nested: u8,
    /// The loop that called `done` last has to do one more.
    again: bool,
}

impl Machine {
    /// The command arrives at the target: whether it may be handed over.
    pub(crate) fn deliver(&mut self) -> bool {
        if self.aborted || self.host != Host::Waiting || self.target != Target::New {
            self.target = Target::Over;
            return false;
        }
        self.target = Target::Owned;
        true
    }

    /// The target took the command: whether it has to hear of an abort that
    /// came meanwhile.
    pub(crate) fn accept(&mut self) -> bool {
        self.accepted = true;
        self.aborted && self.target == Target::Owned
    }

    /// The target did not take the command, or was never asked.
    pub(crate) fn refuse(&mut self) {
        self.target = Target::Over;
    }

    /// The target starts an operation; says whether the host's buffers are
    /// still there. If so they stay until [`Machine::unpin`].
    pub(crate) fn start(&mut self) -> Result<bool, Violation> {
        if self.target != Target::Owned {
            return Err(Violation::OperationAfterRelease);
        }
        if self.operation != Operation::Idle {
            return Err(Violation::OverlappingOperation);
        }
        self.operation = Operation::Busy;
        let here = self.host == Host::Waiting && !self.aborted;
        if here {
            self.pins = self.pins.saturating_add(1);
        }
        Ok(here)
    }

    /// The data has been moved: whether the kept outcome is to be delivered.
    pub(crate) fn unpin(&mut self) -> bool {
        self.pins = self.pins.saturating_sub(1);
        if self.pins == 0 && self.host == Host::Moving {
            self.host = Host::Finishing;
            return true;
        }
        false
    }

    /// The operation is kept back, until an abort or [`Machine::resume`].
    pub(crate) fn hold(&mut self) {
        if self.operation == Operation::Busy {
            self.operation = Operation::Held;
        }
    }

    /// A kept operation goes on: whether there is one.
    pub(crate) fn resume(&mut self) -> bool {
        let held = self.operation == Operation::Held;
        if held {
            self.operation = Operation::Busy;
        }
        held
    }

    /// An operation is about to be reported as done inline: whether the caller
    /// does it, or leaves it to the loop that runs already.
    pub(crate) fn nest(&mut self) -> bool {
        if self.nested >= NESTED {
            self.again = true;
            return false;
        }
        self.nested = self.nested.saturating_add(1);
        true
    }

    /// `done` has returned: whether there is one more to report.
    pub(crate) fn unnest(&mut self) -> bool {
        if self.again {
            self.again = false;
            return true;
        }
        self.nested = self.nested.saturating_sub(1);
        false
    }

    /// The operation is reported as done: whether there was one.
    pub(crate) fn end(&mut self) -> bool {
        let busy = self.operation == Operation::Busy;
        self.operation = Operation::Idle;
        busy
    }

    /// The target gives the exchange back.
    pub(crate) fn release(&mut self) -> Result<(), Violation> {
        if self.target != Target::Owned {
            return Err(Violation::ReleasedTwice);
        }
        self.target = Target::Over;
        if self.operation != Operation::Idle {
            return Err(Violation::ReleasedBusy);
        }
        Ok(())
    }

    /// Whether the target holds the exchange.
    pub(crate) fn owned(&self) -> bool {
        self.target == Target::Owned
    }

    /// The host aborts: whether the target has to hear of it now.
    pub(crate) fn abort(&mut self) -> bool {
        self.aborted = true;
        self.accepted && self.target == Target::Owned
    }

    /// The outcome is known. `hold` keeps it back.
    pub(crate) fn finish(&mut self, hold: bool) -> Finish {
        match self.host {
            Host::Waiting if hold => {
                self.host = Host::Held;
                Finish::Keep
            }
            Host::Waiting | Host::Held if self.pins > 0 => {
                self.host = Host::Moving;
                Finish::Keep
            }
            Host::Waiting | Host::Held => {
                self.host = Host::Finishing;
                Finish::Deliver
            }
            _ => Finish::TooLate,
        }
    }

    /// An outcome that was kept back is asked for: whether there is one.
    pub(crate) fn deliver_held(&mut self) -> bool {
        let held = self.host == Host::Held;
        if held {
            self.host = Host::Finishing;
        }
        held
    }

    /// The host's `done` is about to be called: whether that is right.
    pub(crate) fn complete(&mut self) -> bool {
        let finishing = self.host == Host::Finishing;
        if finishing {
            self.host = Host::Done;
        }
        finishing
    }

    /// Whether nothing of it is left, on either side.
    pub(crate) fn over(&self) -> bool {
        self.host == Host::Done && self.target != Target::Owned
    }

    /// What it is doing, for the list of what is left.
    pub(crate) fn describe(&self) -> (&'static str, &'static str, &'static str) {
        let host = match self.host {
            Host::Waiting if self.aborted => "aborted",
            Host::Waiting => "waiting",
            Host::Held => "held",
            Host::Moving => "moving",
            Host::Finishing => "finishing",
            Host::Done => "done",
        };
        let target = match self.target {
            Target::New => "new",
            Target::Owned => "owned",
            Target::Over => "over",
        };
        let operation = match self.operation {
            Operation::Idle => "idle",
            Operation::Busy => "busy",
            Operation::Held => "held",
        };
        (host, target, operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command that the target has accepted.
    fn accepted() -> Machine {
        let mut machine = Machine::default();
        assert!(machine.deliver());
        assert!(!machine.accept());
        machine
    }

    #[test]
    fn plain_life() {
        let mut m = accepted();
        assert_eq!(m.start(), Ok(true));
        assert!(!m.unpin());
        assert!(m.end());
        assert_eq!(m.release(), Ok(()));
        assert_eq!(m.finish(false), Finish::Deliver);
        assert!(!m.over());
        assert!(m.complete());
        assert!(m.over());
        assert!(!m.complete());
        assert_eq!(m.finish(false), Finish::TooLate);
    }

    #[test]
    fn abort_before_delivery_never_reaches_the_target() {
        let mut m = Machine::default();
        assert!(!m.abort());
        assert!(!m.deliver());
        assert!(!m.owned());
    }

    #[test]
    fn abort_during_delivery_is_told_after_acceptance() {
        let mut m = Machine::default();
        assert!(m.deliver());
        assert!(!m.abort());
        assert!(m.accept());
        assert_eq!(m.start(), Ok(false), "the host's buffers are gone");
    }

    #[test]
    fn abort_waits_for_the_data_being_moved() {
        let mut m = accepted();
        assert_eq!(m.start(), Ok(true));
        assert!(m.abort());
        assert_eq!(m.finish(false), Finish::Keep);
        assert!(!m.complete());
        assert!(m.unpin());
        assert!(m.complete());
        assert!(!m.over());
        assert!(m.end());
        assert_eq!(m.release(), Ok(()));
        assert!(m.over());
    }

    #[test]
    fn violations() {
        let mut m = Machine::default();
        assert_eq!(m.start(), Err(Violation::OperationAfterRelease));
        assert_eq!(m.release(), Err(Violation::ReleasedTwice));
        let mut m = accepted();
        assert_eq!(m.start(), Ok(true));
        assert_eq!(m.start(), Err(Violation::OverlappingOperation));
        assert_eq!(m.release(), Err(Violation::ReleasedBusy));
        assert_eq!(m.release(), Err(Violation::ReleasedTwice));
        assert_eq!(m.start(), Err(Violation::OperationAfterRelease));
    }

    #[test]
    fn held_operations_and_outcomes() {
        let mut m = accepted();
        m.start().unwrap();
        m.unpin();
        m.hold();
        assert!(m.resume());
        assert!(!m.resume());
        assert!(m.end());
        assert_eq!(m.finish(true), Finish::Keep);
        assert!(!m.complete());
        assert!(m.deliver_held());
        assert!(!m.deliver_held());
        assert!(m.complete());
        let mut m = accepted();
        assert_eq!(m.finish(true), Finish::Keep);
        assert_eq!(m.finish(false), Finish::Deliver, "an abort takes it over");
    }

    #[test]
    fn nesting_turns_into_a_loop() {
        let mut m = accepted();
        for _ in 0..NESTED {
            assert!(m.nest());
        }
        assert!(!m.nest());
        assert!(m.unnest(), "one more to report");
        for _ in 0..NESTED {
            assert!(!m.unnest());
        }
        assert!(m.nest());
    }
}
