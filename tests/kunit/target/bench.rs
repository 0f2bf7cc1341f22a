// SPDX-License-Identifier: GPL-2.0

//! A target port with a subsystem behind it and hosts before it, and what hosts
//! do to get somewhere.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use super::{
    frames::{self, get64, READ, WRITE},
    lldd::{
        config::Config,
        exchange::Exchange,
        port::Port,
        response::Response,
        script::{Place, Script, SentPlan},
        service::Plan,
    },
};
use crate::lldd::{accounting::ACCOUNTING, host_handle::HostHandle, kind::Kind};
use crate::{
    cases::{
        outcome::{ensure, ensure_eq, CaseResult, OrFail},
        payload::Payload,
        samples,
    },
    support::{nvmet, tree::Tree},
};

/// The subsystem.
pub(crate) const NQN: &str = "nqn.2014-08.org.nvmexpress:kunit";
/// Bytes of its namespace.
const NAMESPACE: i64 = 4 << 20;
/// Bytes of its blocks: a page, as of the file system below it.
pub(crate) const BLOCK: usize = 4096;
/// The number of nvmet's port.
const NVMET_PORT: u32 = 71;

/// All of it. Taken apart by [`Bench::end`], or when dropped.
pub(crate) struct Bench {
    /// nvmet's port, until the case takes it away.
    pub(crate) nvmet_port: Option<nvmet::Port>,
    /// The subsystem.
    pub(crate) subsystem: nvmet::Subsystem,
    /// configfs.
    pub(crate) tree: Arc<Tree>,
    /// A host.
    pub(crate) host: Arc<HostHandle>,
    /// Another one.
    pub(crate) other: Arc<HostHandle>,
    /// The LLDD's port.
    pub(crate) port: Arc<Port>,
    /// It was unregistered.
    unregistered: bool,
}

/// A host of that port name.
pub(crate) fn host(name: u64) -> Result<Arc<HostHandle>> {
    HostHandle::new(name | 1 << 60, name)
}

/// Some data.
pub(crate) fn bytes(from: &[u8]) -> CaseResult<KVVec<u8>> {
    let mut data = KVVec::new();

    data.extend_from_slice(from, GFP_KERNEL).or_fail()?;
    Ok(data)
}

/// Room for some data.
pub(crate) fn room(length: usize) -> CaseResult<KVVec<u8>> {
    KVVec::from_elem(0, length, GFP_KERNEL).or_fail()
}

impl Bench {
    /// A port that is bound, without a namespace behind it.
    pub(crate) fn new(config: &Config) -> CaseResult<Self> {
        let tree = Arc::new(Tree::enter().or_fail()?, GFP_KERNEL).or_fail()?;
        let port = Port::register(config).or_fail()?;
        let subsystem = match nvmet::Subsystem::new(&tree, NQN) {
            Ok(subsystem) => subsystem,
            Err(error) => {
                // Nothing else can be done about it here.
                let _ = port.unregister();
                return Err(error).or_fail();
            }
        };
        let mut bench = Self {
            nvmet_port: None,
            subsystem,
            tree,
            host: host(0x2000_1100_aa00_0001).or_fail()?,
            other: host(0x2000_1100_aa00_0002).or_fail()?,
            port,
            unregistered: false,
        };
        bench.bind(config).or_fail()?;
        Ok(bench)
    }

    /// The same with a namespace.
    pub(crate) fn with_namespace(config: &Config) -> CaseResult<Self> {
        let mut bench = Self::new(config)?;

        bench.subsystem.add_namespace(NAMESPACE).or_fail()?;
        Ok(bench)
    }

    /// A port whose only association has just ended, with its Disconnect on its way
    /// as planned.
    pub(crate) fn with_goodbye(plan: SentPlan) -> CaseResult<Self> {
        let mut bench = Self::new(&Config::USUAL)?;

        bench.port.plan_sent(plan);
        bench.associate(&bench.host)?;
        bench.unbind();
        ensure!(bench
            .port
            .wait_until(|_| ACCOUNTING.calls(Kind::TargetLsRequest) == 1));
        Ok(bench)
    }

    /// Binds the target port.
    pub(crate) fn bind(&mut self, config: &Config) -> Result {
        self.bind_with(config, |_| Ok(()))
    }

    /// The same, with what must be set before.
    pub(crate) fn bind_with(
        &mut self,
        config: &Config,
        set: impl FnOnce(&nvmet::Port) -> Result,
    ) -> Result {
        let port = nvmet::Port::new(&self.tree, NVMET_PORT, config.node, config.port)?;
        set(&port)?;
        self.nvmet_port.insert(port).link(&self.subsystem)
    }

    /// Unbinds it.
    pub(crate) fn unbind(&mut self) {
        self.nvmet_port = None;
    }

    /// The case unregisters the port itself.
    pub(crate) fn set_unregistered(&mut self) {
        self.unregistered = true;
    }

    /// Unregisters the port.
    pub(crate) fn unregister(&mut self) -> Result {
        self.unregistered = true;
        self.port.unregister()
    }

    /// Sends a link service, and returns its answer.
    pub(crate) fn ask(&self, host: &Arc<HostHandle>, payload: &[u8]) -> CaseResult<Payload> {
        self.port
            .ls(Some(host), payload, Plan::USUAL)
            .or_fail()?
            .answer()
    }

