// SPDX-License-Identifier: GPL-2.0

//! What this transport does for nvmet.

#![deny(unsafe_code)]

use kernel::{
    fmt,
    pr_warn_once,
    prelude::*, //
};

use crate::{
    abi,
    counts::refusal::Refusal,
    limits,
    nvmet::{
        ops::{
            fabrics_ops,
            FabricsOps, //
        },
        port::NvmetPort,
        queue::CtrlId, //
    },
    queue::{
        command,
        exchange::Exchange, //
    },
    shared::proto::traddr,
    tgtport::{
        register,
        registry, //
    },
    NvmetFcModule, //
};

fabrics_ops!(NvmetFcModule, Exchange, command::completed);

/// The names of a host port, as they are shown.
struct HostNames {
    /// Node name.
    node: u64,
    /// Port name.
    port: u64,
}

impl fmt::Display for HostNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nn-0x{:x}:pn-0x{:x}", self.node, self.port)
    }
}

impl FabricsOps for NvmetFcModule {
    const TYPE: u32 = abi::NVMF_TRTYPE_FC;
    const MSDBD: u32 = 1;
    const MDTS: u8 = limits::MDTS;

    fn add_port(port: NvmetPort) -> Result {
        let (kind, family) = port.kind();
        if (u32::from(kind), u32::from(family)) != (abi::NVMF_TRTYPE_FC, abi::NVMF_ADDR_FAMILY_FC) {
            pr_warn!("port refused: transport type and address family must be fc\n");
            return Err(EINVAL);
        }
        let (names, is_usual) = traddr::parse_at_target(port.traddr()).map_err(|error| {
            pr_warn!(
                "nvme_fc_parse_traddr: bad traddr string: {} (at {})\n",
                error.text(),
                error.position().unwrap_or(0)
            );
            EINVAL
        })?;
        if !is_usual {
            let names = names.format();
            pr_warn_once!(
                "addr_traddr of an nvmet port is not spelled as hosts expect it in discovery logs: {}\n",
                core::str::from_utf8(&names).unwrap_or_default()
            );
        }
        registry::bind(port, names).inspect_err(|error| {
            let why = match *error {
                ENXIO => Refusal::NvmetPortNames,
                EALREADY => Refusal::NvmetPortTaken,
                _ => Refusal::NvmetPortOther,
            };
            let why = why.counted();
            pr_warn!("port 0x{:016x} not enabled: {}\n", names.port, why);
        })
    }

    fn remove_port(port: NvmetPort) {
        registry::unbind(port);
    }

    fn delete_ctrl(ctrl: CtrlId) {
        registry::delete_ctrl(ctrl);
    }

    fn host_traddr(ctrl: CtrlId) -> Result<Option<impl fmt::Display>> {
        let association = registry::find_ctrl(ctrl).ok_or(ENODEV)?;
        let host = association.host().ok_or(ENODEV)?;
        let names = host.names()?;
        Ok(names.map(|(node, port)| HostNames { node, port }))
    }

    fn discovery_chg(port: NvmetPort) {
        if let Some(port) = registry::port_of(port) {
            register::discovery_changed(&port);
        }
    }
}
