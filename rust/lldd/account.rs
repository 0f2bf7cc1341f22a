// SPDX-License-Identifier: GPL-2.0

//! What an LLDD keeps account of, and when an account is even.

#![deny(unsafe_code)]

/// Builds the enum and its names from one table.
macro_rules! accounts {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Something that is taken and has to be given back.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Account {
            $($(#[$doc])* $name,)*
        }

        impl Account {
            /// Every account, in the order of their numbers.
            pub(crate) const ALL: &'static [Account] = &[$(Account::$name,)*];

            /// The name in reports.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Account::$name => $text,)*
                }
            }
        }
    };
}

accounts! {
    /// Local ports: registered, deleted.
    LocalPorts = "local_ports",
    /// Remote ports: registered, deleted.
    RemotePorts = "remote_ports",
    /// Target ports: registered, deleted.
    TargetPorts = "target_ports",
    /// Queues: created, deleted.
    Queues = "queues",
    /// Commands of the host: accepted, done.
    HostCommands = "host_commands",
    /// Link services of the host: accepted, done.
    HostServices = "host_services",
    /// Link services handed to the host: accepted, answered.
    HostReceived = "host_received_ls",
    /// Commands handed to the target: accepted, released.
    TargetCommands = "target_commands",
    /// Operations of the target: accepted, done.
    TargetOperations = "target_operations",
    /// Commands the target deferred: deferred, started.
    Deferred = "deferred",
    /// Link services of the target: accepted, done.
    TargetServices = "target_services",
    /// Link services handed to the target: accepted, answered.
    TargetReceived = "target_received_ls",
    /// Host handles: first used, released.
    HostHandles = "host_handles",
    /// Mappings of `bounce` devices: made, undone.
    Mappings = "mappings",
    /// Our exchanges: made, freed.
    Exchanges = "exchanges",
    /// Our link service exchanges: made, freed.
    ServiceExchanges = "ls_exchanges",
}

impl Account {
    /// Its number, below the length of [`Account::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// Whether an open entry is none of the transports' debt while nothing is
    /// under way: a host handle stays until its host is invalidated, and a target's
    /// response buffers are mapped as long as its port is there.
    pub(crate) fn may_stay_open(self) -> bool {
        matches!(
            self,
            Self::LocalPorts
                | Self::RemotePorts
                | Self::TargetPorts
                | Self::HostHandles
                | Self::Mappings
        )
    }
}

/// Something a transport (or this LLDD) did that no contract allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// A second operation before the first was done.
    OverlappingOperation,
    /// An exchange given back twice, or before it was accepted.
    ReleasedTwice,
    /// An exchange given back while an operation is under way.
    ReleasedBusy,
    /// An operation on an exchange that was given back.
    OperationAfterRelease,
    /// A call about a port that is not registered.
    UnknownPort,
    /// A port reported gone that was not unregistered.
    UnexpectedDelete,
    /// A call that may sleep made where it must not, or the reverse.
    WrongContext,
    /// Data outside the command's, or a response too long for the host.
    BadLength,
    /// A link service answered twice.
    AnsweredTwice,
    /// A host let go of that was not invalidated, or twice.
    UnexpectedHostRelease,
    /// A buffer handed over that a device cannot reach.
    NotMapped,
    /// A mapping undone or synchronised that is not there, or another's.
    BadUnmap,
    /// A mapping that outlives its device.
    MappingLeft,
    /// A port reported gone later than an LLDD waits for that.
    DeletedTooLate,
    /// Something else, which the log tells.
    Unexpected,
}

impl Violation {
    /// Every violation with its name in reports.
    pub(crate) const ALL: &'static [(Violation, &'static str)] = &[
        (Self::OverlappingOperation, "overlapping_operation"),
        (Self::ReleasedTwice, "released_twice"),
        (Self::ReleasedBusy, "released_busy"),
        (Self::OperationAfterRelease, "operation_after_release"),
        (Self::UnknownPort, "unknown_port"),
        (Self::UnexpectedDelete, "unexpected_delete"),
        (Self::WrongContext, "wrong_context"),
        (Self::BadLength, "bad_length"),
        (Self::AnsweredTwice, "answered_twice"),
        (Self::UnexpectedHostRelease, "unexpected_host_release"),
        (Self::NotMapped, "not_mapped"),
        (Self::BadUnmap, "bad_unmap"),
        (Self::MappingLeft, "mapping_left"),
        (Self::DeletedTooLate, "deleted_too_late"),
        (Self::Unexpected, "unexpected"),
    ];
}

/// What an account says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Taken.
    pub(crate) opened: u64,
    /// Given back.
    pub(crate) closed: u64,
}

impl Entry {
    /// What is left; negative when more came back than was given.
    pub(crate) fn left(&self) -> i64 {
        // CAST: Counts of events stay far below 2^63.
        self.opened.wrapping_sub(self.closed) as i64
    }
}

/// Whether everything that has to be even is even: `strict` once every port
/// is gone, and nothing may be left at all.
pub(crate) fn balanced(entries: impl Iterator<Item = (Account, Entry)>, strict: bool) -> bool {
    entries
        .filter(|(account, _)| strict || !account.may_stay_open())
        .all(|(_, entry)| entry.left() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_lists() {
        for (index, account) in Account::ALL.iter().enumerate() {
            assert_eq!(account.index(), index);
        }
        for (index, (violation, _)) in Violation::ALL.iter().enumerate() {
            assert_eq!(*violation as usize, index);
        }
    }

    #[test]
    fn balance() {
        let even = Entry {
            opened: 3,
            closed: 3,
        };
        let left = Entry {
            opened: 3,
            closed: 2,
        };
        let over = Entry {
            opened: 2,
            closed: 3,
        };
        assert_eq!((left.left(), over.left()), (1, -1));
        let check = |account, entry, strict| balanced([(account, entry)].into_iter(), strict);
        assert!(check(Account::Queues, even, true));
        assert!(!check(Account::Queues, left, false));
        assert!(!check(Account::Queues, over, false));
        assert!(check(Account::LocalPorts, left, false));
        assert!(!check(Account::LocalPorts, left, true));
    }
}
