// SPDX-License-Identifier: GPL-2.0

//! The operations of an LLDD of a target, all of them, checked once at
//! registration, meant for `rust/kernel/nvme_fc/target_template.rs`.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    mem, //
};

use kernel::{
    error::to_result,
    prelude::*, //
};

use crate::{
    abi,
    shared::fc::{
        ls_request::{
            NewLs,
            SentLs, //
        },
        ls_response::NewAnswer,
        port::{
            HostHandle,
            KeepsHost,
            TargetPortAbi,
            TargetPortInfo, //
        }, //
    }, //
};

/// A pointer to the port as LLDDs know it.
type PortPtr = *mut abi::nvmet_fc_target_port;
/// A pointer to an exchange of the LLDD.
pub(crate) type FcpRequestPtr = *mut abi::nvmefc_tgt_fcp_req;

/// What an LLDD offers.
///
/// The structure itself stays the LLDD's; all of it that is used is taken over
/// here, so that an operation that was there at registration stays there.
#[derive(Clone, Copy)]
pub(crate) struct TargetTemplate {
    /// The port is gone. Mandatory.
    targetport_delete: unsafe extern "C" fn(PortPtr),
    /// Sends the answer to a link service. Mandatory.
    xmt_ls_rsp: unsafe extern "C" fn(PortPtr, *mut abi::nvmefc_ls_rsp) -> c_int,
    /// Moves data or sends a response. Mandatory.
    fcp_op: unsafe extern "C" fn(PortPtr, FcpRequestPtr) -> c_int,
    /// Starts the abort of an exchange. Mandatory.
    fcp_abort: unsafe extern "C" fn(PortPtr, FcpRequestPtr),
    /// Gives the exchange back. Mandatory.
    fcp_req_release: unsafe extern "C" fn(PortPtr, FcpRequestPtr),
    /// A deferred command begins: its buffer is free again.
    defer_rcv: Option<unsafe extern "C" fn(PortPtr, FcpRequestPtr)>,
    /// The discovery log changed.
    discovery_event: Option<unsafe extern "C" fn(PortPtr)>,
    /// Sends a link service.
    ls_req: Option<unsafe extern "C" fn(PortPtr, *mut c_void, *mut abi::nvmefc_ls_req) -> c_int>,
    /// Aborts a link service that was sent.
    ls_abort: Option<unsafe extern "C" fn(PortPtr, *mut c_void, *mut abi::nvmefc_ls_req)>,
    /// No more use will be made of a host handle.
    host_release: Option<unsafe extern "C" fn(*mut c_void)>,
    /// The names of the port behind a host handle.
    host_traddr: Option<unsafe extern "C" fn(*mut c_void, *mut u64, *mut u64) -> c_int>,
    /// Hardware queues.
    pub(crate) max_hw_queues: u32,
    /// Scatterlist elements in one operation.
    pub(crate) max_sgl_segments: u16,
    /// Whether the LLDD sends the response behind the last read data.
    pub(crate) adds_response: bool,
    /// Private memory beside a port, bytes.
    pub(crate) port_private: u32,
    /// Private memory beside a link service that we send, bytes.
    pub(crate) ls_private: u32,
}

impl TargetTemplate {
    /// Checks and takes over what an LLDD registers.
    ///
    /// # Errors
    ///
    /// The name of the first mandatory member that is missing.
    pub(crate) fn check(raw: &abi::nvmet_fc_target_template) -> Result<Self, &'static str> {
        if raw.max_hw_queues == 0 {
            return Err("max_hw_queues");
        }
        if raw.max_sgl_segments == 0 {
            return Err("max_sgl_segments");
        }
        if raw.max_dif_sgl_segments == 0 {
            return Err("max_dif_sgl_segments");
        }
        if raw.dma_boundary == 0 {
            return Err("dma_boundary");
        }
        Ok(Self {
            targetport_delete: raw.targetport_delete.ok_or("targetport_delete")?,
            xmt_ls_rsp: raw.xmt_ls_rsp.ok_or("xmt_ls_rsp")?,
            fcp_op: raw.fcp_op.ok_or("fcp_op")?,
            fcp_abort: raw.fcp_abort.ok_or("fcp_abort")?,
            fcp_req_release: raw.fcp_req_release.ok_or("fcp_req_release")?,
            defer_rcv: raw.defer_rcv,
            discovery_event: raw.discovery_event,
            ls_req: raw.ls_req,
            ls_abort: raw.ls_abort,
            host_release: raw.host_release,
            host_traddr: raw.host_traddr,
            max_hw_queues: raw.max_hw_queues,
            max_sgl_segments: raw.max_sgl_segments,
            adds_response: raw.target_features & abi::NVMET_FCTGTFEAT_READDATA_RSP != 0,
            port_private: raw.target_priv_sz,
            ls_private: raw.lsrqst_priv_sz,
        })
    }

    /// Whether commands may be deferred.
    pub(crate) fn defers(&self) -> bool {
        self.defer_rcv.is_some()
    }

    /// Whether link services can be sent.
    pub(crate) fn sends_ls(&self) -> bool {
        self.ls_req.is_some()
    }

    /// Whether a host handle can be resolved to names.
    pub(crate) fn resolves_hosts(&self) -> bool {
        self.host_traddr.is_some()
    }
}

/// A target port as its LLDD knows it, and what that LLDD can do.
#[repr(C)]
pub(crate) struct TargetLldd {
    /// What the LLDD sees; first, so that both have one address.
    port: TargetPortAbi,
    /// The LLDD's operations.
    template: TargetTemplate,
}

const _: () = assert!(mem::offset_of!(TargetLldd, port) == 0);

