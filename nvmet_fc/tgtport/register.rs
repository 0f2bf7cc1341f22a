// SPDX-License-Identifier: GPL-2.0

//! Registration of target ports, and their end.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        atomic::Relaxed,
        Arc, //
    },
    time::msecs_to_jiffies,
    workqueue::WorkItem, //
};

use crate::{
    counts::refusal::Refusal,
    globals,
    ls::disconnect::sent,
    nvmet::port::nvmet_wq,
    port::core::{
        Hold,
        PortOwner, //
    },
    shared::{
        fc::{
            port::TargetPortInfo,
            target_template::{
                TargetLldd,
                TargetTemplate, //
            }, //
        },
        support::{
            device::DeviceRef,
            held::Ended,
            work, //
        }, //
    },
    tgtport::{
        registry,
        HeldPort,
        TargetPort,
        DELETE_WORK,
        EVENT_WORK, //
    },
    trace::PortChange, //
};

/// How long an unregistration waits for `targetport_delete`, seconds. What is out
/// with an LLDD beyond that ends later; lpfc allows 5 s of its own.
const DELETE_WAIT_SECONDS: u32 = 3;
/// The same while a link service that we sent keeps the port, which it does only
/// if the LLDD has a device that may still write to it: it ends by itself, or is
/// given up, and the LLDD must not go before.
const SENT_WAIT_SECONDS: u32 = 20;

/// How old a port must be for a discovery event, milliseconds. LLDDs (lpfc among
/// them) finish their part of a port only after they were given it, and their
/// `discovery_event` relies on that. The host's side does the same.
const SETTLE_MSECS: u32 = 250;

/// Registers a target port. `publish` gives the LLDD its pointer, before anything
/// is called for the port. Context: may sleep.
///
/// # Errors
///
/// `EEXIST`: a port with these names is registered. `ENOMEM`, `ENOSPC`.
pub(crate) fn register(
    info: &TargetPortInfo,
    template: TargetTemplate,
    device: DeviceRef,
    publish: impl FnOnce(&TargetLldd),
) -> Result {
    let names = info.names;
    let outcome = registry::take_number(names).and_then(|number| {
        TargetPort::new(info, template, device, number)
            .and_then(|port| registry::add(port, publish))
            .inspect_err(|_| registry::give_number(number))
    });
    if let Err(error) = outcome {
        let why = match error {
            EEXIST => Refusal::PortNames,
            _ => Refusal::PortOther,
        };
        pr_err!(
            "port 0x{:016x}: registration failed: {} ({})\n",
            names.port,
            error.to_errno(),
            why.counted()
        );
    }
    outcome
}

/// Unregisters a target port: ends its associations, and waits a while for its
/// end. Context: may sleep; not from a work item of nvmet's queue.
///
/// # Errors
///
/// `EINVAL`: it was unregistered before.
pub(crate) fn unregister(port: &TargetPort) -> Result {
    let registration = if port.unregistered.xchg(true, Relaxed) {
        None
    } else {
        registry::remove(port)
    };
    let Some(registration) = registration else {
        pr_err!(
            "{{{}}}: port 0x{:016x} is unregistered already\n",
            port.number,
            port.port_name
        );
        return Err(EINVAL);
    };
    port.trace(PortChange::Unregister);
    // LLDDs, too, rely on nvmet's queue having run dry here.
    work::flush_queue(nvmet_wq());
    sent::hurry_all(port);

    let memory = registration.port.clone();
    drop(registration);
    // CAST: A small number of jiffies.
    let second = msecs_to_jiffies(1_000) as usize;
    for waited in 1..=SENT_WAIT_SECONDS {
        if memory.deleted.wait_timeout(second) {
            return Ok(());
        }
        if waited >= DELETE_WAIT_SECONDS && !sent::is_out(&memory) {
            break;
        }
    }
    pr_warn!(
        "{{{}}}: port 0x{:016x} still has {} users\n",
        memory.number,
        memory.port_name,
        memory.core.holds()
    );
    Ok(())
}

/// The discovery log of the port's hosts has changed: tells the LLDD, or, if the
/// port is too young for that, has it told. Context: may sleep.
pub(crate) fn discovery_changed(port: &HeldPort) {
    let age = u32::try_from(port.since.elapsed().as_millis()).unwrap_or(u32::MAX);
    match SETTLE_MSECS.saturating_sub(age) {
        0 => port.lldd.discovery_event(),
        left => port.port.clone().queue_discovery_event(left),
    }
}

impl TargetPort {
    /// Queues the work that tells the LLDD, after a time, that the discovery log
    /// changed. Context: any.
    fn queue_discovery_event(self: Arc<Self>, msecs: u32) {
        let jiffies = msecs_to_jiffies(msecs);
        drop(globals::own_queue().enqueue_delayed::<_, { EVENT_WORK }>(self, jiffies));
    }
}

impl Ended for TargetPort {
    /// Has `targetport_delete` called.
    fn ended(self: Arc<Self>) {
        drop(globals::own_queue().enqueue::<_, { DELETE_WORK }>(self));
    }
}

impl WorkItem<{ EVENT_WORK }> for TargetPort {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        late_discovery_event(&this);
    }
}

impl WorkItem<{ DELETE_WORK }> for TargetPort {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        deliver_delete(&this);
    }
}

/// The port is old enough now. Context: may sleep; a work item.
fn late_discovery_event(port: &TargetPort) {
    if port.unregistered.load(Relaxed) {
        return;
    }
    if let Some(port) = Hold::try_new(port.core()) {
        port.lldd.discovery_event();
    }
}

/// The last user of an unregistered target port is gone. Context: may sleep.
fn deliver_delete(port: &TargetPort) {
    // The LLDD may give its device up once it is told.
    port.ls.unmap();
    port.trace(PortChange::Delete);
    port.lldd.targetport_delete();
    registry::forget(port);
    port.deleted.complete_all();
}
