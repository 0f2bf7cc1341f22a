// SPDX-License-Identifier: GPL-2.0

//! The NVMe core's controller, of which the files only pass a reference on.

pub(crate) mod ctrl {
    pub(crate) struct NvmeCtrl;
}

pub(crate) mod ops {
    use super::ctrl::NvmeCtrl;

    pub(crate) trait HasNvmeCtrl {
        fn nvme(&self) -> &NvmeCtrl;
    }
}
