// SPDX-License-Identifier: GPL-2.0

//! What a review found about ports (finding 10).

#![deny(unsafe_code)]

use super::{
    bench::{
        self,
        Bench, //
    },
    controller::Phase,
    model::Wanted,
    options::Wish,
    ports,
    script::{
        On,
        Rule,
        CREATE_ASSOCIATION, //
    },
};
use crate::cases::outcome::{
    ensure,
    ensure_eq,
    CaseResult,
    OrFail, //
};
use crate::lldd::{
    account::Account,
    accounting::ACCOUNTING, //
};

/// The last controller of a port is freed while the port's delete callback is
/// running: a registration waits for the callback all the same.
pub(crate) fn review_host_10_delivering() -> CaseResult {
    let mut bench = Bench::new(Wanted::PLAIN)?;
    // A minute between two attempts, in which the controller does not use its
    // port.
    let ctrl = bench.live(&Wish {
        delay: 60,
        ..Wish::PATIENT
    })?;
    bench.lldd.rule(Rule::at(CREATE_ASSOCIATION).refuse(5));
    ensure!(ctrl.reset());
    ensure!(bench.until(10, |lldd| lldd.count(CREATE_ASSOCIATION) >= 2));
    ctrl.wait(Phase::Connecting, 10)?;

    let remote = bench.remote.take().or_fail()?;
    ensure_eq!(ports::set_dev_loss(remote, 0), 0);
    bench.lldd.rule(Rule::at(On::RemoteDelete).stall(2000));
    bench.lldd.later(0, move |_| {
        let status = ports::unregister(remote);
        if status != 0 {
            ACCOUNTING.unexpected("unregister", u64::from(status.unsigned_abs()));
        }
    });
    ensure!(bench.until(10, |lldd| lldd.count(On::RemoteDelete) == 1));
    ctrl.wait_gone(10)?;
    // The last reference to it is gone with this.
    drop(ctrl);
    bench.add_remote()?;
    ensure_eq!(bench::ended(Account::RemotePorts), 1);
    bench.end()
}
