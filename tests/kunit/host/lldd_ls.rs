// SPDX-License-Identifier: GPL-2.0

//! The scripted LLDD: link services either way, aborts, and what suites ask
//! for while something is in flight.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{
        atomic::Full,
        Arc, //
    }, //
};

use crate::{
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        fcp_request::Refused,
        kind::Kind,
        ls_request::LsRequest,
        scatter::Bus, //
    },
    proto::wire::{
        self,
        ls, //
    }, //
};

use super::{
    answer::{
        FcpAnswer,
        LsAnswer, //
    },
    lldd::{
        require,
        Lldd,
        Taken,
        SERVICES, //
    },
    script::{
        Abort,
        Alter,
        Delivery,
        On, //
    },
    sleep_ms,
    taken,
    threads, //
};

/// The big-endian number at an offset.
fn number(bytes: &[u8], at: usize) -> u64 {
    let bytes = bytes.get(at..).and_then(|rest| rest.first_chunk());
    bytes.copied().map_or(0, u64::from_be_bytes)
}

/// The big-endian half word at an offset.
fn half(bytes: &[u8], at: usize) -> u16 {
    let bytes = bytes.get(at..).and_then(|rest| rest.first_chunk());
    bytes.copied().map_or(0, u16::from_be_bytes)
}

impl Lldd {
    /// `ls_req`. Context: may sleep.
    pub(super) fn take_ls(
        self: &Arc<Self>,
        mut service: LsRequest,
    ) -> Result<(), Refused<LsRequest>> {
        let command = service.payload(Bus::NONE).first().copied().unwrap_or(0);
        let on = On::Ls(command);
        let rule = self.step(on);
        sleep_ms(rule.stall);
        if let Some(errno) = rule.refuse {
            return Err(service.refuse(errno));
        }
        let clean = taken::is_clean(&mut service);
        require!(clean, "private memory of a link service", command);
        let timeout = service.timeout();
        require!(timeout == wire::LS_TIMEOUT_SECONDS, "LS timeout", timeout);
        let mut answer = self.answer(service.payload(Bus::NONE), service.room());
        match rule.alter {
            Alter::Ls(alter) => alter(&mut answer),
            Alter::LsByte(at, bits) => answer.flip(at, bits),
            Alter::Reject(reason, explanation) => {
                answer = LsAnswer::reject(command, reason, explanation);
            }
            _ => {}
        }
        let (serial, delivery) = {
            let mut state = self.state.lock();
            if state.services.len() == SERVICES {
                drop(state);
                return Err(service.refuse(EBUSY.to_errno()));
            }
            state.serial = state.serial.wrapping_add(1);
            let serial = state.serial;
            let _ = state.services.push_within_capacity(Taken {
                serial,
                on,
                queue: 0,
                what: service,
                answer,
                aborted: false,
            });
            (serial, rule.delivery.unwrap_or(state.delivery))
        };
        ACCOUNTING.open(Account::HostServices);
        match delivery {
            Delivery::Inline => {
                self.end_service(serial, false, |_| {});
            }
            Delivery::Twice => {
                self.end_service(serial, true, |_| {});
            }
            Delivery::Thread(delay) => self.later(delay, move |lldd| {
                lldd.end_service(serial, false, |_| {});
            }),
            Delivery::Kept => {}
        }
        Ok(())
    }

    /// What a good controller answers.
    fn answer(&self, request: &[u8], room: u32) -> LsAnswer {
        let command = request.first().copied().unwrap_or(0);
        let refused = LsAnswer::reject(command, 0x03, 0x00);
        match command {
            ls::CREATE_ASSOCIATION => {
                require!(request.len() == 1024, "length of request", request.len());
                require!(room >= 56, "room for an answer", room);
                let size = half(request, 58);
                require!(size == 31, "admin queue size", size);
                self.with(|state| state.model.associate())
                    .map_or(refused, |id| LsAnswer::association(id, id))
            }
            ls::CREATE_CONNECTION => {
                require!(request.len() == 80, "length of request", request.len());
                require!(room >= 40, "room for an answer", room);
                let id = number(request, 16);
                let queue = half(request, 72);
                let known = self.with(|state| state.model.knows(id, 0));
                require!(known, "association identifier", id);
                LsAnswer::connection(id | u64::from(queue))
            }
            ls::DISCONNECT_ASSOCIATION => {
                require!(request.len() == 48, "length of request", request.len());
                let id = number(request, 16);
                // Identifiers that a suite made up are disconnected too.
                self.with(|state| state.model.dissociate(id));
                LsAnswer::disconnected()
            }
            _ => {
                require!(false, "unknown link service", command);
                refused
            }
        }
    }

    /// Ends a link service that is in flight, unless it was ended; says whether
    /// it was.
    fn end_service(&self, serial: u64, twice: bool, change: impl FnOnce(&mut LsAnswer)) -> bool {
        let taken = self.with(|state| {
            let at = state
                .services
                .iter()
                .position(|taken| taken.serial == serial)?;
            state.services.remove(at).ok()
        });
        let Some(mut taken) = taken else {
            return false;
        };
        change(&mut taken.answer);
        ACCOUNTING.close(Account::HostServices);
        taken::give_back_ls(taken.what, &taken.answer, twice);
        true
    }

