// SPDX-License-Identifier: GPL-2.0

//! Host: when a port's delete callback is due.
//!
//! A local or remote port may be unregistered while associations (or remote
//! ports) still use it, and may be registered again meanwhile. The LLDD gets
//! its delete callback exactly once for an unregistration, when the last user
//! has gone; never for one that a new registration overtook. The caller keeps
//! a [`PortLife`] under the port's lock and acts after dropping it.

#![deny(unsafe_code)]

/// Registration and use of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortLife {
    /// The port is registered.
    online: bool,
    /// Users.
    users: u32,
    /// The delete callback is due when the last user leaves.
    owed: bool,
    /// The delete callback is running.
    delivering: bool,
}

/// Why an operation on a port is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortError {
    /// Registered already.
    Online,
    /// Not registered.
    Offline,
    /// The delete callback is running: too late for this port object.
    Deleting,
    /// A user more than can be counted, or one fewer than none.
    Count,
}

/// Whether the caller has to call the delete callback, then
/// [`PortLife::delivered`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Delete {
    /// Yes.
    Deliver,
    /// No.
    Later,
}

/// What an LLDD that unregistered a port waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callback {
    /// The delete callback, which is due when the last user leaves.
    Due,
    /// The end of the delete callback.
    Running,
}

impl Callback {
    /// Its word in a record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Running => "running",
        }
    }
}

/// Whether a user was the only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// The first to come or the last to leave.
    Only,
    /// There are others.
    OneOfMany,
}

impl PortLife {
    /// A port that is being registered for the first time.
    pub const fn new() -> Self {
        Self {
            online: true,
            users: 0,
            owed: false,
            delivering: false,
        }
    }

    /// Whether the port is registered.
    pub const fn is_online(&self) -> bool {
        self.online
    }

    /// How many use the port.
    pub const fn users(&self) -> u32 {
        self.users
    }

    /// What the LLDD waits for; none if the port is registered, or the callback
    /// has returned.
    pub const fn callback(&self) -> Option<Callback> {
        if self.delivering {
            Some(Callback::Running)
        } else if self.owed {
            Some(Callback::Due)
        } else {
            None
        }
    }

    /// Whether the port is nobody's any more: not registered, not used, and no
    /// delete callback to come or running.
    pub const fn is_over(&self) -> bool {
        !self.online && self.users == 0 && self.callback().is_none()
    }

    /// The port is registered again.
    ///
    /// # Errors
    ///
    /// [`PortError::Online`], [`PortError::Deleting`].
    pub fn register(&mut self) -> Result<(), PortError> {
        if self.online {
            Err(PortError::Online)
        } else if self.delivering {
            Err(PortError::Deleting)
        } else {
            self.online = true;
            self.owed = false;
            Ok(())
        }
    }

    /// The port is unregistered.
    ///
    /// # Errors
    ///
    /// [`PortError::Offline`].
    pub fn unregister(&mut self) -> Result<Delete, PortError> {
        if !self.online {
            return Err(PortError::Offline);
        }
        self.online = false;
        self.owed = true;
        Ok(self.due())
    }

    /// Somebody begins to use the port.
    ///
    /// # Errors
    ///
    /// [`PortError::Offline`], [`PortError::Count`].
    pub fn join(&mut self) -> Result<User, PortError> {
        if !self.online {
            return Err(PortError::Offline);
        }
        let before = self.users;
        self.users = before.checked_add(1).ok_or(PortError::Count)?;
        Ok(if before == 0 {
            User::Only
        } else {
            User::OneOfMany
        })
    }

    /// Somebody no longer uses the port, and makes no call for it after the
    /// delete callback.
    ///
    /// # Errors
    ///
    /// [`PortError::Count`].
    pub fn leave(&mut self) -> Result<(User, Delete), PortError> {
        self.users = self.users.checked_sub(1).ok_or(PortError::Count)?;
        let user = if self.users == 0 {
            User::Only
        } else {
            User::OneOfMany
        };
        Ok((user, self.due()))
    }

    /// The delete callback has returned.
    pub fn delivered(&mut self) {
        self.delivering = false;
    }

    /// Takes the debt, if it is due.
    fn due(&mut self) -> Delete {
        if self.owed && self.users == 0 {
            self.owed = false;
            self.delivering = true;
            Delete::Deliver
        } else {
            Delete::Later
        }
    }
}

impl Default for PortLife {
    fn default() -> Self {
        Self::new()
    }
}
