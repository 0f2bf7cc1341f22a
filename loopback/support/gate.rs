// SPDX-License-Identifier: GPL-2.0

//! Keeps calls about a port inside the time in which it is registered.

#![deny(unsafe_code)]

use kernel::{
    prelude::*,
    sync::{new_spinlock_irq, SpinLockIrq},
};

use crate::shared::completion::Completion;

/// What the gate knows.
struct Inside {
    /// Whether it is open, and with what: the transport's object.
    port: usize,
    /// How many are inside.
    count: u32,
}

/// A gate that is open while a port is registered.
#[pin_data]
pub(crate) struct Gate {
    /// Who is inside.
    #[pin]
    inside: SpinLockIrq<Inside>,
    /// Nobody is, after the gate was closed.
    #[pin]
    empty: Completion,
}

/// Leave to make calls about the port.
pub(crate) struct Pass<'a> {
    /// The gate that it was given at.
    gate: &'a Gate,
    /// The transport's object.
    port: usize,
}

impl Gate {
    /// A closed gate.
    pub(crate) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            inside <- new_spinlock_irq!(Inside { port: 0, count: 0 }),
            empty <- Completion::new(),
        })
    }

    /// Opens it, for the transport's object at address `port`.
    pub(crate) fn open(&self, port: usize) {
        self.inside.lock().port = port;
    }

    /// Whether it is open.
    pub(crate) fn is_open(&self) -> bool {
        self.inside.lock().port != 0
    }

    /// Goes in, if it is open. Context: any.
    pub(crate) fn enter(&self) -> Option<Pass<'_>> {
        let mut inside = self.inside.lock();
        if inside.port == 0 {
            return None;
        }
        inside.count = inside.count.saturating_add(1);
        Some(Pass {
            gate: self,
            port: inside.port,
        })
    }

    /// Closes it and waits until nobody is inside; says what it was open for.
    /// Context: may sleep; one caller at a time.
    pub(crate) fn close(&self) -> Option<usize> {
        let (port, busy) = {
            let mut inside = self.inside.lock();
            self.empty.reinit();
            (core::mem::take(&mut inside.port), inside.count != 0)
        };
        if busy {
            self.empty.wait();
        }
        (port != 0).then_some(port)
    }
}

impl Pass<'_> {
    /// The address of the transport's object.
    pub(crate) fn port(&self) -> usize {
        self.port
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut inside = self.gate.inside.lock();
        inside.count = inside.count.saturating_sub(1);
        if inside.count == 0 && inside.port == 0 {
            self.gate.empty.complete();
        }
    }
}
