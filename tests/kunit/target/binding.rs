// SPDX-License-Identifier: GPL-2.0

//! Binding of nvmet's ports to target ports.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use crate::{
    cases::outcome::{ensure_eq, CaseResult, OrFail},
    support::{
        nvmet::{Port, Subsystem},
        tree::Tree,
    },
};

const NQN: &str = "nqn.2014-08.org.nvmexpress:kunit";

pub(crate) fn addresses_that_bind_nothing() -> CaseResult {
    let tree = Arc::new(Tree::enter().or_fail()?, GFP_KERNEL).or_fail()?;
    let subsystem = Subsystem::new(&tree, NQN).or_fail()?;

    for (family, address, error) in [
        ("fc", "nn-0x10001100ab000001:pn-0x20001100ab000001", ENXIO),
        ("fc", "nn-10001100ab000001:pn-20001100ab000001", ENXIO),
        ("fc", "nn-0x10001100ab000001:pn-0x20001100ab00000", EINVAL),
        ("fc", "10001100ab000001", EINVAL),
        (
            "ipv4",
            "nn-0x10001100ab000001:pn-0x20001100ab000001",
            EINVAL,
        ),
    ] {
        let mut port = Port::plain(&tree, 71).or_fail()?;

        port.set("addr_trtype", fmt!("fc")).or_fail()?;
        port.set("addr_adrfam", fmt!("{family}")).or_fail()?;
        port.set("addr_traddr", fmt!("{address}")).or_fail()?;
        ensure_eq!(port.link(&subsystem), Err(error), "{family} {address}");
    }
    Ok(())
}
