// SPDX-License-Identifier: GPL-2.0

//! Frames that user space makes: link services and commands from any host,
//! link services from any target.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use crate::{
    command::object::{
        Exchange,
        HostRequest, //
    },
    control::page::refuse,
    lldd::buffer::Buffer,
    ls::object::{
        LsExchange,
        LsParts, //
    },
    plan::{
        config::Role,
        grammar::{
            bytes,
            pairs,
            Refusal,
            Why, //
        },
        mutate::mutate,
        random::Random,
        rules::Fault, //
    },
    port::Port,
    support::context::sleep, //
};

/// Longest frame: a byte more than the longest link service.
const FRAME: usize = 1025;
/// Most data that an injected command can have.
const DATA: u32 = 1 << 20;
/// Most of it that is not zero.
const CONTENT: usize = 1024;
/// Injected frames under way at once.
const AT_ONCE: u64 = 64;

/// What user space asked for.
pub(crate) struct Request {
    /// WWPN of the host that it seems to come from.
    host: u64,
    /// WWNN of that host.
    node: u64,
    /// Bytes of data memory of a command.
    data: u32,
    /// What is in it, and then zeros.
    content: KVec<u8>,
    /// How much of `content` that is.
    written: usize,
    /// How many mutations of the frame are sent; 0 for the frame itself.
    count: u32,
    /// What repeats them.
    seed: u64,
    /// The frame.
    frame: KVec<u8>,
    /// How much of `frame` it is.
    length: usize,
}

/// Reads a line: `hex=…` and what goes with it.
fn parse<'a>(line: &'a str, request: &mut Request) -> Result<(), Refusal<'a>> {
    let mut frame = None;
    for pair in pairs(line) {
        match pair.key {
            "host" => request.host = pair.number()?,
            "node" => request.node = pair.number()?,
            "data" => {
                request.data = pair.number()?;
                if request.data > DATA {
                    return Err(pair.refuse(Why::BadValue));
                }
            }
            "write" => {
                let length = bytes(pair.value, &mut request.content);
                request.written = length.ok_or(pair.refuse(Why::BadValue))?;
            }
            "mutate" => request.count = pair.number()?,
            "seed" => request.seed = pair.number()?,
            "hex" => {
                let length = bytes(pair.value, &mut request.frame);
                frame = Some(length.ok_or(pair.refuse(Why::BadValue))?);
            }
            _ => return Err(pair.refuse(Why::UnknownKey)),
        }
    }
    request.length = frame.ok_or(Refusal {
        word: "hex",
        why: Why::Missing,
    })?;
    Ok(())
}

/// What is injected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A link service.
    Service,
    /// A command.
    Command,
}

/// Injects what `line` says at `port`: a target's, or a remote port for link
/// services to its host. With `mutate=N`, so many mutations of the frame, a
/// few at a time. Context: may sleep.
pub(crate) fn inject(port: &Arc<Port>, what: What, line: &str) -> Result {
    let mut request = Request {
        host: 0xfeed,
        node: 0xfeed,
        data: 0,
        content: KVec::from_elem(0u8, CONTENT, GFP_KERNEL)?,
        written: 0,
        count: 0,
        seed: 0,
        frame: KVec::from_elem(0u8, FRAME, GFP_KERNEL)?,
        length: 0,
    };
    parse(line, &mut request).map_err(refuse)?;
    if what == What::Command && port.role != Role::Target {
        return Err(EOPNOTSUPP);
    }
    if port.role == Role::Local {
        return Err(EOPNOTSUPP);
    }
    if request.count == 0 {
        return one(
            port,
            what,
            &request,
            &request.frame,
            request.length,
            1 << 20,
        );
    }
    let mut random = Random::new(request.seed);
    let mut frame = KVec::from_elem(0u8, FRAME, GFP_KERNEL)?;
    for _ in 0..request.count {
        for (to, byte) in frame.iter_mut().zip(&request.frame) {
            *to = *byte;
        }
        let limit = match what {
            What::Service => FRAME,
            What::Command => 128,
        };
        let room = frame.get_mut(..limit).ok_or(EINVAL)?;
        let length = mutate(&mut random, room, request.length);
        while one(port, what, &request, &frame, length, AT_ONCE) == Err(EAGAIN) {
            sleep(1);
        }
        if kernel::current!().signal_pending() {
            return Err(EINTR);
        }
    }
    Ok(())
}

/// Injects one frame, unless `limit` are under way.
fn one(
    port: &Arc<Port>,
    what: What,
    request: &Request,
    frame: &[u8],
    length: usize,
    limit: u64,
) -> Result {
    let frame = frame.get(..length).ok_or(EINVAL)?;
    if !port.inject_begin(limit) {
        return Err(EAGAIN);
    }
    let result = match what {
        What::Command => command(port, request, frame),
        What::Service => service(port, request, frame),
    };
    if result.is_err() {
        port.inject_end();
    }
    result
}

/// Injects a command.
fn command(port: &Arc<Port>, request: &Request, frame: &[u8]) -> Result {
    let content = request.content.get(..request.written).unwrap_or_default();
    let data = Buffer::new(content, request.data as usize, GFP_KERNEL)?;
    // CAST: Limited when it was read.
    let length = data.len() as u32;
    let exchange = Exchange::begin(frame, 0, 0, length, None, Some(port.clone()))?;
    exchange.send(HostRequest::Injected(data), &Fault::default());
    Ok(())
}

/// Injects a link service.
fn service(port: &Arc<Port>, request: &Request, frame: &[u8]) -> Result {
    let to_target = port.role == Role::Target;
    let handle = match to_target && port.config.handle {
        true => Some(port.host(request.node, request.host)?),
        false => None,
    };
    let parts = LsParts {
        to_target,
        sender: port.clone(),
        target: to_target.then(|| port.clone()),
        host_name: match to_target {
            true => request.host,
            false => port.config.local,
        },
        handle,
    };
    LsExchange::new(parts, frame, 0)?.send(&Fault::default(), 0);
    Ok(())
}
