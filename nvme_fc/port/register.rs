// SPDX-License-Identifier: GPL-2.0

//! Registration of ports, and its end.
//!
//! An LLDD may register the names of a port again that it has unregistered and
//! that is still in use. It gets the same object then, unless the delete
//! callback of the earlier registration is running: that is waited for.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc,
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

use crate::{
    abi,
    log::port_log,
    numbers::Numbers,
    port::{
        delete::{
            deliver_local,
            deliver_remote, //
        },
        lport::LocalPort,
        port_use::leave_local,
        registry::{
            LocalEntry,
            RemoteEntry, //
        },
        registry_lock::{
            self,
            Locked, //
        },
        rport::RemotePort,
        traced, //
    },
    shared::{
        fc::{
            host_template::HostTemplate,
            port::{
                Names,
                PortInfo, //
            }, //
        },
        proto::life::port::{
            Delete,
            PortError,
            PortLife, //
        },
        support::{
            device::DeviceRef,
            ratelimit::jiffies, //
        }, //
    },
    trace::PortChange, //
};

/// Seconds that a remote port's loss is tolerated if the LLDD does not say.
const DEFAULT_DEV_LOSS: u32 = 60;
/// How often a registration looks again while the delete callback of an
/// earlier one is still running.
const DELIVERY_POLLS: u32 = 5000;

/// Registers a local port, or takes up again one that was unregistered and is
/// still held. Context: may sleep.
///
/// # Errors
///
/// `EXDEV` if the names belong to a port of another device; `EEXIST` if such a
/// port is registered; `EINVAL` if it is held with a smaller private area;
/// `ENOMEM`, `ENOSPC`.
pub(crate) fn register_local(
    info: &PortInfo,
    ops: HostTemplate,
    device: DeviceRef,
) -> Result<Arc<LocalPort>> {
    for _ in 0..DELIVERY_POLLS {
        let mut registry = registry_lock::lock();
        let Some(entry) = registry.local_by_names(info.names) else {
            let number = registry.numbers.take()?;
            let made = LocalPort::new(number, info, &ops, device).and_then(|port| {
                registry.locals.push(
                    LocalEntry {
                        port: port.clone(),
                        life: PortLife::new(),
                        ops,
                        remotes: KVec::new(),
                        numbers: Numbers::new(),
                    },
                    GFP_KERNEL,
                )?;
                traced::local(PortChange::Register, &port);
                Ok(port)
            });
            if made.is_err() {
                registry.numbers.give(number);
            }
            return made;
        };
        let port = entry.port.clone();
        if !port.device().is(device.as_raw()) {
            port_log!(
                warn,
                port,
                "local port {}: names in use by another device\n",
                Names(info.names)
            );
            return Err(EXDEV);
        }
        if ops.local_private > port.private_size() {
            port_log!(
                warn,
                port,
                "local port {}: private area grew from {} to {} bytes\n",
                Names(info.names),
                port.private_size(),
                ops.local_private
            );
            return Err(EINVAL);
        }
        match entry.life.register() {
            Ok(()) => {
                port.abi().refresh(info);
                port.abi().set_online(true);
                entry.ops = ops;
                traced::local(PortChange::Resume, &port);
                return Ok(port);
            }
            Err(PortError::Deleting) => {}
            Err(_) => {
                port_log!(
                    warn,
                    port,
                    "local port {}: registered already\n",
                    Names(info.names)
                );
                return Err(EEXIST);
            }
        }
        drop(registry);
        fsleep(Delta::from_millis(1));
    }
    Err(EEXIST)
}

/// Unregisters a local port. Its delete callback is delivered now if nothing
/// uses the port, else by the last user. Context: may sleep; nothing locked.
///
/// # Errors
///
/// `EINVAL` if `raw` is no port, or one that is not registered.
pub(crate) fn unregister_local(raw: *mut abi::nvme_fc_local_port) -> Result {
    let (port, due) = {
        let mut registry = registry_lock::lock();
        let Some(entry) = registry.local_by_raw(raw) else {
            pr_warn!("unregister: no such local port\n");
            return Err(EINVAL);
        };
        let port = entry.port.clone();
        let Ok(delete) = entry.life.unregister() else {
            port_log!(
                warn,
                port,
                "local port {}: not registered\n",
                Names(port.abi().names())
            );
            return Err(EINVAL);
        };
        port.abi().set_online(false);
        traced::local(PortChange::Unregister, &port);
        let due = match delete {
            Delete::Deliver => Some(entry.ops),
            Delete::Later => None,
        };
        (port, due)
    };
    if let Some(ops) = due {
        deliver_local(&ops, &port);
    }
    Ok(())
}

