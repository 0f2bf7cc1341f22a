// SPDX-License-Identifier: GPL-2.0

//! Registration: every errno of the entry points, and what becomes of ports.

#![deny(unsafe_code)]

use kernel::{
    faux,
    prelude::*, //
};

use super::{
    bench::{
        self,
        Bench, //
    },
    model::Wanted,
    options::Wish,
    ports,
    script::{
        On,
        Rule, //
    },
    sleep_ms,
    template, //
};
use crate::lldd::{
    account::Account,
    accounting::ACCOUNTING,
    ports::{
        PortInfo,
        DISCOVERY,
        TARGET, //
    }, //
};
use crate::{
    abi,
    cases::outcome::{
        ensure,
        ensure_eq,
        CaseResult,
        OrFail, //
    }, //
};

/// Takes something out of a template.
type Edit = fn(&mut abi::nvme_fc_port_template);

/// An LLDD without ports.
fn bare() -> CaseResult<Bench> {
    Bench::bare(template::whole(), Wanted::PLAIN)
}

/// Each mandatory member is.
pub(crate) fn template_needs_its_members() -> CaseResult {
    let edits: [(&str, Edit); 10] = [
        ("localport_delete", |template| {
            template.localport_delete = None
        }),
        ("remoteport_delete", |template| {
            template.remoteport_delete = None
        }),
        ("ls_req", |template| template.ls_req = None),
        ("fcp_io", |template| template.fcp_io = None),
        ("ls_abort", |template| template.ls_abort = None),
        ("fcp_abort", |template| template.fcp_abort = None),
        ("max_hw_queues", |template| template.max_hw_queues = 0),
        ("max_sgl_segments", |template| template.max_sgl_segments = 0),
        ("max_dif_sgl_segments", |template| {
            template.max_dif_sgl_segments = 0
        }),
        ("dma_boundary", |template| template.dma_boundary = 0),
    ];
    for (member, edit) in edits {
        let template = template::edited(edit);
        let (status, cleared) =
            ports::register_local_wrongly(Some(&ports::LOCAL), Some(&template), true);
        ensure_eq!(status, EINVAL.to_errno(), "without {member}");
        ensure!(cleared, "the pointer stays, without {member}");
    }
    Ok(())
}

/// Each optional member is.
pub(crate) fn template_goes_without_others() -> CaseResult {
    let edits: [Edit; 4] = [
        |template| template.create_queue = None,
        |template| template.delete_queue = None,
        |template| template.xmt_ls_rsp = None,
        |template| template.map_queues = None,
    ];
    for edit in edits {
        let mut bench = Bench::bare(template::edited(edit), Wanted::PLAIN)?;
        bench.add_local()?;
        bench.end()?;
    }
    Ok(())
}

/// Nothing may be null.
pub(crate) fn null_pointers() -> CaseResult {
    let template = template::whole();
    let einval = EINVAL.to_errno();
    let local = Some(&ports::LOCAL);

    let (status, _) = ports::register_local_wrongly(None, Some(&template), true);
    ensure_eq!(status, einval);
    let (status, _) = ports::register_local_wrongly(local, None, true);
    ensure_eq!(status, einval);
    let (status, _) = ports::register_local_wrongly(local, Some(&template), false);
    ensure_eq!(status, einval);
    ensure_eq!(ports::unregister(ports::NO_LOCAL), einval);
    ensure_eq!(ports::unregister(ports::NO_REMOTE), einval);
    ensure_eq!(ports::set_dev_loss(ports::NO_REMOTE, 1), einval);
    ports::pass(ports::NO_REMOTE).rescan();

    let mut bench = bare()?;
    bench.add_local()?;
    bench.add_remote()?;
    let port = bench.local.or_fail()?;
    let remote = bench.remote.or_fail()?;
    ensure_eq!(
        ports::register_remote_wrongly(ports::NO_LOCAL, true, true),
        einval
    );
    ensure_eq!(ports::register_remote_wrongly(port, false, true), einval);
    ensure_eq!(ports::register_remote_wrongly(port, true, false), einval);
    ensure_eq!(ports::receive_wrongly(ports::NO_REMOTE, true, true), einval);
    ensure_eq!(ports::receive_wrongly(remote, false, true), einval);
    ensure_eq!(ports::receive_wrongly(remote, true, false), einval);
    bench.end()
}

/// Names are registered once.
pub(crate) fn same_names_twice() -> CaseResult {
    let mut bench = bare()?;
    bench.add_local()?;
    bench.add_remote()?;
    let local = bench.local.or_fail()?;

    let again = ports::register_local(&bench.lldd, &ports::LOCAL, core::ptr::null_mut());
    ensure_eq!(again.err(), Some(EEXIST.to_errno()));
    let again = ports::register_remote(&bench.lldd, local, &ports::REMOTE);
    ensure_eq!(again.err(), Some(ESTALE.to_errno()));

    // Another node or port name is another port.
    let other = PortInfo {
        port_name: ports::REMOTE.port_name + 1,
        ..ports::REMOTE
    };
    let port = ports::register_remote(&bench.lldd, local, &other).or_fail()?;
    ensure!(Some(port) != bench.remote);
    ensure_eq!(ports::unregister(port), 0);
    let other = PortInfo {
        node_name: ports::REMOTE.node_name + 1,
        ..ports::REMOTE
    };
    let port = ports::register_remote(&bench.lldd, local, &other).or_fail()?;
    ensure_eq!(ports::unregister(port), 0);
    bench.end()
}

