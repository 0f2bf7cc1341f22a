// SPDX-License-Identifier: GPL-2.0

//! The controller that the scripted LLDD plays: enough of one to be connected,
//! identified, and read and written.

#![deny(unsafe_code)]

use kernel::prelude::*;

use crate::proto::wire::CommandIu;

use super::script::opcode;

/// Bytes of the namespace.
pub(crate) const STORE: usize = 64 * 1024;
/// Bytes of a block.
pub(crate) const BLOCK: usize = 512;
/// Bytes of the longest page that is read.
pub(crate) const PAGE: usize = 4096;

/// Status: Invalid Field in Command, do not retry.
const INVALID_FIELD: u16 = 0x4002;
/// Status: LBA Out of Range, do not retry.
const OUT_OF_RANGE: u16 = 0x4080;
/// Most associations at once.
const ASSOCIATIONS: usize = 8;

/// An association as the controller knows it.
#[derive(Clone, Copy)]
struct Association {
    /// Its identifier on the wire.
    id: u64,
    /// The controller's identifier.
    controller: u16,
    /// What was written to CC.
    configuration: u32,
}

/// Where a command's data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// There is none.
    Nothing,
    /// So many bytes of the page that was asked for go to the host.
    Page(usize),
    /// The namespace goes to the host, from this byte on.
    Read(usize),
    /// The host's data goes to the namespace, from this byte on.
    Write(usize),
    /// The host's data is not looked at.
    Ignored,
}

/// What a command leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Dwords 0 and 1 of the completion.
    pub(crate) result: u64,
    /// Status, as in the specification.
    pub(crate) status: u16,
    /// Its data.
    pub(crate) transfer: Transfer,
}

impl Reply {
    /// Success with a result.
    const fn result(result: u64) -> Self {
        Self {
            result,
            status: 0,
            transfer: Transfer::Nothing,
        }
    }

    /// Failure.
    const fn status(status: u16) -> Self {
        Self {
            result: 0,
            status,
            transfer: Transfer::Nothing,
        }
    }

    /// Success with data.
    const fn transfer(transfer: Transfer) -> Self {
        Self {
            result: 0,
            status: 0,
            transfer,
        }
    }
}

/// What a suite wants of the controller.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// I/O queues that it grants.
    pub(crate) queues: u16,
    /// Whether it has a namespace.
    pub(crate) namespace: bool,
    /// Whether it announces asynchronous events.
    pub(crate) events: bool,
}

impl Wanted {
    /// Two I/O queues, and no more than that.
    pub(crate) const PLAIN: Self = Self {
        queues: 2,
        namespace: false,
        events: false,
    };
}

/// The controller, and all associations with it.
pub(crate) struct Model {
    /// What the suite wants.
    pub(crate) wanted: Wanted,
    /// The namespace.
    pub(crate) store: KVec<u8>,
    /// The page that a command reads.
    pub(crate) page: KVec<u8>,
    /// Associations.
    associations: KVec<Association>,
    /// How many there were.
    made: u16,
}

impl Model {
    /// A controller without an association.
    pub(crate) fn new(wanted: Wanted) -> Result<Self> {
        let mut store = KVec::from_elem(0, STORE, GFP_KERNEL)?;
        for (at, byte) in store.iter_mut().enumerate() {
            *byte = pattern(at);
        }
        Ok(Self {
            wanted,
            store,
            page: KVec::from_elem(0, PAGE, GFP_KERNEL)?,
            associations: KVec::with_capacity(ASSOCIATIONS, GFP_KERNEL)?,
            made: 0,
        })
    }

    /// A new association's identifier; its admin connection has the same.
    pub(crate) fn associate(&mut self) -> Option<u64> {
        if self.associations.len() == ASSOCIATIONS {
            // One whose host lost its port, and told nobody.
            let _ = self.associations.remove(0);
        }
        self.made = self.made.wrapping_add(1);
        let id = 0xa550_0000_0000_0000 | u64::from(self.made) << 16;
        let association = Association {
            id,
            controller: self.made,
            configuration: 0,
        };
        self.associations
            .push(association, GFP_ATOMIC)
            .is_ok()
            .then_some(id)
    }

    /// Ends an association; says whether there was one.
    pub(crate) fn dissociate(&mut self, id: u64) -> bool {
        let before = self.associations.len();
        self.associations.retain(|association| association.id != id);
        self.associations.len() != before
    }

    /// Forgets all associations: for hosts that were told of none.
    pub(crate) fn forget(&mut self) {
        self.associations.clear();
    }

    /// The last association made, if it exists.
    pub(crate) fn last(&self) -> Option<u64> {
        self.associations.last().map(|association| association.id)
    }

    /// How many associations exist.
    pub(crate) fn count(&self) -> usize {
        self.associations.len()
    }

    /// Whether a connection of `queue` has this identifier.
    pub(crate) fn knows(&self, connection: u64, queue: u16) -> bool {
        connection & 0xffff == u64::from(queue)
            && self
                .associations
                .iter()
                .any(|association| association.id == connection & !0xffff)
    }

