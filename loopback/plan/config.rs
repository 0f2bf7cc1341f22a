// SPDX-License-Identifier: GPL-2.0

//! What a port is like: its names, its limits, how it completes.

#![deny(unsafe_code)]

use crate::plan::grammar::{
    pairs,
    Refusal,
    Why, //
};
use crate::plan::habits::{
    Habits,
    Side, //
};
use crate::plan::mode::Mode;

/// What a port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A host's own port.
    Local,
    /// A subsystem's port as a host sees it.
    Remote,
    /// A subsystem's own port.
    Target,
}

impl Role {
    /// The role that a directory's name stands for: `local-…`, `remote-…` or
    /// `target-…`.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name.split_once('-') {
            Some(("local", rest)) if !rest.is_empty() => Some(Self::Local),
            Some(("remote", rest)) if !rest.is_empty() => Some(Self::Remote),
            Some(("target", rest)) if !rest.is_empty() => Some(Self::Target),
            _ => None,
        }
    }

    /// What a driver's habits are for it.
    pub(crate) fn side(self, habits: &'static Habits) -> &'static Side {
        match self {
            Self::Local => &habits.local,
            Self::Remote => &habits.remote,
            Self::Target => &habits.target,
        }
    }
}

/// What the LLDD does to the `private` fields of the transport's objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Private {
    /// Fills the memory behind them, to its last byte.
    #[default]
    Fill,
    /// Overwrites the pointers with garbage, as ibmvfc does with its own.
    Overwrite,
    /// Overwrites the pointers with null, as fnic does.
    Null,
}

/// The device that a port is registered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Device {
    /// None: the transport maps nothing.
    #[default]
    None,
    /// One whose buffers the kernel maps.
    Platform,
    /// One whose IOMMU is this LLDD: it bounces everything, merges segments,
    /// and fails when the fault plan says so.
    Bounce,
}

/// The parameters of a port. Each role uses its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// Node name, WWNN.
    pub(crate) node_name: u64,
    /// Port name, WWPN.
    pub(crate) port_name: u64,
    /// N_Port_ID.
    pub(crate) port_id: u32,
    /// Port name of the local port that a remote port is seen from.
    pub(crate) local: u64,
    /// `FC_PORT_ROLE_*`; 0 for the usual one.
    pub(crate) roles: u32,
    /// Seconds; 0 for the transport's default.
    pub(crate) dev_loss: u32,
    /// The device, for which the transport maps buffers.
    pub(crate) device: Device,
    /// Bits of the device's DMA mask.
    pub(crate) dma_bits: u8,
    /// `max_hw_queues`.
    pub(crate) queues: u32,
    /// `max_sgl_segments`, and the same for DIF.
    pub(crate) segments: u16,
    /// `dma_boundary`.
    pub(crate) boundary: u64,
    /// Bytes of each private area.
    pub(crate) private_size: u32,
    /// What is done to them.
    pub(crate) private: Private,
    /// Offer `map_queues`.
    pub(crate) map_queues: bool,
    /// Offer `create_queue` and `delete_queue`.
    pub(crate) queue_ops: bool,
    /// Offer READDATA_RSP.
    pub(crate) read_rsp: bool,
    /// Offer `defer_rcv`.
    pub(crate) defer: bool,
    /// Complete the host's command when the response is sent, not when the
    /// target gives the exchange back.
    pub(crate) early: bool,
    /// Give the transport a host handle.
    pub(crate) handle: bool,
    /// Enforce the timeout of link services, as an LLDD must.
    pub(crate) ls_timeout: bool,
    /// Hold a lock of the LLDD's while the host's `done` is called, as qla2xxx
    /// does.
    pub(crate) locked: bool,
    /// Write the responses of commands by CPU although there is a device, as
    /// lpfc and fnic do with those that they make up or correct.
    pub(crate) cpu_response: bool,
    /// How this port completes.
    pub(crate) mode: Mode,
    /// The delay of that mode, nanoseconds.
    pub(crate) delay: u64,
    /// Whose habits the port has.
    pub(crate) habits: Option<&'static Habits>,
    /// Milliseconds in which the transport has to report the port gone; 0 for any.
    pub(crate) patience: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            node_name: 0,
            port_name: 0,
            port_id: 0,
            local: 0,
            roles: 0,
            dev_loss: 0,
            device: Device::None,
            dma_bits: 64,
            queues: 4,
            segments: 256,
            boundary: 0xffff_ffff,
            private_size: 64,
            private: Private::Fill,
            map_queues: false,
            queue_ops: true,
            read_rsp: false,
            defer: false,
            early: false,
            handle: true,
            ls_timeout: true,
            locked: false,
            cpu_response: false,
            mode: Mode::Work,
            delay: 1_000_000,
            habits: None,
            patience: 0,
        }
    }
}

