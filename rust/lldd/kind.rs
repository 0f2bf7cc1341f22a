// SPDX-License-Identifier: GPL-2.0

//! The operations between LLDD and transports, for accounting and fault plans.

#![deny(unsafe_code)]

/// Builds the enum, its names and the list of all from one table.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// One kind of operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Every kind, in the order of their numbers.
            pub(crate) const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The name that user space writes.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Kind::$name => $text,)*
                }
            }
        }
    };
}

kinds! {
    /// The host asks for a queue.
    CreateQueue = "host.create_queue",
    /// The host gives a queue back.
    DeleteQueue = "host.delete_queue",
    /// The block layer asks for the queue map.
    MapQueues = "host.map_queues",
    /// The host sends a command.
    FcpIo = "host.fcp_io",
    /// The host's command is completed.
    FcpDone = "host.fcp_done",
    /// The host aborts a command.
    FcpAbort = "host.fcp_abort",
    /// The host sends a link service.
    HostLsRequest = "host.ls_req",
    /// The host's link service is completed.
    HostLsDone = "host.ls_done",
    /// The host aborts a link service.
    HostLsAbort = "host.ls_abort",
    /// A link service is handed to the host.
    HostReceivesLs = "host.rcv_ls",
    /// The host answers a link service.
    HostLsResponse = "host.xmt_ls_rsp",
    /// A local port is gone.
    LocalPortDelete = "host.localport_delete",
    /// A remote port is gone.
    RemotePortDelete = "host.remoteport_delete",
    /// A command is handed to the target.
    TargetReceives = "target.rcv_fcp",
    /// The target starts a command that it had deferred.
    DeferReceive = "target.defer_rcv",
    /// A transport maps memory for a `bounce` device.
    Map = "dma.map",
    /// The target sends data.
    ReadData = "target.readdata",
    /// The target fetches data.
    WriteData = "target.writedata",
    /// The target sends the last data and the response.
    ReadDataResponse = "target.readdata_rsp",
    /// The target sends a response.
    Response = "target.rsp",
    /// The target aborts a command.
    TargetAbort = "target.fcp_abort",
    /// The target gives an exchange back.
    Release = "target.fcp_req_release",
    /// The target sends a link service.
    TargetLsRequest = "target.ls_req",
    /// The target's link service is completed.
    TargetLsDone = "target.ls_done",
    /// The target aborts a link service.
    TargetLsAbort = "target.ls_abort",
    /// A link service is handed to the target.
    TargetReceivesLs = "target.rcv_ls",
    /// The target answers a link service.
    TargetLsResponse = "target.xmt_ls_rsp",
    /// The target lets go of a host.
    HostRelease = "target.host_release",
    /// The target asks for a host's names.
    HostTraddr = "target.host_traddr",
    /// The target's discovery log changed.
    DiscoveryEvent = "target.discovery_event",
    /// A target port is gone.
    TargetPortDelete = "target.targetport_delete",
}

impl Kind {
    /// The kind of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Its number, below the length of [`Kind::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_round_trip() {
        for (index, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(kind.index(), index);
            assert_eq!(Kind::parse(kind.name()), Some(*kind));
        }
        assert_eq!(Kind::parse("host.nothing"), None);
    }
}
