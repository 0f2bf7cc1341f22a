// SPDX-License-Identifier: GPL-2.0

//! Registration: every errno of the entry points, and the ports' books.

#![deny(unsafe_code)]

use kernel::{
    faux,
    prelude::*, //
};

use super::{
    bench::Bench,
    model::Wanted,
    options::Wish,
    ports::{
        self,
        Info,
        LocalPort,
        RemotePort, //
    },
    script::{
        On,
        Rule, //
    },
    sleep_ms,
    template::Template, //
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
    Bench::bare(Template::whole(), Wanted::PLAIN)
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
        let template = Template::edited(edit);
        let (status, cleared) =
            ports::register_local_wrongly(Some(&Info::LOCAL), Some(&template), true);
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
        let mut bench = Bench::bare(Template::edited(edit), Wanted::PLAIN)?;
        bench.add_local()?;
        bench.end()?;
    }
    Ok(())
}

/// Nothing may be null.
pub(crate) fn null_pointers() -> CaseResult {
    let template = Template::whole();
    let einval = EINVAL.to_errno();
    let local = Some(&Info::LOCAL);

    let (status, _) = ports::register_local_wrongly(None, Some(&template), true);
    ensure_eq!(status, einval);
    let (status, _) = ports::register_local_wrongly(local, None, true);
    ensure_eq!(status, einval);
    let (status, _) = ports::register_local_wrongly(local, Some(&template), false);
    ensure_eq!(status, einval);
    ensure_eq!(ports::unregister_local(LocalPort::none()), einval);
    ensure_eq!(ports::unregister_remote(RemotePort::none()), einval);
    ensure_eq!(ports::set_dev_loss(RemotePort::none(), 1), einval);
    ports::rescan(RemotePort::none());

    let mut bench = bare()?;
    bench.add_local()?;
    bench.add_remote()?;
    let port = bench.local.or_fail()?;
    let remote = bench.remote.or_fail()?;
    ensure_eq!(
        ports::register_remote_wrongly(LocalPort::none(), true, true),
        einval
    );
    ensure_eq!(ports::register_remote_wrongly(port, false, true), einval);
    ensure_eq!(ports::register_remote_wrongly(port, true, false), einval);
    ensure_eq!(
        ports::receive_wrongly(RemotePort::none(), true, true),
        einval
    );
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

    let again = ports::register_local(&bench.lldd, &Info::LOCAL, core::ptr::null_mut());
    ensure_eq!(again.err(), Some(EEXIST.to_errno()));
    let again = ports::register_remote(&bench.lldd, local, &Info::REMOTE);
    ensure_eq!(again.err(), Some(ESTALE.to_errno()));

    // Another node or port name is another port.
    let other = Info {
        port: Info::REMOTE.port + 1,
        ..Info::REMOTE
    };
    let port = ports::register_remote(&bench.lldd, local, &other).or_fail()?;
    ensure!(Some(port) != bench.remote);
    ensure_eq!(ports::unregister_remote(port), 0);
    let other = Info {
        node: Info::REMOTE.node + 1,
        ..Info::REMOTE
    };
    let port = ports::register_remote(&bench.lldd, local, &other).or_fail()?;
    ensure_eq!(ports::unregister_remote(port), 0);
    bench.end()
}

/// Names belong to one device.
pub(crate) fn names_of_another_device() -> CaseResult {
    let device = faux::Registration::new(c"nvme-fc-kunit-other", None).or_fail()?;
    let mut bench = bare()?;
    bench.add_local()?;
    let other = ports::device_of(&device);
    let again = ports::register_local(&bench.lldd, &Info::LOCAL, other);
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
    ensure_eq!(bench.counts().remotes_deleted.get(), 1);
    ensure_eq!(ports::unregister_remote(remote), EINVAL.to_errno());
    ports::rescan(remote);
    bench.drop_local()?;
    ensure_eq!(bench.counts().locals_deleted.get(), 1);
    ensure_eq!(ports::unregister_local(local), EINVAL.to_errno());
    let late = ports::register_remote(&bench.lldd, local, &Info::REMOTE);
    ensure_eq!(late.err(), Some(ESHUTDOWN.to_errno()));
    ensure_eq!(bench.counts().remotes_deleted.get(), 1);
    ensure_eq!(bench.counts().locals_deleted.get(), 1);
    bench.end()
}

/// A port's numbers are what the LLDD said, or the defaults.
pub(crate) fn numbers() -> CaseResult {
    let mut bench = bare()?;
    bench.add_local()?;
    for (asked, got) in [(0, 60), (1, 1), (600, 600)] {
        let info = Info {
            dev_loss: asked,
            id: 0xabcd + asked,
            ..Info::REMOTE
        };
        bench.add_remote_as(&info)?;
        let remote = bench.remote.or_fail()?;
        let (dev_loss, id, _) = remote.numbers();
        ensure_eq!(dev_loss, got);
        ensure_eq!(id, 0xabcd + asked);
        ensure_eq!(ports::set_dev_loss(remote, 7), 0);
        ensure_eq!(remote.numbers().0, 7);
        ports::rescan(remote);
        bench.drop_remote()?;
    }
    // Numbers are given anew.
    bench.add_remote()?;
    let first = bench.remote.or_fail()?.numbers().2;
    bench.drop_remote()?;
    bench.add_remote()?;
    ensure_eq!(bench.remote.or_fail()?.numbers().2, first);
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

    ensure_eq!(ports::unregister_local(local), 0);
    ensure_eq!(bench.counts().locals_deleted.get(), 1);
    ensure_eq!(ports::unregister_local(local), EINVAL.to_errno());
    // The remote port is still registered, and can go.
    ensure_eq!(ports::unregister_remote(remote), 0);
    bench.local = None;
    bench.remote = None;
    ensure_eq!(bench.counts().remotes_deleted.get(), 1);
    ensure_eq!(bench.counts().locals_deleted.get(), 1);
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
    bench.lldd.later(0, move |lldd| {
        let status = ports::unregister_remote(remote);
        if status != 0 {
            lldd.books
                .wrong(line!(), "unregister", u64::from(status.unsigned_abs()));
        }
    });
    ensure!(bench.until(5, |lldd| lldd.count(On::RemoteDelete) == 1));
    bench.add_remote()?;
    ensure_eq!(bench.counts().remotes_deleted.get(), 1);
    sleep_ms(1);

    let local = bench.local.take().or_fail()?;
    bench.drop_remote()?;
    bench.lldd.rule(Rule::at(On::LocalDelete).stall(100));
    bench.lldd.later(0, move |lldd| {
        let status = ports::unregister_local(local);
        if status != 0 {
            lldd.books
                .wrong(line!(), "unregister", u64::from(status.unsigned_abs()));
        }
    });
    ensure!(bench.until(5, |lldd| lldd.count(On::LocalDelete) == 1));
    bench.add_local()?;
    ensure_eq!(bench.counts().locals_deleted.get(), 1);
    bench.end()
}

/// Discovery ports are announced; a rescan does it again.
pub(crate) fn discovery_port() -> CaseResult {
    let mut bench = bare()?;
    bench.add_local()?;
    let info = Info {
        role: ports::TARGET | ports::DISCOVERY,
        ..Info::REMOTE
    };
    bench.add_remote_as(&info)?;
    ports::rescan(bench.remote.or_fail()?);
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
