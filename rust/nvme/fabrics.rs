// SPDX-License-Identifier: GPL-2.0

//! Transports of nvme-fabrics, meant for `rust/kernel/nvme/fabrics.rs`.
//!
//! C header: `drivers/nvme/host/fabrics.h`

use core::marker::PhantomData;

use kernel::{
    error::to_result,
    module::this_module,
    prelude::*,
    str::as_char_ptr_in_const_context,
    sync::{
        atomic::{
            Atomic,
            Full,
            Release, //
        },
        Arc, //
    },
    types::Opaque, //
};

use crate::{
    abi,
    nvme::{
        ops::{
            self,
            CtrlOps,
            HasNvmeCtrl, //
        },
        options::Options, //
    }, //
};

/// What a user may say to connect by a transport, and must.
pub(crate) struct Wanted {
    /// Bits of `NVMF_OPT_*` that are required.
    pub(crate) required: u32,
    /// Further bits that are allowed.
    pub(crate) allowed: u32,
}

/// A transport of nvme-fabrics.
///
/// # Safety
///
/// [`Transport::make`] writes fields of the NVMe core's object, and uses nothing
/// else of it.
pub(crate) unsafe trait Transport: 'static {
    /// Its controllers, which have its name.
    type Ctrl: CtrlOps;
    /// Options beyond those that any transport takes.
    const OPTIONS: Wanted;

    /// Makes a controller that nobody else knows. Context: may sleep.
    ///
    /// # Errors
    ///
    /// The user's mistake, or `ENOMEM`.
    fn make(options: &Options) -> Result<Arc<Self::Ctrl>>;

    /// Makes a controller ready for its first association, and known to the
    /// transport. The NVMe core knows it by now. Context: may sleep.
    ///
    /// # Errors
    ///
    /// Any; the NVMe core then gives up the controller.
    fn begin(ctrl: &Arc<Self::Ctrl>, options: &Options) -> Result;

    /// Makes the first association, or fails to: the controller is there either
    /// way. Context: may sleep.
    fn start(ctrl: &Arc<Self::Ctrl>, options: &Options);
}

/// Logs what the NVMe core says to a controller.
fn not_taken(error: &Error) {
    pr_warn!(
        "the NVMe core does not take a controller ({})\n",
        error.to_errno()
    );
}

/// Makes a controller. The options are the caller's if this fails.
fn create<T: Transport>(parent: *mut abi::device, options: &Options) -> Result<Arc<T::Ctrl>> {
    let ctrl = T::make(options)?;
    let nvme = ctrl.nvme();
    nvme.set_options(options);
    ops::init(&ctrl, parent).inspect_err(not_taken)?;
    if let Err(error) = nvme.add().inspect_err(not_taken) {
        nvme.put();
        return Err(error);
    }
    // Before anybody can delete it: neither a user before it was started, nor the
    // transport, which does not know it yet.
    if let Err(error) = nvme.add_files(T::Ctrl::files()) {
        dev_warn!(
            nvme.device(),
            "no files of the transport ({})\n",
            error.to_errno()
        );
    }
    // From here the device's two references are uninit's and nvme-fabrics'.
    if let Err(error) = T::begin(&ctrl, options) {
        nvme.uninit();
        nvme.put();
        return Err(error);
    }
    nvme.own_options();
    T::start(&ctrl, options);
    Ok(ctrl)
}

/// A transport's table, which nvme-fabrics puts on its list.
pub(crate) struct Table<T: Transport> {
    /// The C object.
    ops: Opaque<abi::nvmf_transport_ops>,
    /// It is on the list.
    registered: Atomic<bool>,
    /// Whose controllers it makes.
    _transport: PhantomData<T>,
}

// SAFETY: nvme-fabrics alone writes the table, under its own lock.
unsafe impl<T: Transport> Sync for Table<T> {}

impl<T: Transport> Table<T> {
    /// The table of `T`.
    pub(crate) const fn new() -> Self {
        Self {
            ops: Opaque::new(abi::nvmf_transport_ops {
                module: this_module::<<T::Ctrl as CtrlOps>::Module>().as_ptr(),
                name: as_char_ptr_in_const_context(T::Ctrl::NAME),
                // CAST: The options are bits of an int.
                required_opts: T::OPTIONS.required as c_int,
                allowed_opts: T::OPTIONS.allowed as c_int,
                create_ctrl: Some(Self::create_ctrl),
                ..pin_init::zeroed()
            }),
            registered: Atomic::new(false),
            _transport: PhantomData,
        }
    }

    /// The C object.
    pub(crate) fn as_raw(&self) -> *mut abi::nvmf_transport_ops {
        self.ops.get()
    }

    /// Makes a controller for what a user wrote to /dev/nvme-fabrics.
    ///
    /// # Safety
    ///
    /// Called by nvme-fabrics with its own device, or none, and with parsed
    /// options, which are ours if this succeeds. Context: may sleep.
    unsafe extern "C" fn create_ctrl(
        parent: *mut abi::device,
        options: *mut abi::nvmf_ctrl_options,
    ) -> *mut abi::nvme_ctrl {
        // SAFETY: Parsed; they outlive the controller, which frees them.
        match create::<T>(parent, unsafe { Options::from_raw(options) }) {
            // nvme-fabrics holds one of the device's references until the user
            // closes the file.
            Ok(ctrl) => ctrl.nvme().as_raw(),
            Err(error) => error.to_ptr(),
        }
    }
}

/// A transport as nvme-fabrics knows it, while it does.
pub(crate) struct Registration<T: Transport>(&'static Table<T>);

impl<T: Transport> Registration<T> {
    /// Offers a transport to users. Context: may sleep.
    ///
    /// # Errors
    ///
    /// `EBUSY` if it is offered already; nvme-fabrics'.
    pub(crate) fn new(table: &'static Table<T>) -> Result<Self> {
        if table.registered.xchg(true, Full) {
            return Err(EBUSY);
        }
        // SAFETY: A static table that is not registered yet.
        to_result(unsafe { abi::nvmf_register_transport(table.as_raw()) })
            .inspect_err(|_| table.registered.store(false, Release))?;
        Ok(Self(table))
    }
}

impl<T: Transport> Drop for Registration<T> {
    fn drop(&mut self) {
        // SAFETY: Registered by `new`.
        unsafe { abi::nvmf_unregister_transport(self.0.as_raw()) };
        self.0.registered.store(false, Release);
    }
}