    /// Carries out a command that came on `queue`.
    pub(crate) fn execute(&mut self, command: &CommandIu, queue: u16) -> Reply {
        let length = command.data_length.get() as usize;
        let id = command.connection_id.get() & !0xffff;
        let wanted = self.wanted;
        let mut none = Association {
            id: 0,
            controller: 0,
            configuration: 0,
        };
        let association = self
            .associations
            .iter_mut()
            .find(|association| association.id == id)
            .unwrap_or(&mut none);
        let [word10, word11, word12, ..] = command.sqe.dwords10;

        if command.sqe.opcode == opcode::FABRICS {
            let [fabrics_type, ..] = command.sqe.namespace;
            return match fabrics_type {
                0x00 if word11.get() == 0x14 => {
                    association.configuration = word12.get();
                    Reply::result(0)
                }
                0x01 => Reply {
                    result: u64::from(association.controller),
                    status: 0,
                    transfer: Transfer::Ignored,
                },
                0x04 => property(word11.get(), association.configuration),
                _ => Reply::status(INVALID_FIELD),
            };
        }
        if queue != 0 {
            // CAST: Block addresses of suites are small.
            return io(command.sqe.opcode, word10.get() as usize, length);
        }
        match command.sqe.opcode {
            opcode::IDENTIFY => {
                let namespace = u32::from_le_bytes(command.sqe.namespace);
                let page = &mut self.page;
                page.fill(0);
                identify(
                    page,
                    word10.get() & 0xff,
                    namespace,
                    &wanted,
                    association.controller,
                )
            }
            opcode::SET_FEATURES if word10.get() & 0xff == 0x07 => {
                let asked = word11.get() & 0xffff;
                let granted = asked.min(u32::from(wanted.queues).saturating_sub(1));
                if wanted.queues == 0 {
                    return Reply::status(INVALID_FIELD);
                }
                Reply::result(u64::from(granted | granted << 16))
            }
            opcode::SET_FEATURES | opcode::KEEP_ALIVE | opcode::ASYNC_EVENT => Reply::result(0),
            opcode::GET_LOG_PAGE => {
                self.page.fill(0);
                Reply::transfer(Transfer::Page(length.min(PAGE)))
            }
            _ => Reply::status(INVALID_FIELD),
        }
    }
}

/// The byte that a namespace has at first.
pub(crate) fn pattern(at: usize) -> u8 {
    // CAST: Its low bits.
    (at ^ (at >> 8)) as u8
}

/// Reads a property.
fn property(offset: u32, configuration: u32) -> Reply {
    match offset {
        // CAP: 128 entries, contiguous queues, 2 s, NVM command set.
        0x00 => Reply::result(1 << 37 | 4 << 24 | 1 << 16 | 127),
        // VS: 1.3, which has no command-set-specific pages.
        0x08 => Reply::result(0x0001_0300),
        0x14 => Reply::result(u64::from(configuration)),
        // CSTS: ready if enabled; a shutdown is over at once.
        0x1c => {
            let ready = u64::from(configuration & 1);
            let shut_down = if configuration & 0xc000 == 0 { 0 } else { 8 };
            Reply::result(ready | shut_down)
        }
        _ => Reply::status(INVALID_FIELD),
    }
}

/// Writes bytes into a page.
fn put(page: &mut [u8], at: usize, bytes: &[u8]) {
    for (to, from) in page.iter_mut().skip(at).zip(bytes) {
        *to = *from;
    }
}

/// Fills an Identify page.
fn identify(page: &mut [u8], cns: u32, namespace: u32, wanted: &Wanted, controller: u16) -> Reply {
    let exists = wanted.namespace && namespace == 1;

    match cns {
        0x00 if exists => {
            let blocks = (STORE / BLOCK) as u64;
            put(page, 0, &blocks.to_le_bytes());
            put(page, 8, &blocks.to_le_bytes());
            put(page, 16, &blocks.to_le_bytes());
            // LBA format 0: 512 bytes.
            put(page, 130, &[9]);
        }
        0x00 => {}
        0x01 => {
            put(page, 4, b"KUNIT");
            put(page, 24, b"nvme-fc-kunit");
            put(page, 64, b"1");
            // More than one controller in the subsystem.
            put(page, 76, &[2]);
            put(page, 78, &controller.to_le_bytes());
            put(page, 80, &0x0001_0300u32.to_le_bytes());
            if wanted.events {
                put(page, 92, &(1u32 << 8).to_le_bytes());
            }
            // An I/O controller; keep-alive in units of 100 ms.
            put(page, 111, &[1]);
            put(page, 320, &10u16.to_le_bytes());
            put(page, 512, &[0x66, 0x44]);
            put(page, 514, &128u16.to_le_bytes());
            put(page, 516, &1u32.to_le_bytes());
            // SGLs, in any alignment.
            put(page, 536, &1u32.to_le_bytes());
            put(page, 768, super::options::SUBSYSTEM.to_bytes());
            // Capsules of 4 and 1 times 16 bytes.
            put(page, 1792, &4u32.to_le_bytes());
            put(page, 1796, &1u32.to_le_bytes());
        }
        0x02 => {
            if wanted.namespace && namespace == 0 {
                put(page, 0, &1u32.to_le_bytes());
            }
        }
        0x03 if exists => {
            // A UUID.
            put(page, 0, &[3, 16]);
            put(page, 4, b"nvme-fc-kunit-ns");
        }
        _ => return Reply::status(INVALID_FIELD),
    }
    Reply::transfer(Transfer::Page(PAGE))
}

/// Carries out an I/O command.
fn io(opcode: u8, block: usize, length: usize) -> Reply {
    let start = block.saturating_mul(BLOCK);

    if opcode == opcode::FLUSH {
        return Reply::result(0);
    }
    if start.saturating_add(length) > STORE {
        return Reply::status(OUT_OF_RANGE);
    }
    match opcode {
        opcode::READ => Reply::transfer(Transfer::Read(start)),
        opcode::WRITE => Reply::transfer(Transfer::Write(start)),
        _ => Reply::status(INVALID_FIELD),
    }
}
