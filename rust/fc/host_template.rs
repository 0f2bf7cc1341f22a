// SPDX-License-Identifier: GPL-2.0

//! The operations of an LLDD of a host, all of them, meant for
//! `rust/kernel/nvme_fc/host_template.rs`.
//!
//! A template is checked once, when its local port is registered; its
//! operations are copied then, its limits are read whenever an association is
//! made, since HBA drivers change them in place.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

use core::{
    ffi::c_void,
    ptr::{
        self,
        NonNull, //
    }, //
};

use kernel::{
    error::to_result,
    prelude::*, //
};

use crate::{
    abi,
    shared::{
        fc::{
            ls_request::{
                NewLs,
                SentLs, //
            },
            ls_response::NewAnswer,
            port::{
                LocalPortAbi,
                RemotePortAbi, //
            }, //
        },
        support::{
            queue_map::QueueMap,
            word::Plain, //
        }, //
    }, //
};

/// `localport_delete`.
type LocalportDelete = unsafe extern "C" fn(*mut abi::nvme_fc_local_port);
/// `remoteport_delete`.
type RemoteportDelete = unsafe extern "C" fn(*mut abi::nvme_fc_remote_port);
/// `create_queue`.
type CreateQueue =
    unsafe extern "C" fn(*mut abi::nvme_fc_local_port, c_uint, u16, *mut *mut c_void) -> c_int;
/// `delete_queue`.
type DeleteQueue = unsafe extern "C" fn(*mut abi::nvme_fc_local_port, c_uint, *mut c_void);
/// `ls_req`.
type LsReq = unsafe extern "C" fn(
    *mut abi::nvme_fc_local_port,
    *mut abi::nvme_fc_remote_port,
    *mut abi::nvmefc_ls_req,
) -> c_int;
/// `ls_abort`.
type LsAbort = unsafe extern "C" fn(
    *mut abi::nvme_fc_local_port,
    *mut abi::nvme_fc_remote_port,
    *mut abi::nvmefc_ls_req,
);
/// `fcp_io`, in one word.
#[derive(Clone, Copy)]
pub(crate) struct FcpIo(
    unsafe extern "C" fn(
        *mut abi::nvme_fc_local_port,
        *mut abi::nvme_fc_remote_port,
        *mut c_void,
        *mut abi::nvmefc_fcp_req,
    ) -> c_int,
);
/// `fcp_abort`, in one word.
#[derive(Clone, Copy)]
pub(crate) struct FcpAbort(
    unsafe extern "C" fn(
        *mut abi::nvme_fc_local_port,
        *mut abi::nvme_fc_remote_port,
        *mut c_void,
        *mut abi::nvmefc_fcp_req,
    ),
);
// SAFETY: To call it takes unsafe code.
unsafe impl Plain for Option<FcpIo> {}
// SAFETY: To call it takes unsafe code.
unsafe impl Plain for Option<FcpAbort> {}

/// `xmt_ls_rsp`.
type XmtLsRsp = unsafe extern "C" fn(
    *mut abi::nvme_fc_local_port,
    *mut abi::nvme_fc_remote_port,
    *mut abi::nvmefc_ls_rsp,
) -> c_int;
/// `map_queues`.
type MapQueues = unsafe extern "C" fn(*mut abi::nvme_fc_local_port, *mut abi::blk_mq_queue_map);

/// The checked operations of a template.
///
/// # Invariants
///
/// The functions are the template's own. They may be called, and `template` may be
/// read, until the local port's delete callback was delivered: whoever has a copy
/// keeps the port in use meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct HostTemplate {
    /// Where the limits are.
    template: NonNull<abi::nvme_fc_port_template>,
    /// Mandatory operation.
    localport_delete: LocalportDelete,
    /// Mandatory operation.
    remoteport_delete: RemoteportDelete,
    /// Optional operation.
    create_queue: Option<CreateQueue>,
    /// Optional operation.
    delete_queue: Option<DeleteQueue>,
    /// Mandatory operation.
    ls_req: LsReq,
    /// Mandatory operation.
    ls_abort: LsAbort,
    /// Mandatory operation.
    pub(crate) fcp_io: FcpIo,
    /// Mandatory operation.
    pub(crate) fcp_abort: FcpAbort,
    /// Optional operation.
    xmt_ls_rsp: Option<XmtLsRsp>,
    /// Optional operation.
    map_queues: Option<MapQueues>,
    /// Hardware queues at registration.
    pub(crate) queues_when_registered: u32,
    /// The device's segment boundary mask.
    pub(crate) dma_boundary: u64,
    /// Bytes of LLDD memory beside a local port.
    pub(crate) local_private: u32,
    /// Bytes of LLDD memory beside a remote port.
    pub(crate) remote_private: u32,
    /// Bytes of LLDD memory beside a link service.
    pub(crate) ls_private: u32,
    /// Bytes of LLDD memory beside an exchange.
    pub(crate) fcp_private: u32,
}