    /// Sends a link service that must be rejected so.
    pub(crate) fn rejected(
        &self,
        host: &Arc<HostHandle>,
        payload: &[u8],
        reason: u8,
        explanation: u8,
        what: &str,
    ) -> CaseResult {
        let answer = self.ask(host, payload)?;
        let command = payload.first().copied().unwrap_or(0);

        ensure_eq!(
            answer[..],
            samples::reject(command, reason, explanation)[..],
            "{what}"
        );
        Ok(())
    }

    /// An association of `host`.
    pub(crate) fn associate(&self, host: &Arc<HostHandle>) -> CaseResult<u64> {
        let answer = self.ask(host, &samples::create_association())?;
        let id = get64(&answer, 32);
        let mut expected = samples::accept_association();

        samples::put(&mut expected, 32, &id.to_be_bytes());
        samples::put(&mut expected, 48, &id.to_be_bytes());
        ensure_eq!(answer[..], expected[..]);
        ensure!(id >> 16 != 0 && id & 0xffff == 0, "{id:#x}");
        Ok(id)
    }

    /// A connection of an association.
    pub(crate) fn connection(
        &self,
        association: u64,
        queue: u16,
        size: u16,
        ratio: u16,
    ) -> CaseResult<u64> {
        let request = frames::create_connection(association, queue, size, ratio);
        let answer = self.ask(&self.host, &request)?;
        let mut expected = samples::accept_connection();
        let id = association | u64::from(queue);

        samples::put(&mut expected, 32, &id.to_be_bytes());
        ensure_eq!(answer[..], expected[..]);
        Ok(id)
    }

    /// Starts a command that the target takes.
    pub(crate) fn start(
        &self,
        iu: &[u8],
        data: KVVec<u8>,
        script: Script,
    ) -> CaseResult<Arc<Exchange>> {
        let (exchange, outcome) = self.port.command(iu, data, script).or_fail()?;

        ensure_eq!(outcome, Ok(()));
        Ok(exchange)
    }

    /// Has a command executed, and returns its response.
    pub(crate) fn run(&self, iu: &[u8], data: KVVec<u8>) -> CaseResult<Response> {
        self.start(iu, data, Script::usual(Place::Now))?
            .wait_over()?
            .or_fail()
    }

    /// Connects a queue, and returns the controller's identifier.
    pub(crate) fn connect(&self, connection: u64, size: u16, controller: u16) -> CaseResult<u16> {
        // CAST: The low bits are the queue.
        let entry = frames::connect(connection as u16, size);
        let iu = frames::command(connection, WRITE, 1024, &entry);
        let data = bytes(&frames::connect_data(controller, NQN))?;
        let response = self.run(&iu, data)?;

        ensure_eq!(response.length, 32);
        ensure_eq!(response.status(), 0);
        ensure_eq!(response.transferred(), 1024);
        // CAST: Sixteen bits of it.
        Ok(response.result() as u16)
    }

    /// An association whose controller is ready; its identifier and the
    /// controller's.
    pub(crate) fn controller(&self) -> CaseResult<(u64, u16)> {
        let association = self.associate(&self.host)?;
        let controller = self.connect(association, 31, 0xffff)?;
        let entry = frames::property_set(0x14, 0x0046_0001);
        let iu = frames::command(association, 0, 0, &entry);

        ensure_eq!(self.run(&iu, KVVec::new())?.status(), 0);
        Ok((association, controller))
    }

    /// An association with one I/O queue, connected; the association's
    /// identifier and the connection's.
    pub(crate) fn io_queue(&self, size: u16, ratio: u16) -> CaseResult<(u64, u64)> {
        let (association, controller) = self.controller()?;
        let connection = self.connection(association, 1, size, ratio)?;

        self.connect(connection, size, controller)?;
        Ok((association, connection))
    }

    /// Writes, or reads, blocks: the IU.
    pub(crate) fn blocks(connection: u64, is_write: bool, start: u64, count: u16) -> Payload {
        let (opcode, flags) = if is_write { (1, WRITE) } else { (2, READ) };
        let entry = frames::blocks(opcode, start, count);

        // CAST: A page.
        frames::command(connection, flags, u32::from(count) * BLOCK as u32, &entry)
    }

    /// Disconnects an association, and waits for the answer.
    pub(crate) fn disconnect(&self, association: u64) -> CaseResult {
        let answer = self.ask(&self.host, &frames::disconnect(association))?;

        ensure_eq!(answer[..], samples::accept_disconnect()[..]);
        Ok(())
    }

    /// Takes everything apart: nothing is left, nothing went wrong.
    pub(crate) fn end(mut self) -> CaseResult {
        self.unbind();
        if !self.unregistered {
            ensure_eq!(self.unregister(), Ok(()));
        }
        ensure!(self.port.wait_deleted(), "the port is still there");
        ensure_eq!(self.port.deletions(), 1);
        self.port.is_even()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.port.calm_down();
        self.nvmet_port = None;
        if !self.unregistered {
            // The case has failed already.
            let _ = self.port.unregister();
        }
        if !self.port.wait_deleted() {
            pr_err!("the target port of a case stays, and its memory with it\n");
            for host in [&self.host, &self.other] {
                core::mem::forget(host.clone());
            }
            core::mem::forget(self.port.clone());
        }
    }
}
