// SPDX-License-Identifier: GPL-2.0

//! The "fc" class, whose device is what uevents about discovery controllers come
//! from, and the files that ask for them.
//!
//! The class and its one device are what udev rules of nvme-cli match, literally.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::{
    port::{
        discovery,
        uevent, //
    },
    shared::support::{
        attributes::{
            File,
            Group,
            Store, //
        },
        class::Registration, //
    }, //
};

/// `nvme_discovery`: a write repeats the event of every port that has a
/// discovery controller.
struct NvmeDiscovery;

impl Store for NvmeDiscovery {
    const NAME: &'static CStr = c"nvme_discovery";

    fn store(_text: &[u8]) -> Result {
        discovery::signal_all()
    }
}

/// `appid_store`: gives a cgroup its application identifier.
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
struct AppidStore;

#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
impl Store for AppidStore {
    const NAME: &'static CStr = c"appid_store";

    fn store(text: &[u8]) -> Result {
        crate::io::appid::store(text)
    }
}

/// See [`NvmeDiscovery`].
static NVME_DISCOVERY: File = File::new::<NvmeDiscovery>();
/// See [`AppidStore`].
#[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
static APPID_STORE: File = File::new::<AppidStore>();
/// The files.
static FILES: &[Option<&File>] = &[
    Some(&NVME_DISCOVERY),
    #[cfg(CONFIG_BLK_CGROUP_FC_APPID)]
    Some(&APPID_STORE),
    None,
];
/// Their group.
static GROUP: Group = Group::new(None, FILES);
/// The groups.
static GROUPS: [Option<&Group>; 2] = [Some(&GROUP), None];

/// Registers the class and makes the device. Context: module init, once.
///
/// # Errors
///
/// The driver core's, logged.
pub(crate) fn register() -> Result<Registration> {
    let class = Registration::new(&uevent::CLASS, &GROUPS)
        .inspect_err(|_| pr_err!("couldn't register class fc\n"))?;
    class
        .add_device(c"fc_udev_device")
        .inspect_err(|_| pr_err!("couldn't create fc_udev device!\n"))?;
    Ok(class)
}
