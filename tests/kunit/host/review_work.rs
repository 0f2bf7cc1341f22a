// SPDX-License-Identifier: GPL-2.0

//! References that queued work items own.

#![deny(unsafe_code)]

use kernel::{
    impl_has_delayed_work,
    new_delayed_work,
    prelude::*,
    sync::Arc,
    workqueue::{
        DelayedWork,
        WorkItem, //
    }, //
};

use super::{
    sleep_ms,
    threads, //
};
use crate::{
    abi,
    cases::outcome::{
        ensure,
        CaseResult,
        OrFail, //
    },
    shared::support::{
        completion::Completion,
        work, //
    }, //
};

/// Jiffies that a case may wait for what must come.
const PATIENCE: usize = 20 * abi::HZ as usize;
/// Jiffies that are longer than any case.
const NEVER: usize = 100_000 * abi::HZ as usize;

/// What a case and its item tell each other.
#[pin_data]
struct Told {
    /// The item began to run.
    #[pin]
    begun: Completion,
    /// The item may end.
    #[pin]
    go_on: Completion,
    /// The thread that cancels is done.
    #[pin]
    cancelled: Completion,
    /// The item's last reference is gone.
    #[pin]
    gone: Completion,
}

impl Told {
    /// Nothing told yet.
    fn new() -> CaseResult<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                begun <- Completion::new(),
                go_on <- Completion::new(),
                cancelled <- Completion::new(),
                gone <- Completion::new(),
            }),
            GFP_KERNEL,
        )
        .or_fail()
    }
}

/// Tells when an item goes.
struct Gone(Arc<Told>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.gone.complete();
    }
}

/// An object with a delayed work item.
#[pin_data]
struct Item {
    /// See there.
    told: Arc<Told>,
    /// Dropped with the object.
    _gone: Gone,
    /// The item.
    #[pin]
    work: DelayedWork<Self>,
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self> for Item { self.work }
}

impl WorkItem for Item {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.told.begun.complete();
        this.told.go_on.wait();
    }
}

impl Item {
    /// An object whose item is idle.
    fn new(told: &Arc<Told>) -> CaseResult<Arc<Self>> {
        let (told, gone) = (told.clone(), Gone(told.clone()));
        Arc::pin_init(
            pin_init!(Self {
                told,
                _gone: gone,
                work <- new_delayed_work!("Item::work"),
            }),
            GFP_KERNEL,
        )
        .or_fail()
    }
}

/// A work item that is queued while somebody cancels it and waits for it is
/// refused, and owns no reference.
pub(crate) fn review_host_2_disabled_work() -> CaseResult {
    let told = Told::new()?;
    let item = Item::new(&told)?;
    work::mod_delayed(threads(), item.clone(), 0);
    ensure!(told.begun.wait_timeout(PATIENCE));

    let (other, tell) = (item.clone(), told.clone());
    let spawned = threads().try_spawn(GFP_KERNEL, move || {
        work::cancel_delayed_sync::<Item, 0>(&other);
        drop(other);
        tell.cancelled.complete();
    });
    let mut refused = false;
    if spawned.is_ok() {
        // It does not wait for anything: if it is refused, it is being
        // cancelled.
        for _ in 0..20_000 {
            if threads().enqueue_delayed(item.clone(), NEVER).is_err() {
                refused = true;
                break;
            }
            work::cancel_delayed::<Item, 0>(&item);
            sleep_ms(1);
        }
        for delay in [0, NEVER, 1] {
            work::mod_delayed(threads(), item.clone(), delay);
        }
    }
    // The item ends in any case.
    told.go_on.complete_all();
    spawned.or_fail()?;
    ensure!(told.cancelled.wait_timeout(PATIENCE));
    ensure!(refused, "the item was never cancelled");
    drop(item);
    ensure!(
        told.gone.wait_timeout(PATIENCE),
        "a reference of an item that was not queued is lost"
    );
    Ok(())
}

/// An item that waits is moved, and owns one reference however often.
pub(crate) fn an_item_is_moved() -> CaseResult {
    let told = Told::new()?;
    let item = Item::new(&told)?;
    told.go_on.complete_all();
    for _ in 0..3 {
        work::mod_delayed(threads(), item.clone(), NEVER);
    }
    work::mod_delayed(threads(), item.clone(), 0);
    ensure!(told.begun.wait_timeout(PATIENCE));
    work::mod_delayed(threads(), item.clone(), NEVER);
    ensure!(work::cancel_delayed_sync::<Item, 0>(&item));
    drop(item);
    ensure!(told.gone.wait_timeout(PATIENCE), "a reference is lost");
    Ok(())
}
