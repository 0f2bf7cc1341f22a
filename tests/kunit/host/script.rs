// SPDX-License-Identifier: GPL-2.0

//! What the scripted LLDD is told to do otherwise than well.

#![deny(unsafe_code)]

use crate::proto::wire::{
    ls,
    CommandIu, //
};

use super::answer::{
    FcpAnswer,
    LsAnswer, //
};

/// Opcodes that suites name.
pub(crate) mod opcode {
    /// Admin: Get Log Page.
    pub(crate) const GET_LOG_PAGE: u8 = 0x02;
    /// Admin: Identify.
    pub(crate) const IDENTIFY: u8 = 0x06;
    /// Admin: Set Features.
    pub(crate) const SET_FEATURES: u8 = 0x09;
    /// Admin: Asynchronous Event Request.
    pub(crate) const ASYNC_EVENT: u8 = 0x0c;
    /// Admin: Keep Alive.
    pub(crate) const KEEP_ALIVE: u8 = 0x18;
    /// Either: fabrics commands.
    pub(crate) const FABRICS: u8 = 0x7f;
    /// I/O: Flush.
    pub(crate) const FLUSH: u8 = 0x00;
    /// I/O: Write.
    pub(crate) const WRITE: u8 = 0x01;
    /// I/O: Read.
    pub(crate) const READ: u8 = 0x02;
}

/// Link services, as steps.
pub(crate) const CREATE_ASSOCIATION: On = On::Ls(ls::CREATE_ASSOCIATION);
/// See above.
pub(crate) const CREATE_CONNECTION: On = On::Ls(ls::CREATE_CONNECTION);
/// See above.
pub(crate) const DISCONNECT: On = On::Ls(ls::DISCONNECT_ASSOCIATION);

/// A call of the LLDD, as rules and traces name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// `create_queue` of an index.
    CreateQueue(u16),
    /// `delete_queue` of an index.
    DeleteQueue(u16),
    /// `ls_req` with a command code.
    Ls(u8),
    /// `fcp_io` with the Connect of a queue.
    Connect(u16),
    /// `fcp_io` with a Property Set.
    PropertySet,
    /// `fcp_io` with a Property Get.
    PropertyGet,
    /// `fcp_io` with another admin command.
    Admin(u8),
    /// `fcp_io` with a command on an I/O queue.
    Io(u8),
    /// `ls_abort`.
    LsAbort,
    /// `fcp_abort`.
    FcpAbort,
    /// `xmt_ls_rsp`.
    Respond,
    /// `map_queues`.
    MapQueues,
    /// `remoteport_delete`.
    RemoteDelete,
    /// `localport_delete`.
    LocalDelete,
}

impl On {
    /// What a command that came on `queue` is.
    pub(crate) fn command(command: &CommandIu, queue: u16) -> Self {
        let opcode = command.sqe.opcode;
        let [fabrics_type, ..] = command.sqe.namespace;

        match (opcode, fabrics_type) {
            (opcode::FABRICS, 0x00) => Self::PropertySet,
            (opcode::FABRICS, 0x01) => Self::Connect(queue),
            (opcode::FABRICS, 0x04) => Self::PropertyGet,
            _ if queue == 0 => Self::Admin(opcode),
            _ => Self::Io(opcode),
        }
    }
}

/// When an answer is given, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Before the call returns.
    Inline,
    /// By another thread, after so many milliseconds.
    Thread(u32),
    /// Twice before the call returns.
    Twice,
    /// Only when the suite says so, or an abort ends it.
    Kept,
}

/// What aborts do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Abort {
    /// End the operation before they return.
    Inline,
    /// End it after so many milliseconds.
    Thread(u32),
    /// End the operation, and return so many milliseconds later.
    Lingering(u32),
    /// Nothing.
    Ignored,
}

/// What is changed about an answer.
#[derive(Clone, Copy)]
pub(crate) enum Alter {
    /// Nothing.
    No,
    /// An exchange's end.
    Fcp(fn(&mut FcpAnswer)),
    /// Bits of a byte of the extended response.
    FcpByte(usize, u8),
    /// The data that is read, before it is sent.
    Data(fn(&mut [u8])),
    /// A link service's end.
    Ls(fn(&mut LsAnswer)),
    /// Bits of a byte of a link service's answer.
    LsByte(usize, u8),
    /// A link service is rejected, with reason and explanation.
    Reject(u8, u8),
}

/// One thing to do otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// Where.
    pub(crate) on: On,
    /// How often that is left alone before.
    pub(crate) skip: u32,
    /// How often the rule holds after that.
    pub(crate) times: u32,
    /// The errno that the call returns.
    pub(crate) refuse: Option<i32>,
    /// What is changed about the answer.
    pub(crate) alter: Alter,
    /// When it is given, if not as usual.
    pub(crate) delivery: Option<Delivery>,
    /// How long the call itself takes, milliseconds; link services and queues
    /// only.
    pub(crate) stall: u32,
}

impl Rule {
    /// A rule for one call, which does nothing yet.
    pub(crate) const fn at(on: On) -> Self {
        Self {
            on,
            skip: 0,
            times: 1,
            refuse: None,
            alter: Alter::No,
            delivery: None,
            stall: 0,
        }
    }

    /// Lets so many calls pass before.
    pub(crate) const fn skip(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// Holds for so many calls.
    pub(crate) const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// The call fails.
    pub(crate) const fn refuse(mut self, errno: i32) -> Self {
        self.refuse = Some(errno);
        self
    }

    /// The answer is another.
    pub(crate) const fn alter(mut self, alter: Alter) -> Self {
        self.alter = alter;
        self
    }

    /// The answer comes in another way.
    pub(crate) const fn deliver(mut self, delivery: Delivery) -> Self {
        self.delivery = Some(delivery);
        self
    }

    /// The answer does not come by itself.
    pub(crate) const fn keep(self) -> Self {
        self.deliver(Delivery::Kept)
    }

    /// The call takes so many milliseconds.
    pub(crate) const fn stall(mut self, milliseconds: u32) -> Self {
        self.stall = milliseconds;
        self
    }

    /// Whether the rule holds for a call; counts it.
    pub(crate) fn holds(&mut self, on: On) -> bool {
        if self.on != on || self.times == 0 {
            return false;
        }
        if self.skip > 0 {
            self.skip = self.skip.saturating_sub(1);
            return false;
        }
        self.times = self.times.saturating_sub(1);
        true
    }
}
