// SPDX-License-Identifier: GPL-2.0

//! Events of ports, and between which ports other events happen.

#![deny(unsafe_code)]

use crate::{
    port::{
        lport::LocalPort,
        rport::RemotePort, //
    },
    trace::{
        self,
        Discovery,
        Port,
        PortChange, //
    }, //
};

/// A pair of ports, in events.
pub(crate) struct Path {
    /// Number of the local port.
    pub(crate) localport: u32,
    /// Number of the remote port.
    pub(crate) remoteport: u32,
    /// Port name of the local port.
    pub(crate) host_wwpn: u64,
    /// Port name of the remote port.
    pub(crate) wwpn: u64,
}

impl Path {
    /// To a remote port.
    pub(crate) fn to(remote: &RemotePort) -> Self {
        Self {
            localport: remote.local().number(),
            remoteport: remote.number(),
            host_wwpn: remote.local().abi().names().port,
            wwpn: remote.abi().names().port,
        }
    }
}

/// A local port changed. Context: any.
pub(super) fn local(change: PortChange, port: &LocalPort) {
    trace::port(|| {
        let names = port.abi().names();
        Port {
            change: change as u8,
            localport: port.number(),
            remoteport: -1,
            host_wwnn: names.node,
            host_wwpn: names.port,
            wwnn: 0,
            wwpn: 0,
            port_id: port.abi().port_id(),
            dev_loss_tmo: 0,
        }
    });
}

/// A remote port changed. Context: any.
pub(crate) fn remote(change: PortChange, port: &RemotePort) {
    trace::port(|| {
        let (host, names) = (port.local().abi().names(), port.abi().names());
        Port {
            change: change as u8,
            localport: port.local().number(),
            remoteport: i32::try_from(port.number()).unwrap_or(i32::MAX),
            host_wwnn: host.node,
            host_wwpn: host.port,
            wwnn: names.node,
            wwpn: names.port,
            port_id: port.abi().port_id(),
            dev_loss_tmo: port.abi().dev_loss(),
        }
    });
}

/// User space is told of a discovery controller. Context: any.
pub(super) fn discovery(port: &RemotePort) {
    trace::discovery(|| {
        let (host, names) = (port.local().abi().names(), port.abi().names());
        Discovery {
            localport: port.local().number(),
            remoteport: port.number(),
            host_wwnn: host.node,
            host_wwpn: host.port,
            wwnn: names.node,
            wwpn: names.port,
        }
    });
}
