// SPDX-License-Identifier: GPL-2.0

//! `ports`: local ports, each with its remote ports.

#![deny(unsafe_code)]

use core::fmt;

use kernel::prelude::*;

use super::parts::names;
use crate::{
    abi,
    port::{
        registry::{
            LocalEntry,
            RemoteEntry, //
        },
        registry_lock, //
    },
    shared::{
        fc::port::{
            ROLE_DISCOVERY,
            ROLE_INITIATOR,
            ROLE_TARGET, //
        },
        proto::{
            life::port::{
                Callback,
                PortLife, //
            },
            record::{
                Record,
                ABSENT, //
            }, //
        },
        support::debugfs::{
            Output,
            Show, //
        }, //
    },
    LocalModule, //
};

/// The file.
pub(super) struct Ports;

impl Show for Ports {
    type Module = LocalModule;
    const NAME: &'static CStr = c"ports";

    fn show(out: &mut Output<'_>) -> fmt::Result {
        let registry = registry_lock::lock();
        for local in &registry.locals {
            show_local(out, local)?;
            for remote in &local.remotes {
                show_remote(out, remote)?;
            }
        }
        Ok(())
    }
}

/// A local port.
fn show_local(out: &mut Output<'_>, entry: &LocalEntry) -> fmt::Result {
    let port = &entry.port;
    // The entry is there as long as the LLDD may be called, and so is the LLDD.
    let driver = port.device().driver_name();
    Record::new(out)
        .word("kind", b"localport")
        .count("localport", port.number())
        .traddr("host_traddr", Some(port.abi().names()))
        .port_id("port_id", port.abi().port_id())
        .word("lldd", driver.map_or(ABSENT.as_bytes(), CStr::to_bytes))
        .word("state", state(entry))
        // CAST: A usize fits a u64.
        .count("remoteports", entry.remotes.len() as u64)
        .word("delete_callback", callback(&entry.life))
        .end()
}

/// The word for a local port's state.
fn state(entry: &LocalEntry) -> &'static [u8] {
    if entry.life.is_online() {
        b"online"
    } else {
        b"deleted"
    }
}

/// The word for what the LLDD waits for.
fn callback(life: &PortLife) -> &'static [u8] {
    life.callback().map_or(ABSENT, Callback::word).as_bytes()
}

/// A remote port.
fn show_remote(out: &mut Output<'_>, entry: &RemoteEntry) -> fmt::Result {
    let port = &entry.port;
    let presence = entry.presence();
    let role = port.abi().role();
    let roles = [
        (ROLE_TARGET, "target"),
        (ROLE_INITIATOR, "initiator"),
        (ROLE_DISCOVERY, "discovery"),
    ];
    let line = Record::new(out)
        .word("kind", b"remoteport")
        .count("localport", port.local().number())
        .count("remoteport", port.number());
    names(line, port)
        .port_id("port_id", port.abi().port_id())
        .list(
            "role",
            roles
                .into_iter()
                .filter(|(bit, _)| role & bit != 0)
                .map(|(_, word)| word),
        )
        .word("state", presence.word().as_bytes())
        .count("dev_loss_tmo", port.abi().dev_loss())
        .count_if("dev_loss_remaining", presence.seconds_left(abi::HZ))
        .count("controllers", entry.ctrls)
        .word("delete_callback", callback(&entry.life))
        .end()
}
