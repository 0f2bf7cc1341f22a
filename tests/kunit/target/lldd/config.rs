// SPDX-License-Identifier: GPL-2.0

//! What a port is like, and the template that says so.

#![deny(unsafe_code)]

use core::mem;

use super::port::Port;
use crate::{
    abi,
    lldd::{ports::PortInfo, target::Template},
};

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

    /// The template of such a port, that `change` had a look at.
    pub(crate) fn template(
        &self,
        change: impl FnOnce(&mut abi::nvmet_fc_target_template),
    ) -> Template {
        Template::new::<Port>(|template| {
            template.max_sgl_segments = self.segments;
            template.max_dif_sgl_segments = self.segments;
            // CAST: A pointer's size.
            template.target_priv_sz = mem::size_of::<usize>() as u32;
            template.lsrqst_priv_sz = 16;
            if !self.defers {
                template.defer_rcv = None;
            }
            if !self.sends {
                (template.ls_req, template.ls_abort) = (None, None);
            }
            if !self.releases {
                template.host_release = None;
            }
            if self.adds_response {
                template.target_features = abi::NVMET_FCTGTFEAT_READDATA_RSP;
            }
            change(template);
        })
    }

    /// The names, as registration wants them.
    pub(crate) fn info(&self) -> PortInfo {
        PortInfo {
            node_name: self.node,
            port_name: self.port,
            port_id: 0x00_12_34,
            role: 0,
            dev_loss: 0,
        }
    }
}
