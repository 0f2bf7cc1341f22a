// SPDX-License-Identifier: GPL-2.0

//! The life of a port of the host: registered, unregistered, registered again,
//! used by so many, and the LLDD's delete callback.

use nvme_fc_proto::life::port::{Delete, PortError, PortLife, User};
use stateright::{Model, Property};

use crate::check::{check, Ends};

/// How often it is registered.
const REGISTRATIONS: u8 = 3;
/// How many use it at a time.
const USERS: u32 = 2;
/// How many come, in all.
const JOINS: u8 = 4;

/// A mistake in the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The callback comes although there are users.
    DeleteIsEarly,
    /// Who leaves last does not look whether it is due.
    LastIsSilent,
    /// A port is registered again while its callback runs.
    ReturnsTooLate,
    /// A new registration leaves the old one's callback due.
    DebtStays,
    /// A port that is gone is joined.
    JoinsTheDead,
}

/// The registration, as its LLDD and its users see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// The machine's fields, which it keeps to itself, as it prints them.
    life: Life,
    /// Registrations so far.
    registrations: u8,
    /// Joins so far.
    joins: u8,
    /// Users.
    users: u32,
    /// The LLDD has the port registered.
    registered: bool,
    /// Delete callbacks owed for the unregistration at hand.
    owed: bool,
    /// The callback runs.
    delivering: bool,
    /// What must not be was.
    wrong: Option<&'static str>,
}

/// The machine, which has no order and no hash of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Life(PortLife);

impl std::hash::Hash for Life {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        format!("{:?}", self.0).hash(state);
    }
}

/// A step; each is under the port's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Register,
    Unregister,
    Join,
    Leave,
    Delivered,
}

/// The model.
pub(crate) struct Port(pub(crate) Option<Fault>);

impl Port {
    fn has(&self, fault: Fault) -> bool {
        self.0 == Some(fault)
    }

    /// The delete callback begins.
    fn deliver(world: &mut World) {
        if world.users != 0 {
            world.wrong = Some("the delete callback comes while the port is used");
        } else if world.registered {
            world.wrong = Some("the delete callback comes for a port that is registered");
        } else if !world.owed {
            world.wrong = Some("the delete callback comes once too often");
        }
        (world.owed, world.delivering) = (false, true);
    }
}

impl Model for Port {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            life: Life(PortLife::new()),
            registrations: 1,
            joins: 0,
            users: 0,
            registered: true,
            owed: false,
            delivering: false,
            wrong: None,
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        if world.wrong.is_some() {
            return;
        }
        if world.registered {
            steps.push(Step::Unregister);
        } else if world.registrations < REGISTRATIONS {
            steps.push(Step::Register);
        }
        if world.users < USERS && world.joins < JOINS {
            steps.push(Step::Join);
        }
        if world.users != 0 {
            steps.push(Step::Leave);
        }
        if world.delivering {
            steps.push(Step::Delivered);
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut next = world.clone();
        let Life(life) = &mut next.life;
        match step {
            Step::Register => {
                if self.has(Fault::ReturnsTooLate) && world.delivering {
                    life.delivered();
                }
                match life.register() {
                    Ok(()) if world.delivering => {
                        next.wrong = Some("the port returns while its delete callback runs");
                    }
                    Ok(()) => {
                        next.registrations += 1;
                        (next.registered, next.owed) = (true, false);
                    }
                    Err(PortError::Deleting) if world.delivering => return None,
                    Err(_) => next.wrong = Some("a port that is free is not registered"),
                }
            }
            Step::Unregister => match life.unregister() {
                Ok(delete) => {
                    (next.registered, next.owed) = (false, true);
                    if delete == Delete::Deliver || self.has(Fault::DeleteIsEarly) {
                        Self::deliver(&mut next);
                    }
                }
                Err(_) => next.wrong = Some("a port that is registered is not unregistered"),
            },
            Step::Join => match life.join() {
                Ok(_) if !world.registered => next.wrong = Some("a port that is gone is joined"),
                Ok(user) => {
                    next.joins += 1;
                    next.users += 1;
                    if (user == User::Only) != (world.users == 0) {
                        next.wrong = Some("the first user is taken for another");
                    }
                }
                Err(_) if self.has(Fault::JoinsTheDead) => {
                    (next.joins, next.users) = (world.joins + 1, world.users + 1);
                }
                Err(_) if !world.registered => return None,
                Err(_) => next.wrong = Some("a port that is registered is not joined"),
            },
            Step::Leave => match life.leave() {
                Ok((user, delete)) => {
                    next.users -= 1;
                    if (user == User::Only) != (next.users == 0) {
                        next.wrong = Some("the last user is taken for another");
                    }
                    // A debt of the registration before.
                    let stale = self.has(Fault::DebtStays) && world.registrations > 1;
                    if stale && user == User::Only {
                        (next.registered, next.owed) = (world.registered, true);
                    }
                    let due = delete == Delete::Deliver || stale && user == User::Only;
                    if due && !self.has(Fault::LastIsSilent) {
                        Self::deliver(&mut next);
                    }
                }
                Err(_) => next.wrong = Some("a user cannot leave"),
            },
            Step::Delivered => {
                life.delivered();
                next.delivering = false;
            }
        }
        let over = !next.registered && next.users == 0 && !next.owed && !next.delivering;
        if next.wrong.is_none() && next.life.0.is_over() != over {
            next.wrong = Some("the port is taken for what it is not");
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is wrong", |_, world: &World| world.wrong.is_none()),
            Property::always(
                "an unregistered port that nobody uses is deleted",
                |_, world: &World| {
                    world.wrong.is_some() || world.registered || world.users != 0 || !world.owed
                },
            ),
            Property::sometimes(
                "a port returns before it was deleted",
                |_, world: &World| world.registrations == 2 && world.users != 0 && world.registered,
            ),
        ]
    }
}

impl Ends for Port {
    fn is_over(&self, world: &World) -> bool {
        world.wrong.is_some() || world.life.0.is_over()
    }

    fn is_owed(&self, _step: &Step) -> bool {
        true
    }
}

#[test]
fn port() {
    check(
        "port",
        &[
            Fault::DeleteIsEarly,
            Fault::LastIsSilent,
            Fault::ReturnsTooLate,
            Fault::DebtStays,
            Fault::JoinsTheDead,
        ],
        Port,
    );
}
