// SPDX-License-Identifier: GPL-2.0

//! Making a controller for what a user wrote to /dev/nvme-fabrics.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    ctrl::{
        failure::Failed,
        list::{
            list,
            unlist,
            CTRLS, //
        },
        recovery,
        Ctrl,
        CONNECT_WORK, //
    },
    failures::What,
    io::{
        exchange::OnDone,
        operations,
        queue::Queue, //
    },
    log::{
        ctrl_log,
        Words, //
    },
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
            cause::{
                Cause,
                Step,
                Why, //
            },
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
/// controller and no duplicate was asked for; `ENOMEM`. Each is logged, and kept.
pub(crate) fn make<D: OnDone<Ctrl>>(options: &Options) -> Result<Arc<Ctrl>> {
    try_make::<D>(options).map_err(|failed| refused(options, failed))
}

/// Logs why there is no controller for what a user wrote, and keeps it; gives the errno.
fn refused(options: &Options, failed: Failed) -> Error {
    pr_warn!(
        "connect to {} from {}: {}\n",
        options.traddr(),
        options.host_traddr(),
        Words(failed.cause)
    );
    let names = |text: &CStr| traddr::parse(text.to_bytes()).ok();
    let what = What {
        controller: None,
        host: names(options.host_traddr()),
        target: names(options.traddr()),
        cause: failed.cause,
    };
    let subsystem = options.subsystem_nqn().to_bytes();
    registry_lock::lock()
        .failures
        .keep(what, Some(failed.status), subsystem);
    Error::from_errno(failed.status)
}

/// As [`make`].
fn try_make<D: OnDone<Ctrl>>(options: &Options) -> Result<Arc<Ctrl>, Failed> {
    let at = Failed::at(Step::Controller, 0);
    let bad = |step| move |error| Failed::new(error, Cause::new(step, Why::BadAddress));
    let target = address("traddr", options.traddr()).map_err(bad(Step::TargetPort))?;
    let host = address("host_traddr", options.host_traddr()).map_err(bad(Step::HostPort))?;
    let fingerprint = options.fingerprint();
    let (remote, number, lldd_queues, private) = {
        let mut registry = registry_lock::lock();
        let found = find(&mut registry, host, target).inspect_err(|_| {
            pr_warn!(
                "nvme_fc_create_ctrl: {} - {} combination not found\n",
                options.traddr(),
                options.host_traddr()
            );
        });
        let (remote, lldd_queues, private) = found.map_err(|cause| Failed::new(ENOENT, cause))?;
        if remote.abi().role() & (ROLE_TARGET | ROLE_DISCOVERY) == 0 {
            let cause = Cause::new(Step::TargetPort, Why::NotATarget);
            return Err(Failed::new(EBADR, cause));
        }
        refuse_duplicate(&mut registry, &remote, options, fingerprint)?;
        let number = registry.ctrl_numbers.take().map_err(&at)?;
        (remote, number, lldd_queues, private)
    };
    let made = make_queues(&remote, options)
        .and_then(|queues| Ctrl::new::<D>(number, remote, fingerprint, queues));
    let ctrl = made.map_err(|error| {
        registry_lock::lock().ctrl_numbers.give(number);
        at(error)
    })?;
    operations::adopt(&ctrl);
    configure(&ctrl, options, lldd_queues);
    ctrl.set_fcp_private(private);
    Ok(ctrl)
}

/// Finds a registered pair of ports, with the LLDD's number of queues and its
/// bytes for each exchange.
///
/// # Errors
///
/// Which of them is not there.
fn find(
    registry: &mut Registry,
    host: Traddr,
    target: Traddr,
) -> Result<(Arc<RemotePort>, u32, u32), Cause> {
    let unknown = |step| Cause::new(step, Why::Unknown);
    let gone = |step| Cause::new(step, Why::Gone);

    let local = registry
        .local_by_names(host)
        .ok_or(unknown(Step::HostPort))?;
    if !local.life.is_online() {
        return Err(gone(Step::HostPort));
    }
    let ops = local.ops;
    let remote = local
        .remotes
        .iter()
        .find(|entry| entry.port.abi().names() == target)
        .ok_or(unknown(Step::TargetPort))?;
    if !remote.life.is_online() {
        return Err(gone(Step::TargetPort));
    }
    let port = remote.port.clone();
    Ok((port, ops.queues_when_registered, ops.fcp_private))
}

/// `EALREADY` if the user has a controller like this one, and wants no other;
/// `fingerprint` is that of the options.
fn refuse_duplicate(
    registry: &mut Locked,
    remote: &RemotePort,
    options: &Options,
    fingerprint: u64,
) -> Result<(), Failed> {
    if options.duplicate_connect() {
        return Ok(());
    }
    let gone = Cause::new(Step::TargetPort, Why::Gone);
    registry
        .remote(remote)
        .ok_or(ENOENT)
        .map_err(|error| Failed::new(error, gone))?;
    // The strings of a thousand others are not looked at for that.
    if CTRLS
        .of(registry, remote)
        .any(|ctrl| ctrl.fingerprint() == fingerprint && ctrl.nvme().matches_options(options))
    {
        let cause = Cause::new(Step::Controller, Why::Duplicate);
        return Err(Failed::new(EALREADY, cause));
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
    let at = Failed::at(Step::Controller, 0);
    ctrl.admin_set()
        .allocate_admin(nvme, ctrl.fcp_private())
        .map_err(|error| refused(options, at(error)))?;
    let listed = {
        let mut registry = registry_lock::lock();
        // Two users may have come this far.
        let unique = refuse_duplicate(&mut registry, ctrl.remote(), options, ctrl.fingerprint());
        unique.and_then(|()| {
            list(&mut registry, ctrl).map_err(&at)?;
            // In one step with the above: a port that goes finds a controller
            // that connects, or none, and never one to reset before that.
            if nvme.set_connecting() {
                return Ok(());
            }
            ctrl_log!(err, ctrl, "failed to init ctrl state\n");
            unlist(&mut registry, ctrl);
            Err(at(EIO))
        })
    };
    // A user may have asked for a reset through sysfs, which did nothing; no
    // other can come while the controller connects.
    nvme.cancel_reset();
    match listed {
        Ok(()) => {
            ctrl.set_ready();
            Ok(())
        }
        Err(failed) => {
            ctrl.admin_set().remove_admin(nvme);
            Err(refused(options, failed))
        }
    }
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
