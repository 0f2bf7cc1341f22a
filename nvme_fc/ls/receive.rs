// SPDX-License-Identifier: GPL-2.0

//! Link service requests that targets send to this host.
//!
//! The request is copied, and judged by a work item. The transport owes the
//! LLDD one answer for each that it took, also if the port goes meanwhile; the
//! answer keeps the LLDD callable until it is out.

#![deny(unsafe_code)]

use kernel::{
    new_work,
    prelude::*,
    sync::Arc,
    workqueue::{
        impl_has_delayed_work,
        impl_has_work,
        new_delayed_work,
        DelayedWork,
        Work,
        WorkItem, //
    }, //
};

use crate::{
    abi,
    counts,
    log::port_log,
    ls::traced,
    nvme::ctrl::nvme_wq,
    port::{
        port_use::PortUse,
        registry_lock,
        rport::RemotePort, //
    },
    shared::{
        fc::{
            host_template::HostTemplate,
            ls_response::{
                self,
                NewAnswer,
                OwedAnswer,
                OwesAnswer,
                Progress,
                UnansweredLs, //
            },
            port::Names, //
        },
        proto::{
            ls::{
                patience::{
                    self,
                    ANSWER_SECONDS, //
                },
                receive::{
                    command,
                    command_name, //
                },
                response::{
                    self,
                    LsResponse, //
                }, //
            },
            wire, //
        },
        support::{
            books::Entry,
            noio::WithoutIo,
            ratelimit::{
                jiffies,
                ratelimited, //
            },
            word::Word,
            work, //
        }, //
    }, //
};

/// Requests of one remote port that may wait for their answers at once: its
/// memory is bounded, whatever it sends.
const RECEIVED_MAX: u32 = 64;

/// The work item that follows `done`.
const OVER_WORK: u64 = 1;

/// Takes a request that is to be answered, and rejects it, or accepts it at once
/// or later. Context: may sleep.
pub(crate) type Judge = fn(Arc<Inbound>);

/// A request, and its answer.
#[pin_data]
pub(crate) struct Inbound {
    /// The answer, and a use of the port.
    #[pin]
    owed: OwedAnswer<PortUse>,
    /// Where it came from.
    remote: Arc<RemotePort>,
    /// The LLDD's operations.
    ops: HostTemplate,
    /// The request's bytes.
    payload: KVec<u8>,
    /// Who judges it.
    judge: Judge,
    /// It is counted as long as its memory is there.
    _held: Entry,
    /// When the LLDD was given the answer, jiffies.
    answered_at: Word<u64>,
    /// When the port was first seen to be gone since, jiffies; 0 for not yet.
    gone_at: Word<u64>,
    /// Judges the request; later, looks every second whether the LLDD has had
    /// its time.
    #[pin]
    work: DelayedWork<Self>,
    /// Ends what `done` began, with the reference that was the LLDD's. It is
    /// queued once, so `done` never drops one.
    #[pin]
    over: Work<Self, OVER_WORK>,
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self> for Inbound { self.work }
}
impl_has_work! {
    impl HasWork<Self, OVER_WORK> for Inbound { self.over }
}

/// Takes a request from an LLDD, and has it judged by `judge`, from a work item
/// that may sleep. Context: may sleep.
///
/// # Errors
///
/// `EINVAL` if the LLDD cannot answer, `E2BIG` beyond 1024 bytes, `ENOMEM`,
/// `EFAULT`, `ENOTCONN` if the port is not registered; the answer then stays
/// the LLDD's.
pub(crate) fn receive(
    raw: *mut abi::nvme_fc_remote_port,
    response: UnansweredLs,
    payload: &[u8],
    judge: Judge,
) -> Result {
    let name = command_name(command(payload));
    let (remote, in_use, ops) = {
        let mut registry = registry_lock::lock();
        let Some(remote) = registry.remote_by_raw(raw).map(|entry| entry.port.clone()) else {
            ratelimited!(pr_warn!("RCV {} LS failed: no such remote port\n", name));
            return Err(ENOTCONN);
        };
        let Ok((in_use, ops)) = PortUse::join(&mut registry, remote.as_arc_borrow()) else {
            ratelimited!(port_log!(
                info,
                remote,
                "RCV {} LS failed: remote port {} is not registered\n",
                name,
                Names(remote.abi().names())
            ));
            return Err(ENOTCONN);
        };
        (remote, in_use, ops)
    };
    if !ops.can_respond() {
        ratelimited!(port_log!(
            info,
            remote,
            "RCV {} LS failed: no LLDD xmt_ls_rsp\n",
            name
        ));
        return Err(EINVAL);
    }
    if payload.len() > wire::LS_REQUEST_MAX {
        ratelimited!(port_log!(
            info,
            remote,
            "RCV {} LS failed: payload too large\n",
            name
        ));
        return Err(E2BIG);
    }
    if !count_in(&remote) {
        ratelimited!(port_log!(
            info,
            remote,
            "RCV {} LS failed: too many unanswered\n",
            name
        ));
        return Err(ENOMEM);
    }
    let made = {
        // The port is in use already: its LLDD may wait for the delete callback
        // before it registers the port again.
        let _without_io = WithoutIo::begin();
        Inbound::new(in_use, ops, response, payload, judge)
    };
    match made {
        Ok(inbound) => {
            traced::receive(&*inbound, payload, &remote);
            work::mod_delayed(nvme_wq(), inbound, 0);
            Ok(())
        }
        Err(error) => {
            count_out(&remote);
            let what = match error {
                EFAULT => "DMA mapping failure",
                _ => "No memory",
            };
            ratelimited!(port_log!(
                info,
                remote,
                "RCV {} LS failed: {}\n",
                name,
                what
            ));
            Err(error)
        }
    }
}

