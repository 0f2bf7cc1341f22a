// SPDX-License-Identifier: GPL-2.0

//! Making an association: the order of steps, and a failure of each.

#![deny(unsafe_code)]

use kernel::prelude::*;

use super::{
    bench::{
        self,
        Bench, //
    },
    controller::Phase,
    link_services::serves,
    model::Wanted,
    options::Wish,
    ports::{self},
    script::{
        opcode,
        Alter,
        Delivery,
        On,
        Rule,
        CREATE_ASSOCIATION,
        CREATE_CONNECTION,
        DISCONNECT, //
    },
    template, //
};
use crate::cases::outcome::{
    ensure,
    ensure_eq,
    CaseResult,
    OrFail, //
};
use crate::lldd::{
    account::Account,
    accounting::ACCOUNTING,
    kind::Kind,
    ports::{
        PortInfo,
        INITIATOR, //
    }, //
};

/// Everything that is sent on the way to service, but for queues and link
/// services.
const COMMANDS: [On; 7] = [
    On::Connect(0),
    On::PropertyGet,
    On::PropertySet,
    On::Admin(opcode::IDENTIFY),
    On::Admin(opcode::SET_FEATURES),
    On::Connect(1),
    On::Connect(2),
];

pub(crate) fn steps_in_order() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let ctrl = bench.live(&Wish::ONCE)?;
    ensure_eq!(ctrl.queue_count(), 3);
    ctrl.scanned();
    ctrl.delete()?;
    drop(ctrl);
    let expected = [
        On::CreateQueue(0),
        CREATE_ASSOCIATION,
        On::Connect(0),
        On::Admin(opcode::IDENTIFY),
        On::Admin(opcode::SET_FEATURES),
        On::CreateQueue(1),
        On::CreateQueue(2),
        CREATE_CONNECTION,
        On::Connect(1),
        CREATE_CONNECTION,
        On::Connect(2),
        DISCONNECT,
        On::DeleteQueue(2),
        On::DeleteQueue(1),
        On::DeleteQueue(0),
    ];
    let mut rest = expected.iter();
    let mut next = rest.next();
    bench.lldd.with(|state| {
        for step in state.steps.iter() {
            if Some(step) == next {
                next = rest.next();
            }
        }
    });
    ensure_eq!(next, None);
    bench.end()
}

pub(crate) fn errors_of_create_queue() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    for index in 0..3 {
        for errno in [ENOMEM.to_errno(), 5] {
            let live = serves(&bench, Rule::at(On::CreateQueue(index)).refuse(errno))?;
            ensure!(!live, "queue {index}, {errno}");
            let told = usize::from(index > 0);
            ensure_eq!(bench.lldd.count(DISCONNECT), told, "queue {index}, {errno}");
            ensure_eq!(bench.lldd.count(On::DeleteQueue(index)), 0, "{errno}");
        }
    }
    bench.end()
}

pub(crate) fn errors_of_fcp_io() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    for on in COMMANDS {
        for errno in [EIO.to_errno(), 1] {
            let live = serves(&bench, Rule::at(on).refuse(errno))?;
            ensure!(!live, "{on:?}, {errno}");
        }
    }
    bench.end()
}

pub(crate) fn a_busy_lldd_is_asked_again() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    for on in COMMANDS {
        let rule = Rule::at(on).times(3).refuse(EBUSY.to_errno());
        ensure!(serves(&bench, rule)?, "{on:?}");
        ensure!(bench.lldd.count(on) >= 4, "{on:?}");
    }
    bench.end()
}

pub(crate) fn errors_of_the_controller() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    // Internal Error; and Connect's own Invalid Parameters, do not retry.
    let errors = [
        Alter::Fcp(|answer| {
            answer.extend();
            answer.iu.cqe.status.set(0x06 << 1);
        }),
        Alter::Fcp(|answer| {
            answer.extend();
            answer.iu.cqe.status.set(0x4182 << 1);
        }),
    ];
    for on in COMMANDS {
        for alter in errors {
            let live = serves(&bench, Rule::at(on).alter(alter))?;
            // One that grants no I/O queues still has its admin queue.
            let degraded = on == On::Admin(opcode::SET_FEATURES);
            ensure_eq!(live, degraded, "{on:?}");
            if degraded {
                ensure_eq!(bench.lldd.count(On::CreateQueue(1)), 0);
            }
            ensure_eq!(bench.lldd.count(DISCONNECT), 1, "{on:?}");
        }
    }
    bench.end()
}

