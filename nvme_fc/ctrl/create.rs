// SPDX-License-Identifier: GPL-2.0

//! Making a controller for what a user wrote to /dev/nvme-fabrics.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    ctrl::{
        list::{
            list,
            unlist,
            CTRLS, //
        },
        recovery,
        Ctrl,
        CONNECT_WORK, //
    },
    io::{
        exchange::OnDone,
        operations,
        queue::Queue, //
    },
    log::ctrl_log,
    nvme::{
        ctrl::nvme_wq,
        options::Options, //
    },
    port::{
        registry::Registry,
        registry_lock::{
            self,
            Locked, //
        },
        rport::RemotePort, //
    },
    shared::{
        fc::port::{
            ROLE_DISCOVERY,
            ROLE_TARGET, //
        },
        proto::{
            queues,
            reconnect,
            traddr::{
                self,
                Traddr, //
            }, //
        },
        support::work, //
    }, //
};

/// Reads one of the two addresses.
fn address(what: &str, text: &CStr) -> Result<Traddr> {
    traddr::parse(text.to_bytes()).map_err(|error| {
        match error.position() {
            Some(at) => pr_warn!(
                "nvme_fc_parse_traddr: bad traddr string: {} \"{}\": {} (at {})\n",
                what,
                text,
                error.text(),
                at
            ),
            None => pr_warn!(
                "nvme_fc_parse_traddr: bad traddr string: {} \"{}\": {}\n",
                what,
                text,
                error.text()
            ),
        }
        EINVAL
    })
}

/// Makes a controller that nobody else knows; `D` gets the exchange of its
/// asynchronous event. Context: may sleep.
///
/// # Errors
///
/// `EINVAL` for a bad address; `ENOENT` if the ports are not registered;
/// `EBADR` if the remote port is no target; `EALREADY` if there is such a
/// controller and no duplicate was asked for; `ENOMEM`.
pub(crate) fn make<D: OnDone<Ctrl>>(options: &Options) -> Result<Arc<Ctrl>> {
    let target = address("traddr", options.traddr())?;
    let host = address("host_traddr", options.host_traddr())?;
    let (remote, number, lldd_queues, private) = {
        let mut registry = registry_lock::lock();
        let found = find(&mut registry, host, target);
        let Some((remote, lldd_queues, private)) = found else {
            pr_warn!(
                "nvme_fc_create_ctrl: {} - {} combination not found\n",
                options.traddr(),
                options.host_traddr()
            );
            return Err(ENOENT);
        };
        if remote.abi().role() & (ROLE_TARGET | ROLE_DISCOVERY) == 0 {
            pr_warn!(
                "{}: neither a target nor a discovery port\n",
                options.traddr()
            );
            return Err(EBADR);
        }
        refuse_duplicate(&mut registry, &remote, options)?;
        (remote, registry.ctrl_numbers.take()?, lldd_queues, private)
    };
    let made =
        make_queues(&remote, options).and_then(|queues| Ctrl::new::<D>(number, remote, queues));
    let ctrl = match made {
        Ok(ctrl) => ctrl,
        Err(error) => {
            registry_lock::lock().ctrl_numbers.give(number);
            return Err(error);
        }
    };
    operations::adopt(&ctrl);
    configure(&ctrl, options, lldd_queues);
    ctrl.set_fcp_private(private);
    Ok(ctrl)
}

/// Finds a registered pair of ports, with the LLDD's number of queues and its
/// bytes for each exchange.
fn find(
    registry: &mut Registry,
    host: Traddr,
    target: Traddr,
) -> Option<(Arc<RemotePort>, u32, u32)> {
    let local = registry.local_by_names(host)?;
    if !local.life.is_online() {
        return None;
    }
    let ops = local.ops;
    let remote = local
        .remotes
        .iter()
        .find(|entry| entry.life.is_online() && entry.port.abi().names() == target)?
        .port
        .clone();
    Some((remote, ops.queues_when_registered, ops.fcp_private))
}

