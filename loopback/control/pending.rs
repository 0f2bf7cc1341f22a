// SPDX-License-Identifier: GPL-2.0

//! What is under way: letting go of what was kept back, and listing the rest.

#![deny(unsafe_code)]

use core::ptr;

use kernel::{fmt, sync::Arc};

use crate::{
    abi,
    command::object::Exchange,
    ls::{
        object::LsExchange,
        state::{
            Receiver,
            Sender, //
        }, //
    },
    port::Port,
    support::registry::each, //
};

/// Everything that was kept back goes on.
pub(crate) fn release_all() {
    each(|exchange: &Arc<Exchange>| {
        exchange.resume(0);
        exchange.deliver_held();
    });
    each(LsExchange::deliver_held);
}

/// The target port goes away: its operations that were kept back end with an
/// error, as an adapter's do.
pub(crate) fn release_target(port: &Port) {
    each(|exchange: &Arc<Exchange>| {
        let own = exchange.target.as_ref();
        if own.is_some_and(|target| ptr::eq(&**target, port)) {
            exchange.resume(abi::NVME_SC_INTERNAL as i32);
        }
    });
}

/// Everything that a fault keeps from ending is ended: frames that were lost,
/// aborts that were ignored, and what was kept back.
pub(crate) fn end_all() {
    release_all();
    each(Exchange::end);
    each(LsExchange::end);
}

/// The list of what is under way.
pub(crate) struct Left;

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        each(|exchange: &Arc<Exchange>| {
            let (host, target, operation) = exchange.state.lock().machine.describe();
            let (code, queue) = (exchange.code, exchange.queue);
            let name = exchange
                .target
                .as_ref()
                .map_or(0, |port| port.config.port_name);
            result = result.and(writeln!(
                f,
                "command code={code:#x} queue={queue} target={name:#x} host={host} \
                 exchange={target} operation={operation}"
            ));
        });
        each(|exchange: &Arc<LsExchange>| {
            let (sender, receiver) = {
                let state = exchange.state.lock();
                (state.sender, state.receiver)
            };
            let sender = match sender {
                Sender::Waiting => "waiting",
                Sender::Held => "held",
                Sender::Finishing => "finishing",
                Sender::Done => "done",
            };
            let receiver = match receiver {
                Receiver::New => "new",
                Receiver::Owned => "owned",
                Receiver::Answered => "answered",
                Receiver::Over => "over",
            };
            let way = if exchange.parts.to_target {
                "host"
            } else {
                "target"
            };
            let (code, host) = (exchange.code, exchange.parts.host_name);
            result = result.and(writeln!(
                f,
                "ls from={way} code={code} host={host:#x} sender={sender} receiver={receiver}"
            ));
        });
        result
    }
}
