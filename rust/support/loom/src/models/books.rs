// SPDX-License-Identifier: GPL-2.0

//! A book never says that more came back than was taken.

use loom::{sync::Arc, thread};

use crate::{
    check::{check, SEEN},
    shared::support::books::Book,
    weaker::Weaker,
};

#[test]
fn balance() {
    check!(balance, [Weaker::Acquire, Weaker::Release], || {
        let book = Arc::new(Book::new());
        let other = book.clone();
        let user = thread::spawn(move || {
            other.accept();
            other.release();
        });
        let now = book.balance();
        assert!(now.released <= now.accepted, "{SEEN}more came back");
        user.join().unwrap();
        assert_eq!(book.balance().outstanding(), 0, "{SEEN}something is out");
    });
}
