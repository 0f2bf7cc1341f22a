// SPDX-License-Identifier: GPL-2.0

//! What the transports call.

#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "vouches for sizes of private fields")]
pub(crate) mod host;
#[allow(unsafe_code, reason = "vouches for sizes of private fields")]
pub(crate) mod target;

use crate::{
    abi::NVMET_FCTGTFEAT_READDATA_RSP,
    lldd::{
        host::Template as HostTemplate,
        target::Template as TargetTemplate, //
    },
    plan::config::{
        Config,
        Role, //
    },
    port::Template, //
};

use {
    host::Host,
    target::Target, //
};

/// The template of a port: each has its own, so that each has limits of its own. Remote ports have
/// their local port's.
pub(crate) fn template(role: Role, config: &Config) -> Option<Template> {
    match role {
        Role::Remote => None,
        Role::Local => Some(Template::Host(HostTemplate::new::<Host>(|template| {
            template.max_hw_queues = config.queues;
            template.max_sgl_segments = config.segments;
            template.max_dif_sgl_segments = config.segments;
            template.dma_boundary = config.boundary;
            template.local_priv_sz = config.private_size;
            template.remote_priv_sz = config.private_size;
            template.lsrqst_priv_sz = config.private_size;
            template.fcprqst_priv_sz = config.private_size;
            if !config.queue_ops {
                (template.create_queue, template.delete_queue) = (None, None);
            }
            if !config.map_queues {
                template.map_queues = None;
            }
        }))),
        Role::Target => Some(Template::Target(TargetTemplate::new::<Target>(
            |template| {
                template.max_hw_queues = config.queues;
                template.max_sgl_segments = config.segments;
                template.max_dif_sgl_segments = config.segments;
                template.dma_boundary = config.boundary;
                template.target_priv_sz = config.private_size;
                template.lsrqst_priv_sz = config.private_size;
                if !config.defer {
                    template.defer_rcv = None;
                }
                if config.read_rsp {
                    template.target_features = NVMET_FCTGTFEAT_READDATA_RSP;
                }
            },
        ))),
    }
}