impl Config {
    /// Changes what `line` names, and leaves the rest, of a port that is a `role`.
    pub(crate) fn update<'a>(&mut self, role: Role, line: &'a str) -> Result<(), Refusal<'a>> {
        let mut new = *self;
        for pair in pairs(line) {
            let bad = || pair.refuse(Why::BadValue);
            match pair.key {
                "wwnn" => new.node_name = pair.number()?,
                "wwpn" => new.port_name = pair.number()?,
                "fcaddr" => new.port_id = pair.number()?,
                "local" => new.local = pair.number()?,
                "roles" => new.roles = pair.number()?,
                "dev_loss" => new.dev_loss = pair.number()?,
                "device" => {
                    new.device = match pair.value {
                        "none" => Device::None,
                        "platform" => Device::Platform,
                        "bounce" => Device::Bounce,
                        _ => return Err(bad()),
                    }
                }
                "dma_bits" => {
                    new.dma_bits = pair.number()?;
                    if !(24..=64).contains(&new.dma_bits) {
                        return Err(bad());
                    }
                }
                "queues" => new.queues = pair.number()?,
                "segments" => new.segments = pair.number()?,
                "boundary" => new.boundary = pair.number()?,
                "private_size" => {
                    new.private_size = pair.number()?;
                    if new.private_size > 4096 {
                        return Err(bad());
                    }
                }
                "private" => {
                    new.private = match pair.value {
                        "fill" => Private::Fill,
                        "overwrite" => Private::Overwrite,
                        "null" => Private::Null,
                        _ => return Err(bad()),
                    }
                }
                "map_queues" => new.map_queues = pair.flag()?,
                "queue_ops" => new.queue_ops = pair.flag()?,
                "read_rsp" => new.read_rsp = pair.flag()?,
                "defer" => new.defer = pair.flag()?,
                "early" => new.early = pair.flag()?,
                "handle" => new.handle = pair.flag()?,
                "ls_timeout" => new.ls_timeout = pair.flag()?,
                "locked" => new.locked = pair.flag()?,
                "cpu_response" => new.cpu_response = pair.flag()?,
                "complete" => new.mode = Mode::parse(pair.value).ok_or_else(bad)?,
                "delay" => {
                    let microseconds: u64 = pair.number()?;
                    if microseconds > 120_000_000 {
                        return Err(bad());
                    }
                    new.delay = microseconds.saturating_mul(1000);
                }
                "habits" if pair.value == "none" => new.habits = None,
                "habits" => {
                    let habits = Habits::of(pair.value).ok_or_else(bad)?;
                    new.habits = Some(habits);
                    // What follows in the line comes after, and counts.
                    new.update(role, role.side(habits).words)
                        .map_err(|_| bad())?;
                }
                "patience" => new.patience = pair.number()?,
                _ => return Err(pair.refuse(Why::UnknownKey)),
            }
        }
        *self = new;
        Ok(())
    }
}

/// A flag as user space writes it.
fn digit(flag: bool) -> u8 {
    u8::from(flag)
}