/// Registers a remote port, or takes up again one that was unregistered and is
/// still held; that has `returned` then. Context: may sleep.
///
/// # Errors
///
/// `ESHUTDOWN` if there is no such local port; `ESTALE` if the port is
/// registered; `ENOLCK` if its delete callback does not come to an end;
/// `EINVAL` if it is held with a smaller private area; `ENOMEM`, `ENOSPC`.
pub(crate) fn register_remote(
    raw: *mut abi::nvme_fc_local_port,
    info: &PortInfo,
    returned: impl FnOnce(&mut Locked, &RemotePort),
) -> Result<Arc<RemotePort>> {
    let dev_loss = match info.dev_loss {
        0 => DEFAULT_DEV_LOSS,
        seconds => seconds,
    };
    for _ in 0..DELIVERY_POLLS {
        let mut registry = registry_lock::lock();
        let Some(local) = registry.local_by_raw(raw) else {
            pr_warn!(
                "remote port {}: no such local port to register it on\n",
                Names(info.names)
            );
            return Err(ESHUTDOWN);
        };
        let ops = local.ops;
        let Some(entry) = local
            .remotes
            .iter_mut()
            .find(|entry| entry.port.abi().names() == info.names)
        else {
            let number = local.numbers.take()?;
            let parent = &local.port;
            let made = RemotePort::new(number, info, parent, &ops, dev_loss).and_then(|port| {
                local.remotes.push(
                    RemoteEntry {
                        port: port.clone(),
                        life: PortLife::new(),
                        dev_loss_end: 0,
                        registered_at: jiffies(),
                        ctrls: 0,
                        received: 0,
                    },
                    GFP_KERNEL,
                )?;
                traced::remote(PortChange::Register, &port);
                Ok(port)
            });
            if made.is_err() {
                local.numbers.give(number);
            }
            return made;
        };
        let port = entry.port.clone();
        if ops.remote_private > port.private_size() {
            port_log!(
                warn,
                port,
                "remote port {}: private area grew from {} to {} bytes\n",
                Names(info.names),
                port.private_size(),
                ops.remote_private
            );
            return Err(EINVAL);
        }
        match entry.life.register() {
            Ok(()) => {
                port.abi().refresh(info);
                port.abi().set_dev_loss(dev_loss);
                entry.registered_at = jiffies();
                port.abi().set_online(true);
                traced::remote(PortChange::Resume, &port);
                returned(&mut registry, &port);
                return Ok(port);
            }
            Err(PortError::Deleting) => {}
            Err(_) => {
                port_log!(
                    warn,
                    port,
                    "remote port {}: registered already\n",
                    Names(info.names)
                );
                return Err(ESTALE);
            }
        }
        drop(registry);
        fsleep(Delta::from_millis(1));
    }
    Err(ENOLCK)
}

/// Unregisters a remote port. `lost` tells what is behind it, and gives what is
/// to be done about that with nothing locked; it has the seconds that the port's
/// loss is tolerated. The delete callback is delivered now if nothing uses the
/// port, else by the last user. Context: may sleep; nothing locked.
///
/// # Errors
///
/// `EINVAL` if `raw` is no port, or one that is not registered.
pub(crate) fn unregister_remote<F: FnOnce()>(
    raw: *mut abi::nvme_fc_remote_port,
    lost: impl FnOnce(&mut Locked, &Arc<RemotePort>, u32) -> F,
) -> Result {
    let (port, unlocked, due, held) = {
        let mut registry = registry_lock::lock();
        let Some(entry) = registry.remote_by_raw(raw) else {
            pr_warn!("unregister: no such remote port\n");
            return Err(EINVAL);
        };
        let port = entry.port.clone();
        let Ok(delete) = entry.life.unregister() else {
            port_log!(
                warn,
                port,
                "remote port {}: not registered\n",
                Names(port.abi().names())
            );
            return Err(EINVAL);
        };
        port.abi().set_online(false);
        traced::remote(PortChange::Unregister, &port);
        let dev_loss = port.abi().dev_loss();
        let ticks = u64::from(dev_loss).saturating_mul(u64::from(abi::HZ));
        entry.dev_loss_end = jiffies().wrapping_add(ticks);
        let unlocked = lost(&mut registry, &port, dev_loss);
        let deliver = delete == Delete::Deliver;
        let local = registry.local(port.local());
        let (ops, held) = match local {
            // The local port's own callback must come after this one.
            Some(local) if deliver => (Some(local.ops), local.life.join().is_ok()),
            _ => (None, false),
        };
        (port, unlocked, ops, held)
    };
    unlocked();
    if let Some(ops) = due {
        deliver_remote(&ops, &port);
    }
    if held {
        leave_local(port.local());
        registry_lock::lock().sweep_local(port.local());
    }
    Ok(())
}