/// `EALREADY` if the user has a controller like this one, and wants no other.
fn refuse_duplicate(registry: &mut Locked, remote: &RemotePort, options: &Options) -> Result {
    if options.duplicate_connect() {
        return Ok(());
    }
    registry.remote(remote).ok_or(ENOENT)?;
    if CTRLS
        .of(registry, remote)
        .any(|ctrl| ctrl.nvme().matches_options(options))
    {
        pr_info!(
            "{}: a controller for {} exists already\n",
            options.traddr(),
            options.subsystem_nqn()
        );
        return Err(EALREADY);
    }
    Ok(())
}

/// Makes the admin queue and all I/O queues that the user may ever get.
fn make_queues(remote: &RemotePort, options: &Options) -> Result<KVec<Pin<KBox<Queue<Ctrl>>>>> {
    let count = u16::try_from(options.io_queues()).map_err(|_| EINVAL)?;
    let mut queues = KVec::with_capacity(usize::from(count).saturating_add(1), GFP_KERNEL)?;
    for index in 0..=count {
        queues.push(
            KBox::pin_init(Queue::new(index, remote.device().as_raw()), GFP_KERNEL)?,
            GFP_KERNEL,
        )?;
    }
    Ok(queues)
}

/// Tells the NVMe core what the user wants.
fn configure(ctrl: &Ctrl, options: &Options, lldd_queues: u32) {
    let nvme = ctrl.nvme();
    let entries = u16::try_from(options.queue_size()).unwrap_or(u16::MAX);
    let (delay, attempts) = reconnect::for_fc(options.reconnect_delay(), options.max_reconnects());

    options.set_reconnect(delay, attempts);
    nvme.set_queue_count(options.io_queues().min(lldd_queues).saturating_add(1));
    ctrl.set_queue_size(entries);
    nvme.set_sqsize(queues::zero_based(entries));
    nvme.set_keep_alive(options.keep_alive());
    nvme.set_cntlid(u16::MAX);
}

/// Makes the controller known: tag set, port, state. Context: may sleep.
///
/// # Errors
///
/// As for [`make`], and `EIO` if its port or its state went meanwhile.
pub(crate) fn begin(ctrl: &Arc<Ctrl>, options: &Options) -> Result {
    let nvme = ctrl.nvme();

    nvme.set_numa_node_of(ctrl.remote().device());
    ctrl.admin_set().allocate_admin(nvme, ctrl.fcp_private())?;
    let listed = {
        let mut registry = registry_lock::lock();
        // Two users may have come this far.
        refuse_duplicate(&mut registry, ctrl.remote(), options).and_then(|()| {
            list(&mut registry, ctrl)?;
            // In one step with the above: a port that goes finds a controller
            // that connects, or none, and never one to reset before that.
            if nvme.set_connecting() {
                return Ok(());
            }
            ctrl_log!(err, ctrl, "failed to init ctrl state\n");
            unlist(&mut registry, ctrl);
            Err(EIO)
        })
    };
    // A user may have asked for a reset through sysfs, which did nothing; no
    // other can come while the controller connects.
    nvme.cancel_reset();
    match listed {
        Ok(()) => ctrl.set_ready(),
        Err(_) => ctrl.admin_set().remove_admin(nvme),
    }
    listed
}

/// Tries to connect, and waits for the end of the first attempt; if that fails,
/// the controller goes on trying. Context: may sleep.
pub(crate) fn start(ctrl: &Arc<Ctrl>, options: &Options) {
    work::mod_delayed::<Ctrl, CONNECT_WORK>(nvme_wq(), ctrl.clone(), 0);
    recovery::await_attempt(ctrl);
    ctrl_log!(
        info,
        ctrl,
        "new ctrl: NQN \"{}\", hostnqn: {}\n",
        ctrl.nvme().subsystem_name(),
        options.host_nqn()
    );
}
