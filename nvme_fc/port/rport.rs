// SPDX-License-Identifier: GPL-2.0

//! Remote ports: NVMe targets that an LLDD found behind a local port.

#![deny(unsafe_code)]

use core::mem::offset_of;

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
    ctrl::recovery,
    entry::sysfs,
    log::port_log,
    port::{
        lport::LocalPort,
        port_abi::{
            Names,
            PortInfo,
            RemotePortAbi,
            ROLE_DISCOVERY, //
        },
        registry::{
            self,
            deliver_remote,
            leave_local,
            RemoteEntry, //
        }, //
    },
    shared::{
        fc::private_area::PrivateArea,
        proto::life::port::{
            Delete,
            PortError,
            PortLife, //
        },
        support::{
            device::DeviceRef,
            ratelimit::jiffies, //
        }, //
    }, //
};

/// Seconds that a remote port's loss is tolerated if the LLDD does not say.
const DEFAULT_DEV_LOSS: u32 = 60;
/// How often a registration looks again while the delete callback of an
/// earlier one is still running.
const DELIVERY_POLLS: u32 = 5000;

/// A remote port.
#[repr(C)]
pub(crate) struct RemotePort {
    /// What the LLDD sees; first, so that both have one address.
    abi: RemotePortAbi,
    /// `port_num`.
    number: u32,
    /// The local port it was found behind.
    local: Arc<LocalPort>,
    /// The LLDD's memory.
    private: PrivateArea,
    /// Its size in bytes.
    private_size: u32,
}

const _: () = assert!(offset_of!(RemotePort, abi) == 0);

impl RemotePort {
    /// What the LLDD sees.
    #[inline(always)]
    pub(crate) fn abi(&self) -> &RemotePortAbi {
        &self.abi
    }

    /// `port_num`.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// The local port it was found behind.
    #[inline(always)]
    pub(crate) fn local(&self) -> &Arc<LocalPort> {
        &self.local
    }

    /// The local port's device, for log lines and DMA.
    pub(crate) fn device(&self) -> &DeviceRef {
        self.local.device()
    }

    /// Tells user space that there is a discovery controller to be asked, if
    /// the port has one. Context: may sleep.
    pub(crate) fn signal_discovery(&self) {
        if self.abi.role() & ROLE_DISCOVERY != 0 {
            sysfs::signal_discovery(self.local.abi().names(), self.abi.names());
        }
    }
}

/// Registers a remote port, or takes up again one that was unregistered and is
/// still held, with all its controllers. Context: may sleep.
///
/// # Errors
///
/// `ESHUTDOWN` if there is no such local port; `ESTALE` if the port is
/// registered; `ENOLCK` if its delete callback does not come to an end;
/// `EINVAL` if it is held with a smaller private area; `ENOMEM`, `ENOSPC`.
pub(crate) fn register(
    raw: *mut abi::nvme_fc_local_port,
    info: &PortInfo,
) -> Result<Arc<RemotePort>> {
    let dev_loss = match info.dev_loss {
        0 => DEFAULT_DEV_LOSS,
        seconds => seconds,
    };
    for _ in 0..DELIVERY_POLLS {
        let mut registry = registry::lock();
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
            .find(|entry| entry.port.abi.names() == info.names)
        else {
            let number = local.numbers.take()?;
            let made = PrivateArea::new(ops.remote_private).and_then(|private| {
                let port = Arc::new(
                    RemotePort {
                        abi: RemotePortAbi::new(
                            number,
                            info,
                            local.port.abi(),
                            private.as_ptr(),
                            dev_loss,
                        ),
                        number,
                        local: local.port.clone(),
                        private,
                        private_size: ops.remote_private,
                    },
                    GFP_KERNEL,
                )?;
                local.remotes.push(
                    RemoteEntry {
                        port: port.clone(),
                        life: PortLife::new(),
                        dev_loss_end: 0,
                        registered_at: jiffies(),
                        ctrls: KVec::new(),
                        exchanges: KVec::new(),
                        received: 0,
                    },
                    GFP_KERNEL,
                )?;
                Ok(port)
            });
            if made.is_err() {
                local.numbers.give(number);
            }
            return made;
        };
        let port = entry.port.clone();
        if ops.remote_private > port.private_size {
            port_log!(
                warn,
                port,
                "remote port {}: private area grew from {} to {} bytes\n",
                Names(info.names),
                port.private_size,
                ops.remote_private
            );
            return Err(EINVAL);
        }
        match entry.life.register() {
            Ok(()) => {
                port.abi.refresh(info);
                port.abi.set_dev_loss(dev_loss);
                entry.registered_at = jiffies();
                port.abi.set_online(true);
                for ctrl in &entry.ctrls {
                    recovery::port_returned(ctrl);
                }
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

/// Unregisters a remote port: its controllers lose their associations, its
/// link services are aborted. The delete callback is delivered now if nothing
/// uses the port, else by the last user. Context: may sleep; nothing locked.
///
/// # Errors
///
/// `EINVAL` if `raw` is no port, or one that is not registered.
pub(crate) fn unregister(raw: *mut abi::nvme_fc_remote_port) -> Result {
    let (port, exchanges, due, held) = {
        let mut registry = registry::lock();
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
                Names(port.abi.names())
            );
            return Err(EINVAL);
        };
        port.abi.set_online(false);
        let dev_loss = port.abi.dev_loss();
        let ticks = u64::from(dev_loss).saturating_mul(u64::from(abi::HZ));
        entry.dev_loss_end = jiffies().wrapping_add(ticks);
        for ctrl in &entry.ctrls {
            recovery::port_lost(ctrl, dev_loss);
        }
        // The list itself goes with the entry's next use; each exchange takes
        // itself off when it is over, and does not mind being gone already.
        let exchanges = core::mem::replace(&mut entry.exchanges, KVec::new());
        let deliver = delete == Delete::Deliver;
        let local = registry.local(port.local());
        let (ops, held) = match local {
            // The local port's own callback must come after this one.
            Some(local) if deliver => (Some(local.ops), local.life.join().is_ok()),
            _ => (None, false),
        };
        (port, exchanges, ops, held)
    };
    for exchange in &exchanges {
        exchange.abort();
    }
    drop(exchanges);
    if let Some(ops) = due {
        deliver_remote(&ops, &port);
    }
    if held {
        leave_local(port.local());
        registry::lock().sweep_local(port.local());
    }
    Ok(())
}

/// Tells user space about the port's discovery controller once more.
pub(crate) fn rescan(raw: *mut abi::nvme_fc_remote_port) {
    let port = registry::lock()
        .remote_by_raw(raw)
        .map(|entry| entry.port.clone());
    match port {
        Some(port) => port.signal_discovery(),
        None => pr_warn!("rescan: no such remote port\n"),
    }
}

/// All ports that may have a discovery controller.
///
/// # Errors
///
/// `ENOMEM`.
pub(crate) fn all_with_discovery() -> Result<KVec<Arc<RemotePort>>> {
    let mut ports = KVec::new();
    for entry in registry::lock().remotes() {
        if entry.life.is_online() && entry.port.abi.role() & ROLE_DISCOVERY != 0 {
            ports.push(entry.port.clone(), GFP_KERNEL)?;
        }
    }
    Ok(ports)
}
