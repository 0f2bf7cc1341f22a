// SPDX-License-Identifier: GPL-2.0

//! The fault plan: which operation goes wrong, and how.
//!
//! A plan is a list of rules. Each rule counts the operations that it matches,
//! and strikes at the n-th, or by probability from a seed. The first rule that
//! strikes decides.

#![deny(unsafe_code)]

use crate::lldd::kind::Kind;
use crate::plan::alter::Alter;
use crate::plan::grammar::{
    bytes,
    pairs,
    Refusal,
    Why, //
};
use crate::plan::{mode::Delivery, random::Random};

/// Longest payload that a rule can give as the peer's answer.
pub(crate) const ANSWER: usize = 128;

/// What a rule looks at to see whether an operation is one of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    /// The operation.
    pub(crate) kind: Kind,
    /// Port name (WWPN) of the port whose LLDD is asked.
    pub(crate) port: u64,
    /// NVMe opcode of a command, or 0x100 plus the type of a fabrics command;
    /// the command code of a link service.
    pub(crate) code: u16,
    /// Queue of a command.
    pub(crate) queue: u16,
}

/// What becomes of an operation in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It goes on.
    #[default]
    Proceed,
    /// The frame is lost: link services end by the LLDD's timeout, commands
    /// when someone aborts them.
    Lost,
    /// It stays with the LLDD until it is aborted or released by hand.
    Held,
    /// It is completed twice.
    Twice,
    /// An abort that the LLDD does not act on.
    Ignored,
}

/// Where a rule wants the operation completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Before the call returns.
    Inline,
    /// From hard IRQ, after the rule's delay.
    Irq,
    /// From process context, after the rule's delay.
    Process,
}

/// A payload given by user space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The bytes.
    bytes: [u8; ANSWER],
    /// How many count.
    length: u8,
}

impl Answer {
    /// The payload.
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&[])
    }
}

/// What happens to the operation that a rule struck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Errno that the entry point returns, negative; 0 for none.
    pub(crate) errno: i32,
    /// Its fate.
    pub(crate) fate: Fate,
    /// Where it is completed, if not as the port does it.
    pub(crate) place: Option<Place>,
    /// How much later, in nanoseconds.
    pub(crate) delay: u64,
    /// Status that it is completed with.
    pub(crate) status: Option<i32>,
    /// Bytes by which the transferred length is wrong; data is moved to match
    /// when there is less of it.
    pub(crate) transferred: i32,
    /// Changes to the payload.
    pub(crate) alter: Alter,
    /// The link service is rejected with this reason and explanation.
    pub(crate) reject: Option<(u8, u8)>,
    /// The peer is not asked, this is its answer.
    pub(crate) answer: Option<Answer>,
}

impl Fault {
    /// Where the operation is completed, which would be at `usual`.
    pub(crate) fn delivery(&self, usual: impl FnOnce() -> Delivery) -> Delivery {
        match (self.place, self.delay) {
            (Some(Place::Inline), _) => Delivery::Inline,
            (Some(Place::Irq), delay) => Delivery::Irq(delay),
            (Some(Place::Process), 0) => Delivery::Unbound,
            (None, 0) => usual(),
            (_, delay) => Delivery::Later(delay),
        }
    }

    /// Where an abort ends what it aborts.
    pub(crate) fn abort_delivery(&self) -> Delivery {
        match (self.place, self.delay) {
            (Some(Place::Inline), _) => Delivery::Inline,
            (_, 0) => Delivery::Work,
            (_, delay) => Delivery::Later(delay),
        }
    }

    /// Whether the frame is lost, or kept back.
    pub(crate) fn stays(&self) -> bool {
        matches!(self.fate, Fate::Lost | Fate::Held)
    }
}

/// One rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    /// Kind of operation.
    kind: Kind,
    /// Port name, or any.
    port: Option<u64>,
    /// Opcode or LS command, or any.
    code: Option<u16>,
    /// Queue, or any.
    queue: Option<u16>,
    /// First matching operation that is struck, from 1.
    first: u64,
    /// How many are struck in all.
    count: u64,
    /// Every so many of them.
    every: u64,
    /// Chance of each, in a million.
    chance: u32,
    /// Where the chances come from.
    random: Random,
    /// Operations that matched.
    pub(crate) matched: u64,
    /// Operations that were struck.
    pub(crate) struck: u64,
    /// What happens.
    fault: Fault,
}

/// `REASON/EXPLANATION`, two numbers of a byte.
fn reject(value: &str) -> Option<(u8, u8)> {
    let (reason, explanation) = value.split_once('/')?;
    let byte = |text| crate::plan::grammar::number(text).and_then(|n| u8::try_from(n).ok());
    Some((byte(reason)?, byte(explanation)?))
}

