// SPDX-License-Identifier: GPL-2.0

//! Who a Connect is of, and for.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::shared::{
    proto::command::connect,
    support::scatterlist::PageList, //
};

/// The names in a Connect's data.
pub(crate) struct ConnectNames {
    /// NQN of the host.
    pub(crate) host: KVec<u8>,
    /// NQN of the subsystem.
    pub(crate) subsystem: KVec<u8>,
}

impl ConnectNames {
    /// Takes them out of the data, which is not mapped; `None` if there is no memory, or
    /// too little data. Context: may sleep.
    pub(crate) fn read(data: &PageList) -> Option<Self> {
        Some(Self {
            host: name(data, connect::HOST_AT)?,
            subsystem: name(data, connect::SUBSYSTEM_AT)?,
        })
    }
}

/// The name in a field of the data.
fn name(data: &PageList, at: usize) -> Option<KVec<u8>> {
    let mut field = [0; connect::NQN_LENGTH];
    if !data.read(at, &mut field) {
        return None;
    }
    let mut name = KVec::new();
    let bytes = connect::nqn(&field);
    name.extend_from_slice(bytes, GFP_KERNEL).ok()?;
    Some(name)
}
