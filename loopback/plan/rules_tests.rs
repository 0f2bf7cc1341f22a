// SPDX-License-Identifier: GPL-2.0

//! Tests of the fault plan.

#![deny(unsafe_code)]

use super::*;

/// An operation on queue 1 of port 0x11.
fn event(kind: Kind, code: u16) -> Event {
    Event {
        kind,
        port: 0x11,
        code,
        queue: 1,
    }
}

/// Which of the first `count` reads a plan of one rule strikes.
fn struck(line: &str, count: u32) -> Vec<u32> {
    let mut rules = [Rule::parse(line).unwrap()];
    (1..=count)
        .filter(|_| decide(&mut rules, &event(Kind::FcpIo, 2)).is_some())
        .collect()
}

#[test]
fn nth_and_count() {
    let base = "on=host.fcp_io errno=-5";
    assert_eq!(struck(&format!("{base} nth=3"), 9), [3]);
    assert_eq!(struck(&format!("{base} nth=3 count=2"), 9), [3, 4]);
    assert_eq!(struck(&format!("{base} nth=2 every=3 count=2"), 9), [2, 5]);
    assert_eq!(struck(&format!("{base} every=4"), 9), [1, 5, 9]);
    assert_eq!(struck(&format!("{base} count=0"), 9), [0; 0]);
}

#[test]
fn probability_repeats_with_its_seed() {
    let line = "on=host.fcp_io errno=-5 chance=300000 seed=9";
    let first = struck(line, 10_000);
    assert_eq!(first, struck(line, 10_000));
    assert_ne!(
        first,
        struck("on=host.fcp_io errno=-5 chance=300000 seed=8", 10_000)
    );
    assert!((2_800..3_200).contains(&first.len()), "{}", first.len());
}

#[test]
fn conditions() {
    for (condition, matches) in [
        ("port=0x11", true),
        ("port=0x12", false),
        ("code=2", true),
        ("code=1", false),
        ("queue=1", true),
        ("queue=0", false),
    ] {
        let hit = !struck(&format!("on=host.fcp_io errno=-5 {condition}"), 1).is_empty();
        assert_eq!(hit, matches, "{condition}");
    }
    let mut rules = [Rule::parse("on=host.fcp_done status=-5").unwrap()];
    assert!(decide(&mut rules, &event(Kind::FcpIo, 2)).is_none());
}

#[test]
fn first_rule_that_strikes_decides() {
    let mut rules = [
        Rule::parse("on=host.fcp_io errno=-16 nth=2").unwrap(),
        Rule::parse("on=host.fcp_io errno=-5").unwrap(),
    ];
    let errnos: Vec<_> = (0..3)
        .map(|_| decide(&mut rules, &event(Kind::FcpIo, 2)).unwrap().errno)
        .collect();
    assert_eq!(errnos, [-5, -16, -5]);
    assert_eq!((rules[0].matched, rules[0].struck), (3, 1));
    assert_eq!((rules[1].matched, rules[1].struck), (2, 2));
}

#[test]
fn what_happens() {
    let parse = |line| Rule::parse(line).unwrap().fault;
    let fault = parse("on=target.rsp do=hold place=irq delay=1500 status=6 transferred=-512");
    assert_eq!(fault.fate, Fate::Held);
    assert_eq!(fault.place, Some(Place::Irq));
    assert_eq!(fault.delay, 1_500_000);
    assert_eq!((fault.status, fault.transferred), (Some(6), -512));
    assert_eq!(parse("on=host.ls_done reject=0x0b/0").reject, Some((11, 0)));
    let answer = parse("on=host.fcp_io answer=0102").answer.unwrap();
    assert_eq!(answer.as_slice(), [1, 2]);
    assert_ne!(parse("on=host.ls_done length=3").alter, Alter::default());
}

#[test]
fn refused_lines() {
    for (line, word, why) in [
        ("errno=-5", "on", Why::Missing),
        (
            "on=host.fcp_io",
            "errno|do|place|delay|status|...",
            Why::Missing,
        ),
        ("on=host.fcp errno=-5", "on=host.fcp", Why::BadValue),
        ("on=host.fcp_io errno=5", "errno=5", Why::BadValue),
        ("on=host.fcp_io errno=-5 nth=0", "nth=0", Why::BadValue),
        ("on=host.fcp_io errno=-5 every=0", "every=0", Why::BadValue),
        (
            "on=host.fcp_io errno=-5 chance=1000001",
            "chance=1000001",
            Why::BadValue,
        ),
        (
            "on=host.fcp_io errno=-5 colour=red",
            "colour=red",
            Why::UnknownKey,
        ),
        ("on=host.fcp_io do=nothing", "do=nothing", Why::BadValue),
        (
            "on=host.fcp_io delay=120000001",
            "delay=120000001",
            Why::BadValue,
        ),
        ("on=host.ls_done reject=11", "reject=11", Why::BadValue),
    ] {
        assert_eq!(
            Rule::parse(line).unwrap_err(),
            Refusal { word, why },
            "{line}"
        );
    }
}
