// SPDX-License-Identifier: GPL-2.0

//! What nvmet calls of a target transport, `struct nvmet_fabrics_ops`, meant for
//! `rust/kernel/nvmet/ops.rs`.
//!
//! There is no `install_queue`: nvmet calls it when it has given half of the queue
//! to a controller already, and does not take that back if it fails.
//!
//! C header: `drivers/nvme/target/nvmet.h`

use core::{
    fmt::Write,
    marker::PhantomData,
    ptr::NonNull,
    slice, //
};

use kernel::{
    error::{
        from_result,
        to_result, //
    },
    fmt,
    prelude::*,
    str::Formatter,
    ModuleMetadata, //
};

use crate::{
    abi,
    nvmet::{
        port::NvmetPort,
        queue::CtrlId, //
    }, //
};

/// A target transport.
///
/// What is to be done when nvmet has completed a command is not among this, but
/// given to [`fabrics_ops!`].
pub(crate) trait FabricsOps: ModuleMetadata {
    /// Transport type, as users give it to a port.
    const TYPE: u32;

    /// Data blocks that one command may describe, as hosts are told.
    const MSDBD: u32;

    /// The most data in one command, as hosts are told: pages of 4 KiB, the
    /// logarithm to base 2.
    const MDTS: u8;

    /// The user enables a port. Context: may sleep.
    ///
    /// # Errors
    ///
    /// What the user gets.
    fn add_port(port: NvmetPort) -> Result;

    /// The user disables a port. Context: may sleep.
    fn remove_port(port: NvmetPort);

    /// A controller is to go, and its association with it. Context: may sleep, but
    /// a subsystem's lock may be held.
    fn delete_ctrl(ctrl: CtrlId);

    /// The address of a controller's host, for debugfs; `None` if the transport
    /// cannot tell. Context: may sleep.
    ///
    /// # Errors
    ///
    /// What who reads it gets.
    fn host_traddr(ctrl: CtrlId) -> Result<Option<impl fmt::Display>>;

    /// The discovery log behind a port changed. Context: may sleep.
    fn discovery_chg(port: NvmetPort);
}

/// A transport with its table. Implemented by [`fabrics_ops!`].
pub(crate) trait Transport: FabricsOps {
    /// The table, in which nvmet changes nothing.
    fn table() -> &'static abi::nvmet_fabrics_ops;
}

/// A transport's table. `queue_response` is called with requests of its own.
pub(crate) const fn table<T: FabricsOps>(
    queue_response: unsafe extern "C" fn(*mut abi::nvmet_req),
) -> abi::nvmet_fabrics_ops {
    abi::nvmet_fabrics_ops {
        owner: T::THIS_MODULE.as_ptr(),
        type_: T::TYPE,
        msdbd: T::MSDBD,
        queue_response: Some(queue_response),
        add_port: Some(add_port::<T>),
        remove_port: Some(remove_port::<T>),
        delete_ctrl: Some(delete_ctrl::<T>),
        get_mdts: Some(get_mdts::<T>),
        host_traddr: Some(host_traddr::<T>),
        discovery_chg: Some(discovery_chg::<T>),
        ..pin_init::zeroed()
    }
}

/// Defines the table of a transport, which takes the commands that nvmet has
/// completed by a function. Context of that: any, hard IRQ included.
///
/// A function of a trait would not do: it would be a symbol, and so would all that
/// is inlined into it, which costs the data path an instruction each.
macro_rules! fabrics_ops {
    ($transport:ty, $command:ty, $completed:path) => {
        /// The transport's table.
        #[allow(
            unsafe_code,
            reason = "called by C; what holds is said where it is generic"
        )]
        mod table {
            use super::*;
            use $crate::{
                abi,
                nvmet::{
                    ops,
                    request::Command, //
                }, //
            };

            static TABLE: abi::AssertSync<abi::nvmet_fabrics_ops> =
                abi::AssertSync(ops::table::<$transport>(queue_response));

            /// A command is completed. Context: any.
            ///
            /// # Safety
            ///
            /// Called by nvmet, with what it was given.
            unsafe extern "C" fn queue_response(request: *mut abi::nvmet_req) {
                // SAFETY: nvmet gives back what it was given.
                if let Some(command) = unsafe { <$command>::from_nvmet(request) } {
                    $completed(command);
                }
            }

            impl ops::Transport for $transport {
                #[inline]
                fn table() -> &'static abi::nvmet_fabrics_ops {
                    &TABLE.0
                }
            }
        }
    };
}
pub(crate) use fabrics_ops;

