// SPDX-License-Identifier: GPL-2.0

//! The event that a port has a discovery controller, with the variables that
//! udev rules of nvme-cli match, literally.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    str::CString, //
};

use crate::shared::{
    fc::port::Names,
    proto::traddr::Traddr,
    support::class::Class, //
};

/// The class whose device such events come from.
pub(crate) static CLASS: Class = Class::new(c"fc");

/// Sends the event that a port has a discovery controller. Context: may sleep.
pub(crate) fn signal_discovery(host: Traddr, target: Traddr) {
    let host = CString::try_from_fmt(fmt!("NVMEFC_HOST_TRADDR={}", Names(host)));
    let target = CString::try_from_fmt(fmt!("NVMEFC_TRADDR={}", Names(target)));
    let (Ok(host), Ok(target)) = (host, target) else {
        pr_warn!("no memory for a discovery event\n");
        return;
    };
    CLASS.send_change(&[c"FC_EVENT=nvmediscovery", &host, &target]);
}
