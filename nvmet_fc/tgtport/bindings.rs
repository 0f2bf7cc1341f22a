// SPDX-License-Identifier: GPL-2.0

//! All target ports, and which nvmet port each is bound to.
//!
//! Target ports come from LLDDs, nvmet ports from configfs, in any order and
//! again and again. A binding is made by the user and stays until the user ends
//! it; it is whole while a target port with its names is registered.

#![deny(unsafe_code)]

use kernel::{
    alloc::KVec,
    sync::Arc, //
};

use crate::{
    nvmet::port::NvmetPort,
    shared::proto::traddr::Traddr,
    tgtport::{
        HeldPort,
        TargetPort, //
    }, //
};

/// An nvmet port that the user made for a target port.
pub(super) struct Binding {
    /// The nvmet port.
    pub(super) nvmet_port: NvmetPort,
    /// Names of the target port.
    pub(super) names: Traddr,
    /// The target port, while it is registered.
    pub(super) port: Option<HeldPort>,
}

/// What the registry's lock protects.
pub(crate) struct Registry {
    /// Registered target ports.
    pub(super) ports: KVec<HeldPort>,
    /// The same, and those whose end is not over.
    pub(super) all: KVec<Arc<TargetPort>>,
    /// Bindings.
    pub(super) bindings: KVec<Binding>,
    /// Which numbers target ports have.
    pub(super) numbers: KVec<bool>,
}

/// Whether a target port has these names.
pub(super) fn is_named(port: &TargetPort, names: Traddr) -> bool {
    port.node_name == names.node && port.port_name == names.port
}

impl Registry {
    /// An empty registry.
    pub(crate) const fn new() -> Self {
        Self {
            ports: KVec::new(),
            all: KVec::new(),
            bindings: KVec::new(),
            numbers: KVec::new(),
        }
    }

    /// The nvmet port that a target port is bound to.
    pub(super) fn bound(&self, port: &TargetPort) -> Option<NvmetPort> {
        self.bindings
            .iter()
            .find(|binding| {
                binding
                    .port
                    .as_deref()
                    .is_some_and(|bound| core::ptr::eq(&**bound, port))
            })
            .map(|binding| binding.nvmet_port)
    }
}
