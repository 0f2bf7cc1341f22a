// SPDX-License-Identifier: GPL-2.0

//! The scripted LLDD's exchanges: checks what the transport sends, moves the
//! data, and answers.

#![deny(unsafe_code)]

use kernel::{prelude::*, sync::Arc};

use crate::proto::wire;

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
    taken::Exchange,
    template::FCP_PRIVATE, //
};

/// `io_dir` by the flags of a command IU.
const DIRECTIONS: [u8; 3] = [0, wire::FLAG_WRITE, wire::FLAG_READ];

impl Lldd {
    /// `fcp_io`. Context: atomic.
    pub(crate) fn fcp_io(self: &Arc<Self>, handle: usize, exchange: Exchange) -> c_int {
        let queue = exchange.queue();
        let command = exchange.command();
        let on = On::command(&command, queue);
        let rule = self.step(on);
        self.check(&exchange, handle);
        if let Some(errno) = rule.refuse {
            self.with(|state| state.refused = true);
            return errno;
        }
        exchange.scribble(FCP_PRIVATE);
        let (serial, delivery) = {
            let mut state = self.state.lock();
            if state.exchanges.len() == EXCHANGES {
                return EBUSY.to_errno();
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
        self.books.counts.exchanges.add();
        match delivery {
            Delivery::Inline => {
                self.end_exchange(serial, 1, |_| {});
            }
            Delivery::Twice => {
                self.end_exchange(serial, 2, |_| {});
            }
            Delivery::Thread(delay) => self.later(delay, move |lldd| {
                lldd.end_exchange(serial, 1, |_| {});
            }),
            Delivery::Kept => {}
        }
        0
    }

    /// Checks what the transport says of an exchange.
    fn check(&self, exchange: &Exchange, handle: usize) {
        let queue = exchange.queue();
        let command = exchange.command();
        let shape = exchange.shape();
        let flags = command.flags & wire::FLAG_DIRECTION;
        let direction = DIRECTIONS.get(shape.direction as usize);

        require!(self, shape.command == 96, "cmdlen", shape.command);
        require!(self, shape.response == 32, "rsplen", shape.response);
        require!(self, shape.private, "no private memory", 0);
        require!(
            self,
            shape.addresses == [0, 0],
            "bus addresses without a device",
            0
        );
        require!(
            self,
            command.format_id == wire::COMMAND_FORMAT_ID,
            "format_id",
            command.format_id
        );
        require!(
            self,
            command.fc_id == wire::COMMAND_FC_ID,
            "fc_id",
            command.fc_id
        );
        require!(
            self,
            command.iu_words.get() == wire::COMMAND_WORDS,
            "iu_len",
            command.iu_words.get()
        );
        require!(
            self,
            command.data_length.get() == shape.data,
            "data length",
            shape.data
        );
        require!(
            self,
            direction == Some(&flags),
            "direction",
            shape.direction
        );
        require!(
            self,
            (shape.data == 0) == (flags == 0),
            "direction of no data",
            flags
        );
        require!(
            self,
            shape.segments == u64::from(shape.data),
            "bytes in segments",
            shape.segments
        );
        let category = match queue {
            0 => wire::CATEGORY_ADMIN,
            _ => wire::CATEGORY_COMMAND_SET,
        };
        require!(
            self,
            command.category == category,
            "category",
            command.category
        );
        require!(
            self,
            command.sequence_number.get() != 0,
            "sequence number",
            0
        );
        if let On::Connect(_) = On::command(&command, queue) {
            let first = command.sequence_number.get();
            let refused = self.with(|state| state.refused);
            // One that was refused has used a number up.
            require!(
                self,
                first == 1 || refused,
                "sequence number of Connect",
                first
            );
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
        require!(
            self,
            known,
            "connection identifier",
            command.connection_id.get()
        );
        require!(self, same == Some(queue) || !handles, "queue handle", queue);
        require!(self, !double, "an exchange that is in flight", queue);
    }

    /// Moves a command's data; gives how much, if there was any.
    fn transfer(
        &self,
        state: &mut State,
        exchange: &Exchange,
        transfer: Transfer,
        rule: &Rule,
    ) -> Option<u32> {
        let length = exchange.shape().data as usize;
        let moved = match transfer {
            Transfer::Nothing => return None,
            Transfer::Ignored => length,
            Transfer::Page(bytes) => {
                let page = state.model.page.get_mut(..bytes.min(length))?;
                if let Alter::Data(alter) = rule.alter {
                    alter(page);
                }
                exchange.deliver(page)
            }
            Transfer::Read(at) => {
                let end = at.saturating_add(length);
                exchange.deliver(state.model.store.get(at..end)?)
            }
            Transfer::Write(at) => {
                let end = at.saturating_add(length);
                exchange.fetch(state.model.store.get_mut(at..end)?)
            }
        };
        u32::try_from(moved).ok()
    }

    /// Ends an exchange that is in flight, unless it was ended; says whether it
    /// was.
    pub(crate) fn end_exchange(
        &self,
        serial: u64,
        times: u32,
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
        self.books.counts.exchanges_done.add();
        taken.what.give_back(&taken.answer, times);
        true
    }
}
