// SPDX-License-Identifier: GPL-2.0

//! Causes of failures.

use core::fmt::Write;

use super::record::Page;
use super::{ensure, ensure_eq, ensure_ne, CaseResult, OrFail};
use crate::proto::cause::*;
use crate::proto::command::response::{BadExtendedResponse, Failure};

/// One of each kind.
const KINDS: [Why; 20] = [
    Why::Errno(-5),
    Why::Status(0x4182),
    Why::Rejected {
        reason: 0x42,
        explanation: 0x46,
    },
    Why::BadAnswer,
    Why::Unanswered,
    Why::BadAddress,
    Why::Unknown,
    Why::Gone,
    Why::DevLoss,
    Why::NotATarget,
    Why::Duplicate,
    Why::LlddRefused(i32::MIN),
    Why::LlddError(i32::MAX),
    Why::TransferLength,
    Why::BadResponse,
    Why::ResponseLength(u16::MAX),
    Why::TimedOut,
    Why::NotAborted,
    Why::Disconnected,
    Why::Unfit,
];

/// A cause in words.
fn words(cause: Cause) -> CaseResult<Page<400>> {
    let mut page = Page::new();
    write!(page, "{cause}").or_fail()?;
    Ok(page)
}

pub(crate) fn each_cause_is_a_word_and_back() -> CaseResult {
    for step in Step::ALL {
        for why in KINDS {
            for queue in [0, 1, 0xff, u16::MAX] {
                let cause = Cause { step, queue, why };
                ensure_ne!(cause.bits(), 0);
                ensure_eq!(Cause::from_bits(cause.bits()), Some(cause));
            }
        }
    }
    Ok(())
}

pub(crate) fn no_other_word_is_a_cause() -> CaseResult {
    for code in 0..=u16::MAX {
        let bits = u64::from(code) << 48;
        let known = (1..=13).contains(&(code >> 8)) && (1..=20).contains(&(code & 0xff));
        ensure_eq!(Cause::from_bits(bits).is_some(), known, "{code:#x}");
    }
    Ok(())
}

pub(crate) fn eight_wrong_connects_have_words_of_their_own() -> CaseResult {
    let connect = |why| Cause::new(Step::Connect, why);
    let associate = |why| Cause::new(Step::CreateAssociation, why);
    let table = [
        (
            Cause::new(Step::HostPort, Why::Unknown),
            "host port: not registered; compare host_traddr",
        ),
        (
            Cause::new(Step::TargetPort, Why::Unknown),
            "target port: not registered; compare traddr",
        ),
        (
            Cause::new(Step::TargetPort, Why::Gone),
            "target port: gone; see to the link",
        ),
        (
            connect(Why::from_status(0x4182)),
            "Connect of queue 0: the target knows no such subsystem at this port, or a parameter \
             is wrong (status 0x4182); compare the subsystem's NQN",
        ),
        (
            connect(Why::from_status(0x4184)),
            "Connect of queue 0: this host is not allowed (status 0x4184); have the target allow",
        ),
        (
            connect(Why::from_status(-129)),
            "Connect of queue 0: authentication failed, a secret is wrong (-129); compare dhchap",
        ),
        (
            associate(Why::Rejected {
                reason: 0x42,
                explanation: 0x46,
            }),
            "Create Association: rejected by the target, invalid parameters, invalid subsystem NQN; \
             see the target's log",
        ),
        (
            associate(Why::from_ls_errno(-110)),
            "Create Association: not answered in time; see whether the target is up",
        ),
    ];
    for (cause, begin) in table {
        let page = words(cause)?;
        ensure!(page.text().starts_with(begin), "{}", page.text());
    }
    Ok(())
}

pub(crate) fn what_a_status_says() -> CaseResult {
    ensure_eq!(Why::from_status(0x4182), Why::Status(0x4182));
    ensure_eq!(Why::from_status(0xffff), Why::Status(0xffff));
    ensure_eq!(Why::from_status(-12), Why::Errno(-12));
    ensure_eq!(Why::from_status(0x1_0000), Why::Errno(0x1_0000));
    ensure_eq!(Why::from_ls_errno(-110), Why::Unanswered);
    ensure_eq!(Why::from_ls_errno(-111), Why::Gone);
    ensure_eq!(Why::from_ls_errno(-5), Why::Errno(-5));
    // The same errno says another thing at another step.
    let refused = Why::Errno(-111);
    let proof = words(Cause::new(Step::Connect, refused))?;
    ensure!(proof.text().contains("did not prove"), "{}", proof.text());
    let other = words(Cause::new(Step::Identify, refused))?;
    ensure!(other.text().contains("error -111"), "{}", other.text());
    let queue = words(Cause {
        step: Step::HardwareQueue,
        queue: 3,
        why: Why::Errno(-5),
    })?;
    ensure!(
        queue
            .text()
            .starts_with("hardware queue of queue 3: the LLDD did not make it (-5); "),
        "{}",
        queue.text()
    );
    Ok(())
}

pub(crate) fn review_host_11_events_have_the_words_of_c() -> CaseResult {
    let bad = BadExtendedResponse {
        iu_words: 8,
        stated: 0,
        transferred: 0,
        result: 1,
        sent_id: [0; 2],
        received_id: [0; 2],
    };
    let io = [
        (Failure::Aborted, Why::TimedOut),
        (Failure::Lldd(-5), Why::LlddError(-5)),
        (
            Failure::TransferLength {
                transferred: 0,
                expected: 1,
            },
            Why::TransferLength,
        ),
        (Failure::ExtendedResponse(bad), Why::BadResponse),
        (Failure::ResponseLength(7), Why::ResponseLength(7)),
    ];
    for (failure, why) in io {
        ensure_eq!(Why::from_failure(failure), why);
        ensure_eq!(why.event_text(), "transport detected io error");
        ensure_eq!(
            why.is_bad_response(),
            !matches!(failure, Failure::Aborted | Failure::Lldd(_))
        );
    }
    ensure_eq!(Why::NotAborted.event_text(), "io timeout abort failed");
    ensure_eq!(
        Why::Disconnected.event_text(),
        "Disconnect Association LS received"
    );
    ensure_eq!(Why::LlddRefused(-5).event_text(), "LLDD refused a command");
    Ok(())
}

pub(crate) fn each_has_an_advice() -> CaseResult {
    for step in Step::ALL {
        for why in KINDS {
            let cause = Cause {
                step,
                queue: u16::MAX,
                why,
            };
            // A line of the log has room for some 900 bytes, with what comes before.
            let page = words(cause)?;
            let (what, advice) = page.text().split_once("; ").or_fail()?;
            ensure!(what.contains(": "), "{}", page.text());
            ensure_eq!(advice, cause.advice());
            ensure!(advice.len() > 10, "{}", page.text());
        }
    }
    Ok(())
}
