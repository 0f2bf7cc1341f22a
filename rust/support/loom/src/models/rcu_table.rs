// SPDX-License-Identifier: GPL-2.0

//! A table that is read without a lock: who finds an object sees all of it, and
//! nobody sees one that was given back.

use loom::thread;

use super::Memory;
use crate::{
    check::{check, SEEN},
    prelude::PinInit,
    shared::support::rcu_table::{impl_has_link, settle, Link, Linked, RcuTable},
    sync::{rcu, Arc},
    weaker::Weaker,
};

/// A connection, of which the first word is its key.
struct Item {
    key: Memory,
    value: Memory,
    link: Link<Item>,
}

impl_has_link!(Item, self.link);

impl Linked for Item {
    type Key = u32;

    fn key(&self) -> u32 {
        self.key.read()
    }

    fn hash(key: u32) -> u64 {
        u64::from(key)
    }
}

/// All in one chain, if the keys are odd.
type Table = RcuTable<Item, 2>;

fn table() -> Arc<Table> {
    let table: Table = Table::new().make().unwrap();
    Arc::new(table)
}

fn item(key: u32) -> Arc<Item> {
    Arc::new(Item {
        key: Memory::new(key),
        value: Memory::new(key),
        link: Link::new(),
    })
}

/// What is found under a key, if anything is.
fn value(table: &Table, key: u32) -> Option<u32> {
    let guard = rcu::read_lock();
    table.find(key, &guard).map(|item| item.value.read())
}

#[test]
fn inserted() {
    check!(inserted, [Weaker::Release, Weaker::Dependency], || {
        let table = table();
        let first = item(1);
        table.insert(first.clone());
        let other = table.clone();
        let reader = thread::spawn(move || (value(&other, 3), value(&other, 1)));
        let second = item(3);
        second.value.write(7);
        table.insert(second.clone());
        let (new, old) = reader.join().unwrap();
        assert!(matches!(new, None | Some(7)), "{SEEN}old memory");
        assert_eq!(old, Some(1), "{SEEN}the first is lost");
        settle(
            [&*first, &*second]
                .into_iter()
                .filter_map(|item| table.remove(item)),
        );
    });
}

#[test]
fn removed() {
    check!(removed, [Weaker::GracePeriod], || {
        let table = table();
        let items = [item(1), item(3), item(5)];
        for item in &items {
            table.insert(item.clone());
        }
        let other = table.clone();
        // By way of the two others, one of which goes meanwhile.
        let reader = thread::spawn(move || value(&other, 1));
        settle(table.remove(&items[1]).into_iter());
        items[1].key.write(9);
        items[1].value.write(9);
        assert_eq!(reader.join().unwrap(), Some(1), "{SEEN}another is lost");
        settle(items.iter().filter_map(|item| table.remove(item)));
    });
}
