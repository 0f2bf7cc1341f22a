// SPDX-License-Identifier: GPL-2.0

//! Everything that is alive: ports, commands, link services.
//!
//! Transports name objects by address; here they are found again without
//! looking at any `private` field, which this LLDD spoils on purpose.

use kernel::{
    prelude::*,
    rbtree::{RBTree, RBTreeNode},
    sync::{
        atomic::{Atomic, Full},
        global_lock,
        Arc, //
    },
};

use crate::{
    command::object::Exchange,
    ls::object::LsExchange,
    plan::{
        config::Role,
        life::Life, //
    },
    port::Port, //
};

/// Objects by a key of theirs.
type Table<T> = Option<RBTree<usize, Arc<T>>>;

/// What is alive.
struct Live {
    /// Ports that are registered, or were.
    ports: KVec<Arc<Port>>,
    /// Commands by the address of the host's request.
    commands: Table<Exchange>,
    /// All commands, by their own address.
    exchanges: Table<Exchange>,
    /// Link services by the address of the sender's request.
    services: Table<LsExchange>,
    /// All link services, by their own address.
    ls_exchanges: Table<LsExchange>,
}

global_lock! {
    // SAFETY: `init` is called before anything else, once.
    unsafe(uninit) static LIVE: SpinLockIrq<Live> = Live {
        ports: KVec::new(),
        commands: None,
        exchanges: None,
        services: None,
        ls_exchanges: None,
    };
}

/// Whether the lock has been made.
static MADE: Atomic<bool> = Atomic::new(false);

/// Makes the tables: the first thing that the module does.
pub(crate) fn init() {
    if MADE.xchg(true, Full) {
        return;
    }
    // SAFETY: The flag says that this is the first time, and nothing of the
    // module runs before.
    unsafe { LIVE.init() };
    let mut live = LIVE.lock();
    live.commands = Some(RBTree::new());
    live.exchanges = Some(RBTree::new());
    live.services = Some(RBTree::new());
    live.ls_exchanges = Some(RBTree::new());
}

/// Empties the tables, when the module goes.
pub(crate) fn clear() {
    // Dropped without the lock: a port's device may sleep.
    let ports = core::mem::replace(&mut LIVE.lock().ports, KVec::new());
    drop(ports);
    let tables = {
        let mut live = LIVE.lock();
        (
            live.commands.take(),
            live.exchanges.take(),
            live.services.take(),
            live.ls_exchanges.take(),
        )
    };
    drop(tables);
}

/// The key of a port: only remote ports have a `local`.
fn is(port: &Port, role: Role, port_name: u64, local: u64) -> bool {
    port.role == role
        && port.config.port_name == port_name
        && (role != Role::Remote || port.config.local == local)
}

/// The port of that role and name. Context: any.
pub(crate) fn port(role: Role, port_name: u64, local: u64) -> Option<Arc<Port>> {
    let live = LIVE.lock();
    live.ports
        .iter()
        .find(|port| is(port, role, port_name, local))
        .cloned()
}

/// The port that has that device. Context: any.
pub(crate) fn port_of_device(device: *mut crate::abi::device) -> Option<Arc<Port>> {
    let live = LIVE.lock();
    live.ports
        .iter()
        .find(|port| core::ptr::eq(port.bus().0, device))
        .cloned()
}

/// The `index`-th remote port of that name, seen from whatever local port.
pub(crate) fn remote(port_name: u64, index: usize) -> Option<Arc<Port>> {
    let live = LIVE.lock();
    let mut remotes = live
        .ports
        .iter()
        .filter(|port| port.role == Role::Remote && port.config.port_name == port_name);
    remotes.nth(index).cloned()
}

/// Adds a port. Context: may sleep.
///
/// # Errors
///
/// `EEXIST` for a name that is taken, also by a port that is still going away.
pub(crate) fn add_port(new: &Arc<Port>) -> Result {
    sweep();
    let mut spare = KVec::with_capacity(64, GFP_KERNEL)?;
    let config = &new.config;
    let mut live = LIVE.lock();
    if live
        .ports
        .iter()
        .any(|port| is(port, new.role, config.port_name, config.local))
    {
        return Err(EEXIST);
    }
    if live.ports.len() == live.ports.capacity() {
        if live.ports.is_empty() {
            core::mem::swap(&mut live.ports, &mut spare);
        } else {
            live.ports.reserve(16, GFP_ATOMIC)?;
        }
    }
    let result = live.ports.push(new.clone(), GFP_ATOMIC);
    drop(live);
    drop(spare);
    Ok(result?)
}

