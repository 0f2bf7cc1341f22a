// SPDX-License-Identifier: GPL-2.0

//! A controller, as a user of nvme-fabrics has it.
//!
//! C header: `drivers/nvme/host/nvme.h`

use core::{
    mem::size_of,
    ptr, //
};

use kernel::{
    prelude::*,
    sync::Arc, //
};
use zerocopy::FromZeros;

use crate::lldd::accounting::ACCOUNTING;
use crate::{
    abi,
    cases::outcome::{
        ensure_eq,
        failed,
        CaseResult, //
    },
    proto::wire::SubmissionEntry, //
};

use super::{
    lldd::Lldd,
    polls,
    sleep_ms, //
};

/// How long a controller may take to go when a case ends.
const PATIENCE_MS: u32 = 60_000;

/// State of a controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Just made.
    New,
    /// In service.
    Live,
    /// Losing its association.
    Resetting,
    /// Getting an association.
    Connecting,
    /// Being deleted.
    Going,
}

/// What a command is sent with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    /// Whether it is for an I/O queue, that of the CPU.
    pub(crate) io: bool,
    /// Its opcode.
    pub(crate) opcode: u8,
    /// Dwords 10 and 11.
    pub(crate) words: [u32; 2],
}

/// A command as the NVMe core takes it.
#[repr(C, align(8))]
struct Command(SubmissionEntry);

const _: () = assert!(size_of::<Command>() == size_of::<abi::nvme_command>());

/// A controller, and a reference to it.
///
/// # Invariants
///
/// The reference is the one that nvme-fabrics would have.
pub(crate) struct Controller {
    /// The NVMe core's object.
    ctrl: *mut abi::nvme_ctrl,
    /// The LLDD under it.
    lldd: Arc<Lldd>,
}

// SAFETY: The NVMe core's functions may be called from any thread.
unsafe impl Send for Controller {}
// SAFETY: Shared use is those functions, and reads of fields that do their own locking.
unsafe impl Sync for Controller {}

impl Controller {
    /// Takes over a controller.
    ///
    /// # Safety
    ///
    /// The caller passes a reference.
    pub(crate) unsafe fn new(ctrl: *mut abi::nvme_ctrl, lldd: &Arc<Lldd>) -> Self {
        // INVARIANT: As the caller promises.
        Self {
            ctrl,
            lldd: lldd.clone(),
        }
    }

    /// Its state.
    pub(crate) fn phase(&self) -> Phase {
        // SAFETY: Alive, by the type's invariant.
        match unsafe { (&raw const (*self.ctrl).state).read_volatile() } {
            abi::nvme_ctrl_state_NVME_CTRL_NEW => Phase::New,
            abi::nvme_ctrl_state_NVME_CTRL_LIVE => Phase::Live,
            abi::nvme_ctrl_state_NVME_CTRL_RESETTING => Phase::Resetting,
            abi::nvme_ctrl_state_NVME_CTRL_CONNECTING => Phase::Connecting,
            _ => Phase::Going,
        }
    }

    /// Waits for a state, for as long as `seconds`.
    #[track_caller]
    pub(crate) fn wait(&self, phase: Phase, seconds: u32) -> CaseResult {
        let at = core::panic::Location::caller();
        for _ in 0..polls(seconds) {
            if self.phase() == phase {
                return Ok(());
            }
            sleep_ms(5);
        }
        Err(failed(
            at.file(),
            at.line(),
            format_args!("{:?} is not {:?}", self.phase(), phase),
        ))
    }

    /// I/O queues and one.
    pub(crate) fn queue_count(&self) -> u32 {
        // SAFETY: Alive, by the type's invariant.
        unsafe { (&raw const (*self.ctrl).queue_count).read_volatile() }
    }

    /// Attempts to connect since the last success.
    pub(crate) fn attempts(&self) -> c_int {
        // SAFETY: Alive, by the type's invariant.
        unsafe { (&raw const (*self.ctrl).nr_reconnects).read_volatile() }
    }

    /// Waits until a connect has ended in success: the controller is in service
    /// a moment before its attempts are forgotten.
    #[track_caller]
    pub(crate) fn wait_no_attempts(&self, seconds: u32) -> CaseResult {
        for _ in 0..polls(seconds) {
            if self.attempts() == 0 {
                return Ok(());
            }
            sleep_ms(5);
        }
        ensure_eq!(self.attempts(), 0);
        Ok(())
    }

    /// Begins a reset; says whether it did.
    pub(crate) fn reset(&self) -> bool {
        // SAFETY: Alive, by the type's invariant.
        unsafe { abi::nvme_reset_ctrl(self.ctrl) == 0 }
    }

    /// Begins to delete it; says whether it did.
    pub(crate) fn begin_delete(&self) -> bool {
        // SAFETY: Alive, by the type's invariant.
        unsafe { abi::nvme_delete_ctrl(self.ctrl) == 0 }
    }

    /// Gives commands on I/O queues so many seconds. It has had I/O queues.
    pub(crate) fn set_patience(&self, seconds: c_uint) {
        // SAFETY: Alive, by the type's invariant; the queue is there from the
        // first association to the end.
        unsafe { abi::blk_queue_rq_timeout((*self.ctrl).connect_q, seconds * abi::HZ) };
    }

