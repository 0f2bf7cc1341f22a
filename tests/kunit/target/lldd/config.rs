// SPDX-License-Identifier: GPL-2.0

//! What a port is like, and the template that says so.

#![deny(unsafe_code)]

use core::mem;

use super::ops;
use crate::abi;

/// What a port is like.
#[derive(Clone, Copy)]
pub(crate) struct Config {
    /// Node name.
    pub(crate) node: u64,
    /// Port name.
    pub(crate) port: u64,
    /// Commands may be put off.
    pub(crate) defers: bool,
    /// A response may go along with the last data.
    pub(crate) adds_response: bool,
    /// The target may send link services.
    pub(crate) sends: bool,
    /// Hosts have handles that are released.
    pub(crate) releases: bool,
    /// Scatterlist elements in an operation.
    pub(crate) segments: u16,
}

impl Config {
    /// A port that can do everything.
    pub(crate) const USUAL: Self = Self {
        node: 0x1000_1100_ab00_0071,
        port: 0x2000_1100_ab00_0071,
        defers: true,
        adds_response: false,
        sends: true,
        releases: true,
        segments: 256,
    };

    /// The template of such a port.
    pub(crate) fn template(&self) -> abi::nvmet_fc_target_template {
        let mut template = abi::nvmet_fc_target_template {
            targetport_delete: Some(ops::targetport_delete),
            xmt_ls_rsp: Some(ops::xmt_ls_rsp),
            fcp_op: Some(ops::fcp_op),
            fcp_abort: Some(ops::fcp_abort),
            fcp_req_release: Some(ops::fcp_req_release),
            discovery_event: Some(ops::discovery_event),
            host_traddr: Some(ops::host_traddr),
            max_hw_queues: 4,
            max_sgl_segments: self.segments,
            max_dif_sgl_segments: self.segments,
            dma_boundary: 0xffff_ffff,
            // CAST: A pointer's size.
            target_priv_sz: mem::size_of::<usize>() as u32,
            lsrqst_priv_sz: 16,
            ..Default::default()
        };
        if self.defers {
            template.defer_rcv = Some(ops::defer_rcv);
        }
        if self.sends {
            template.ls_req = Some(ops::ls_req);
            template.ls_abort = Some(ops::ls_abort);
        }
        if self.releases {
            template.host_release = Some(ops::host_release);
        }
        if self.adds_response {
            template.target_features = abi::NVMET_FCTGTFEAT_READDATA_RSP;
        }
        template
    }

    /// The names, as registration wants them.
    pub(crate) fn info(&self) -> abi::nvmet_fc_port_info {
        abi::nvmet_fc_port_info {
            node_name: self.node,
            port_name: self.port,
            port_id: 0x00_12_34,
        }
    }
}
