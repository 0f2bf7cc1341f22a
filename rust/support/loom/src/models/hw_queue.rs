// SPDX-License-Identifier: GPL-2.0

//! The way to the LLDD: whoever submits or aborts has the ports and the handle that
//! belong to the function.

use core::{ffi::c_void, ptr};

use loom::{sync::Arc, thread};

use crate::{
    abi,
    check::{check, SEEN},
    io::exchange_state::ExchangeState,
    prelude::c_int,
    shared::{
        fc::{
            host_template::{FcpAbort, FcpIo, HostTemplate},
            hw_queue::Link,
            port::{LocalPortAbi, RemotePortAbi},
        },
        proto::life::host_exchange::{Action, Event},
    },
    weaker::Weaker,
};

/// What the ports' addresses and the handle are.
const LOCAL: usize = 0x10;
const REMOTE: usize = 0x20;
const HANDLE: usize = 0x30;

fn called(
    local: *mut abi::nvme_fc_local_port,
    remote: *mut abi::nvme_fc_remote_port,
    handle: *mut c_void,
) -> c_int {
    let given = (local.addr(), remote.addr(), handle.addr());
    assert_eq!(given, (LOCAL, REMOTE, HANDLE), "{SEEN}half a way");
    1
}

fn aborted(
    local: *mut abi::nvme_fc_local_port,
    remote: *mut abi::nvme_fc_remote_port,
    handle: *mut c_void,
) -> c_int {
    ABORTS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    called(local, remote, handle)
}

/// Aborts that reached the LLDD.
static ABORTS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

pub(super) fn open(link: &Link) {
    let ops = HostTemplate {
        fcp_io: FcpIo(called),
        fcp_abort: FcpAbort(aborted),
    };
    let handle = ptr::without_provenance_mut(HANDLE);
    link.open(&ops, &LocalPortAbi(LOCAL), &RemotePortAbi(REMOTE), handle);
}

/// Whether the LLDD was called.
pub(super) fn submit(link: &Link) -> bool {
    // SAFETY: The LLDD does not look at it.
    unsafe { link.submit(ptr::null_mut()) == 1 }
}

#[test]
fn submitted() {
    check!(
        submitted,
        [Weaker::AcquireFence, Weaker::ReleaseFence],
        || {
            let link = Arc::new(Link::new());
            let other = link.clone();
            let opener = thread::spawn(move || {
                open(&other);
            });
            submit(&link);
            opener.join().unwrap();
            assert!(submit(&link), "{SEEN}it is not open");
        }
    );
}

/// One opens, another submits, a third aborts, which never saw the first.
#[test]
fn aborted_by_a_third() {
    use std::sync::atomic::Ordering::Relaxed;

    let weaker = [Weaker::AcquireFence, Weaker::ReleaseFence, Weaker::Full];
    check!(aborted_by_a_third, weaker, || {
        let shared = Arc::new((Link::new(), ExchangeState::new()));
        ABORTS.store(0, Relaxed);
        let second = shared.clone();
        let submitter = thread::spawn(move || {
            if submit(&second.0) {
                second.1.start();
            }
        });
        let third = shared.clone();
        let aborter = thread::spawn(move || {
            if let Ok(Action::CallAbort) = third.1.abort(Event::Terminate, 0) {
                // SAFETY: The LLDD does not look at it.
                unsafe { third.0.abort(ptr::null_mut()) };
                assert_eq!(ABORTS.load(Relaxed), 1, "{SEEN}the abort is lost");
            }
        });
        open(&shared.0);
        submitter.join().unwrap();
        aborter.join().unwrap();
    });
}
