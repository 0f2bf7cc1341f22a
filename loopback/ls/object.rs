// SPDX-License-Identifier: GPL-2.0

//! The memory of a link service under way.

use kernel::{
    prelude::*,
    sync::{new_spinlock_irq, Arc, SpinLockIrq},
};

use crate::{
    ls::{
        io::LsRequest,
        state::{
            LsOutcome,
            LsState,
            Receiver,
            Sender, //
        }, //
    },
    plan::accounts::Account,
    port::{
        host_handle::HostHandle,
        registry,
        Port, //
    },
    support::{
        books::BOOKS,
        buffer::Buffer,
        ticket::{
            Fires,
            Ticket, //
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

/// A link service.
#[pin_data(PinnedDrop)]
pub(crate) struct LsExchange {
    /// Whether it goes from a host to a target, or the reverse.
    pub(crate) to_target: bool,
    /// The sender's request.
    pub(crate) request: LsRequest,
    /// The payload, lent to the receiver.
    pub(crate) payload: Buffer,
    /// Its command code.
    pub(crate) code: u8,
    /// The sender's port; for injected ones, the receiver's.
    pub(crate) near: Option<Arc<Port>>,
    /// The target's port.
    pub(crate) target: Option<Arc<Port>>,
    /// WWPN of the host.
    pub(crate) host_name: u64,
    /// What the target knows the host by.
    pub(crate) handle: Option<Arc<HostHandle>>,
    /// What changes.
    #[pin]
    pub(crate) state: SpinLockIrq<LsState>,
    /// See [`ARRIVAL`].
    #[pin]
    arrival: Ticket,
    /// See [`COMPLETION`].
    #[pin]
    completion: Ticket,
    /// See [`ANSWERED`].
    #[pin]
    answered: Ticket,
    /// See [`TIMEOUT`].
    #[pin]
    timeout: Ticket,
}

// SAFETY: Each slot has a field of its own, made for it by `new`.
unsafe impl Fires for LsExchange {
    fn ticket(&self, slot: usize) -> Option<&Ticket> {
        match slot {
            ARRIVAL => Some(&self.arrival),
            COMPLETION => Some(&self.completion),
            ANSWERED => Some(&self.answered),
            TIMEOUT => Some(&self.timeout),
            _ => None,
        }
    }

    fn fire(self: Arc<Self>, slot: usize) {
        self.event(slot);
    }
}

/// What a link service is made of.
pub(crate) struct LsParts {
    /// See [`LsExchange::to_target`].
    pub(crate) to_target: bool,
    /// See [`LsExchange::request`].
    pub(crate) request: LsRequest,
    /// See [`LsExchange::near`].
    pub(crate) near: Option<Arc<Port>>,
    /// See [`LsExchange::target`].
    pub(crate) target: Option<Arc<Port>>,
    /// See [`LsExchange::host_name`].
    pub(crate) host_name: u64,
    /// See [`LsExchange::handle`].
    pub(crate) handle: Option<Arc<HostHandle>>,
}

impl LsExchange {
    /// A link service with that payload. Context: any.
    pub(crate) fn new(parts: LsParts, payload: &[u8]) -> Result<Arc<Self>> {
        let LsParts {
            to_target,
            request,
            near,
            target,
            host_name,
            handle,
        } = parts;
        let key = request.key();
        let code = payload.first().copied().unwrap_or(0);
        let payload = Buffer::new(payload, 0, GFP_ATOMIC)?;
        let exchange = Arc::pin_init(
            pin_init!(Self {
                to_target,
                request,
                payload,
                code,
                near,
                target,
                host_name,
                handle,
                state <- new_spinlock_irq!(LsState {
                    sender: Sender::Waiting,
                    receiver: Receiver::New,
                    outcome: LsOutcome::failed(0),
                    token: None,
                }),
                arrival <- Ticket::new::<Self>(ARRIVAL),
                completion <- Ticket::new::<Self>(COMPLETION),
                answered <- Ticket::new::<Self>(ANSWERED),
                timeout <- Ticket::new::<Self>(TIMEOUT),
            }),
            GFP_ATOMIC,
        )?;
        BOOKS.open(Account::ServiceExchanges);
        registry::add_service(&exchange, key)?;
        Ok(exchange)
    }
}

#[pinned_drop]
impl PinnedDrop for LsExchange {
    fn drop(self: Pin<&mut Self>) {
        BOOKS.close(Account::ServiceExchanges);
    }
}
