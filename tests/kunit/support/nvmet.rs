// SPDX-License-Identifier: GPL-2.0

//! nvmet's subsystems, namespaces and ports, made as users make them: by
//! configfs.

#![deny(unsafe_code)]

use kernel::{fmt, prelude::*, sync::Arc};

use super::tree::Tree;

/// A subsystem that any host may use. Goes when dropped.
pub(crate) struct Subsystem {
    /// configfs.
    tree: Arc<Tree>,
    /// Its name.
    pub(crate) nqn: &'static str,
    /// Whether it has namespace 1.
    namespace: bool,
}

/// The file behind a namespace.
const BACKING: &str = "/nvme_fc_kunit_namespace";

impl Subsystem {
    /// Makes one without a namespace. Context: may sleep.
    ///
    /// # Errors
    ///
    /// configfs's.
    pub(crate) fn new(tree: &Arc<Tree>, nqn: &'static str) -> Result<Self> {
        tree.make(fmt!("nvmet/subsystems/{nqn}"))?;
        let made = Self {
            tree: tree.clone(),
            nqn,
            namespace: false,
        };
        tree.write(
            fmt!("nvmet/subsystems/{nqn}/attr_allow_any_host"),
            fmt!("1"),
        )?;
        Ok(made)
    }

    /// Gives it namespace 1, of so many bytes of zeros.
    ///
    /// # Errors
    ///
    /// Those of configfs and of the file.
    pub(crate) fn add_namespace(&mut self, length: i64) -> Result {
        let (tree, nqn) = (&self.tree, self.nqn);
        let at = "namespaces/1";
        tree.make_file(fmt!("{BACKING}"), length)?;
        self.namespace = true;
        tree.make(fmt!("nvmet/subsystems/{nqn}/{at}"))?;
        for (name, value) in [
            ("device_path", BACKING),
            ("buffered_io", "1"),
            ("enable", "1"),
        ] {
            tree.write(fmt!("nvmet/subsystems/{nqn}/{at}/{name}"), fmt!("{value}"))?;
        }
        Ok(())
    }

    /// Cuts the file behind namespace 1, of which nvmet is not told.
    ///
    /// # Errors
    ///
    /// The file's.
    pub(crate) fn cut_namespace(&self) -> Result {
        self.tree.cut_file(fmt!("{BACKING}"))
    }
}

impl Drop for Subsystem {
    fn drop(&mut self) {
        let (tree, nqn) = (&self.tree, self.nqn);
        if self.namespace {
            // What could not be made cannot be removed.
            let _ = tree.remove(fmt!("nvmet/subsystems/{nqn}/namespaces/1"));
            let _ = tree.unlink(fmt!("{BACKING}"));
        }
        if let Err(error) = tree.remove(fmt!("nvmet/subsystems/{nqn}")) {
            pr_err!("subsystem {nqn} stays: {}\n", error.to_errno());
        }
    }
}

/// An nvmet port for FC. Goes, and is unbound, when dropped.
pub(crate) struct Port {
    /// configfs.
    tree: Arc<Tree>,
    /// Its number there.
    id: u32,
    /// What is linked to it.
    linked: KVec<&'static str>,
}

impl Port {
    /// Makes one with a transport address `nn-0x…:pn-0x…`. Context: may sleep.
    ///
    /// # Errors
    ///
    /// configfs's.
    pub(crate) fn new(tree: &Arc<Tree>, id: u32, node: u64, port: u64) -> Result<Self> {
        let made = Self::plain(tree, id)?;
        made.set("addr_trtype", fmt!("fc"))?;
        made.set("addr_adrfam", fmt!("fc"))?;
        made.set("addr_traddr", fmt!("nn-0x{node:016x}:pn-0x{port:016x}"))?;
        Ok(made)
    }

    /// Makes one without an address.
    ///
    /// # Errors
    ///
    /// configfs's.
    pub(crate) fn plain(tree: &Arc<Tree>, id: u32) -> Result<Self> {
        tree.make(fmt!("nvmet/ports/{id}"))?;
        Ok(Self {
            tree: tree.clone(),
            id,
            linked: KVec::new(),
        })
    }

    /// Sets an attribute.
    ///
    /// # Errors
    ///
    /// configfs's.
    pub(crate) fn set(&self, name: &str, value: fmt::Arguments<'_>) -> Result {
        let id = self.id;
        self.tree.write(fmt!("nvmet/ports/{id}/{name}"), value)
    }

    /// Offers a subsystem at the port; the first one binds it to a target port.
    ///
    /// # Errors
    ///
    /// The transport's.
    pub(crate) fn link(&mut self, subsystem: &Subsystem) -> Result {
        let (id, nqn) = (self.id, subsystem.nqn);
        self.linked.reserve(1, GFP_KERNEL)?;
        self.tree.link(
            fmt!("nvmet/subsystems/{nqn}"),
            fmt!("nvmet/ports/{id}/subsystems/{nqn}"),
        )?;
        self.linked.push(nqn, GFP_KERNEL)?;
        Ok(())
    }

    /// Withdraws all subsystems; the last one unbinds the port.
    pub(crate) fn unlink_all(&mut self) {
        let id = self.id;
        while let Some(nqn) = self.linked.pop() {
            if let Err(error) = self.tree.unlink(fmt!("nvmet/ports/{id}/subsystems/{nqn}")) {
                pr_err!("port {id} keeps {nqn}: {}\n", error.to_errno());
            }
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        let id = self.id;
        self.unlink_all();
        if let Err(error) = self.tree.remove(fmt!("nvmet/ports/{id}")) {
            pr_err!("port {id} stays: {}\n", error.to_errno());
        }
    }
}
