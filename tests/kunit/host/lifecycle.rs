// SPDX-License-Identifier: GPL-2.0

//! Ports that go and come back under controllers, and resets, deletions and
//! lost ports at each step of making and ending an association.

#![deny(unsafe_code)]

use super::{
    bench::{
        self,
        Bench, //
    },
    controller::{
        Controller,
        Phase, //
    },
    model::Wanted,
    options::Wish,
    ports::{self},
    responses::{
        connected,
        end,
        read, //
    },
    script::{
        opcode,
        Delivery,
        On,
        Rule,
        CREATE_ASSOCIATION,
        CREATE_CONNECTION,
        DISCONNECT, //
    }, //
};
use crate::cases::outcome::{
    ensure,
    ensure_eq,
    CaseResult,
    OrFail, //
};
use crate::lldd::{
    account::Account,
    ports::PortInfo, //
};

/// The steps from one association to the next, each held up for a while.
const STEPS: [On; 11] = [
    DISCONNECT,
    On::DeleteQueue(1),
    On::CreateQueue(0),
    CREATE_ASSOCIATION,
    On::Connect(0),
    On::PropertyGet,
    On::Admin(opcode::IDENTIFY),
    On::Admin(opcode::SET_FEATURES),
    On::CreateQueue(1),
    CREATE_CONNECTION,
    On::Connect(2),
];

/// Begins a reset that is held up at a step; gives control back there.
fn reset_until(bench: &Bench, ctrl: &Controller, on: On) -> CaseResult {
    bench.lldd.forget();
    let rule = match on {
        On::CreateQueue(_) | On::DeleteQueue(_) => Rule::at(on).stall(200),
        _ => Rule::at(on).deliver(Delivery::Thread(200)),
    };
    bench.lldd.rule(rule);
    ensure!(ctrl.reset(), "{on:?}");
    ensure!(bench.until(5, |lldd| lldd.count(on) >= 1), "{on:?}");
    Ok(())
}

pub(crate) fn a_deletion_at_each_step() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    for on in STEPS {
        let ctrl = bench.live(&Wish::PATIENT)?;
        reset_until(&bench, &ctrl, on)?;
        ctrl.begin_delete();
        ctrl.wait_gone(10)?;
        drop(ctrl);
        ensure!(bench.queues_are_over(), "{on:?}");
    }
    bench.end()
}

pub(crate) fn a_lost_port_at_each_step() -> CaseResult {
    let mut bench = Bench::new(Wanted::PLAIN)?;
    for on in STEPS {
        let ctrl = bench.live(&Wish::PATIENT)?;
        reset_until(&bench, &ctrl, on)?;
        bench.drop_remote()?;
        // The delete callback comes when nothing is in use any more.
        let gone = bench.until(10, |_| bench::is_even(Account::RemotePorts));
        ensure!(gone, "{on:?}");
        ensure!(bench.queues_are_over(), "{on:?}");
        bench.add_remote()?;
        ctrl.wait(Phase::Live, 10)?;
        ctrl.delete()?;
    }
    bench.end()
}

pub(crate) fn a_port_that_flaps_at_each_step() -> CaseResult {
    let mut bench = Bench::new(Wanted::PLAIN)?;
    let ctrl = bench.connect(&Wish::PATIENT)?;
    for on in STEPS {
        ctrl.wait(Phase::Live, 10)?;
        reset_until(&bench, &ctrl, on)?;
        // Back before anything is over.
        bench.drop_remote()?;
        bench.add_remote()?;
        ensure!(bench.until(10, |lldd| lldd.in_flight() == 0), "{on:?}");
        ctrl.wait(Phase::Live, 10)?;
        ensure_eq!(read(&ctrl)?, Ok(0), "{on:?}");
    }
    end(bench, ctrl)
}