    /// Has another thread do something, after so many milliseconds. Context:
    /// any but hard IRQ.
    pub(crate) fn later(
        self: &Arc<Self>,
        delay: u32,
        what: impl FnOnce(&Arc<Self>) + Send + 'static,
    ) {
        let lldd = self.clone();
        self.threads.fetch_add(1, Full);
        let spawned = threads().try_spawn(GFP_ATOMIC, move || {
            sleep_ms(delay);
            what(&lldd);
            lldd.threads.fetch_sub(1, Full);
        });
        if spawned.is_err() {
            self.threads.fetch_sub(1, Full);
        }
        require!(spawned.is_ok(), "no memory for a thread", 0);
    }

    /// Ends an aborted operation, as the mode says.
    fn aborted(self: &Arc<Self>, mode: Abort, end: impl FnOnce(&Self) + Send + 'static) {
        match mode {
            Abort::Inline => end(self),
            Abort::Thread(delay) => self.later(delay, move |lldd| end(lldd)),
            Abort::Lingering(delay) => {
                end(self);
                sleep_ms(delay);
            }
            Abort::Ignored => {}
        }
    }

    /// `ls_abort`. Context: may sleep.
    pub(crate) fn abort_ls(self: &Arc<Self>, address: usize) {
        ACCOUNTING.call(Kind::HostLsAbort);
        let (found, again, mode) = self.with(|state| {
            // Whoever sees the count finds that the call has its mode.
            state.note(On::LsAbort);
            let mode = state.ls_abort;
            let found = state
                .services
                .iter_mut()
                .find(|taken| taken.what.address() == address);
            match found {
                Some(taken) => {
                    let again = taken.aborted;
                    taken.aborted = true;
                    (Some(taken.serial), again, mode)
                }
                None => (None, false, mode),
            }
        });
        require!(!again, "a link service aborted twice", address);
        if let Some(serial) = found {
            self.aborted(mode, move |lldd| {
                lldd.end_service(serial, false, |answer| answer.status = ECANCELED.to_errno());
            });
        }
    }

    /// `fcp_abort`. Context: may sleep.
    pub(crate) fn abort_fcp(self: &Arc<Self>, handle: usize, address: usize) {
        ACCOUNTING.call(Kind::FcpAbort);
        let (found, again, known, mode) = self.with(|state| {
            // Whoever sees the count finds that the call has its mode.
            state.note(On::FcpAbort);
            let _ = state.aborting.push_within_capacity(handle);
            let mode = state.fcp_abort;
            let known = state.queues.iter().any(|queue| queue.handle == handle);
            let found = state
                .exchanges
                .iter_mut()
                .find(|taken| taken.what.address() == address);
            match found {
                Some(taken) => {
                    let again = taken.aborted;
                    taken.aborted = true;
                    (Some(taken.serial), again, known, mode)
                }
                // It ended meanwhile.
                None => (None, false, known, mode),
            }
        });
        require!(known, "fcp_abort with no queue's handle", handle);
        require!(!again, "an exchange aborted twice", address);
        if let Some(serial) = found {
            self.aborted(mode, move |lldd| {
                lldd.end_exchange(serial, false, |answer| answer.status = ECANCELED.to_errno());
            });
        }
        self.with(|state| {
            let at = state.aborting.iter().position(|inside| *inside == handle);
            at.map(|at| state.aborting.remove(at).is_ok())
        });
    }

    /// Ends the first exchange of a kind that is in flight, with its answer
    /// changed; says whether there was one.
    pub(crate) fn release(&self, on: On, change: impl FnOnce(&mut FcpAnswer)) -> bool {
        let serial = self.first(on);
        serial.is_some_and(|serial| self.end_exchange(serial, false, change))
    }

    /// As [`Lldd::release`], twice.
    pub(crate) fn release_twice(&self, on: On, change: impl FnOnce(&mut FcpAnswer)) -> bool {
        let serial = self.first(on);
        serial.is_some_and(|serial| self.end_exchange(serial, true, change))
    }

    /// The first exchange of a kind that is in flight.
    fn first(&self, on: On) -> Option<u64> {
        self.with(|state| {
            let taken = state.exchanges.iter().find(|taken| taken.on == on)?;
            Some(taken.serial)
        })
    }

    /// Ends the first link service of a kind that is in flight; says whether
    /// there was one.
    pub(crate) fn release_ls(&self, on: On, change: impl FnOnce(&mut LsAnswer)) -> bool {
        let serial = self.with(|state| {
            let taken = state.services.iter().find(|taken| taken.on == on)?;
            Some(taken.serial)
        });
        serial.is_some_and(|serial| self.end_service(serial, false, change))
    }

    /// Ends whatever is in flight, and what comes, with errors: for the end of
    /// a case.
    pub(crate) fn give_up(&self) {
        self.with(|state| {
            state.rules.clear();
            state.delivery = Delivery::Inline;
            state.fcp_abort = Abort::Inline;
            state.ls_abort = Abort::Inline;
        });
        loop {
            let (exchange, service) = self.with(|state| {
                (
                    state.exchanges.first().map(|taken| taken.serial),
                    state.services.first().map(|taken| taken.serial),
                )
            });
            if let Some(serial) = exchange {
                self.end_exchange(serial, false, |answer| answer.status = EIO.to_errno());
            }
            if let Some(serial) = service {
                self.end_service(serial, false, |answer| answer.status = EIO.to_errno());
            }
            let answer = self.release_answer();
            if exchange.is_none() && service.is_none() && !answer {
                break;
            }
        }
    }
}