    /// Keeps the NVMe core from finding the queue that commands of suites go
    /// through, until what this gives is dropped. Nothing connects meanwhile.
    pub(crate) fn hide_connect_queue(&self) -> HiddenQueue<'_> {
        // SAFETY: Alive, by the type's invariant.
        let place = unsafe { &raw mut (*self.ctrl).connect_q };
        // SAFETY: Alive, by the type's invariant.
        let other = unsafe { (*self.ctrl).admin_q };
        // SAFETY: A valid place, which only attempts to connect use, and waits for
        // timeout handlers.
        let queue = unsafe { place.replace(other) };
        HiddenQueue {
            place,
            queue,
            _ctrl: self,
        }
    }

    /// Whether it was deleted.
    pub(crate) fn is_gone(&self) -> bool {
        // SAFETY: Alive, by the type's invariant; the device's state is read
        // racily, to be read again.
        let known = unsafe { (*(*self.ctrl).device).kobj.state_in_sysfs() != 0 };
        // SAFETY: The item is initialised.
        !known && unsafe { abi::work_busy(&raw mut (*self.ctrl).delete_work) == 0 }
    }

    /// Waits until it was deleted.
    #[track_caller]
    pub(crate) fn wait_gone(&self, seconds: u32) -> CaseResult {
        let at = core::panic::Location::caller();
        for _ in 0..polls(seconds) {
            if self.is_gone() {
                return Ok(());
            }
            sleep_ms(5);
        }
        Err(failed(
            at.file(),
            at.line(),
            format_args!("not deleted, but {:?}", self.phase()),
        ))
    }

    /// Deletes it, and waits for that.
    #[track_caller]
    pub(crate) fn delete(&self) -> CaseResult {
        self.begin_delete();
        self.wait_gone(10)
    }

    /// Waits until a deletion that began is over.
    fn deleted(&self) {
        // SAFETY: Alive through our reference; the item is initialised.
        unsafe { abi::flush_work(&raw mut (*self.ctrl).delete_work) };
    }

    /// Waits until the scan that follows a connect is over.
    pub(crate) fn scanned(&self) {
        // SAFETY: Alive through our reference; the item is initialised.
        unsafe { abi::flush_work(&raw mut (*self.ctrl).scan_work) };
    }

    /// Queues the NVMe core's work item for firmware activation, which a deletion
    /// takes off its queue when it has flushed that of events. It must not run.
    pub(crate) fn mark_deletion(&self) {
        // SAFETY: Alive, by the type's invariant; the item is initialised, and
        // the queue is there as long as nvme-core.
        unsafe {
            abi::queue_work_on(
                abi::wq_misc_consts_WORK_CPU_UNBOUND as c_int,
                abi::nvme_wq,
                &raw mut (*self.ctrl).fw_act_work,
            )
        };
    }

    /// Whether that item is off its queue.
    pub(crate) fn is_mark_gone(&self) -> bool {
        // SAFETY: Alive, by the type's invariant; the item is initialised.
        unsafe { abi::work_busy(&raw mut (*self.ctrl).fw_act_work) == 0 }
    }

    /// Whether the NVMe core's work item for events is queued, or runs.
    pub(crate) fn event_is_queued(&self) -> bool {
        // SAFETY: Alive, by the type's invariant; the item is initialised.
        unsafe { abi::work_busy(&raw mut (*self.ctrl).async_event_work) != 0 }
    }

    /// Waits until that item has run.
    pub(crate) fn flush_event(&self) {
        // SAFETY: Alive, by the type's invariant; the item is initialised.
        unsafe { abi::flush_work(&raw mut (*self.ctrl).async_event_work) };
    }

    /// Sends a command and waits for its end: the result, or a status that is
    /// an NVMe one if it is positive, and an errno if it is not. Context: may
    /// sleep.
    ///
    /// # Errors
    ///
    /// See above.
    pub(crate) fn command(&self, request: &Request, data: &mut [u8]) -> Result<u64, c_int> {
        let mut command = Command(SubmissionEntry::new_zeroed());
        let mut result = abi::nvme_completion_nvme_result::default();
        command.0.opcode = request.opcode;
        command.0.namespace = 1u32.to_le_bytes();
        for (to, from) in command.0.dwords10.iter_mut().zip(request.words) {
            to.set(from);
        }
        // SAFETY: Alive, by the type's invariant.
        let queue = unsafe {
            if request.io {
                (*self.ctrl).connect_q
            } else {
                (*self.ctrl).admin_q
            }
        };
        if queue.is_null() {
            return Err(ENODEV.to_errno());
        }
        // SAFETY: Queue and command are valid for the call; the core maps the
        // data if there is any.
        let status = unsafe {
            abi::__nvme_submit_sync_cmd(
                queue,
                (&raw mut command).cast(),
                &raw mut result,
                if data.is_empty() {
                    ptr::null_mut()
                } else {
                    data.as_mut_ptr().cast()
                },
                // CAST: Suites' data is short.
                data.len() as u32,
                abi::NVME_QID_ANY,
                0,
            )
        };
        if status != 0 {
            return Err(status);
        }
        // SAFETY: Plain data of that size.
        Ok(unsafe { *result.u64_.as_ref() })
    }
}

/// A controller's queue that the NVMe core does not find.
pub(crate) struct HiddenQueue<'a> {
    /// Where it belongs.
    place: *mut *mut abi::request_queue,
    /// The queue.
    queue: *mut abi::request_queue,
    /// Whose it is.
    _ctrl: &'a Controller,
}

impl Drop for HiddenQueue<'_> {
    fn drop(&mut self) {
        // SAFETY: The controller is alive, and nothing connects.
        unsafe { self.place.write(self.queue) };
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        if self.phase() != Phase::Going {
            self.begin_delete();
        }
        let mut waits = 0;
        while !self.is_gone() {
            waits += 1;
            if waits == PATIENCE_MS / 5 {
                ACCOUNTING.unexpected("a controller does not end", 0);
            }
            if waits > PATIENCE_MS / 5 {
                self.lldd.give_up();
            }
            sleep_ms(5);
        }
        self.deleted();
        // SAFETY: The reference is owned.
        unsafe { abi::put_device((*self.ctrl).device) };
    }
}
