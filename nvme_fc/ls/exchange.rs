// SPDX-License-Identifier: GPL-2.0

//! Link services on their way to a target: who waits for them, how long, and
//! what is in use meanwhile.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::Arc,
    workqueue::Queue, //
};

use crate::{
    abi,
    counts,
    log::port_log,
    ls::traced,
    nvme::ctrl::nvme_wq,
    port::{
        behind::{
            Behind,
            BehindPorts, //
        },
        port_use::PortUse,
        registry_lock::{
            self,
            Locked, //
        },
        rport::RemotePort, //
    },
    shared::{
        fc::{
            host_template::HostTemplate,
            ls_request::{
                self,
                attended::AttendedLs,
                seconds,
                LsRequest,
                LsSender,
                Parameters,
                SentLs,
                TIMEOUT_SECONDS, //
            },
            port::Names, //
        },
        proto::{
            cause::Why,
            ls::patience::{
                self,
                ABORT_SECONDS,
                GONE_SECONDS, //
            }, //
        },
        support::{
            books::Entry,
            noio::WithoutIo,
            ratelimit::{
                jiffies,
                ratelimited, //
            }, //
        }, //
    }, //
};

/// How a link service failed that somebody waited for.
pub(crate) struct LsFailed {
    /// For the caller.
    pub(crate) error: Error,
    /// For people.
    pub(crate) why: Why,
}

impl From<Error> for LsFailed {
    fn from(error: Error) -> Self {
        let why = Why::from_ls_errno(error.to_errno());
        Self { error, why }
    }
}

/// How often whoever waits for an answer looks for other reasons to end that.
const LOOKS_A_SECOND: u32 = 10;

/// Whom a link service goes to.
pub(crate) struct ToTarget {
    /// The port.
    remote: Arc<RemotePort>,
    /// Its LLDD's operations.
    ops: HostTemplate,
    /// The command code.
    command: u8,
    /// What an answer that nobody waits for is good for.
    told: Told,
    /// It is counted as long as its memory is there.
    _held: Entry,
}

/// A link service that is sent to a target.
pub(crate) type LsExchange = LsRequest<ToTarget>;
/// Its answer.
pub(crate) type LsAnswer = ls_request::LsAnswer<ToTarget>;
/// Takes note of the answer to a request that nobody waits for.
pub(crate) type Told = fn(&RemotePort, &LsAnswer);

/// All that are on their way, but for those that are aborted with their port.
static SENT: BehindPorts<LsExchange> = BehindPorts::new();

/// Takes the first off the list for which `which` holds.
fn take(which: impl FnMut(&Arc<LsExchange>) -> bool) -> Option<Arc<LsExchange>> {
    SENT.remove(&mut registry_lock::lock(), which)
}

/// A port is gone: gives what aborts all that were sent to it, to be called with
/// nothing locked. Context: may sleep, registry locked.
pub(crate) fn port_lost(registry: &mut Locked, remote: &Arc<RemotePort>) -> impl FnOnce() {
    for exchange in SENT.of(registry, remote) {
        exchange.mark_for_abort();
    }
    let remote = remote.clone();
    // One that is sent meanwhile is for a port that returned, and not marked. Each
    // takes itself off when it is over, and does not mind being gone already.
    move || {
        while let Some(exchange) = take(|exchange| {
            Arc::ptr_eq(exchange.remote(), &remote) && exchange.state().is_abort_wanted()
        }) {
            exchange.abort();
        }
    }
}

impl Behind for LsExchange {
    fn remote(&self) -> &Arc<RemotePort> {
        &self.sender().remote
    }
}

impl LsSender for ToTarget {
    type InUse = PortUse;

    /// The LLDD may still write the memory.
    const UNMAPS_LOST: bool = false;

    fn timeout_queue() -> &'static Queue {
        nvme_wq()
    }

    fn done_queue() -> &'static Queue {
        nvme_wq()
    }

    fn ls_abort(&self, _in_use: &PortUse, request: SentLs<'_>) {
        // Whoever makes an association waits for this.
        let _without_io = WithoutIo::begin();
        let remote = &self.remote;
        self.ops
            .ls_abort(remote.local().abi(), remote.abi(), request);
    }

    fn abort_timeout(&self, _in_use: &PortUse) -> Option<usize> {
        let limit = if self.remote.abi().is_online() {
            ABORT_SECONDS
        } else {
            GONE_SECONDS
        };
        Some(seconds(limit))
    }

    fn forget(this: &Arc<LsExchange>) {
        drop(take(|other| Arc::ptr_eq(other, this)));
    }

    fn lost(this: &Arc<LsExchange>, in_use: PortUse) {
        Self::forget(this);
        drop(in_use);
        if this.state().is_unattended() {
            trace_done(this, Err(ETIMEDOUT));
        }
        port_log!(
            err,
            this.remote(),
            "remote port {}: LLDD lost an LS\n",
            Names(this.remote().abi().names())
        );
    }

    fn over(&self, this: &Arc<LsExchange>, answer: Result<&LsAnswer>) {
        trace_done(this, answer);
        if let Ok(answer) = answer {
            (self.told)(&self.remote, answer);
        }
    }

    fn done_twice() {
        ratelimited!(pr_warn!("LLDD completed an LS twice\n"));
    }
}

/// Tells that one is over.
fn trace_done(exchange: &Arc<LsExchange>, answer: Result<&LsAnswer>) {
    let sender = exchange.sender();
    let answer = answer.map(LsAnswer::bytes);
    traced::done(&**exchange, sender.command, &sender.remote, answer);
}

