// SPDX-License-Identifier: GPL-2.0

//! Port life: the delete callback comes once, at the end, or not at all.

use nvme_fc_proto::port_life::*;

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
fn walk(port: PortLife, lldd: Lldd, steps: u32) -> u32 {
    let mut ends = 0;

    if steps == 0 {
        return 1;
    }
    for step in 0..5 {
        let (mut port, mut lldd) = (port, lldd);
        let mut delete = Delete::Later;

        match step {
            0 => {
                let result = port.register();
                if lldd.registered {
                    assert_eq!(result, Err(PortError::Online));
                } else if lldd.running {
                    assert_eq!(result, Err(PortError::Deleting));
                } else {
                    assert_eq!(result, Ok(()));
                    lldd.registered = true;
                    lldd.waits = false;
                }
            }
            1 => match port.unregister() {
                Ok(now) => {
                    assert!(lldd.registered);
                    lldd.registered = false;
                    lldd.waits = true;
                    delete = now;
                }
                Err(error) => {
                    assert!(!lldd.registered);
                    assert_eq!(error, PortError::Offline);
                }
            },
            2 => match port.join() {
                Ok(user) => {
                    assert!(lldd.registered);
                    assert_eq!(user == User::Only, lldd.users == 0);
                    lldd.users += 1;
                }
                Err(error) => {
                    assert!(!lldd.registered);
                    assert_eq!(error, PortError::Offline);
                }
            },
            3 => match port.leave() {
                Ok((user, now)) => {
                    lldd.users -= 1;
                    assert_eq!(user == User::Only, lldd.users == 0);
                    delete = now;
                }
                Err(error) => {
                    assert_eq!(lldd.users, 0);
                    assert_eq!(error, PortError::Count);
                }
            },
            _ => {
                port.delivered();
                lldd.running = false;
            }
        }
        if delete == Delete::Deliver {
            assert!(lldd.waits && !lldd.registered && !lldd.running);
            lldd.waits = false;
            lldd.running = true;
        }
        // A callback that is due has been delivered.
        assert!(!lldd.waits || lldd.users > 0);
        assert_eq!(port.is_online(), lldd.registered);
        assert_eq!(port.users(), lldd.users);
        ends += walk(port, lldd, steps - 1);
    }
    ends
}

#[test]
fn every_sequence_of_eight() {
    let lldd = Lldd {
        registered: true,
        ..Lldd::default()
    };

    assert_eq!(walk(PortLife::new(), lldd, 8), 5_u32.pow(8));
}

#[test]
fn a_new_registration_cancels_the_old_debt() {
    let mut port = PortLife::default();

    assert_eq!(port.join(), Ok(User::Only));
    assert_eq!(port.unregister(), Ok(Delete::Later));
    assert_eq!(port.register(), Ok(()));
    assert_eq!(port.leave(), Ok((User::Only, Delete::Later)));
    assert_eq!(port.unregister(), Ok(Delete::Deliver));
}
