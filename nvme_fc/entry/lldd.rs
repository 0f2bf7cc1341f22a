// SPDX-License-Identifier: GPL-2.0

//! What this transport does for LLDDs.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    abi,
    ctrl::{
        dev_loss,
        disconnected,
        Ctrl, //
    },
    io::appid,
    ls::receive,
    port::{
        discovery,
        register, //
    },
    shared::{
        fc::{
            host_exports::{
                host_exports,
                HostApi,
                LlddExchange, //
            },
            host_template::HostTemplate,
            ls_response::UnansweredLs,
            port::{
                LocalPortAbi,
                PortInfo,
                RemotePortAbi, //
            }, //
        },
        support::device::DeviceRef, //
    }, //
};

/// The transport, for LLDDs.
struct NvmeFc;

host_exports!(NvmeFc);

impl HostApi for NvmeFc {
    fn register_localport(
        info: &PortInfo,
        template: HostTemplate,
        device: DeviceRef,
        publish: impl FnOnce(&LocalPortAbi),
    ) -> Result {
        let port = register::register_local(info, template, device)?;
        publish(port.abi());
        Ok(())
    }

    fn unregister_localport(local: *mut abi::nvme_fc_local_port) -> Result {
        register::unregister_local(local)
    }

    fn register_remoteport(
        local: *mut abi::nvme_fc_local_port,
        info: &PortInfo,
        publish: impl FnOnce(&RemotePortAbi),
    ) -> Result {
        let port = dev_loss::register_remote(local, info)?;
        publish(port.abi());
        discovery::signal(&port);
        Ok(())
    }

    fn unregister_remoteport(remote: *mut abi::nvme_fc_remote_port) -> Result {
        dev_loss::unregister_remote(remote)
    }

    fn rescan_remoteport(remote: *mut abi::nvme_fc_remote_port) {
        discovery::rescan(remote);
    }

    /// Nothing is looked up, which would take a lock that sleeps.
    fn set_remoteport_devloss(remote: &RemotePortAbi, seconds: u32) -> Result {
        if !remote.is_online() {
            return Err(EINVAL);
        }
        remote.set_dev_loss(seconds);
        Ok(())
    }

    fn rcv_ls_req(
        remote: *mut abi::nvme_fc_remote_port,
        response: UnansweredLs,
        request: &[u8],
    ) -> Result {
        receive::receive(remote, response, request, disconnected::handle)
    }

    fn io_getuuid(exchange: LlddExchange) -> *mut c_char {
        appid::of_exchange::<Ctrl>(&exchange)
    }
}
