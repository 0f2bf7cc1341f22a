// SPDX-License-Identifier: GPL-2.0

//! `<linux/nvme-fc-driver.h>` as a transport sees it.
//!
//! C header: [`include/linux/nvme-fc-driver.h`](srctree/include/linux/nvme-fc-driver.h)

#![deny(unsafe_code)]

pub(crate) mod private_area;
