// SPDX-License-Identifier: GPL-2.0

//! What an LLDD calls about a registered port.

use core::ptr;

use kernel::{error::to_result, prelude::*, sync::Arc};

use crate::{
    abi,
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        buffer::Buffer,
        exchange::Exchange,
        fault::PrivateField,
        host_handle::HostHandle,
        ls_response::LsResponse,
        ports::{
            LocalPort,
            PortInfo,
            RemotePort,
            TargetPort, //
        },
        registration::{
            Object,
            Pass, //
        }, //
    }, //
};

/// What nvmet-fc did with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// Started it.
    Started,
    /// Put it off, and keeps the command IU until `defer_rcv`.
    Deferred,
}

impl Pass<'_> {
    /// The object's `private` field.
    pub(crate) fn private(&self) -> PrivateField<'_> {
        // SAFETY: There while `self` exists, and so are the fields of which these are.
        unsafe {
            match self.object {
                Object::Local(port) => LocalPort::from_raw(port).private(),
                Object::Remote(port) => RemotePort::from_raw(port).private(),
                Object::Target(port) => TargetPort::from_raw(port).private(),
            }
        }
    }

    /// The port's number, N_Port_ID and `port_state`, 0 for target ports.
    pub(crate) fn numbers(&self) -> (u32, u32, u32) {
        // SAFETY: There while `self` exists.
        unsafe {
            match self.object {
                Object::Local(port) => ((*port).port_num, (*port).port_id, (*port).port_state),
                Object::Remote(port) => ((*port).port_num, (*port).port_id, (*port).port_state),
                Object::Target(port) => ((*port).port_num, (*port).port_id, 0),
            }
        }
    }

    /// Registers a remote port behind this local port. Context: may sleep.
    ///
    /// # Errors
    ///
    /// nvme-fc's; `ENODEV` if this is no local port.
    pub(crate) fn register_remote(&self, info: &PortInfo) -> Result<Object> {
        let Object::Local(local) = self.object else {
            return Err(ENODEV);
        };
        let (mut info, mut object) = (info.host(), ptr::null_mut());
        // SAFETY: The local port is there while `self` exists; the information is only read.
        to_result(unsafe { abi::nvme_fc_register_remoteport(local, &mut info, &mut object) })?;
        Ok(Object::Remote(object))
    }

    /// Has nvme-fc announce a remote port anew. Context: may sleep.
    pub(crate) fn rescan(&self) {
        if let Object::Remote(port) = self.object {
            // SAFETY: There while `self` exists.
            unsafe { abi::nvme_fc_rescan_remoteport(port) };
        }
    }

    /// Changes a remote port's device loss timeout, seconds. Context: any but hard IRQ.
    ///
    /// # Errors
    ///
    /// nvme-fc's; `ENODEV` if this is no remote port.
    pub(crate) fn set_dev_loss(&self, seconds: u32) -> Result {
        let Object::Remote(port) = self.object else {
            return Err(ENODEV);
        };
        // SAFETY: There while `self` exists.
        to_result(unsafe { abi::nvme_fc_set_remoteport_devloss(port, seconds) })
    }

    /// Tells nvmet-fc that a host has logged out. Context: may sleep.
    pub(crate) fn invalidate_host(&self, host: &Arc<HostHandle>) {
        host.invalidate(|| {
            if let Object::Target(port) = self.object {
                // SAFETY: There while `self` exists; the handle is alive through the caller's
                // reference at least until this returns.
                unsafe { abi::nvmet_fc_invalidate_host(port, HostHandle::as_ptr(host)) };
            }
        });
    }

    /// Hands the transport a link service, of a remote port's or from `host`; on success the LLDD
    /// hears of the answer by `xmt_ls_rsp`. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The transport's errno; then the response is freed.
    pub(crate) fn receive_ls<T: Send>(
        &self,
        host: Option<&Arc<HostHandle>>,
        response: LsResponse<T>,
        payload: &Buffer,
    ) -> Result<(), c_int> {
        let response = response.into_raw();
        let first = host.is_some_and(HostHandle::take);
        let handle = host.map_or(ptr::null_mut(), HostHandle::as_ptr);
        // The transports only read it. CAST: A few kilobytes at most.
        let (data, length) = (payload.as_ptr(), payload.len() as u32);
        let status = match self.object {
            // SAFETY: There while `self` exists; the response is the transport's until it
            // answers, and the payload is only used during the call.
            Object::Target(port) => unsafe {
                abi::nvmet_fc_rcv_ls_req(port, handle, response, data, length)
            },
            // SAFETY: There while `self` exists; the response is the transport's until it
            // answers, and the payload is only used during the call.
            Object::Remote(port) => unsafe {
                abi::nvme_fc_rcv_ls_req(port, response, data, length)
            },
            Object::Local(_) => ENODEV.to_errno(),
        };
        if status == 0 {
            return Ok(());
        }
        // SAFETY: Not accepted, so it is ours again.
        drop(unsafe { LsResponse::<T>::from_raw(response) });
        if let Some(host) = host.filter(|_| first) {
            HostHandle::forget(host);
        }
        Err(status)
    }

    /// Hands nvmet-fc a command. Context: may sleep.
    ///
    /// # Errors
    ///
    /// nvmet-fc's errno: then it has nothing of the exchange. `EALREADY` if it has it already.
    pub(crate) fn receive_fcp<T>(&self, exchange: &Arc<Exchange<T>>) -> Result<Received, c_int> {
        let Object::Target(port) = self.object else {
            return Err(ENODEV.to_errno());
        };
        // The target's reference, which goes back with `fcp_req_release`.
        if !exchange.take() {
            return Err(EALREADY.to_errno());
        }
        ACCOUNTING.open(Account::TargetCommands);
        let command = &exchange.command;
        // SAFETY: There while `self` exists. The request lives as long as the reference put away
        // above, and with it the command. CAST: A few hundred bytes at most.
        let status = unsafe {
            abi::nvmet_fc_rcv_fcp_req(
                port,
                exchange.request(),
                command.as_ptr(),
                command.len() as u32,
            )
        };
        if status == 0 {
            command.poison();
            return Ok(Received::Started);
        }
        if status == EOVERFLOW.to_errno() {
            ACCOUNTING.open(Account::Deferred);
            return Ok(Received::Deferred);
        }
        ACCOUNTING.close(Account::TargetCommands);
        exchange.give_back();
        Err(status)
    }

    /// Tells nvmet-fc that the host has aborted a command. Context: any.
    pub(crate) fn abort_fcp<T>(&self, exchange: &Arc<Exchange<T>>) {
        if let Object::Target(port) = self.object {
            // SAFETY: There while `self` exists; the exchange is alive through the caller's reference.
            unsafe { abi::nvmet_fc_rcv_fcp_abort(port, exchange.request()) };
        }
    }
}
