// SPDX-License-Identifier: GPL-2.0

//! The files of `rust/support`. Those over C have stand-ins.

pub(crate) mod access;
#[path = "../../../backref.rs"]
pub(crate) mod backref;
#[path = "../../../books.rs"]
pub(crate) mod books;
pub(crate) mod completion;
#[path = "../../../departures.rs"]
pub(crate) mod departures;
#[path = "../../../held.rs"]
pub(crate) mod held;
#[path = "../../../mark.rs"]
pub(crate) mod mark;
#[path = "../../../rcu_table.rs"]
pub(crate) mod rcu_table;
#[path = "../../../state_word.rs"]
pub(crate) mod state_word;
#[path = "../../../static_mutex.rs"]
pub(crate) mod static_mutex;
#[path = "../../../submit_gate.rs"]
pub(crate) mod submit_gate;
#[path = "../../../word.rs"]
pub(crate) mod word;
