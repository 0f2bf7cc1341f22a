// SPDX-License-Identifier: GPL-2.0

//! Models of the state machines in `rust/proto`, for the model checker.
//!
//! A model is everybody who may touch one object: its owner, the LLDD, a timeout,
//! a teardown, and who uses the memory next. Each step of theirs that is atomic in
//! the kernel is one step here, and the functions that decide are the very ones
//! that run there. The checker tries every order of steps. A model says what must
//! never be; and that where nobody has a step left, everything is over, so nothing
//! waits for ever on an LLDD that gives back what it has.
//!
//! A check that finds nothing proves nothing until it has found something: each
//! model has faults, mistakes that one might make in a machine or around it, and
//! its test wants each of them found.

#![cfg(test)]

mod check;
mod host_exchange;
mod ls_exchange;
mod port;
mod target_exchange;