/// Forgets ports that are gone and that nobody but the registry knows.
/// Context: may sleep.
pub(crate) fn sweep() {
    loop {
        let gone = {
            let mut live = LIVE.lock();
            let index = live
                .ports
                .iter()
                .position(|port| port.is_retired() && port.life() == Life::Gone);
            index.and_then(|index| live.ports.remove(index).ok())
        };
        if gone.is_none() {
            return;
        }
    }
}

/// Both tables of commands.
pub(crate) fn add_exchange(exchange: &Arc<Exchange>, request: usize) -> Result {
    let own = Arc::as_ptr(exchange) as usize;
    let node = RBTreeNode::new(own, exchange.clone(), GFP_ATOMIC)?;
    let by_request = match request {
        0 => None,
        key => Some(RBTreeNode::new(key, exchange.clone(), GFP_ATOMIC)?),
    };
    let mut live = LIVE.lock();
    let old = live.exchanges.as_mut().and_then(|table| table.insert(node));
    let old_request =
        by_request.and_then(|node| live.commands.as_mut().and_then(|table| table.insert(node)));
    drop(live);
    drop((old, old_request));
    Ok(())
}

/// The command of a host's request. Context: any.
pub(crate) fn command(request: usize) -> Option<Arc<Exchange>> {
    let live = LIVE.lock();
    live.commands.as_ref()?.get(&request).cloned()
}

/// The host's request is about to be completed.
pub(crate) fn remove_command(request: usize) {
    let mut live = LIVE.lock();
    let node = live
        .commands
        .as_mut()
        .and_then(|table| table.remove_node(&request));
    drop(live);
    drop(node);
}

/// The command is over on both sides.
pub(crate) fn remove_exchange(exchange: &Arc<Exchange>) {
    let own = Arc::as_ptr(exchange) as usize;
    let mut live = LIVE.lock();
    let node = live
        .exchanges
        .as_mut()
        .and_then(|table| table.remove_node(&own));
    drop(live);
    drop(node);
}

/// The first command whose address is not below `from`. Context: any.
pub(crate) fn next_exchange(from: usize) -> Option<Arc<Exchange>> {
    let live = LIVE.lock();
    let cursor = live.exchanges.as_ref()?.cursor_lower_bound(&from)?;
    Some(cursor.current().1.clone())
}

/// Both tables of link services.
pub(crate) fn add_service(exchange: &Arc<LsExchange>, request: usize) -> Result {
    let own = Arc::as_ptr(exchange) as usize;
    let node = RBTreeNode::new(own, exchange.clone(), GFP_ATOMIC)?;
    let by_request = match request {
        0 => None,
        key => Some(RBTreeNode::new(key, exchange.clone(), GFP_ATOMIC)?),
    };
    let mut live = LIVE.lock();
    let old = live
        .ls_exchanges
        .as_mut()
        .and_then(|table| table.insert(node));
    let old_request =
        by_request.and_then(|node| live.services.as_mut().and_then(|table| table.insert(node)));
    drop(live);
    drop((old, old_request));
    Ok(())
}

/// The link service of a sender's request. Context: any.
pub(crate) fn service(request: usize) -> Option<Arc<LsExchange>> {
    let live = LIVE.lock();
    live.services.as_ref()?.get(&request).cloned()
}

/// The sender's request is about to be completed.
pub(crate) fn remove_service(request: usize) {
    let mut live = LIVE.lock();
    let node = live
        .services
        .as_mut()
        .and_then(|table| table.remove_node(&request));
    drop(live);
    drop(node);
}

/// The link service is over on both sides.
pub(crate) fn remove_ls_exchange(exchange: &Arc<LsExchange>) {
    let own = Arc::as_ptr(exchange) as usize;
    let mut live = LIVE.lock();
    let node = live
        .ls_exchanges
        .as_mut()
        .and_then(|table| table.remove_node(&own));
    drop(live);
    drop(node);
}

/// The first link service whose address is not below `from`. Context: any.
pub(crate) fn next_ls_exchange(from: usize) -> Option<Arc<LsExchange>> {
    let live = LIVE.lock();
    let cursor = live.ls_exchanges.as_ref()?.cursor_lower_bound(&from)?;
    Some(cursor.current().1.clone())
}