impl core::fmt::Display for Config {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let private = match self.private {
            Private::Fill => "fill",
            Private::Overwrite => "overwrite",
            Private::Null => "null",
        };
        let device = match self.device {
            Device::None => "none",
            Device::Platform => "platform",
            Device::Bounce => "bounce",
        };
        // First: it changes others, which follow.
        write!(f, "habits={} ", self.habits.map_or("none", |h| h.name))?;
        write!(
            f,
            "wwnn={:#x} wwpn={:#x} fcaddr={:#x} local={:#x} roles={:#x} dev_loss={} ",
            self.node_name, self.port_name, self.port_id, self.local, self.roles, self.dev_loss
        )?;
        write!(
            f,
            "device={device} dma_bits={} queues={} segments={} boundary={:#x} ",
            self.dma_bits, self.queues, self.segments, self.boundary
        )?;
        write!(
            f,
            "private_size={} private={private} map_queues={} queue_ops={} read_rsp={} ",
            self.private_size,
            digit(self.map_queues),
            digit(self.queue_ops),
            digit(self.read_rsp)
        )?;
        write!(
            f,
            "defer={} early={} handle={} ls_timeout={} locked={} cpu_response={} ",
            digit(self.defer),
            digit(self.early),
            digit(self.handle),
            digit(self.ls_timeout),
            digit(self.locked),
            digit(self.cpu_response)
        )?;
        write!(
            f,
            "complete={} delay={} patience={}",
            self.mode.name(),
            self.delay / 1000,
            self.patience
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{
        habits,
        rules::Rule, //
    };

    #[test]
    fn roles() {
        assert_eq!(Role::of("local-a"), Some(Role::Local));
        assert_eq!(Role::of("remote-a-b"), Some(Role::Remote));
        assert_eq!(Role::of("target-1"), Some(Role::Target));
        for bad in ["local", "local-", "lokal-a", ""] {
            assert_eq!(Role::of(bad), None);
        }
    }

    #[test]
    fn shown_as_it_is_written() {
        let mut config = Config::default();
        let line = "wwnn=0x10 local=0x20 device=bounce dma_bits=32 segments=8 private=null \
                    read_rsp=1 defer early=1 complete=reorder delay=70 boundary=0xfff";
        config.update(Role::Local, line).unwrap();
        let mut again = Config::default();
        again.update(Role::Local, &config.to_string()).unwrap();
        assert_eq!(again, config);
        assert_ne!(again, Config::default());
    }

    #[test]
    fn all_habits_can_be_read() {
        for habits in habits::ALL {
            assert_eq!(Habits::of(habits.name), Some(habits));
            for role in [Role::Local, Role::Remote, Role::Target] {
                let side = role.side(habits);
                Config::default().update(role, side.words).unwrap();
                for rule in side.rules {
                    assert!(Rule::parse(rule).is_ok(), "{rule}");
                }
            }
        }
        assert_eq!(Habits::of("none"), None);
    }

    #[test]
    fn habits_come_before_what_is_written() {
        let mut config = Config::default();
        config
            .update(Role::Local, "wwnn=0x10 habits=fnic complete=inline")
            .unwrap();
        assert_eq!((config.node_name, config.mode), (16, Mode::Inline));
        assert_eq!((config.private, config.patience), (Private::Null, 120_000));
        let mut again = Config::default();
        again.update(Role::Local, &config.to_string()).unwrap();
        assert_eq!(again, config);
        let mut remote = Config::default();
        remote.update(Role::Remote, "habits=fnic").unwrap();
        assert_eq!((remote.private, remote.patience), (Private::Fill, 5_000));
        let refusal = config.update(Role::Local, "habits=nobody").unwrap_err();
        assert_eq!(refusal.why, Why::BadValue);
    }

    #[test]
    fn update_is_all_or_nothing() {
        let mut config = Config::default();
        config
            .update(
                Role::Local,
                "wwnn=0x10 wwpn=17 complete=irq delay=20 private=null",
            )
            .unwrap();
        assert_eq!((config.node_name, config.port_name), (16, 17));
        assert_eq!((config.mode, config.delay), (Mode::Irq, 20_000));
        let before = config;
        let refusal = config
            .update(Role::Local, "queues=9 segments=65536")
            .unwrap_err();
        assert_eq!(refusal.word, "segments=65536");
        assert_eq!(config, before);
        assert_eq!(
            config.update(Role::Local, "colour=red").unwrap_err().why,
            Why::UnknownKey
        );
    }
}
