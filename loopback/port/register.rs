// SPDX-License-Identifier: GPL-2.0

//! Calls of the symbols that the transports export, about ports.

use core::{ffi::c_void, ptr};

use kernel::{error::to_result, prelude::*};

use crate::{
    abi,
    entry::template::Template,
    plan::config::{
        Config,
        Private,
        Role, //
    },
    port::{
        host_handle::HostHandle,
        registry,
        Port, //
    }, //
};

/// `FC_PORT_ROLE_*` of a port that says nothing else.
fn roles(config: &Config, usual: u32) -> u32 {
    if config.roles == 0 {
        usual
    } else {
        config.roles
    }
}

/// What nvme-fc is told about a port.
fn port_info(config: &Config, usual: u32) -> abi::nvme_fc_port_info {
    abi::nvme_fc_port_info {
        node_name: config.node_name,
        port_name: config.port_name,
        port_role: roles(config, usual),
        port_id: config.port_id,
        dev_loss_tmo: config.dev_loss,
    }
}

/// Registers `port`; returns the address of the transport's object. Context:
/// may sleep.
pub(crate) fn register(port: &Port) -> Result<usize> {
    let config = &port.config;
    match (&port.template, port.role) {
        (Some(Template::Host(template)), _) => {
            let mut info = port_info(config, 0x10);
            let mut object = ptr::null_mut();
            // SAFETY: The information is only read; template and device live
            // until the port is reported gone.
            to_result(unsafe {
                abi::nvme_fc_register_localport(
                    &mut info,
                    template.get(),
                    port.bus().0,
                    &mut object,
                )
            })?;
            Ok(object as usize)
        }
        (Some(Template::Target(template)), _) => {
            let mut info = abi::nvmet_fc_port_info {
                node_name: config.node_name,
                port_name: config.port_name,
                port_id: config.port_id,
            };
            let mut object = ptr::null_mut();
            // SAFETY: As above.
            to_result(unsafe {
                abi::nvmet_fc_register_targetport(
                    &mut info,
                    template.get(),
                    port.bus().0,
                    &mut object,
                )
            })?;
            Ok(object as usize)
        }
        (None, _) => {
            let local = registry::port(Role::Local, config.local, 0).ok_or(ENOENT)?;
            let pass = local.gate.enter().ok_or(ENOENT)?;
            let mut info = port_info(config, 0x60);
            let mut object = ptr::null_mut();
            // SAFETY: The local port is registered while the pass is held.
            to_result(unsafe {
                abi::nvme_fc_register_remoteport(
                    pass.port() as *mut abi::nvme_fc_local_port,
                    &mut info,
                    &mut object,
                )
            })?;
            Ok(object as usize)
        }
    }
}

/// Unregisters `port`, whose object at the transport is `object`. Context: may
/// sleep; nobody is making calls about the port.
pub(crate) fn unregister(port: &Port, object: usize) -> Result {
    to_result(match port.role {
        // SAFETY: Registered, and the gate that was open for it is closed.
        Role::Local => unsafe { abi::nvme_fc_unregister_localport(object as *mut _) },
        // SAFETY: As above.
        Role::Remote => unsafe { abi::nvme_fc_unregister_remoteport(object as *mut _) },
        // SAFETY: As above; this is no work item of nvmet's queue.
        Role::Target => unsafe { abi::nvmet_fc_unregister_targetport(object as *mut _) },
    })
}

/// Does to a `private` field what the port's configuration says.
///
/// # Safety
///
/// `field` is a `private` field of an object that a transport lent us, with
/// memory of the configured size behind it.
pub(crate) unsafe fn spoil(config: &Config, field: *mut *mut c_void) {
    // SAFETY: The field is ours to read and write.
    let area = unsafe { *field };
    match config.private {
        Private::Fill if area.is_null() => {}
        // SAFETY: The memory is that long. CAST: 4096 at most.
        Private::Fill => unsafe {
            area.cast::<u8>()
                .write_bytes(0x5a, config.private_size as usize)
        },
        // SAFETY: The field is ours to write; nobody follows it.
        Private::Overwrite => unsafe {
            *field = ptr::without_provenance_mut(0xdead_beef_dead_beef)
        },
        // SAFETY: As above.
        Private::Null => unsafe { *field = ptr::null_mut() },
    }
}

/// Spoils the `private` field of a port that was registered just now.
pub(crate) fn spoil_private(port: &Port, object: usize) {
    let Some(_pass) = port.gate.enter() else {
        return;
    };
    // What is written behind the field of a remote port is its local port's
    // business, whose template gave the size.
    let local = registry::port(Role::Local, port.config.local, 0);
    // SAFETY: The port is registered while the pass is held.
    unsafe {
        match port.role {
            Role::Local => spoil(
                &port.config,
                &raw mut (*(object as *mut abi::nvme_fc_local_port)).private,
            ),
            Role::Remote => {
                if let Some(local) = local {
                    spoil(
                        &local.config,
                        &raw mut (*(object as *mut abi::nvme_fc_remote_port)).private,
                    );
                }
            }
            Role::Target => spoil(
                &port.config,
                &raw mut (*(object as *mut abi::nvmet_fc_target_port)).private,
            ),
        }
    }
}

/// Makes nvme-fc announce a remote port anew. Context: may sleep.
pub(crate) fn rescan(port: &Port) -> Result {
    let pass = port.gate.enter().ok_or(ENODEV)?;
    // SAFETY: The port is registered while the pass is held.
    unsafe { abi::nvme_fc_rescan_remoteport(pass.port() as *mut _) };
    Ok(())
}

/// Changes a remote port's device loss timeout, seconds, from atomic context
/// as lpfc does.
pub(crate) fn set_dev_loss(port: &Port, seconds: u32) -> Result {
    let pass = port.gate.enter().ok_or(ENODEV)?;
    let _atomic = port.lock.lock();
    // SAFETY: The port is registered while the pass is held.
    to_result(unsafe { abi::nvme_fc_set_remoteport_devloss(pass.port() as *mut _, seconds) })
}

/// Tells nvmet-fc that a host has logged out. Context: may sleep.
pub(crate) fn invalidate_host(port: &Port, port_name: u64) -> Result {
    let pass = port.gate.enter().ok_or(ENODEV)?;
    let host = port.take_host(port_name).ok_or(ENOENT)?;
    host.invalidate();
    // SAFETY: The port is registered while the pass is held, and the handle is
    // alive through `host` at least until this call returns.
    unsafe { abi::nvmet_fc_invalidate_host(pass.port() as *mut _, HostHandle::as_ptr(&host)) };
    Ok(())
}

/// What a port looks like from the transport: number, N_Port_ID, state.
pub(crate) fn look(port: &Port) -> Option<(u32, u32, u32)> {
    let pass = port.gate.enter()?;
    // SAFETY: The port is registered while the pass is held.
    Some(unsafe {
        match port.role {
            Role::Local => {
                let object = pass.port() as *const abi::nvme_fc_local_port;
                ((*object).port_num, (*object).port_id, (*object).port_state)
            }
            Role::Remote => {
                let object = pass.port() as *const abi::nvme_fc_remote_port;
                ((*object).port_num, (*object).port_id, (*object).port_state)
            }
            Role::Target => {
                let object = pass.port() as *const abi::nvmet_fc_target_port;
                ((*object).port_num, (*object).port_id, 0)
            }
        }
    })
}