// SAFETY: Function pointers, and a pointer that is only read.
unsafe impl Send for HostTemplate {}
// SAFETY: All that is read by way of the pointer is read as volatile.
unsafe impl Sync for HostTemplate {}

/// What an LLDD can carry, at the moment of asking.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Hardware queues.
    pub(crate) queues: u32,
    /// Scatterlist elements of one exchange.
    pub(crate) segments: u16,
}

impl HostTemplate {
    /// Checks a template, as the C module does: every mandatory operation and
    /// limit is there.
    ///
    /// # Errors
    ///
    /// The name of the first member that is missing.
    pub(crate) fn check(template: &abi::nvme_fc_port_template) -> Result<Self, &'static str> {
        if template.max_hw_queues == 0 {
            return Err("max_hw_queues");
        }
        if template.max_sgl_segments == 0 {
            return Err("max_sgl_segments");
        }
        if template.max_dif_sgl_segments == 0 {
            return Err("max_dif_sgl_segments");
        }
        if template.dma_boundary == 0 {
            return Err("dma_boundary");
        }
        Ok(Self {
            template: NonNull::from(template),
            localport_delete: template.localport_delete.ok_or("localport_delete")?,
            remoteport_delete: template.remoteport_delete.ok_or("remoteport_delete")?,
            create_queue: template.create_queue,
            delete_queue: template.delete_queue,
            ls_req: template.ls_req.ok_or("ls_req")?,
            ls_abort: template.ls_abort.ok_or("ls_abort")?,
            fcp_io: FcpIo(template.fcp_io.ok_or("fcp_io")?),
            fcp_abort: FcpAbort(template.fcp_abort.ok_or("fcp_abort")?),
            xmt_ls_rsp: template.xmt_ls_rsp,
            map_queues: template.map_queues,
            queues_when_registered: template.max_hw_queues,
            dma_boundary: template.dma_boundary,
            local_private: template.local_priv_sz,
            remote_private: template.remote_priv_sz,
            ls_private: template.lsrqst_priv_sz,
            fcp_private: template.fcprqst_priv_sz,
        })
    }

    /// What the LLDD can carry now. Context: any; the port is in use.
    pub(crate) fn limits(&self) -> Limits {
        let template = self.template.as_ptr();
        Limits {
            // SAFETY: Readable, by the type's invariant.
            queues: unsafe { (&raw const (*template).max_hw_queues).read_volatile() },
            // SAFETY: Readable, by the type's invariant.
            segments: unsafe { (&raw const (*template).max_sgl_segments).read_volatile() },
        }
    }

    /// Whether the LLDD can answer link services.
    pub(crate) fn can_respond(&self) -> bool {
        self.xmt_ls_rsp.is_some()
    }

    /// Tells the LLDD that a local port is no longer used. Context: may sleep,
    /// nothing locked; once for an unregistration.
    pub(crate) fn localport_delete(&self, local: &LocalPortAbi) {
        // SAFETY: The template's own function, for its own port.
        unsafe { (self.localport_delete)(local.as_raw()) };
    }

    /// Tells the LLDD that a remote port is no longer used. Context: may sleep,
    /// nothing locked; once for an unregistration.
    pub(crate) fn remoteport_delete(&self, remote: &RemotePortAbi) {
        // SAFETY: The template's own function, for its own port.
        unsafe { (self.remoteport_delete)(remote.as_raw()) };
    }

    /// Makes a hardware queue of `entries`; gives the LLDD's handle, null if
    /// it keeps none. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The LLDD's.
    pub(crate) fn create_queue(
        &self,
        local: &LocalPortAbi,
        index: u16,
        entries: u16,
    ) -> Result<*mut c_void> {
        let mut handle = ptr::null_mut();
        if let Some(create_queue) = self.create_queue {
            // SAFETY: The template's own function, for its own port; `handle`
            // is where the answer goes.
            let status = unsafe {
                create_queue(
                    local.as_raw(),
                    c_uint::from(index),
                    entries,
                    &raw mut handle,
                )
            };
            to_result(status)?;
            if status > 0 {
                return Err(EIO);
            }
        }
        Ok(handle)
    }

    /// Ends a hardware queue. Context: may sleep.
    pub(crate) fn delete_queue(&self, local: &LocalPortAbi, index: u16, handle: *mut c_void) {
        if let Some(delete_queue) = self.delete_queue {
            // SAFETY: The template's own function; the handle came from its
            // `create_queue` and is forgotten by the caller.
            unsafe { delete_queue(local.as_raw(), c_uint::from(index), handle) };
        }
    }

    /// Sends a link service request. Context: may sleep; `done` may run before
    /// this returns, and in any context.
    ///
    /// # Errors
    ///
    /// The LLDD's, and then `done` does not run.
    pub(crate) fn ls_req(
        &self,
        local: &LocalPortAbi,
        remote: &RemotePortAbi,
        request: NewLs<'_>,
    ) -> Result {
        // SAFETY: The template's own function, for its own ports; the request is valid
        // until `done` runs, by its type's invariant.
        let status = unsafe { (self.ls_req)(local.as_raw(), remote.as_raw(), request.as_raw()) };
        if status > 0 {
            return Err(EIO);
        }
        to_result(status)
    }

    /// Asks for the end of a link service request. Context: may sleep.
    pub(crate) fn ls_abort(
        &self,
        local: &LocalPortAbi,
        remote: &RemotePortAbi,
        request: SentLs<'_>,
    ) {
        // SAFETY: The template's own function, for its own ports; the request was sent
        // and is valid, by its type's invariants.
        unsafe { (self.ls_abort)(local.as_raw(), remote.as_raw(), request.as_raw()) };
    }

    /// Sends the answer to a link service. Context: may sleep; `done` may run
    /// before this returns.
    ///
    /// # Errors
    ///
    /// The LLDD's, which has then freed its link service already; `EINVAL` if it
    /// cannot answer at all.
    pub(crate) fn xmt_ls_rsp(
        &self,
        local: &LocalPortAbi,
        remote: &RemotePortAbi,
        answer: NewAnswer,
    ) -> Result {
        let xmt_ls_rsp = self.xmt_ls_rsp.ok_or(EINVAL)?;
        // SAFETY: The template's own function, for its own ports; the answer is valid
        // until `done` runs, by its type's invariant.
        let status = unsafe { xmt_ls_rsp(local.as_raw(), remote.as_raw(), answer.into_raw()) };
        if status > 0 {
            return Err(EIO);
        }
        to_result(status)
    }

    /// Lets the LLDD map queues to CPUs; says whether it did.
    pub(crate) fn map_queues(&self, local: &LocalPortAbi, map: &mut QueueMap<'_>) -> bool {
        let Some(map_queues) = self.map_queues else {
            return false;
        };
        // SAFETY: The template's own function, for its own port; the map is one that
        // is being filled.
        unsafe { map_queues(local.as_raw(), map.as_raw()) };
        true
    }
}

