// SPDX-License-Identifier: GPL-2.0

//! Control from user space: `/sys/kernel/config/nvme_fc_loopback/`.
//!
//! The root has the fault plan and the accounting; each directory in it is a port.

#![deny(unsafe_code)]

pub(crate) mod inject;
pub(crate) mod page;
pub(crate) mod pending;
pub(crate) mod port;

use core::fmt::Write;

use kernel::{
    configfs::{self, configfs_attrs},
    page::PAGE_SIZE,
    prelude::*,
    str::Formatter, //
};

use crate::{
    control::{
        page::{
            refuse,
            show,
            text, //
        },
        pending::Left,
        port::Node, //
    },
    lldd::accounting::ACCOUNTING,
    plan::{
        config::Role,
        rules::Rule, //
    },
    port::registry,
    support::plan_store, //
};

/// The root directory.
#[pin_data]
pub(crate) struct Root {}

/// The registered root directory.
pub(crate) type Subsystem = configfs::Subsystem<Root>;

/// Makes the root directory. Context: may sleep.
pub(crate) fn subsystem() -> impl PinInit<Subsystem, Error> {
    let item_type = configfs_attrs! {
        container: configfs::Subsystem<Root>,
        data: Root,
        child: Node,
        attributes: [
            books: 0,
            left: 1,
            faults: 2,
            control: 3,
        ],
    };
    configfs::Subsystem::new(c"nvme_fc_loopback", item_type, try_pin_init!(Root {}))
}

#[vtable]
impl configfs::GroupOperations for Root {
    type Child = Node;

    fn make_group(&self, name: &CStr) -> Result<impl PinInit<configfs::Group<Node>, Error>> {
        let role = name.to_str().ok().and_then(Role::of).ok_or_else(|| {
            pr_err!("a port's name starts with local-, remote- or target-\n");
            EINVAL
        })?;
        Node::group(name, role)
    }
}

#[vtable]
impl configfs::AttributeOperations<0> for Root {
    type Data = Root;

    fn show(_root: &Root, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        registry::sweep();
        show(page, fmt!("{ACCOUNTING}"))
    }

    fn store(_root: &Root, page: &[u8]) -> Result {
        if text(page)? != "reset" {
            return Err(EINVAL);
        }
        registry::sweep();
        if !ACCOUNTING.even() {
            pr_err!("the books are not even: something is under way\n");
            return Err(EBUSY);
        }
        ACCOUNTING.reset();
        Ok(())
    }
}

#[vtable]
impl configfs::AttributeOperations<1> for Root {
    type Data = Root;

    fn show(_root: &Root, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        show(page, fmt!("{Left}"))
    }
}

#[vtable]
impl configfs::AttributeOperations<2> for Root {
    type Data = Root;

    fn show(_root: &Root, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        let mut formatter = Formatter::new(page);
        let mut index = 0;
        while let Some((kind, matched, struck)) = plan_store::rule(index) {
            if writeln!(formatter, "{index} {kind} {matched} {struck}").is_err() {
                break;
            }
            index += 1;
        }
        Ok(formatter.bytes_written().min(PAGE_SIZE))
    }

    fn store(_root: &Root, page: &[u8]) -> Result {
        let line = text(page)?;
        if line == "clear" {
            plan_store::clear();
            return Ok(());
        }
        plan_store::add(Rule::parse(line).map_err(refuse)?)
    }
}

#[vtable]
impl configfs::AttributeOperations<3> for Root {
    type Data = Root;

    fn show(_root: &Root, page: &mut [u8; PAGE_SIZE]) -> Result<usize> {
        show(page, fmt!("release give_up\n"))
    }

    fn store(_root: &Root, page: &[u8]) -> Result {
        match text(page)? {
            "release" => pending::release_all(),
            "give_up" => pending::end_all(),
            _ => return Err(EINVAL),
        }
        Ok(())
    }
}
