// SPDX-License-Identifier: GPL-2.0

//! Port life: the delete callback comes once, at the end, or not at all.

use super::{ensure, ensure_eq, CaseResult};
use crate::proto::life::port::*;

/// What an LLDD does and sees, and what it may rely on.
#[derive(Clone, Copy, Debug, Default)]
struct Lldd {
    /// It has registered the port.
    registered: bool,
    /// It waits for the delete callback.
    waits: bool,
    /// The callback is running.
    running: bool,
    /// Users of the port.
    users: u32,
}

/// Walks all sequences of so many steps.
fn walk(port: PortLife, lldd: Lldd, steps: u32) -> CaseResult<u32> {
    let mut ends = 0;

    if steps == 0 {
        return Ok(1);
    }
    for step in 0..5 {
        let (mut port, mut lldd) = (port, lldd);
        let mut delete = Delete::Later;

        match step {
            0 => {
                let result = port.register();
                if lldd.registered {
                    ensure_eq!(result, Err(PortError::Online));
                } else if lldd.running {
                    ensure_eq!(result, Err(PortError::Deleting));
                } else {
                    ensure_eq!(result, Ok(()));
                    lldd.registered = true;
                    lldd.waits = false;
                }
            }
            1 => match port.unregister() {
                Ok(now) => {
                    ensure!(lldd.registered);
                    lldd.registered = false;
                    lldd.waits = true;
                    delete = now;
                }
                Err(error) => {
                    ensure!(!lldd.registered);
                    ensure_eq!(error, PortError::Offline);
                }
            },
            2 => match port.join() {
                Ok(user) => {
                    ensure!(lldd.registered);
                    ensure_eq!(user == User::Only, lldd.users == 0);
                    lldd.users += 1;
                }
                Err(error) => {
                    ensure!(!lldd.registered);
                    ensure_eq!(error, PortError::Offline);
                }
            },
            3 => match port.leave() {
                Ok((user, now)) => {
                    lldd.users -= 1;
                    ensure_eq!(user == User::Only, lldd.users == 0);
                    delete = now;
                }
                Err(error) => {
                    ensure_eq!(lldd.users, 0);
                    ensure_eq!(error, PortError::Count);
                }
            },
            _ => {
                port.delivered();
                lldd.running = false;
            }
        }
        if delete == Delete::Deliver {
            ensure!(lldd.waits && !lldd.registered && !lldd.running);
            lldd.waits = false;
            lldd.running = true;
        }
        // A callback that is due has been delivered.
        ensure!(!lldd.waits || lldd.users > 0);
        ensure_eq!(port.is_online(), lldd.registered);
        ensure_eq!(port.users(), lldd.users);
        let idle = lldd.users == 0 && !lldd.waits && !lldd.running;
        ensure_eq!(port.is_over(), idle && !lldd.registered);
        let expected = match (lldd.running, lldd.waits) {
            (true, _) => Some("running"),
            (false, true) => Some("due"),
            (false, false) => None,
        };
        ensure_eq!(port.callback().map(Callback::word), expected);
        ends += walk(port, lldd, steps - 1)?;
    }
    Ok(ends)
}

pub(crate) fn every_sequence_of_eight() -> CaseResult {
    let lldd = Lldd {
        registered: true,
        ..Lldd::default()
    };

    ensure_eq!(walk(PortLife::new(), lldd, 8)?, 5_u32.pow(8));
    Ok(())
}

pub(crate) fn a_new_registration_cancels_the_old_debt() -> CaseResult {
    let mut port = PortLife::default();

    ensure_eq!(port.join(), Ok(User::Only));
    ensure_eq!(port.unregister(), Ok(Delete::Later));
    ensure_eq!(port.register(), Ok(()));
    ensure_eq!(port.leave(), Ok((User::Only, Delete::Later)));
    ensure_eq!(port.unregister(), Ok(Delete::Deliver));
    Ok(())
}