/// Names belong to one device.
pub(crate) fn names_of_another_device() -> CaseResult {
    let device = faux::Registration::new(c"nvme-fc-kunit-other", None).or_fail()?;
    let mut bench = bare()?;
    bench.add_local()?;
    let other = ports::device_of(&device);
    let again = ports::register_local(&bench.lldd, &ports::LOCAL, other);
    ensure_eq!(again.err(), Some(EXDEV.to_errno()));
    bench.end()
}

/// What is gone is gone.
pub(crate) fn second_unregistration() -> CaseResult {
    let mut bench = bare()?;
    bench.add_local()?;
    bench.add_remote()?;
    let local = bench.local.or_fail()?;
    let remote = bench.remote.or_fail()?;

    bench.drop_remote()?;
    ensure_eq!(bench::ended(Account::RemotePorts), 1);
    ensure_eq!(ports::unregister(remote), EINVAL.to_errno());
    ports::pass(remote).rescan();
    bench.drop_local()?;
    ensure_eq!(bench::ended(Account::LocalPorts), 1);
    ensure_eq!(ports::unregister(local), EINVAL.to_errno());
    let late = ports::register_remote(&bench.lldd, local, &ports::REMOTE);
    ensure_eq!(late.err(), Some(ESHUTDOWN.to_errno()));
    ensure_eq!(bench::ended(Account::RemotePorts), 1);
    ensure_eq!(bench::ended(Account::LocalPorts), 1);
    bench.end()
}

/// A port's numbers are what the LLDD said, or the defaults.
pub(crate) fn numbers() -> CaseResult {
    let mut bench = bare()?;
    bench.add_local()?;
    for (asked, got) in [(0, 60), (1, 1), (600, 600)] {
        let info = PortInfo {
            dev_loss: asked,
            port_id: 0xabcd + asked,
            ..ports::REMOTE
        };
        bench.add_remote_as(&info)?;
        let remote = bench.remote.or_fail()?;
        let (dev_loss, id, _) = ports::numbers(remote);
        ensure_eq!(dev_loss, got);
        ensure_eq!(id, 0xabcd + asked);
        ensure_eq!(ports::set_dev_loss(remote, 7), 0);
        ensure_eq!(ports::numbers(remote).0, 7);
        ports::pass(remote).rescan();
        bench.drop_remote()?;
    }
    // Numbers are given anew.
    bench.add_remote()?;
    let first = ports::numbers(bench.remote.or_fail()?).2;
    bench.drop_remote()?;
    bench.add_remote()?;
    ensure_eq!(ports::numbers(bench.remote.or_fail()?).2, first);
    bench.end()
}

/// The ports may go in either order; remote ports that nothing uses do not
/// keep the local one.
pub(crate) fn local_port_first() -> CaseResult {
    let mut bench = bare()?;
    bench.add_local()?;
    bench.add_remote()?;
    let local = bench.local.or_fail()?;
    let remote = bench.remote.or_fail()?;

    ensure_eq!(ports::unregister(local), 0);
    ensure_eq!(bench::ended(Account::LocalPorts), 1);
    ensure_eq!(ports::unregister(local), EINVAL.to_errno());
    // The remote port is still registered, and can go.
    ensure_eq!(ports::unregister(remote), 0);
    bench.local = None;
    bench.remote = None;
    ensure_eq!(bench::ended(Account::RemotePorts), 1);
    ensure_eq!(bench::ended(Account::LocalPorts), 1);
    // Both can come back.
    bench.add_local()?;
    bench.add_remote()?;
    bench.end()
}

/// A registration waits for the delete callback of the one before.
pub(crate) fn registration_during_deletion() -> CaseResult {
    let mut bench = bare()?;
    bench.add_local()?;
    bench.add_remote()?;
    let remote = bench.remote.take().or_fail()?;

    bench.lldd.rule(Rule::at(On::RemoteDelete).stall(100));
    bench.lldd.later(0, move |_| {
        let status = ports::unregister(remote);
        if status != 0 {
            ACCOUNTING.unexpected("unregister", u64::from(status.unsigned_abs()));
        }
    });
    ensure!(bench.until(5, |lldd| lldd.count(On::RemoteDelete) == 1));
    bench.add_remote()?;
    ensure_eq!(bench::ended(Account::RemotePorts), 1);
    sleep_ms(1);

    let local = bench.local.take().or_fail()?;
    bench.drop_remote()?;
    bench.lldd.rule(Rule::at(On::LocalDelete).stall(100));
    bench.lldd.later(0, move |_| {
        let status = ports::unregister(local);
        if status != 0 {
            ACCOUNTING.unexpected("unregister", u64::from(status.unsigned_abs()));
        }
    });
    ensure!(bench.until(5, |lldd| lldd.count(On::LocalDelete) == 1));
    bench.add_local()?;
    ensure_eq!(bench::ended(Account::LocalPorts), 1);
    bench.end()
}

/// Discovery ports are announced; a rescan does it again.
pub(crate) fn discovery_port() -> CaseResult {
    let mut bench = bare()?;
    bench.add_local()?;
    let info = PortInfo {
        role: TARGET | DISCOVERY,
        ..ports::REMOTE
    };
    bench.add_remote_as(&info)?;
    ports::pass(bench.remote.or_fail()?).rescan();
    bench.end()
}

/// A controller is made, serves, and goes.
pub(crate) fn controller_lives() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let ctrl = bench.live(&Wish::ONCE)?;
    ctrl.delete()?;
    drop(ctrl);
    bench.end()
}
