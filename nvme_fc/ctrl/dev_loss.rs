// SPDX-License-Identifier: GPL-2.0

//! Remote ports that go and return, for the controllers and link services behind
//! them.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc,
    workqueue::WorkItem, //
};

use crate::{
    abi,
    ctrl::{
        failure::{
            self,
            cut_short,
            fail_connecting, //
        },
        list::CTRLS,
        traced,
        Ctrl,
        CONNECT_WORK,
        DEV_LOSS_WORK, //
    },
    log::ctrl_log,
    ls::exchange,
    nvme::ctrl::{
        nvme_wq,
        CtrlState, //
    },
    port::{
        register,
        registry_lock,
        rport::RemotePort,
        traced as traced_port, //
    },
    shared::{
        fc::port::PortInfo,
        proto::{
            cause::{
                Cause,
                Step,
                Why, //
            },
            reconnect, //
        },
        support::{
            ratelimit::jiffies,
            work, //
        }, //
    },
    trace::PortChange, //
};

/// Jiffies a second.
pub(super) const TICKS: u64 = abi::HZ as u64;

/// Registers a remote port, and has the controllers behind one that returns
/// connect again. Context: may sleep.
///
/// # Errors
///
/// As for [`register::register_remote`].
pub(crate) fn register_remote(
    raw: *mut abi::nvme_fc_local_port,
    info: &PortInfo,
) -> Result<Arc<RemotePort>> {
    register::register_remote(raw, info, |registry, port| {
        for ctrl in CTRLS.of(registry, port) {
            port_returned(ctrl);
        }
    })
}

/// Unregisters a remote port: its controllers lose their associations, its link
/// services are aborted. Context: may sleep; nothing locked.
///
/// # Errors
///
/// As for [`register::unregister_remote`].
pub(crate) fn unregister_remote(raw: *mut abi::nvme_fc_remote_port) -> Result {
    register::unregister_remote(raw, |registry, port, dev_loss| {
        for ctrl in CTRLS.of(registry, port) {
            port_lost(ctrl, dev_loss);
        }
        exchange::port_lost(registry, port)
    })
}

/// A controller's port is gone. Context: may sleep, registry locked.
fn port_lost(ctrl: &Arc<Ctrl>, dev_loss: u32) {
    traced::error(ctrl, "remote port lost", None);
    if dev_loss == 0 {
        ctrl_log!(warn, ctrl, "controller connectivity lost.\n");
        failure::conclude(ctrl, Cause::new(Step::TargetPort, Why::DevLoss));
        ctrl.set_failed();
        ctrl.nvme().delete();
        return cut_short(ctrl);
    }
    ctrl_log!(
        info,
        ctrl,
        "controller connectivity lost. Awaiting Reconnect\n"
    );
    failure::keep(ctrl, Cause::new(Step::TargetPort, Why::Gone));
    if !ctrl.nvme().reset() && ctrl.nvme().state() == CtrlState::Connecting {
        fail_connecting(ctrl.as_arc_borrow());
    } else {
        // Before it ends the association, a deletion waits for the I/O of namespaces,
        // and a reset for the NVMe core's work items: neither may wait for commands
        // that come to nothing, as the LLDD waits for its port.
        cut_short(ctrl);
    }
    if ctrl.nvme().state() == CtrlState::Deleting {
        return;
    }
    let ticks = u64::from(dev_loss).saturating_mul(TICKS);
    work::mod_delayed::<Ctrl, DEV_LOSS_WORK>(nvme_wq(), ctrl.clone(), clamp(ticks));
}

/// A controller's port is back. Context: may sleep, registry locked.
fn port_returned(ctrl: &Arc<Ctrl>) {
    match ctrl.nvme().state() {
        CtrlState::New | CtrlState::Connecting => {
            ctrl_log!(
                info,
                ctrl,
                "connectivity re-established. Attempting reconnect\n"
            );
            work::mod_delayed::<Ctrl, CONNECT_WORK>(nvme_wq(), ctrl.clone(), 0);
        }
        // A reset that is under way will find the port.
        _ => {}
    }
}

impl WorkItem<DEV_LOSS_WORK> for Ctrl {
    type Pointer = Arc<Self>;

    /// Deletes a controller whose port was gone for too long.
    fn run(this: Arc<Self>) {
        let mut registry = registry_lock::lock();
        let Some(entry) = registry.remote(this.remote()) else {
            return;
        };
        match reconnect::until_dev_loss(jiffies(), entry.situation()) {
            None => {}
            Some(0) => match this.nvme().state() {
                CtrlState::Deleting => {}
                // Creation is under way, and cannot be deleted yet.
                CtrlState::New => {
                    work::mod_delayed::<Ctrl, DEV_LOSS_WORK>(nvme_wq(), this.clone(), clamp(TICKS));
                }
                _ => {
                    dev_loss_expired(&this);
                    this.nvme().delete();
                }
            },
            Some(left) => {
                work::mod_delayed::<Ctrl, DEV_LOSS_WORK>(nvme_wq(), this.clone(), clamp(left));
            }
        }
    }
}

/// Logs that a port did not return in time.
pub(super) fn dev_loss_expired(ctrl: &Ctrl) {
    traced_port::remote(PortChange::DevLoss, ctrl.remote());
    let options = ctrl.nvme().options();
    ctrl_log!(
        warn,
        ctrl,
        "dev_loss_tmo ({}) expired while waiting for remoteport connectivity.\n",
        reconnect::loss_seconds(
            ctrl.remote().abi().dev_loss(),
            options.reconnect_delay(),
            options.max_reconnects()
        )
    );
    failure::conclude(ctrl, Cause::new(Step::TargetPort, Why::DevLoss));
}

/// Jiffies as the timer functions take them.
pub(super) fn clamp(ticks: u64) -> usize {
    usize::try_from(ticks).unwrap_or(usize::MAX / 4)
}
