// SPDX-License-Identifier: GPL-2.0

//! What the block layer calls for the requests of a controller.

use core::{
    ffi::c_void,
    marker::PhantomData,
    ptr::NonNull, //
};

use kernel::{
    prelude::*,
    sync::Arc, //
};

use crate::{
    abi,
    io::{
        connection::QueueOwner,
        exchange::{
            Exchange,
            OnDone, //
        },
        holder,
        queue::Queue,
        submit,
        timeout, //
    },
    nvme::request::{
        BlkStatus,
        Operations,
        Request,
        Submission,
        Timeout, //
    },
    shared::{
        proto::command::cmd_iu::Category,
        support::queue_map::QueueMap, //
    }, //
};

/// A controller, as the block layer knows it.
///
/// # Safety
///
/// [`HasQueues::queue`] gives parts of the controller, as long-lived as it is.
pub(crate) unsafe trait HasQueues: QueueOwner {
    /// A queue; 0 is the admin queue, and the others follow it without a gap.
    fn queue(&self, index: u16) -> Option<&Queue<Self>>;

    /// Lets the LLDD map queues to CPUs; says whether it did. Context: may sleep.
    fn map_queues(&self, map: &mut QueueMap<'_>) -> bool;
}

/// Has the queues of a new controller know it. Context: nobody uses them yet.
pub(crate) fn adopt<O: HasQueues>(ctrl: &Arc<O>) {
    for queue in (0..).map_while(|index| ctrl.queue(index)) {
        // SAFETY: A part of the controller, by the trait's contract.
        unsafe { queue.connection().owner().set(ctrl) };
    }
}

/// Requests of a controller's queues.
pub(crate) struct Requests<O>(PhantomData<O>);

impl<O: HasQueues> OnDone<O> for Requests<O> {
    fn done(exchange: &Exchange<O>) {
        submit::done::<Self, O>(exchange);
    }
}

impl<O: HasQueues> Operations for Requests<O> {
    type Ctrl = O;
    type Queue = Queue<O>;
    type Data = Exchange<O>;
    const TIMEOUT: Timeout = abi::nvme_fc_shim_timeout;

    fn queue(ctrl: &O, index: u16) -> Option<&Queue<O>> {
        ctrl.queue(index)
    }

    fn init_request(
        queue: &Queue<O>,
        request: NonNull<Request<Self>>,
        private: *mut c_void,
    ) -> impl PinInit<Exchange<O>, Error> {
        let connection = queue.connection();
        let category = match connection.index() {
            0 => Category::Admin,
            _ => Category::Io(0),
        };
        let (connection, request) = (NonNull::from(connection), request.as_ptr().cast());
        // SAFETY: Requests are freed with their tag set, before the queues. This is
        // the memory behind the request.
        unsafe { Exchange::new::<Self>(connection, request, private, category) }.pin_chain(
            |exchange| {
                // SAFETY: On no list, and taken off by `exit_request`.
                unsafe { queue.exchanges().lock().add(&exchange) }
            },
        )
    }

    fn exit_request(queue: &Queue<O>, exchange: &Exchange<O>) {
        // SAFETY: `init_request` put it on the list.
        unsafe { queue.exchanges().lock().remove(exchange) };
    }

    #[inline(always)]
    fn queue_rq(queue: &Queue<O>, request: Submission<'_, Self>) -> BlkStatus {
        submit::queue_rq(queue.connection(), request)
    }

    #[inline(always)]
    fn complete(exchange: &Exchange<O>) {
        holder::release(exchange);
    }

    fn timeout(request: &Request<Self>) {
        timeout::expired(request);
    }

    fn map_queues(ctrl: &O, map: &mut QueueMap<'_>) -> bool {
        ctrl.map_queues(map)
    }
}
