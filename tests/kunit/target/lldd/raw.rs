// SPDX-License-Identifier: GPL-2.0

//! Calls of the transport that a good LLDD would not make.

use core::ptr;

use kernel::{error::to_result, prelude::*, sync::Arc};

use super::{config::Config, port::Port};
use crate::{abi, lldd::accounting::ACCOUNTING};

/// A member of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Omit {
    /// `targetport_delete`.
    Delete,
    /// `xmt_ls_rsp`.
    XmtLsRsp,
    /// `fcp_op`.
    FcpOp,
    /// `fcp_abort`.
    FcpAbort,
    /// `fcp_req_release`.
    FcpReqRelease,
    /// `max_hw_queues`.
    HwQueues,
    /// `max_sgl_segments`.
    Segments,
    /// `max_dif_sgl_segments`.
    DifSegments,
    /// `dma_boundary`.
    Boundary,
    /// `defer_rcv`.
    Defer,
    /// `discovery_event`.
    Discovery,
    /// `ls_req` and `ls_abort`.
    Ls,
    /// `host_release`.
    Release,
    /// `host_traddr`.
    Traddr,
}

impl Omit {
    /// Those that must be there.
    pub(crate) const ALL: [Self; 9] = [
        Self::Delete,
        Self::XmtLsRsp,
        Self::FcpOp,
        Self::FcpAbort,
        Self::FcpReqRelease,
        Self::HwQueues,
        Self::Segments,
        Self::DifSegments,
        Self::Boundary,
    ];
    /// Those that need not.
    pub(crate) const OPTIONAL: [Self; 5] = [
        Self::Defer,
        Self::Discovery,
        Self::Ls,
        Self::Release,
        Self::Traddr,
    ];

    /// Takes it out.
    fn from(self, template: &mut abi::nvmet_fc_target_template) {
        match self {
            Self::Delete => template.targetport_delete = None,
            Self::XmtLsRsp => template.xmt_ls_rsp = None,
            Self::FcpOp => template.fcp_op = None,
            Self::FcpAbort => template.fcp_abort = None,
            Self::FcpReqRelease => template.fcp_req_release = None,
            Self::HwQueues => template.max_hw_queues = 0,
            Self::Segments => template.max_sgl_segments = 0,
            Self::DifSegments => template.max_dif_sgl_segments = 0,
            Self::Boundary => template.dma_boundary = 0,
            Self::Defer => template.defer_rcv = None,
            Self::Discovery => template.discovery_event = None,
            Self::Ls => (template.ls_req, template.ls_abort) = (None, None),
            Self::Release => template.host_release = None,
            Self::Traddr => template.host_traddr = None,
        }
    }
}

/// Registers a port without a member, and unregisters it if that went well.
/// Context: may sleep.
///
/// # Errors
///
/// The transport's; `EBADF` if it left something in place of the port.
pub(crate) fn register_without(omitted: Omit) -> Result {
    let port = Port::unregistered(&Config::USUAL, |template| omitted.from(template))?;
    port.enlist(&Config::USUAL, || ())?;
    port.unregister()?;
    if port.wait_deleted() {
        Ok(())
    } else {
        // The transport may still look at it.
        core::mem::forget(port);
        Err(ETIMEDOUT)
    }
}

/// Each call with each pointer missing.
pub(crate) fn null_pointers(port: &Arc<Port>) -> [Result; 8] {
    let config = Config::USUAL;
    let (mut info, template) = (config.info().target(), config.template(|_| ()));
    let mut object = ptr::dangling_mut();
    let mut response = abi::nvmefc_ls_rsp::default();
    let mut request = abi::nvmefc_tgt_fcp_req::default();
    let mut bytes = [0u8; 96];
    let (none, device) = (ptr::null_mut(), ptr::null_mut());
    let there = port.object();
    let buffer = bytes.as_mut_ptr().cast();

    // SAFETY: Null or valid, all of them, during these calls, which keep none.
    let results = unsafe {
        [
            abi::nvmet_fc_register_targetport(
                ptr::null_mut(),
                template.as_raw(),
                device,
                &mut object,
            ),
            abi::nvmet_fc_register_targetport(&mut info, ptr::null_mut(), device, &mut object),
            abi::nvmet_fc_register_targetport(
                &mut info,
                template.as_raw(),
                device,
                ptr::null_mut(),
            ),
            abi::nvmet_fc_unregister_targetport(ptr::null_mut()),
            abi::nvmet_fc_rcv_ls_req(there, none, ptr::null_mut(), buffer, 96),
            abi::nvmet_fc_rcv_ls_req(there, none, &mut response, none, 96),
            abi::nvmet_fc_rcv_fcp_req(there, ptr::null_mut(), buffer, 96),
            abi::nvmet_fc_rcv_fcp_req(there, &mut request, none, 96),
        ]
    };
    // SAFETY: Null, or the port's object, which is there. Neither says anything.
    unsafe {
        abi::nvmet_fc_invalidate_host(there, ptr::null_mut());
        abi::nvmet_fc_rcv_fcp_abort(there, ptr::null_mut());
    }
    if !object.is_null() {
        ACCOUNTING.unexpected("a failed registration left a pointer", 0);
    }
    results.map(to_result)
}