pub(crate) fn errors_of_the_transport() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    for on in COMMANDS {
        let alter = Alter::Fcp(|answer| answer.status = EIO.to_errno());
        ensure!(!serves(&bench, Rule::at(on).alter(alter))?, "{on:?}");
    }
    bench.end()
}

pub(crate) fn controllers_that_fc_cannot_serve() -> CaseResult {
    type Page = (&'static str, fn(&mut [u8]), bool);
    let bench = Bench::new(Wanted::PLAIN)?;
    let pages: [Page; 5] = [
        ("icdoff", |page| page[1800] = 1, false),
        ("no SGLs", |page| page[536] = 0, false),
        ("another controller", |page| page[78] ^= 1, false),
        ("no keep-alive", |page| page[320] = 0, false),
        ("16 commands", |page| page[514] = 16, true),
    ];
    for (what, change, expected) in pages {
        let rule = Rule::at(On::Admin(opcode::IDENTIFY)).alter(Alter::Data(change));
        ensure_eq!(serves(&bench, rule)?, expected, "{what}");
    }
    bench.end()
}

pub(crate) fn a_failed_attempt_is_repeated() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    bench
        .lldd
        .rule(Rule::at(On::Connect(1)).refuse(EIO.to_errno()));
    let ctrl = bench.connect(&Wish::PATIENT)?;
    ensure_eq!(ctrl.phase(), Phase::Connecting);
    ensure_eq!(ctrl.attempts(), 1);
    ctrl.wait(Phase::Live, 10)?;
    ctrl.wait_no_attempts(10)?;
    ensure_eq!(bench.lldd.count(CREATE_ASSOCIATION), 2);
    ctrl.delete()?;
    drop(ctrl);

    // Do Not Retry means it, and so does a limit.
    let alter = Alter::Fcp(|answer| {
        answer.extend();
        answer.iu.cqe.status.set(0x4182 << 1);
    });
    bench.lldd.rule(Rule::at(On::Connect(0)).alter(alter));
    let ctrl = bench.connect(&Wish::PATIENT)?;
    ctrl.wait_gone(5)?;
    drop(ctrl);
    let refuse = Rule::at(CREATE_ASSOCIATION).times(2).refuse(EIO.to_errno());
    bench.lldd.forget();
    bench.lldd.rule(refuse);
    let ctrl = bench.connect(&Wish {
        attempts: 2,
        ..Wish::ONCE
    })?;
    ctrl.wait_gone(10)?;
    drop(ctrl);
    ensure_eq!(bench.lldd.count(CREATE_ASSOCIATION), 2);
    bench.end()
}

pub(crate) fn deleted_between_attempts() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let refuse = Rule::at(CREATE_ASSOCIATION).refuse(EIO.to_errno());
    bench.lldd.rule(refuse);
    let ctrl = bench.connect(&Wish {
        delay: 3600,
        ..Wish::PATIENT
    })?;
    ensure_eq!(ctrl.phase(), Phase::Connecting);
    ensure!(!ctrl.reset(), "a controller that connects is not reset");
    ctrl.delete()?;
    drop(ctrl);
    ensure_eq!(bench.lldd.count(CREATE_ASSOCIATION), 1);
    bench.end()
}

