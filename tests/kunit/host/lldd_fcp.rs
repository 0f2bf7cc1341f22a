// SPDX-License-Identifier: GPL-2.0

//! The scripted LLDD's exchanges: checks what the transport sends, moves the
//! data, and answers.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use crate::{
    lldd::{
        account::Account,
        accounting::ACCOUNTING,
        fcp_request::{
            FcpRequest,
            Refused, //
        },
        scatter::Bus, //
    },
    proto::wire, //
};

use super::{
    answer::FcpAnswer,
    lldd::{
        require,
        HardwareQueue,
        Lldd,
        State,
        Taken,
        EXCHANGES, //
    },
    model::Transfer,
    script::{
        opcode,
        Alter,
        Delivery,
        On,
        Rule, //
    },
    taken, //
};

/// `io_dir` by the flags of a command IU.
const DIRECTIONS: [u8; 3] = [0, wire::FLAG_WRITE, wire::FLAG_READ];

impl Lldd {
    /// `fcp_io`. Context: atomic.
    pub(super) fn take_fcp(
        self: &Arc<Self>,
        handle: usize,
        mut exchange: FcpRequest,
    ) -> Result<(), Refused<FcpRequest>> {
        let queue = exchange.queue();
        let command = taken::command(&exchange);
        let on = On::command(&command, queue);
        let rule = self.step(on);
        self.check(&exchange, handle);
        if let Some(errno) = rule.refuse {
            self.with(|state| state.refused = true);
            return Err(exchange.refuse(errno));
        }
        require!(taken::scribble(&mut exchange), "no private memory", 0);
        let (serial, delivery) = {
            let mut state = self.state.lock();
            if state.exchanges.len() == EXCHANGES {
                drop(state);
                return Err(exchange.refuse(EBUSY.to_errno()));
            }
            let reply = state.model.execute(&command, queue);
            let moved = self.transfer(&mut state, &exchange, reply.transfer, &rule);
            let mut answer = FcpAnswer::new(&command, queue, reply.result, reply.status);
            if let Some(moved) = moved {
                answer.transferred = moved;
                answer.iu.transferred.set(moved);
            }
            if state.extended {
                answer.extend();
            }
            match rule.alter {
                Alter::Fcp(alter) => alter(&mut answer),
                Alter::FcpByte(at, bits) => answer.flip(at, bits),
                _ => {}
            }
            let usual = if on == On::Admin(opcode::ASYNC_EVENT) {
                Delivery::Kept
            } else {
                state.delivery
            };
            state.serial = state.serial.wrapping_add(1);
            let serial = state.serial;
            let _ = state.exchanges.push_within_capacity(Taken {
                serial,
                on,
                queue,
                what: exchange,
                answer,
                aborted: false,
            });
            (serial, rule.delivery.unwrap_or(usual))
        };
        ACCOUNTING.open(Account::HostCommands);
        match delivery {
            Delivery::Inline => {
                self.end_exchange(serial, false, |_| {});
            }
            Delivery::Twice => {
                self.end_exchange(serial, true, |_| {});
            }
            Delivery::Thread(delay) => self.later(delay, move |lldd| {
                lldd.end_exchange(serial, false, |_| {});
            }),
            Delivery::Kept => {}
        }
        Ok(())
    }

    /// Checks what the transport says of an exchange.
    fn check(&self, exchange: &FcpRequest, handle: usize) {
        let queue = exchange.queue();
        let command = taken::command(exchange);
        let shape = exchange.shape();
        let segments = exchange.data(Bus::NONE).len();
        let flags = command.flags & wire::FLAG_DIRECTION;
        let direction = DIRECTIONS.get(shape.direction as usize);

        require!(shape.command == 96, "cmdlen", shape.command);
        require!(shape.response == 32, "rsplen", shape.response);
        require!(
            shape.addresses == [0, 0],
            "bus addresses without a device",
            0
        );
        require!(
            command.format_id == wire::COMMAND_FORMAT_ID,
            "format_id",
            command.format_id
        );
        require!(command.fc_id == wire::COMMAND_FC_ID, "fc_id", command.fc_id);
        require!(
            command.iu_words.get() == wire::COMMAND_WORDS,
            "iu_len",
            command.iu_words.get()
        );
        require!(
            command.data_length.get() == shape.data,
            "data length",
            shape.data
        );
        require!(direction == Some(&flags), "direction", shape.direction);
        require!(
            (shape.data == 0) == (flags == 0),
            "direction of no data",
            flags
        );
        require!(
            segments == u64::from(shape.data),
            "bytes in segments",
            segments
        );
        let category = match queue {
            0 => wire::CATEGORY_ADMIN,
            _ => wire::CATEGORY_COMMAND_SET,
        };
        require!(command.category == category, "category", command.category);
        require!(command.sequence_number.get() != 0, "sequence number", 0);
        if let On::Connect(_) = On::command(&command, queue) {
            let first = command.sequence_number.get();
            let refused = self.with(|state| state.refused);
            // One that was refused has used a number up.
            require!(first == 1 || refused, "sequence number of Connect", first);
        }
        let (known, same, double, handles) = self.with(|state| {
            let mine = |known: &&HardwareQueue| known.handle == handle;
            (
                state.model.knows(command.connection_id.get(), queue),
                state.queues.iter().find(mine).map(|known| known.index),
                state
                    .exchanges
                    .iter()
                    .any(|taken| taken.what.address() == exchange.address()),
                state.handles,
            )
        });
        require!(known, "connection identifier", command.connection_id.get());
        require!(same == Some(queue) || !handles, "queue handle", queue);
        require!(!double, "an exchange that is in flight", queue);
    }

    /// Moves a command's data; gives how much, if there was any.
    fn transfer(
        &self,
        state: &mut State,
        exchange: &FcpRequest,
        transfer: Transfer,
        rule: &Rule,
    ) -> Option<u32> {
        let length = exchange.data_length() as usize;
        let moved = match transfer {
            Transfer::Nothing => return None,
            Transfer::Ignored => length,
            Transfer::Page(bytes) => {
                let page = state.model.page.get_mut(..bytes.min(length))?;
                if let Alter::Data(alter) = rule.alter {
                    alter(page);
                }
                exchange.data(Bus::NONE).write(0, page)
            }
            Transfer::Read(at) => {
                let end = at.saturating_add(length);
                exchange
                    .data(Bus::NONE)
                    .write(0, state.model.store.get(at..end)?)
            }
            Transfer::Write(at) => {
                let end = at.saturating_add(length);
                exchange
                    .data(Bus::NONE)
                    .read(0, state.model.store.get_mut(at..end)?)
            }
        };
        u32::try_from(moved).ok()
    }

    /// Ends an exchange that is in flight, unless it was ended; says whether it
    /// was.
    pub(crate) fn end_exchange(
        &self,
        serial: u64,
        twice: bool,
        change: impl FnOnce(&mut FcpAnswer),
    ) -> bool {
        let taken = self.with(|state| {
            let at = state
                .exchanges
                .iter()
                .position(|taken| taken.serial == serial)?;
            state.exchanges.remove(at).ok()
        });
        let Some(mut taken) = taken else {
            return false;
        };
        change(&mut taken.answer);
        ACCOUNTING.close(Account::HostCommands);
        taken::give_back(taken.what, &taken.answer, twice);
        true
    }
}
