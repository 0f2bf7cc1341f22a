// SPDX-License-Identifier: GPL-2.0

//! Target: life of one command's exchange.
//!
//! Used as its host counterpart is: the state is a number in an atomic, an
//! event gives the next state and an action, and whoever wins the
//! compare-and-exchange acts.
//!
//! ```text
//!   Received -> Executing <-> Write data        (chunk by chunk)
//!                   |
//!                   +-------> Read data         (chunk by chunk)
//!                   |             |
//!                   +-------------+-> Response -> Free
//! ```
//!
//! A command that waits for a slot has no exchange yet.
//!
//! `Executing` is the time in which nvmet owes its one completion: it begins
//! before `nvmet_req_init`. Four marks go with a phase: *stop*, go no further
//! and send nothing; *told*, the LLDD knows of the abort, or asked for it, and
//! gets no `fcp_abort`; *detached*, nvmet has its request back, and the LLDD
//! keeps the exchange beyond the end of its queue; and *connect*, the command is
//! a Connect, which is looked at before nvmet executes it and afterwards.

#![deny(unsafe_code)]

/// State of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(u32);

/// Mask of the phase in a state.
const PHASE: u32 = 0xff;
/// Mark: go no further.
const STOP: u32 = 0x100;
/// Mark: the LLDD knows.
const TOLD: u32 = 0x200;
/// Mark: nvmet has its request back.
const DETACHED: u32 = 0x400;
/// Mark: the command is a Connect.
const CONNECT: u32 = 0x800;

impl State {
    /// Not in use.
    pub const FREE: Self = Self(0);
    /// Taken, being checked; nvmet has not seen it.
    pub const RECEIVED: Self = Self(1);
    /// With nvmet.
    pub const EXECUTING: Self = Self(2);
    /// The LLDD moves write data.
    pub const WRITE_DATA: Self = Self(3);
    /// The LLDD moves read data, with no response behind it.
    pub const READ_DATA: Self = Self(4);
    /// The LLDD sends the response, with or without the last data.
    pub const RESPONSE: Self = Self(5);

    /// The state that an atomic holds.
    #[inline]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The state as an atomic holds it.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The state without its marks.
    #[inline]
    pub const fn phase(self) -> Self {
        Self(self.0 & PHASE)
    }

    /// Whether the exchange goes no further.
    #[inline]
    pub const fn is_stopped(self) -> bool {
        self.0 & STOP != 0
    }

    /// Whether the LLDD knows of the abort.
    #[inline]
    pub const fn is_told(self) -> bool {
        self.0 & TOLD != 0
    }

    /// Whether the LLDD moves write data that nobody waits for.
    #[inline]
    pub const fn is_detached(self) -> bool {
        self.0 & DETACHED != 0
    }

    /// Whether the command is a Connect that is not settled.
    #[inline]
    pub const fn is_connect(self) -> bool {
        self.0 & CONNECT != 0
    }

    /// The same marks in another phase.
    const fn to(self, phase: Self) -> Self {
        Self((self.0 & !PHASE) | phase.0)
    }

    /// More marks in the same phase.
    const fn with(self, marks: u32) -> Self {
        Self(self.0 | marks)
    }

    /// Less marks in the same phase.
    const fn without(self, marks: u32) -> Self {
        Self(self.0 & !marks)
    }
}

/// The operation that comes next once nvmet is done or data was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// READDATA.
    ReadData,
    /// READDATA_RSP or RSP.
    Rsp,
}

/// What happened, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The command cannot be given to nvmet (contradictory IU, no port).
    Unusable,
    /// The command goes to nvmet.
    Init,
    /// nvmet has accepted the command, and it is a Connect.
    Connect,
    /// The first WRITEDATA is about to be given to the LLDD.
    WriteData,
    /// A WRITEDATA ended, or was not taken.
    WriteDataDone {
        /// All of it was moved.
        ok: bool,
        /// There is another.
        more: bool,
    },
    /// nvmet completed the command.
    Completed(Next),
    /// A READDATA ended, or was not taken.
    ReadDataDone {
        /// All of it was moved.
        ok: bool,
        /// What comes next.
        next: Next,
    },
    /// A response ended, or was not taken. A plain RSP that ended counts as
    /// sent whatever its status; a READDATA_RSP only if all data was moved.
    ResponseDone {
        /// It was sent.
        ok: bool,
    },
    /// The LLDD received an abort for it.
    AbortReceived,
    /// The queue goes away, or write data takes too long, and `fcp_abort` may be
    /// called.
    Teardown,
    /// The queue goes away while the operation at hand ends by itself.
    Stop,
    /// The LLDD does not end the write data of a queue that goes away.
    Detach,
}