impl TargetLldd {
    /// A registered port. `private` is the LLDD's memory.
    pub(crate) fn new(
        number: u32,
        info: &TargetPortInfo,
        template: TargetTemplate,
        private: *mut c_void,
    ) -> Self {
        Self {
            port: TargetPortAbi::new(number, info, private),
            template,
        }
    }

    /// What the LLDD offers.
    #[inline]
    pub(crate) fn template(&self) -> &TargetTemplate {
        &self.template
    }

    /// What the LLDD knows the port by.
    #[inline]
    pub(crate) fn as_raw(&self) -> *mut abi::nvmet_fc_target_port {
        self.port.as_raw()
    }

    /// N_Port identifier, as the LLDD has it now.
    pub(crate) fn port_id(&self) -> u32 {
        self.port.id()
    }

    /// Tells the LLDD that the port is gone. Context: may sleep; once, after the
    /// last of the other calls.
    pub(crate) fn targetport_delete(&self) {
        // SAFETY: The template's own function, for its own port.
        unsafe { (self.template.targetport_delete)(self.as_raw()) };
    }

    /// Sends the answer to a link service. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The LLDD's, whose link service may be gone then.
    pub(crate) fn xmt_ls_rsp(&self, answer: NewAnswer) -> Result {
        // SAFETY: The template's own function, for its own port; the answer is valid
        // until `done` runs, by its type's invariant.
        to_result(unsafe { (self.template.xmt_ls_rsp)(self.as_raw(), answer.into_raw()) })
    }

    /// Gives an operation to the LLDD. Context: any.
    ///
    /// # Safety
    ///
    /// `req` is an accepted exchange with no operation outstanding, filled in.
    #[inline]
    pub(crate) unsafe fn fcp_op(&self, req: FcpRequestPtr) -> c_int {
        // SAFETY: The template's own function, for its own port; `req` by this function's
        // contract.
        unsafe { (self.template.fcp_op)(self.as_raw(), req) }
    }

    /// Starts the abort of an exchange. Context: any.
    ///
    /// # Safety
    ///
    /// `req` is an accepted exchange that was not released.
    pub(crate) unsafe fn fcp_abort(&self, req: FcpRequestPtr) {
        // SAFETY: The template's own function, for its own port; `req` by this function's
        // contract.
        unsafe { (self.template.fcp_abort)(self.as_raw(), req) };
    }

    /// Gives an exchange back. Context: any.
    ///
    /// # Safety
    ///
    /// `req` is an accepted exchange that was not released, with no operation
    /// outstanding; nobody uses it afterwards.
    #[inline]
    pub(crate) unsafe fn fcp_req_release(&self, req: FcpRequestPtr) {
        // SAFETY: The template's own function, for its own port; `req` by this function's
        // contract.
        unsafe { (self.template.fcp_req_release)(self.as_raw(), req) };
    }

    /// Gives the buffer of a deferred command back. Context: any.
    ///
    /// # Safety
    ///
    /// `req` is an exchange that was accepted as deferred; its command IU is
    /// not read afterwards.
    pub(crate) unsafe fn defer_rcv(&self, req: FcpRequestPtr) {
        if let Some(defer_rcv) = self.template.defer_rcv {
            // SAFETY: The template's own function, for its own port; `req` by this
            // function's contract.
            unsafe { defer_rcv(self.as_raw(), req) };
        }
    }

    /// Tells hosts that the discovery log changed. Context: may sleep.
    pub(crate) fn discovery_event(&self) {
        if let Some(discovery_event) = self.template.discovery_event {
            // SAFETY: The template's own function, for its own port.
            unsafe { discovery_event(self.as_raw()) };
        }
    }

    /// Sends a link service. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `EOPNOTSUPP`, or the LLDD's, after which it does not use the request.
    pub(crate) fn ls_req(&self, host: &impl KeepsHost, request: NewLs<'_>) -> Result {
        let ls_req = self.template.ls_req.ok_or(EOPNOTSUPP)?;
        // SAFETY: The template's own function, for its own port and a host that is kept;
        // the request is valid until `done` runs, by its type's invariant.
        to_result(unsafe { ls_req(self.as_raw(), host.handle().as_raw(), request.as_raw()) })
    }

    /// Starts the abort of a link service that was sent. Context: may sleep.
    pub(crate) fn ls_abort(&self, host: &impl KeepsHost, request: SentLs<'_>) {
        if let Some(ls_abort) = self.template.ls_abort {
            // SAFETY: The template's own function, for its own port and a host that is
            // kept; the request was sent and is valid, by its type's invariants.
            unsafe { ls_abort(self.as_raw(), host.handle().as_raw(), request.as_raw()) };
        }
    }

    /// Ends the use of a host handle. Context: interrupts on, no locks held.
    pub(crate) fn host_release(&self, host: HostHandle) {
        if let Some(host_release) = self.template.host_release {
            // SAFETY: The handle came from this LLDD, which keeps it until
            // this call; the host table makes it once.
            unsafe { host_release(host.as_raw()) };
        }
    }

    /// The node and port name of a host port. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `EOPNOTSUPP`, or the LLDD's.
    pub(crate) fn host_traddr(&self, host: &impl KeepsHost) -> Result<(u64, u64)> {
        let host_traddr = self.template.host_traddr.ok_or(EOPNOTSUPP)?;
        let (mut node, mut port) = (0, 0);
        // SAFETY: The template's own function, for a host that is kept; both results are
        // valid for writes.
        to_result(unsafe { host_traddr(host.handle().as_raw(), &mut node, &mut port) })?;
        Ok((node, port))
    }
}