impl FcpIo {
    /// Gives an exchange to the LLDD; its errno, 0 if it took it. Context: any
    /// but hard IRQ; `done` may run before this returns.
    ///
    /// # Safety
    ///
    /// The ports are those of the template's LLDD and in use, `handle` came from
    /// its `create_queue`; `request` and all it points to stay valid until `done`
    /// runs.
    #[inline(always)]
    pub(crate) unsafe fn call(
        self,
        local: *mut abi::nvme_fc_local_port,
        remote: *mut abi::nvme_fc_remote_port,
        handle: *mut c_void,
        request: *mut abi::nvmefc_fcp_req,
    ) -> c_int {
        // SAFETY: By this function's contract.
        unsafe { (self.0)(local, remote, handle, request) }
    }
}

impl FcpAbort {
    /// Asks for the end of an exchange. Context: may sleep; `done` may run before
    /// this returns.
    ///
    /// # Safety
    ///
    /// As for [`FcpIo::call`], but that `done` may have run; `request` is not used
    /// for another exchange meanwhile.
    pub(crate) unsafe fn call(
        self,
        local: *mut abi::nvme_fc_local_port,
        remote: *mut abi::nvme_fc_remote_port,
        handle: *mut c_void,
        request: *mut abi::nvmefc_fcp_req,
    ) {
        // SAFETY: By this function's contract.
        unsafe { (self.0)(local, remote, handle, request) };
    }
}