pub(crate) fn what_a_user_may_not_ask() -> CaseResult {
    let mut bench = Bench::new(Wanted::PLAIN)?;
    let other = PortInfo {
        port_name: 0x2100_0000_0000_0099,
        ..ports::REMOTE
    };
    let wishes = [
        (
            Wish {
                traddr: Some(c"nn-0x2000000000000002:pn-0x210000000000000"),
                ..Wish::ONCE
            },
            EINVAL,
        ),
        (
            Wish {
                host_traddr: Some(c"nothing"),
                ..Wish::ONCE
            },
            EINVAL,
        ),
        (
            Wish {
                remote: other,
                ..Wish::ONCE
            },
            ENOENT,
        ),
        (
            Wish {
                local: other,
                ..Wish::ONCE
            },
            ENOENT,
        ),
    ];
    for (wish, errno) in wishes {
        ensure_eq!(bench.try_connect(&wish).err(), Some(errno.to_errno()));
    }
    let ctrl = bench.live(&Wish::ONCE)?;
    let again = bench.try_connect(&Wish::ONCE);
    ensure_eq!(again.err(), Some(EALREADY.to_errno()));
    let second = bench.connect(&Wish {
        duplicate: true,
        ..Wish::ONCE
    })?;
    second.wait(Phase::Live, 5)?;
    ensure_eq!(bench.lldd.with(|state| state.model.count()), 2);
    second.delete()?;
    ctrl.delete()?;
    drop((ctrl, second));

    bench.drop_remote()?;
    ensure_eq!(
        bench.try_connect(&Wish::ONCE).err(),
        Some(ENOENT.to_errno())
    );
    bench.add_remote_as(&PortInfo {
        role: INITIATOR,
        ..ports::REMOTE
    })?;
    ensure_eq!(bench.try_connect(&Wish::ONCE).err(), Some(EBADR.to_errno()));
    bench.end()
}

pub(crate) fn queues_are_the_least_that_anybody_wants() -> CaseResult {
    let cpus = 2;
    for (user, lldd, controller) in [(1, 4, 4), (2, 4, 1), (2, 1, 2), (4, 4, 4), (2, 2, 2)] {
        let bench = Bench::new(Wanted {
            queues: controller,
            ..Wanted::PLAIN
        })?;
        bench.lldd.template.set_queues(lldd);
        let ctrl = bench.live(&Wish {
            queues: user,
            ..Wish::ONCE
        })?;
        let least = user.min(lldd).min(u32::from(controller)).min(cpus);
        ensure_eq!(ctrl.queue_count(), least + 1);
        ensure_eq!(bench::begun(Account::Queues), u64::from(least) + 1);
        ctrl.delete()?;
        drop(ctrl);
        bench.end()?;
    }
    Ok(())
}

pub(crate) fn another_number_of_queues_after_a_reset() -> CaseResult {
    let bench = Bench::new(Wanted::PLAIN)?;
    let ctrl = bench.live(&Wish::PATIENT)?;
    for queues in [1, 2] {
        bench.lldd.with(|state| state.model.wanted.queues = queues);
        bench.lldd.forget();
        ensure!(ctrl.reset());
        ensure!(bench.until(5, |lldd| lldd.count(CREATE_ASSOCIATION) == 1));
        ctrl.wait(Phase::Live, 10)?;
        ensure_eq!(ctrl.queue_count(), u32::from(queues) + 1);
    }
    // None at all is a failure, if there were some.
    bench.lldd.with(|state| state.model.wanted.queues = 0);
    bench.lldd.forget();
    ensure!(ctrl.reset());
    ensure!(bench.until(5, |lldd| lldd.count(DISCONNECT) == 2));
    ctrl.delete()?;
    drop(ctrl);
    bench.end()
}

pub(crate) fn the_lldd_maps_queues() -> CaseResult {
    let bench = Bench::with(template::mapping(|_| ()), Wanted::PLAIN)?;
    let ctrl = bench.live(&Wish::ONCE)?;
    ensure!(ACCOUNTING.calls(Kind::MapQueues) > 0);
    ctrl.delete()?;
    drop(ctrl);
    bench.end()
}

pub(crate) fn an_lldd_without_queue_calls() -> CaseResult {
    let template = template::edited(|template| {
        template.create_queue = None;
        template.delete_queue = None;
    });
    let bench = Bench::with(template, Wanted::PLAIN)?;
    bench.lldd.with(|state| state.handles = false);
    for delivery in [Delivery::Inline, Delivery::Thread(1)] {
        bench.lldd.with(|state| state.delivery = delivery);
        let ctrl = bench.live(&Wish::ONCE)?;
        ctrl.delete()?;
    }
    ensure_eq!(bench::begun(Account::Queues), 0);
    let remote = bench.remote.or_fail()?;
    ports::pass(remote).rescan();
    bench.end()
}
