// SPDX-License-Identifier: GPL-2.0

//! The files of `rust/fc`. Those over C have stand-ins.

#[path = "../../../../fc/hw_queue.rs"]
pub(crate) mod hw_queue;

/// What an LLDD offers.
pub(crate) mod host_template {
    use core::ffi::{c_int, c_void};

    use crate::{
        abi::{nvme_fc_local_port, nvme_fc_remote_port, nvmefc_fcp_req},
        shared::support::word::Plain,
    };

    /// One of an LLDD's functions, for an exchange.
    type Function = fn(*mut nvme_fc_local_port, *mut nvme_fc_remote_port, *mut c_void) -> c_int;

    macro_rules! functions {
        ($($name:ident),*) => { $(
            #[derive(Clone, Copy)]
            pub(crate) struct $name(pub(crate) Function);

            // SAFETY: A function.
            unsafe impl Plain for Option<$name> {}

            impl $name {
                /// # Safety
                ///
                /// None is needed here.
                pub(crate) unsafe fn call(
                    self,
                    local: *mut nvme_fc_local_port,
                    remote: *mut nvme_fc_remote_port,
                    handle: *mut c_void,
                    _: *mut nvmefc_fcp_req,
                ) -> c_int {
                    (self.0)(local, remote, handle)
                }
            }
        )* };
    }
    functions!(FcpIo, FcpAbort);

    /// The operations.
    pub(crate) struct HostTemplate {
        pub(crate) fcp_io: FcpIo,
        pub(crate) fcp_abort: FcpAbort,
    }
}

/// Ports, by their addresses.
pub(crate) mod port {
    use crate::abi::{nvme_fc_local_port, nvme_fc_remote_port};

    pub(crate) struct LocalPortAbi(pub(crate) usize);
    pub(crate) struct RemotePortAbi(pub(crate) usize);

    impl LocalPortAbi {
        pub(crate) fn as_raw(&self) -> *mut nvme_fc_local_port {
            self.0 as *mut nvme_fc_local_port
        }
    }

    impl RemotePortAbi {
        pub(crate) fn as_raw(&self) -> *mut nvme_fc_remote_port {
            self.0 as *mut nvme_fc_remote_port
        }
    }
}
