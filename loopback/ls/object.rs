// SPDX-License-Identifier: GPL-2.0

//! The memory of a link service under way.

use kernel::{
    prelude::*,
    sync::{new_spinlock_irq, Arc, SpinLockIrq},
    time::{
        Instant,
        Monotonic, //
    }, //
};

use crate::{
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        buffer::Buffer,
        fcp_request::Refused,
        host_handle::HostHandle,
        kind::Kind,
        ls_request::LsRequest,
        ls_response::LsResponse,
        scatter::Bus, //
    },
    ls::state::{
        Kinds,
        Receiver,
        Sender, //
    },
    plan::{
        outcome::Outcome,
        rules::Fault, //
    },
    port::Port,
    support::{
        delayed::{
            DelayedEvent,
            EventSource, //
        },
        registry::{
            self,
            registry, //
        }, //
    }, //
};

/// It reaches the other side.
pub(crate) const ARRIVAL: usize = 0;
/// The sender's request is done.
pub(crate) const COMPLETION: usize = 1;
/// The receiver's answer has been sent.
pub(crate) const ANSWERED: usize = 2;
/// The sender has waited long enough.
pub(crate) const TIMEOUT: usize = 3;

/// Longest payload that is taken, and room for what a fault makes longer.
const PAYLOAD: (usize, usize) = (4096, 1100);

/// What changes during a link service's life.
pub(crate) struct LsState {
    /// How far the sender's request is.
    pub(crate) sender: Sender,
    /// How far the receiver's exchange is.
    pub(crate) receiver: Receiver,
    /// The sender's request, until it is completed; none for injected link services.
    pub(crate) request: Option<LsRequest>,
    /// How it ends for the sender.
    pub(crate) outcome: Outcome,
    /// The receiver's exchange when it is to be given back.
    pub(crate) response: Option<LsResponse<Arc<LsExchange>>>,
    /// When the sender wanted it back.
    pub(crate) wanted: Option<Instant<Monotonic>>,
}

/// What a link service is made of.
pub(crate) struct LsParts {
    /// Whether it goes from a host to a target, or the reverse.
    pub(crate) to_target: bool,
    /// The sender's port; for injected ones, the receiver's.
    pub(crate) sender: Arc<Port>,
    /// The target's port.
    pub(crate) target: Option<Arc<Port>>,
    /// WWPN of the host.
    pub(crate) host_name: u64,
    /// What the target knows the host by.
    pub(crate) handle: Option<Arc<HostHandle>>,
}

/// A link service.
#[pin_data(PinnedDrop)]
pub(crate) struct LsExchange {
    /// What it is made of.
    pub(crate) parts: LsParts,
    /// Address of the sender's request, 0 for injected ones.
    pub(crate) key: usize,
    /// The payload, lent to the receiver.
    pub(crate) payload: Buffer,
    /// Its command code.
    pub(crate) code: u8,
    /// What changes.
    #[pin]
    pub(crate) state: SpinLockIrq<LsState>,
    /// See [`ARRIVAL`].
    #[pin]
    arrival: DelayedEvent,
    /// See [`COMPLETION`].
    #[pin]
    completion: DelayedEvent,
    /// See [`ANSWERED`].
    #[pin]
    answered: DelayedEvent,
    /// See [`TIMEOUT`].
    #[pin]
    timeout: DelayedEvent,
}

registry!(SERVICES: LsExchange);

// SAFETY: Each event has a field of its own, made for it by `new`.
unsafe impl EventSource for LsExchange {
    fn delayed(&self, event: usize) -> Option<&DelayedEvent> {
        match event {
            ARRIVAL => Some(&self.arrival),
            COMPLETION => Some(&self.completion),
            ANSWERED => Some(&self.answered),
            TIMEOUT => Some(&self.timeout),
            _ => None,
        }
    }

    fn fire(self: Arc<Self>, event: usize) {
        self.happened(event);
    }
}

/// What goes wrong with a link service that `sender`'s transport sends, and its payload after that.
///
/// # Errors
///
/// The errno that `ls_req` returns.
pub(crate) fn payload_of(
    request: &LsRequest,
    sender: &Port,
    kind: Kind,
) -> Result<(Fault, KVec<u8>), c_int> {
    let (most, room) = PAYLOAD;
    let whole = request.payload(sender.bus());
    let whole = whole.get(..most).unwrap_or(whole);
    let code = u16::from(whole.first().copied().unwrap_or(0));
    let fault = sender.fault(kind, code, 0);
    if fault.errno != 0 {
        return Err(fault.errno);
    }
    let payload = KVec::from_elem(0u8, room.max(whole.len()), GFP_ATOMIC);
    let mut payload = payload.map_err(|error| Error::from(error).to_errno())?;
    for (to, byte) in payload.iter_mut().zip(whole) {
        *to = *byte;
    }
    let length = fault.alter.apply(&mut payload, whole.len());
    payload.truncate(length);
    Ok((fault, payload))
}

/// Gives a request back to its transport.
pub(crate) fn complete(request: LsRequest, bus: Bus, outcome: &Outcome) {
    if outcome.twice {
        // SAFETY: Asked for, with a transport that keeps the memory.
        unsafe { request.complete_twice(bus, outcome.status, outcome.as_slice()) };
    } else {
        request.complete(bus, outcome.status, outcome.as_slice());
    }
}

impl LsExchange {
    /// A link service with that payload, whose request, if any, is at address `key`. Context: any.
    pub(crate) fn new(parts: LsParts, payload: &[u8], key: usize) -> Result<Arc<Self>> {
        let code = payload.first().copied().unwrap_or(0);
        let payload = Buffer::new(payload, 0, GFP_ATOMIC)?;
        let exchange = Arc::pin_init(
            pin_init!(Self {
                parts,
                key,
                payload,
                code,
                state <- new_spinlock_irq!(LsState {
                    sender: Sender::Waiting,
                    receiver: Receiver::New,
                    request: None,
                    outcome: Outcome::failed(0),
                    response: None,
                    wanted: None,
                }),
                arrival <- DelayedEvent::new::<Self>(ARRIVAL),
                completion <- DelayedEvent::new::<Self>(COMPLETION),
                answered <- DelayedEvent::new::<Self>(ANSWERED),
                timeout <- DelayedEvent::new::<Self>(TIMEOUT),
            }),
            GFP_ATOMIC,
        )?;
        ACCOUNTING.open(Account::ServiceExchanges);
        registry::add(&exchange, key)?;
        Ok(exchange)
    }

    /// Takes a request that a transport sends, and sends it on. Context: any.
    pub(crate) fn take_on(
        parts: LsParts,
        payload: &[u8],
        request: LsRequest,
        fault: &Fault,
    ) -> Result<(), Refused<LsRequest>> {
        let sent = Kinds::of(parts.to_target).sent;
        let exchange = match Self::new(parts, payload, request.address()) {
            Ok(exchange) => exchange,
            Err(error) => return Err(request.refuse(error.to_errno())),
        };
        ACCOUNTING.open(sent);
        let timeout = request.timeout();
        exchange.state.lock().request = Some(request);
        exchange.send(fault, timeout);
        Ok(())
    }
}

#[pinned_drop]
impl PinnedDrop for LsExchange {
    fn drop(self: Pin<&mut Self>) {
        ACCOUNTING.close(Account::ServiceExchanges);
    }
}