/// nvmet knows a transport for as long as this lives.
pub(crate) struct Registration<T: Transport>(PhantomData<T>);

impl<T: Transport> Registration<T> {
    /// Makes the transport known. Context: may sleep.
    ///
    /// # Errors
    ///
    /// nvmet's: there is a transport of this type already.
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: The table is static.
        to_result(unsafe { abi::nvmet_register_transport(T::table()) })?;
        Ok(Self(PhantomData))
    }
}

impl<T: Transport> Drop for Registration<T> {
    fn drop(&mut self) {
        // SAFETY: Registered by `new`.
        unsafe { abi::nvmet_unregister_transport(T::table()) };
    }
}

/// The port that nvmet passed to an operation.
///
/// # Safety
///
/// That is so.
unsafe fn port(raw: *mut abi::nvmet_port) -> Result<NvmetPort> {
    let raw = NonNull::new(raw).ok_or(EINVAL)?;
    // SAFETY: By this function's contract.
    Ok(unsafe { NvmetPort::new(raw) })
}

/// # Safety
///
/// Called by nvmet.
unsafe extern "C" fn add_port<T: FabricsOps>(raw: *mut abi::nvmet_port) -> c_int {
    // SAFETY: The port is nvmet's.
    from_result(|| T::add_port(unsafe { port(raw) }?).map(|()| 0))
}

/// # Safety
///
/// Called by nvmet.
unsafe extern "C" fn remove_port<T: FabricsOps>(raw: *mut abi::nvmet_port) {
    // SAFETY: The port is nvmet's.
    if let Ok(port) = unsafe { port(raw) } {
        T::remove_port(port);
    }
}

/// # Safety
///
/// Called by nvmet.
unsafe extern "C" fn discovery_chg<T: FabricsOps>(raw: *mut abi::nvmet_port) {
    // SAFETY: The port is nvmet's.
    if let Ok(port) = unsafe { port(raw) } {
        T::discovery_chg(port);
    }
}

/// # Safety
///
/// Called by nvmet.
unsafe extern "C" fn delete_ctrl<T: FabricsOps>(ctrl: *mut abi::nvmet_ctrl) {
    T::delete_ctrl(CtrlId::new(ctrl));
}

/// # Safety
///
/// Called by nvmet.
unsafe extern "C" fn get_mdts<T: FabricsOps>(_ctrl: *const abi::nvmet_ctrl) -> u8 {
    T::MDTS
}

/// # Safety
///
/// Called by nvmet, which gives `length` bytes to write to.
unsafe extern "C" fn host_traddr<T: FabricsOps>(
    ctrl: *mut abi::nvmet_ctrl,
    traddr: *mut c_char,
    length: usize,
) -> isize {
    from_result(|| {
        let Some(address) = T::host_traddr(CtrlId::new(ctrl))? else {
            return Ok(0);
        };
        // SAFETY: By this function's contract.
        let bytes = unsafe { slice::from_raw_parts_mut(traddr.cast::<u8>(), length) };
        let mut out = Formatter::new(bytes);
        out.write_fmt(fmt!("{address}\0")).map_err(|_| EOVERFLOW)?;
        // CAST: No more than `length`. The terminator does not count.
        Ok(out.bytes_written().saturating_sub(1) as isize)
    })
}
