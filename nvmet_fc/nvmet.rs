// SPDX-License-Identifier: GPL-2.0

//! nvmet's queues and objects, as far as a transport handles them.
//!
//! C header: `drivers/nvme/target/nvmet.h`

use core::ptr::NonNull;

use kernel::{
    error::to_result,
    prelude::*,
    sync::atomic::{
        Atomic,
        Relaxed, //
    },
    types::Opaque, //
};

use crate::{
    abi,
    shared::proto::traddr::{
        self,
        Traddr,
        TraddrError, //
    }, //
};

/// NVMe status: internal error; the host may try again.
pub(crate) const STATUS_INTERNAL: u16 = abi::NVME_SC_INTERNAL as u16;
/// NVMe status: the data length is not the one that the command asks for.
pub(crate) const STATUS_BAD_LENGTH: u16 =
    (abi::NVME_SC_SGL_INVALID_DATA | abi::NVME_STATUS_DNR) as u16;
/// NVMe status: more data than the port takes in one command.
pub(crate) const STATUS_TOO_LONG: u16 = (abi::NVME_SC_INVALID_FIELD | abi::NVME_STATUS_DNR) as u16;
/// Largest queue that nvmet offers, entries.
pub(crate) const QUEUE_ENTRIES_MAX: u16 = abi::NVMET_MAX_QUEUE_SIZE as u16;
/// The most data in one command, as hosts are told in Identify Controller (MDTS):
/// pages of 4 KiB, the logarithm to base 2. 16 MiB.
pub(crate) const MDTS: u8 = 12;
/// The same in bytes.
pub(crate) const DATA_MAX: u32 = 4096 << MDTS;
/// Bytes up to which the data length of an admin command is taken without comparing
/// it with what nvmet expects, and the most that a fabrics command has.
pub(crate) const CHECK_LENGTH_ABOVE: u32 = 64 << 10;
/// Highest queue identifier that nvmet offers.
pub(crate) const QUEUE_ID_MAX: u16 = abi::NVMET_NR_QUEUES as u16;

/// An nvmet port that is bound to a target port.
///
/// # Invariants
///
/// nvmet frees the port only after `remove_port` was called for it and nvmet's
/// workqueue was flushed afterwards.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NvmetPort(NonNull<abi::nvmet_port>);

// SAFETY: An nvmet port may be named from any thread.
unsafe impl Send for NvmetPort {}
// SAFETY: It is a name, which does not change.
unsafe impl Sync for NvmetPort {}

impl NvmetPort {
    /// The port of an `add_port`, `remove_port` or `discovery_chg`.
    ///
    /// # Safety
    ///
    /// `raw` is the port that nvmet passed to such an operation.
    pub(crate) unsafe fn new(raw: NonNull<abi::nvmet_port>) -> Self {
        // INVARIANT: That is how nvmet treats its ports.
        Self(raw)
    }

    /// The port as nvmet knows it.
    #[inline]
    pub(crate) fn as_raw(self) -> *mut abi::nvmet_port {
        self.0.as_ptr()
    }

    /// Whether the user made it an FC port: transport type and address family.
    pub(crate) fn is_fc(self) -> bool {
        // SAFETY: The port is alive while nvmet adds it, which is when this is
        // asked.
        let address = unsafe { &(*self.as_raw()).disc_addr };
        u32::from(address.trtype) == abi::NVMF_TRTYPE_FC
            && u32::from(address.adrfam) == abi::NVMF_ADDR_FAMILY_FC
    }

    /// The transport address that the user gave it, and whether it is spelled as
    /// it should be.
    ///
    /// # Errors
    ///
    /// What is wrong with the address.
    pub(crate) fn traddr(self) -> Result<(Traddr, bool), TraddrError> {
        // SAFETY: As in `is_fc`.
        let bytes = unsafe { &(*self.as_raw()).disc_addr.traddr };
        let length = bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len());
        traddr::parse_at_target(bytes.get(..length).unwrap_or_default())
    }

    /// The most data in one command to a namespace, bytes: what the user set,
    /// and never more than what [`MDTS`] says.
    pub(crate) fn data_max(self) -> u32 {
        // SAFETY: By the type's invariant, for the caller's association ends
        // before the port does; the field is one aligned word.
        let configured = unsafe { core::ptr::read_volatile(&raw const (*self.as_raw()).mdts) };
        let mdts = u8::try_from(configured)
            .ok()
            .filter(|mdts| (1..MDTS).contains(mdts))
            .unwrap_or(MDTS);
        4096u32.wrapping_shl(u32::from(mdts))
    }

    /// Data of one command of a queue that is allocated without a question,
    /// bytes. I/O must keep to what the user set; the admin commands of a
    /// controller that states no limit need not.
    pub(crate) fn unchecked_length(self, queue_id: u16) -> u32 {
        match queue_id {
            0 => CHECK_LENGTH_ABOVE,
            _ => CHECK_LENGTH_ABOVE.min(self.data_max()),
        }
    }

    /// Entries of the largest queue that the port offers.
    pub(crate) fn queue_entries(self) -> u16 {
        // SAFETY: By the type's invariant, and because a binding is looked up
        // under the registry's lock, which `remove_port` takes.
        let configured = unsafe { (*self.as_raw()).max_queue_size };
        u16::try_from(configured)
            .ok()
            .filter(|entries| (1..=QUEUE_ENTRIES_MAX).contains(entries))
            .unwrap_or(QUEUE_ENTRIES_MAX)
    }
}

