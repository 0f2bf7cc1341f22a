// SPDX-License-Identifier: GPL-2.0

//! The host's ports.

pub(crate) mod rport {
    use crate::shared::fc::port::{LocalPortAbi, RemotePortAbi};

    pub(crate) struct LocalPort(pub(crate) LocalPortAbi);

    impl LocalPort {
        pub(crate) fn abi(&self) -> &LocalPortAbi {
            &self.0
        }
    }

    pub(crate) struct RemotePort(pub(crate) LocalPort, pub(crate) RemotePortAbi);

    impl RemotePort {
        pub(crate) fn local(&self) -> &LocalPort {
            &self.0
        }

        pub(crate) fn abi(&self) -> &RemotePortAbi {
            &self.1
        }
    }
}