/// Microseconds as nanoseconds, two minutes at most.
fn nanoseconds(microseconds: u64) -> Option<u64> {
    (microseconds <= 120_000_000).then(|| microseconds.saturating_mul(1000))
}

impl Rule {
    /// Reads a rule: `on=KIND`, conditions, and what happens.
    pub(crate) fn parse(line: &str) -> Result<Self, Refusal<'_>> {
        let mut rule = Self {
            kind: Kind::FcpIo,
            port: None,
            code: None,
            queue: None,
            first: 1,
            count: u64::MAX,
            every: 1,
            chance: 1_000_000,
            random: Random::new(0),
            matched: 0,
            struck: 0,
            fault: Fault::default(),
        };
        let mut kind = None;
        let mut count = None;
        let mut one = false;
        for pair in pairs(line) {
            let bad = || pair.refuse(Why::BadValue);
            match pair.key {
                "on" => kind = Some(Kind::parse(pair.value).ok_or_else(bad)?),
                "port" => rule.port = Some(pair.number()?),
                "code" => rule.code = Some(pair.number()?),
                "queue" => rule.queue = Some(pair.number()?),
                "nth" => {
                    rule.first = pair.number()?;
                    one = true;
                    if rule.first == 0 {
                        return Err(bad());
                    }
                }
                "count" => count = Some(pair.number()?),
                "every" => {
                    rule.every = pair
                        .number::<u64>()
                        .and_then(|n| (n > 0).then_some(n).ok_or_else(bad))?
                }
                "chance" => {
                    rule.chance = pair.number()?;
                    if rule.chance > 1_000_000 {
                        return Err(bad());
                    }
                }
                "seed" => rule.random = Random::new(pair.number()?),
                _ => {
                    if !rule.fault.parse(&pair)? {
                        return Err(pair.refuse(Why::UnknownKey));
                    }
                }
            }
        }
        let missing = |word| Refusal {
            word,
            why: Why::Missing,
        };
        rule.kind = kind.ok_or(missing("on"))?;
        // The n-th alone, unless told how many from there.
        rule.count = count.unwrap_or(if one { 1 } else { u64::MAX });
        if rule.fault == Fault::default() {
            return Err(missing("errno|do|place|delay|status|..."));
        }
        Ok(rule)
    }

    /// Counts one operation, and says whether it is struck.
    fn strikes(&mut self, event: &Event) -> bool {
        let own = self.kind == event.kind
            && self.port.is_none_or(|port| port == event.port)
            && self.code.is_none_or(|code| code == event.code)
            && self.queue.is_none_or(|queue| queue == event.queue);
        if !own {
            return false;
        }
        self.matched = self.matched.saturating_add(1);
        let Some(since) = self.matched.checked_sub(self.first) else {
            return false;
        };
        let due = self.struck < self.count && since.checked_rem(self.every) == Some(0);
        if !due || !self.random.chance(self.chance) {
            return false;
        }
        self.struck = self.struck.saturating_add(1);
        true
    }

    /// The kind of operation that it waits for.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

impl Fault {
    /// Takes one word of a rule if it says what happens; says whether it did.
    fn parse<'a>(&mut self, pair: &crate::plan::grammar::Pair<'a>) -> Result<bool, Refusal<'a>> {
        let bad = || pair.refuse(Why::BadValue);
        match pair.key {
            "errno" => {
                self.errno = pair.signed()?;
                if !(-4095..0).contains(&self.errno) {
                    return Err(bad());
                }
            }
            "do" => {
                self.fate = match pair.value {
                    "lose" => Fate::Lost,
                    "hold" => Fate::Held,
                    "twice" => Fate::Twice,
                    "ignore" => Fate::Ignored,
                    _ => return Err(bad()),
                }
            }
            "place" => {
                self.place = Some(match pair.value {
                    "inline" => Place::Inline,
                    "irq" => Place::Irq,
                    "process" => Place::Process,
                    _ => return Err(bad()),
                })
            }
            "delay" => self.delay = nanoseconds(pair.number()?).ok_or_else(bad)?,
            "status" => self.status = Some(pair.signed()?),
            "transferred" => self.transferred = pair.signed()?,
            "reject" => self.reject = Some(reject(pair.value).ok_or_else(bad)?),
            "answer" => {
                let mut answer = [0; ANSWER];
                let length = bytes(pair.value, &mut answer).ok_or_else(bad)?;
                self.answer = Some(Answer {
                    bytes: answer,
                    // CAST: At most ANSWER.
                    length: length as u8,
                });
            }
            _ => return self.alter.parse(pair),
        }
        Ok(true)
    }
}

/// What happens to this operation: the first rule that strikes says so. Every
/// rule up to that one has counted it.
pub(crate) fn decide(rules: &mut [Rule], event: &Event) -> Option<Fault> {
    rules
        .iter_mut()
        .find_map(|rule| rule.strikes(event).then_some(rule.fault))
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
