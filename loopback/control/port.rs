// SPDX-License-Identifier: GPL-2.0

//! The directory of one port.

#![deny(unsafe_code)]

use kernel::{
    configfs::{self, configfs_attrs},
    fmt,
    page::PAGE_SIZE,
    prelude::*,
    str::CString,
    sync::{new_mutex, Arc, Mutex},
};

use crate::{
    control::{
        inject::{
            inject,
            What, //
        },
        page::{
            refuse,
            show,
            text, //
        },
        pending::release_target, //
    },
    entry,
    plan::{
        config::{
            Config,
            Role, //
        },
        grammar::{
            pairs,
            Why, //
        },
        life::Life, //
    },
    port::{
        registry,
        Port, //
    },
    support::context::sleep, //
};

/// A port's directory.
#[pin_data]
pub(crate) struct Node {
    /// What the port is.
    role: Role,
    /// What it is to be like, and the port once there is one.
    #[pin]
    inside: Mutex<Inside>,
}

/// What a directory knows.
struct Inside {
    /// What the next registration is like.
    config: Config,
    /// The port of the last registration.
    port: Option<Arc<Port>>,
}

impl Node {
    /// The directory `name`.
    pub(crate) fn group(
        name: &CStr,
        role: Role,
    ) -> Result<impl PinInit<configfs::Group<Node>, Error>> {
        let item_type = configfs_attrs! {
            container: configfs::Group<Node>,
            data: Node,
            attributes: [
                config: 0,
                enable: 1,
                control: 2,
                inject_ls: 3,
                inject_cmd: 4,
                answers: 5,
            ],
        };
        let name: CString = name.try_into()?;
        let node = try_pin_init!(Node {
            role,
            inside <- new_mutex!(Inside {
                config: Config::default(),
                port: None,
            }),
        });
        Ok(configfs::Group::new(name, item_type, node))
    }

    /// The port, if there is one.
    fn port(&self) -> Result<Arc<Port>> {
        self.inside.lock().port.clone().ok_or(ENODEV)
    }

    /// Registers the port with the configuration in force.
    fn enable(&self) -> Result {
        let mut inside = self.inside.lock();
        let same = inside
            .port
            .as_ref()
            .filter(|port| port.config == inside.config)
            .cloned();
        let port = match same {
            Some(port) => port,
            None => {
                if let Some(old) = inside.port.take() {
                    if old.life() != Life::Gone {
                        inside.port = Some(old);
                        pr_err!("the port as it was is not gone yet\n");
                        return Err(EBUSY);
                    }
                    old.retire();
                }
                let template = entry::template(self.role, &inside.config);
                let port = Port::new(self.role, &inside.config, template)?;
                registry::add_port(&port)?;
                inside.port = Some(port.clone());
                port
            }
        };
        port.enable()
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        // The directory is gone.
        if let Some(port) = self.port.take() {
            retire(&port);
        }
    }
}

/// A configuration, for the kernel's formatting.
struct Shown(Config);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        core::fmt::Display::fmt(&self.0, f)
    }
}

/// Unregisters the port; a target's operations that were kept back end first.
fn disable(port: &Port) -> Result {
    port.disable(|| {
        if port.role == Role::Target {
            release_target(port);
        }
    })
}

/// Unregisters the port and lets the registry forget it when it is gone.
fn retire(port: &Arc<Port>) {
    // Not registered is no error here.
    let _ = disable(port);
    port.retire();
    registry::sweep();
}

#[vtable]
impl configfs::AttributeOperations<0> for Node {
    type Data = Node;

    fn show(node: &Node, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        let config = Shown(node.inside.lock().config);
        show(page, fmt!("{config}\n"))
    }

    fn store(node: &Node, page: &[u8]) -> Result {
        let line = text(page)?;
        let mut inside = node.inside.lock();
        inside.config.update(node.role, line).map_err(refuse)
    }
}

#[vtable]
impl configfs::AttributeOperations<1> for Node {
    type Data = Node;

    fn show(node: &Node, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        let Ok(port) = node.port() else {
            return show(page, fmt!("0 gone\n"));
        };
        let life = port.life().name();
        let numbers = port.registration.enter().map(|pass| pass.numbers());
        match numbers {
            Some((number, id, state)) => show(
                page,
                fmt!("1 {life} port={number} id={id:#x} state={state}\n"),
            ),
            None => show(page, fmt!("0 {life}\n")),
        }
    }

    fn store(node: &Node, page: &[u8]) -> Result {
        match text(page)? {
            "1" => node.enable(),
            "0" => disable(&*node.port()?),
            _ => Err(EINVAL),
        }
    }
}

#[vtable]
impl configfs::AttributeOperations<2> for Node {
    type Data = Node;

    fn show(_node: &Node, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        show(
            page,
            fmt!("rescan dev_loss=N invalidate=WWPN flap=N down=MS up=MS\n"),
        )
    }

    fn store(node: &Node, page: &[u8]) -> Result {
        let port = node.port()?;
        let (mut flaps, mut down, mut up) = (0u32, 10u32, 10u32);
        for pair in pairs(text(page)?) {
            match (pair.key, port.role) {
                ("rescan", Role::Remote) => port.rescan()?,
                ("dev_loss", Role::Remote) => {
                    port.set_dev_loss(pair.number().map_err(refuse)?)?;
                }
                ("invalidate", Role::Target) => {
                    port.invalidate_host(pair.number().map_err(refuse)?)?;
                }
                ("flap", _) => flaps = pair.number().map_err(refuse)?,
                ("down", _) => down = pair.number().map_err(refuse)?,
                ("up", _) => up = pair.number().map_err(refuse)?,
                _ => return Err(refuse(pair.refuse(Why::UnknownKey))),
            }
        }
        for _ in 0..flaps {
            disable(&port)?;
            sleep(down);
            port.enable()?;
            sleep(up);
        }
        Ok(())
    }
}

#[vtable]
impl configfs::AttributeOperations<3> for Node {
    type Data = Node;

    fn show(_node: &Node, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        show(
            page,
            fmt!("host=WWPN node=WWNN hex=FRAME mutate=N seed=N\n"),
        )
    }

    fn store(node: &Node, page: &[u8]) -> Result {
        inject(&node.port()?, What::Service, text(page)?)
    }
}

#[vtable]
impl configfs::AttributeOperations<4> for Node {
    type Data = Node;

    fn show(_node: &Node, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        show(page, fmt!("data=BYTES hex=FRAME mutate=N seed=N\n"))
    }

    fn store(node: &Node, page: &[u8]) -> Result {
        inject(&node.port()?, What::Command, text(page)?)
    }
}

#[vtable]
impl configfs::AttributeOperations<5> for Node {
    type Data = Node;

    fn show(node: &Node, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        match node.port() {
            Ok(port) => show(page, fmt!("{}", port.records)),
            Err(_) => Ok(0),
        }
    }
}