pub(crate) fn a_second_reset_at_each_step() -> CaseResult {
    let (bench, ctrl) = connected()?;
    for on in STEPS {
        reset_until(&bench, &ctrl, on)?;
        ctrl.reset();
        ensure!(bench.until(10, |lldd| lldd.count(CREATE_ASSOCIATION) >= 1));
        ctrl.wait(Phase::Live, 10)?;
        ensure_eq!(read(&ctrl)?, Ok(0), "{on:?}");
    }
    end(bench, ctrl)
}

pub(crate) fn a_port_comes_back() -> CaseResult {
    let (mut bench, ctrl) = connected()?;
    let before = bench.remote.or_fail()?;
    bench.drop_remote()?;
    // The association is ended for the LLDD's sake; nobody is told.
    ensure!(bench.until(5, |lldd| lldd.count(On::RemoteDelete) == 1));
    ensure_eq!(bench.lldd.count(DISCONNECT), 0);
    ensure_eq!(ctrl.phase(), Phase::Connecting);
    bench.lldd.with(|state| state.model.forget());
    bench.add_remote_as(&PortInfo {
        port_id: 0x99,
        ..ports::REMOTE
    })?;
    // It is the same port to its LLDD, with what is new.
    let after = bench.remote.or_fail()?;
    ensure!(before == after);
    ensure_eq!(ports::numbers(after).1, 0x99);
    ctrl.wait(Phase::Live, 5)?;
    ensure_eq!(read(&ctrl)?, Ok(0));
    end(bench, ctrl)
}

pub(crate) fn a_port_comes_back_too_late() -> CaseResult {
    let (mut bench, ctrl) = connected()?;
    // An hour, so that it is the second's end and no other that is seen.
    ensure_eq!(ports::set_dev_loss(bench.remote.or_fail()?, 3600), 0);
    ensure_eq!(ports::set_dev_loss(bench.remote.or_fail()?, 1), 0);
    bench.drop_remote()?;
    ctrl.wait_gone(10)?;
    drop(ctrl);
    bench.add_remote()?;
    let ctrl = bench.live(&Wish::ONCE)?;
    end(bench, ctrl)
}

pub(crate) fn a_loss_that_is_not_tolerated() -> CaseResult {
    let (mut bench, ctrl) = connected()?;
    ensure_eq!(ports::set_dev_loss(bench.remote.or_fail()?, 3600), 0);
    ensure_eq!(ports::set_dev_loss(bench.remote.or_fail()?, 0), 0);
    bench.drop_remote()?;
    ctrl.wait_gone(5)?;
    drop(ctrl);
    bench.end()
}

pub(crate) fn the_local_port_first() -> CaseResult {
    let (mut bench, ctrl) = connected()?;
    let before = bench.local.or_fail()?;
    bench.drop_local()?;
    // A controller does not mind, and keeps the port.
    ensure_eq!(ctrl.phase(), Phase::Live);
    ensure_eq!(read(&ctrl)?, Ok(0));
    ensure_eq!(bench::ended(Account::LocalPorts), 0);
    bench.add_local()?;
    ensure!(bench.local.or_fail()? == before);
    // Once more, and now for good: whoever is last delivers.
    bench.drop_local()?;
    bench.drop_remote()?;
    ctrl.delete()?;
    drop(ctrl);
    ensure_eq!(bench::ended(Account::RemotePorts), 1);
    ensure!(bench.until(5, |_| bench::ended(Account::LocalPorts) == 1));
    bench.end()
}

pub(crate) fn two_controllers_lose_their_port() -> CaseResult {
    let (mut bench, first) = connected()?;
    let second = bench.connect(&Wish {
        duplicate: true,
        ..Wish::PATIENT
    })?;
    second.wait(Phase::Live, 5)?;
    for _ in 0..3 {
        bench.drop_remote()?;
        let gone = bench.until(10, |_| bench::is_even(Account::RemotePorts));
        ensure!(gone);
        bench.lldd.with(|state| state.model.forget());
        bench.add_remote()?;
        first.wait(Phase::Live, 10)?;
        second.wait(Phase::Live, 10)?;
    }
    first.delete()?;
    ensure_eq!(read(&second)?, Ok(0));
    drop(first);
    end(bench, second)
}