/// Counts a request in; says whether there is room for it.
fn count_in(remote: &RemotePort) -> bool {
    match registry_lock::lock().remote(remote) {
        Some(entry) if entry.received < RECEIVED_MAX => {
            entry.received = entry.received.saturating_add(1);
            true
        }
        _ => false,
    }
}

/// Counts a request out.
fn count_out(remote: &RemotePort) {
    if let Some(entry) = registry_lock::lock().remote(remote) {
        entry.received = entry.received.saturating_sub(1);
    }
}

impl Inbound {
    /// Copies a request and makes room for its answer.
    fn new(
        in_use: PortUse,
        ops: HostTemplate,
        response: UnansweredLs,
        bytes: &[u8],
        judge: Judge,
    ) -> Result<Arc<Self>> {
        let mut payload = KVec::new();
        payload.extend_from_slice(bytes, GFP_KERNEL)?;
        let remote = in_use.remote().clone();
        let owed = OwedAnswer::new(remote.device(), in_use, response)?;
        Arc::pin_init(
            pin_init!(Self {
                owed <- owed,
                remote,
                ops,
                payload,
                judge,
                _held: counts::LS_RECEIVED.enter(),
                answered_at: Word::new(0),
                gone_at: Word::new(0),
                work <- new_delayed_work!("Inbound::work"),
                over <- new_work!("Inbound::over"),
            }),
            GFP_KERNEL,
        )
    }

    /// The request's bytes.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Where it came from.
    pub(crate) fn remote(&self) -> &Arc<RemotePort> {
        &self.remote
    }

    /// Accepts a Disconnect Association. Context: may sleep.
    pub(crate) fn accept(self: Arc<Self>) {
        self.respond(&LsResponse::DisconnectAssociation(
            response::disconnect_association(),
        ));
    }

    /// Sends the answer, once. Context: may sleep.
    pub(crate) fn respond(self: Arc<Self>, answer: &LsResponse) {
        traced::response(&*self, &self.payload, &self.remote, answer);
        ls_response::answer(&self, answer);
    }

    /// Looks at the answer again in a second.
    fn look_later(self: &Arc<Self>) {
        // CAST: A u32 fits a usize.
        work::mod_delayed(nvme_wq(), self.clone(), abi::HZ as usize);
    }

    /// Whether the LLDD has had its time for the answer. Context: the work item.
    fn is_lost(&self) -> bool {
        let now = jiffies();
        let mut gone = 0;
        if self.remote().abi().is_online() {
            self.gone_at.set(0);
        } else if self.gone_at.get() == 0 {
            self.gone_at.set(now.max(1));
        } else {
            gone = now.wrapping_sub(self.gone_at.get());
        }
        let waited = now.wrapping_sub(self.answered_at.get());
        patience::is_over(ANSWER_SECONDS, abi::HZ, waited, gone)
    }

    /// Gives up the port, and the answer's mapping if the LLDD is done with
    /// it. Context: may sleep; may call the LLDD's delete callbacks.
    fn finish(&self, over: bool) {
        if let Some(in_use) = self.owed.give_up(over) {
            drop(in_use);
            count_out(&self.remote);
        }
    }
}

impl OwesAnswer for Inbound {
    type InUse = PortUse;

    fn owed(&self) -> &OwedAnswer<PortUse> {
        &self.owed
    }

    fn xmt_ls_rsp(this: &Arc<Self>, answer: NewAnswer) -> Result {
        this.answered_at.set(jiffies());
        this.look_later();
        let remote = this.remote();
        this.ops
            .xmt_ls_rsp(remote.local().abi(), remote.abi(), answer)
            .inspect_err(|error| {
                ratelimited!(port_log!(
                    warn,
                    remote,
                    "LLDD rejected LS RSP xmt: LS {} status {}\n",
                    command(&this.payload),
                    error.to_errno()
                ));
            })
    }

    fn over(this: Arc<Self>) {
        let _ = nvme_wq().enqueue::<Arc<Self>, OVER_WORK>(this);
    }
}

impl WorkItem for Inbound {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        match this.owed.progress() {
            Progress::Owed => {
                let judge = this.judge;
                judge(this);
            }
            // The other work item has it.
            Progress::Over => {}
            Progress::Out if !this.is_lost() => this.look_later(),
            Progress::Out => {
                port_log!(err, this.remote(), "LLDD lost an LS response\n");
                this.finish(false);
            }
        }
    }
}

impl WorkItem<OVER_WORK> for Inbound {
    type Pointer = Arc<Self>;

    /// `done` came, or never will.
    fn run(this: Arc<Self>) {
        work::cancel_delayed_sync::<Self, 0>(&this);
        this.finish(true);
    }
}