/// The machine's memory, bytes. Context: any.
pub(crate) fn memory() -> u64 {
    let mut info = abi::sysinfo::default();
    // SAFETY: The structure is valid for writes.
    unsafe { abi::si_meminfo(&mut info) };
    // CAST: 64 bits here.
    (info.totalram as u64).saturating_mul(u64::from(info.mem_unit))
}

/// Takes a request back that nvmet was to execute and has not begun to. Context:
/// may sleep.
///
/// # Safety
///
/// `nvmet_req_init` accepted the request, which was neither executed nor
/// completed, and its queue was not destroyed.
pub(crate) unsafe fn uninit(request: *mut abi::nvmet_req) {
    // SAFETY: By this function's contract.
    unsafe { abi::nvmet_req_uninit(request) };
}

/// A controller, named for comparison alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct CtrlId(*mut abi::nvmet_ctrl);

// SAFETY: Never dereferenced.
unsafe impl Send for CtrlId {}

impl CtrlId {
    /// The controller at this address.
    pub(crate) fn new(raw: *mut abi::nvmet_ctrl) -> Self {
        Self(raw)
    }

    /// Whether it is one at all.
    pub(crate) fn is_some(self) -> bool {
        !self.0.is_null()
    }
}

/// A submission queue and its completion queue.
///
/// # Invariants
///
/// Both were initialised. Unless `destroyed`, both are to be given back to
/// nvmet.
#[pin_data(PinnedDrop)]
#[repr(C)]
pub(crate) struct NvmetQueue {
    /// The submission queue.
    #[pin]
    sq: Opaque<abi::nvmet_sq>,
    /// The completion queue.
    #[pin]
    cq: Opaque<abi::nvmet_cq>,
    /// nvmet has both back.
    destroyed: Atomic<bool>,
}

// SAFETY: nvmet's queues may be used from any thread.
unsafe impl Send for NvmetQueue {}
// SAFETY: nvmet does its own locking.
unsafe impl Sync for NvmetQueue {}

impl NvmetQueue {
    /// A queue that no controller has yet. Context: may sleep.
    ///
    /// # Errors
    ///
    /// nvmet's, `ENOMEM` above all.
    pub(crate) fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(&this in Self {
            cq <- Opaque::ffi_init(|cq: *mut abi::nvmet_cq| {
                // SAFETY: `cq` is memory for one completion queue, for which
                // all zeroes is right before initialisation.
                unsafe { cq.write_bytes(0, 1) };
                // SAFETY: Zeroed memory for one completion queue, which stays where it is.
                unsafe { abi::nvmet_cq_init(cq) };
            }),
            sq <- Opaque::try_ffi_init(|sq: *mut abi::nvmet_sq| {
                // SAFETY: `sq` is memory for one submission queue, for which
                // all zeroes is right before initialisation.
                unsafe { sq.write_bytes(0, 1) };
                // SAFETY: `this` is being initialised, its `cq` is by now.
                let cq = unsafe { Opaque::cast_into(&raw const (*this.as_ptr()).cq) };
                // SAFETY: Both are as nvmet wants them, and will not move.
                to_result(unsafe { abi::nvmet_sq_init(sq, cq) })
            }),
            destroyed: Atomic::new(false),
        })
    }

    /// The submission queue, for nvmet.
    #[inline]
    pub(crate) fn sq(&self) -> *mut abi::nvmet_sq {
        self.sq.get()
    }

    /// The controller whose queue it is. Context: any.
    pub(crate) fn ctrl(&self) -> CtrlId {
        // SAFETY: The field is one word that nvmet sets and clears; a value of
        // either moment will do, and it is only compared.
        CtrlId(unsafe { core::ptr::read_volatile(&raw const (*self.sq.get()).ctrl) })
    }

    /// The controllers that nvmet has given the submission queue and the
    /// completion queue. Context: any.
    pub(crate) fn controllers(&self) -> (CtrlId, CtrlId) {
        // SAFETY: As in `ctrl`.
        let completion = unsafe { core::ptr::read_volatile(&raw const (*self.cq.get()).ctrl) };
        (self.ctrl(), CtrlId(completion))
    }

    /// Waits until nvmet has no command of this queue any more, and takes the
    /// queue from its controller, perhaps the controller with it. Once.
    ///
    /// Context: may sleep; not under a subsystem's lock, nor in a work item of
    /// a controller. The caller knows that no command is on its way to
    /// `nvmet_req_init`.
    pub(crate) fn destroy(&self) {
        // Relaxed: it is the exchange that decides; those who call this have the
        // queue, and what they did before is ordered by how they got it.
        if self.destroyed.xchg(true, Relaxed) {
            return;
        }
        // SAFETY: Initialised, and by the exchange above this is the first time.
        unsafe { abi::nvmet_sq_destroy(self.sq.get()) };
        // SAFETY: The reference from `nvmet_cq_init`, which is given back once.
        unsafe { abi::nvmet_cq_put(self.cq.get()) };
    }
}

#[pinned_drop]
impl PinnedDrop for NvmetQueue {
    fn drop(self: Pin<&mut Self>) {
        self.destroy();
    }
}
