// SPDX-License-Identifier: GPL-2.0

//! The exchanges of a target, `struct nvmefc_tgt_fcp_req`.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

#![deny(unsafe_code)]

use crate::abi;

/// What is given to the LLDD.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Operation {
    /// Fetch data from the host.
    WriteData = abi::NVMET_FCOP_WRITEDATA as u8,
    /// Send data to the host.
    ReadData = abi::NVMET_FCOP_READDATA as u8,
    /// Send data to the host, and the response behind it.
    ReadDataRsp = abi::NVMET_FCOP_READDATA_RSP as u8,
    /// Send the response.
    Rsp = abi::NVMET_FCOP_RSP as u8,
}
