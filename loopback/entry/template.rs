// SPDX-License-Identifier: GPL-2.0

//! What a transport is told about this LLDD: one template a port, so that each
//! has limits of its own.

use kernel::{prelude::*, types::Opaque};

use crate::{
    abi,
    entry::{
        host,
        target, //
    },
    plan::config::Config, //
};

/// A template. The transport keeps its address as long as it knows the port.
pub(crate) enum Template {
    /// For a local port.
    Host(KBox<Opaque<abi::nvme_fc_port_template>>),
    /// For a target port.
    Target(KBox<Opaque<abi::nvmet_fc_target_template>>),
}

// SAFETY: A template is constant after it was built.
unsafe impl Send for Template {}
// SAFETY: As above.
unsafe impl Sync for Template {}

impl Template {
    /// The template of a local port.
    pub(crate) fn host(config: &Config) -> Result<Self> {
        let mut template = abi::nvme_fc_port_template {
            localport_delete: Some(host::localport_delete),
            remoteport_delete: Some(host::remoteport_delete),
            create_queue: None,
            delete_queue: None,
            ls_req: Some(host::ls_req),
            fcp_io: Some(host::fcp_io),
            ls_abort: Some(host::ls_abort),
            fcp_abort: Some(host::fcp_abort),
            xmt_ls_rsp: Some(host::xmt_ls_rsp),
            map_queues: None,
            max_hw_queues: config.queues,
            max_sgl_segments: config.segments,
            max_dif_sgl_segments: config.segments,
            dma_boundary: config.boundary,
            local_priv_sz: config.private_size,
            remote_priv_sz: config.private_size,
            lsrqst_priv_sz: config.private_size,
            fcprqst_priv_sz: config.private_size,
        };
        if config.queue_ops {
            template.create_queue = Some(host::create_queue);
            template.delete_queue = Some(host::delete_queue);
        }
        if config.map_queues {
            template.map_queues = Some(host::map_queues);
        }
        Ok(Self::Host(KBox::new(Opaque::new(template), GFP_KERNEL)?))
    }

    /// The template of a target port.
    pub(crate) fn target(config: &Config) -> Result<Self> {
        let mut template = abi::nvmet_fc_target_template {
            targetport_delete: Some(target::targetport_delete),
            xmt_ls_rsp: Some(target::xmt_ls_rsp),
            fcp_op: Some(target::fcp_op),
            fcp_abort: Some(target::fcp_abort),
            fcp_req_release: Some(target::fcp_req_release),
            defer_rcv: None,
            discovery_event: Some(target::discovery_event),
            ls_req: Some(target::ls_req),
            ls_abort: Some(target::ls_abort),
            host_release: Some(target::host_release),
            host_traddr: Some(target::host_traddr),
            max_hw_queues: config.queues,
            max_sgl_segments: config.segments,
            max_dif_sgl_segments: config.segments,
            dma_boundary: config.boundary,
            target_features: 0,
            target_priv_sz: config.private_size,
            lsrqst_priv_sz: config.private_size,
        };
        if config.defer {
            template.defer_rcv = Some(target::defer_rcv);
        }
        if config.read_rsp {
            template.target_features = abi::NVMET_FCTGTFEAT_READDATA_RSP;
        }
        Ok(Self::Target(KBox::new(Opaque::new(template), GFP_KERNEL)?))
    }
}
