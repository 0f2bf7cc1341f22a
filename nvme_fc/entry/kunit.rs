// SPDX-License-Identifier: GPL-2.0

//! The KUnit suites' way to make controllers.
//!
//! `/dev/nvme-fabrics` takes its options from user memory, and kunit.py has no
//! user space. So the suites get the table that nvme-fabrics has, and call what
//! it calls; modules that are built without suites have no such entry.

use crate::{
    abi,
    entry::nvme, //
};

abi::assert_signature! {
    nvme_fc_kunit_transport = nvme_fc_kunit_transport,
}

/// The transport's table. Context: any.
///
/// # Safety
///
/// None is needed; bindgen knows no safe C function.
#[no_mangle]
pub(crate) unsafe extern "C" fn nvme_fc_kunit_transport() -> *mut abi::nvmf_transport_ops {
    nvme::TRANSPORT.as_raw()
}
