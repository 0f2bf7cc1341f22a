// SPDX-License-Identifier: GPL-2.0

//! What is refused other than by a reject, and why: the words of log lines and files,
//! and how often.

#![deny(unsafe_code)]

use crate::shared::{
    proto::command::connect::ConnectError,
    support::books::Count, //
};

/// Defines the causes, with what each refuses and its words.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $what:literal, $cause:expr;)*) => {
        /// Why something is refused.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Refusal {
            $($(#[$doc])* $name,)*
        }

        impl Refusal {
            /// All there are.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What is refused.
            pub(crate) const fn what(self) -> &'static str {
                match self { $(Self::$name => $what,)* }
            }

            /// Why.
            pub(crate) const fn cause(self) -> &'static str {
                match self { $(Self::$name => $cause,)* }
            }
        }
    };
}

refusals! {
    /// A link service is longer than any.
    LsLength: "ls", "payload too large";
    /// A link service for a port that goes.
    LsPortGoes: "ls", "target deleting";
    /// A link service with all contexts in use.
    LsContexts: "ls", "the port has too many unanswered";
    /// A link service of a host that has too many.
    LsOfHost: "ls", "this host has too many unanswered";
    /// A link service of one host port too many.
    LsHosts: "ls", "the port has too many host ports";
    /// A command that is none.
    CommandForm: "command", "malformed command IU";
    /// A command for a connection that is not there.
    CommandConnection: "command", "no such connection";
    /// A command too many.
    CommandRoom: "command", "more commands than the connection has room for";
    /// A command that contradicts itself.
    CommandDirection: "command", "data and direction contradict each other";
    /// A command, or another Connect, while one is under way.
    ConnectSequence: "connect", ConnectError::Sequence.text();
    /// A Connect of another length.
    ConnectLength: "connect", ConnectError::DataLength.text();
    /// A Connect for another queue.
    ConnectQueue: "connect", ConnectError::Queue.text();
    /// A Connect for a queue of another size.
    ConnectSize: "connect", ConnectError::Size.text();
    /// A Connect for another controller.
    ConnectController: "connect", ConnectError::Controller.text();
    /// A Connect that nvmet failed.
    ConnectFailed: "connect", "nvmet failed it";
    /// A Connect that left half a queue with nvmet.
    ConnectSpoiled: "connect", "Connect left something behind";
    /// An association too many for the port.
    AssociationsOfPort: "association", "the port has too many";
    /// An association too many for its host.
    AssociationsOfHost: "association", "this host has too many";
    /// An association that was not connected in time.
    AssociationIdle: "association", "no controller was connected";
    /// Commands of a queue, or an association, too many for the port.
    CommandsOfPort: "queue", "no room for more commands: the port has too many";
    /// The same for the host.
    CommandsOfHost: "queue", "no room for more commands: this host has too many";
    /// Data too much for the port.
    DataOfPort: "data", "no room for more data: the port has too much";
    /// The same for the host.
    DataOfHost: "data", "no room for more data: this host has too much";
    /// No memory for data.
    DataMemory: "data", "no memory";
    /// A target port with names that are taken.
    PortNames: "targetport", "a port with these names is registered";
    /// A target port, for another reason.
    PortOther: "targetport", "no memory";
    /// An nvmet port for a target port that is not there.
    NvmetPortNames: "nvmet_port", "no target port has this name";
    /// A second nvmet port for a target port.
    NvmetPortTaken: "nvmet_port", "the target port has an nvmet port";
    /// An nvmet port, for another reason.
    NvmetPortOther: "nvmet_port", "no memory";
    /// A Disconnect to a host that answers none.
    DisconnectSilent: "disconnect", "the host answers none";
    /// A Disconnect without memory for it.
    DisconnectMemory: "disconnect", "ENOMEM";
    /// A Disconnect that the LLDD did not take.
    DisconnectLldd: "disconnect", "the LLDD did not take it";
}

/// How often each came.
static COUNTS: [Count; Refusal::ALL.len()] = [const { Count::new() }; Refusal::ALL.len()];

impl Refusal {
    /// How often it came.
    pub(crate) fn count(self) -> Option<&'static Count> {
        // CAST: A small number.
        COUNTS.get(self as usize)
    }

    /// Counts it, and gives its words. Context: any.
    pub(crate) fn counted(self) -> &'static str {
        if let Some(count) = self.count() {
            count.up();
        }
        self.cause()
    }
}

impl From<ConnectError> for Refusal {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Sequence => Self::ConnectSequence,
            ConnectError::DataLength => Self::ConnectLength,
            ConnectError::Queue => Self::ConnectQueue,
            ConnectError::Size => Self::ConnectSize,
            ConnectError::Controller => Self::ConnectController,
        }
    }
}