/// What the winner has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing: whoever has it now will see the mark.
    Nothing,
    /// What the event announced: the next operation, execution, the response.
    Proceed,
    /// Look at a Connect's data, and have it executed or failed.
    CheckConnect,
    /// Look at how nvmet leaves the queue of a Connect, which it has completed;
    /// then announce the completion again.
    SettleConnect,
    /// Complete the command towards nvmet as failed; nvmet then completes it.
    FailCommand,
    /// Call `fcp_abort` now; the outstanding operation still ends by itself.
    CallAbort,
    /// Free what it holds and release it without a response.
    Abandon {
        /// Call `fcp_abort` before.
        call_abort: bool,
    },
    /// The response is out: release it.
    Release,
    /// Give nvmet its request back: only the LLDD has the exchange still.
    Detach,
}

/// The event does not belong to this state; the state stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored;

/// The next state and what to do.
///
/// # Errors
///
/// The event does not apply: the exchange is over, or it came twice.
#[inline(always)]
pub const fn on(state: State, event: Event) -> Result<(State, Action), Ignored> {
    let stopped = state.is_stopped();
    let abandon = Ok((
        State::FREE,
        Action::Abandon {
            call_abort: !state.is_told(),
        },
    ));

    match (event, state.phase()) {
        (Event::Unusable, State::RECEIVED) => abandon,
        (Event::Init, State::RECEIVED) if stopped => abandon,
        (Event::Init, State::RECEIVED) => Ok((State::EXECUTING, Action::Proceed)),

        (Event::Connect, State::EXECUTING) => Ok((state.with(CONNECT), Action::Proceed)),
        (Event::WriteData, State::EXECUTING) if stopped => Ok((state, Action::FailCommand)),
        (Event::WriteData, State::EXECUTING) => Ok((state.to(State::WRITE_DATA), Action::Proceed)),
        (Event::WriteDataDone { ok, more }, State::WRITE_DATA) => {
            if state.is_detached() {
                abandon
            } else if stopped || !ok {
                let next = state.to(State::EXECUTING).with(STOP);
                Ok((next, Action::FailCommand))
            } else if more {
                Ok((state, Action::Proceed))
            } else if state.is_connect() {
                Ok((state.to(State::EXECUTING), Action::CheckConnect))
            } else {
                Ok((State::EXECUTING, Action::Proceed))
            }
        }

        // Whatever becomes of the exchange: nvmet is through with the Connect.
        (Event::Completed(_), State::EXECUTING) if state.is_connect() => {
            Ok((state.without(CONNECT), Action::SettleConnect))
        }
        (Event::Completed(_), State::EXECUTING) if stopped => abandon,
        (Event::ReadDataDone { ok, .. }, State::READ_DATA) if stopped || !ok => abandon,
        (Event::Completed(next), State::EXECUTING)
        | (Event::ReadDataDone { next, .. }, State::READ_DATA) => match next {
            Next::ReadData => Ok((State::READ_DATA, Action::Proceed)),
            Next::Rsp => Ok((State::RESPONSE, Action::Proceed)),
        },

        (Event::ResponseDone { ok: true }, State::RESPONSE) => Ok((State::FREE, Action::Release)),
        (Event::ResponseDone { ok: false }, State::RESPONSE) => abandon,

        (Event::AbortReceived | Event::Teardown | Event::Stop, State::FREE) => Err(Ignored),
        (Event::AbortReceived, _) => Ok((state.with(STOP | TOLD), Action::Nothing)),
        // Only write data keeps nvmet waiting, so only it is cut short.
        (Event::Teardown, State::WRITE_DATA) if !state.is_told() => {
            Ok((state.with(STOP | TOLD), Action::CallAbort))
        }
        (Event::Teardown | Event::Stop, _) => Ok((state.with(STOP), Action::Nothing)),
        (Event::Detach, State::WRITE_DATA) if stopped && !state.is_detached() => {
            Ok((state.with(DETACHED), Action::Detach))
        }

        (_, _) => Err(Ignored),
    }
}