/// Gives one to the LLDD, if its port is registered. Context: may sleep.
///
/// # Errors
///
/// `ECONNREFUSED`, `ENOMEM`, the LLDD's; it is over then.
fn send(exchange: &Arc<LsExchange>) -> Result {
    let remote = exchange.remote();
    let listed = {
        let mut registry = registry_lock::lock();
        match registry.remote(remote) {
            Some(entry) if entry.life.is_online() => SENT.add(&mut registry, exchange),
            _ => Err(ECONNREFUSED),
        }
    };
    let ops = &exchange.sender().ops;
    traced::send(&**exchange, exchange.sender().command, remote);
    listed
        .and_then(|()| {
            exchange.send(|request| ops.ls_req(remote.local().abi(), remote.abi(), request))
        })
        .inspect_err(|&error| {
            exchange.unsent();
            trace_done(exchange, Err(error));
        })
}

/// What is sent.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    /// The command code.
    pub(crate) command: u8,
    /// The request, bytes.
    pub(crate) request: usize,
    /// The longest answer, bytes.
    pub(crate) response: usize,
}

/// Makes one by `new`, for a port that is registered. Context: may sleep.
fn make<T>(
    remote: &Arc<RemotePort>,
    service: Service,
    told: Told,
    new: impl FnOnce(ToTarget, PortUse, &Parameters<'_>) -> Result<T>,
) -> Result<T> {
    let (in_use, ops) = PortUse::join(&mut registry_lock::lock(), remote.as_arc_borrow())
        .map_err(|_| ECONNREFUSED)?;
    let parameters = Parameters {
        device: remote.device(),
        private: ops.ls_private,
        request: service.request,
        response: service.response,
    };
    let sender = ToTarget {
        remote: remote.clone(),
        ops,
        command: service.command,
        told,
        _held: counts::LS_REQUESTS.enter(),
    };
    new(sender, in_use, &parameters)
}

/// Sends a request, written by `fill`, and waits for its answer, but not once that is
/// of no use: `useless` is asked now and then. Context: may sleep.
///
/// # Errors
///
/// `ECONNREFUSED` if the port is not registered; `ENOMEM`; `EFAULT` if the memory
/// cannot be mapped; what `fill` says; the LLDD's; `ETIMEDOUT` if neither answer nor
/// the end of an abort came.
pub(crate) fn send_and_wait(
    remote: &Arc<RemotePort>,
    service: Service,
    useless: impl Fn() -> bool,
    fill: impl FnOnce(&mut [u8]) -> Result,
) -> Result<LsAnswer, LsFailed> {
    let exchange = make(
        remote,
        service,
        |_, _| {},
        |sender, in_use, parameters| AttendedLs::new(sender, in_use, parameters, fill),
    )?;
    send(&exchange)?;
    let this = exchange.clone();
    let answer = wait(exchange, useless);
    trace_done(&this, answer.as_ref().map_err(|failed| failed.error));
    answer.inspect_err(|failed| {
        if failed.why == Why::Unanswered {
            counts::LS_UNANSWERED.up();
        }
    })
}

/// Sends a request, written by `fill`, that nobody waits for; `told` runs if it is
/// answered, in a work item. Context: may sleep.
///
/// # Errors
///
/// As for [`send_and_wait`], but `ETIMEDOUT`.
pub(crate) fn send_unattended(
    remote: &Arc<RemotePort>,
    service: Service,
    told: Told,
    fill: impl FnOnce(&mut [u8]) -> Result,
) -> Result {
    let exchange = make(remote, service, told, |sender, in_use, parameters| {
        LsRequest::unattended(sender, in_use, parameters, fill)
    })?;
    send(&exchange)
}

/// Waits for `done`: as long as the LLDD may take, and then some; less if an abort is
/// wanted, or the answer is of no use any more. The exchange is over then, or left
/// behind.
fn wait(exchange: AttendedLs<ToTarget>, useless: impl Fn() -> bool) -> Result<LsAnswer, LsFailed> {
    let begun = jiffies();
    let mut answered = false;
    let mut in_time = true;
    while !answered && in_time && !exchange.state().is_abort_wanted() && !useless() {
        answered = exchange.wait_timeout(look());
        // CAST: A usize fits a u64.
        in_time = jiffies().wrapping_sub(begun) < seconds(TIMEOUT_SECONDS) as u64;
    }
    if !answered {
        if !in_time {
            port_log!(
                warn,
                exchange.remote(),
                "remote port {}: LS not answered, aborting it\n",
                Names(exchange.remote().abi().names())
            );
        }
        exchange.abort();
        let answer = if await_abort(&exchange) {
            exchange.answer()
        } else {
            exchange.give_up()
        };
        return answer.map_err(|error| match in_time {
            true => error.into(),
            false => LsFailed {
                error,
                why: Why::Unanswered,
            },
        });
    }
    Ok(exchange.answer()?)
}

/// Waits for the end of an abort, but not for long once the port is gone; says
/// whether it came.
fn await_abort(exchange: &AttendedLs<ToTarget>) -> bool {
    let begun = jiffies();
    let mut gone_since = None;
    loop {
        if exchange.wait_timeout(look()) {
            return true;
        }
        let now = jiffies();
        if exchange.remote().abi().is_online() {
            gone_since = None;
        } else if gone_since.is_none() {
            gone_since = Some(now);
        }
        let waited = now.wrapping_sub(begun);
        let gone = gone_since.map_or(0, |since| now.wrapping_sub(since));
        if patience::is_over(ABORT_SECONDS, abi::HZ, waited, gone) {
            return false;
        }
    }
}

/// Jiffies between two looks of one who waits.
fn look() -> usize {
    // CAST: A u32 fits a usize.
    (abi::HZ / LOOKS_A_SECOND) as usize
}
