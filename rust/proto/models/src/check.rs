// SPDX-License-Identifier: GPL-2.0

//! Runs the checker over a model.

use std::{
    collections::{HashMap, VecDeque},
    fmt::Debug,
    hash::Hash,
    time::Instant,
};

use stateright::{Checker, Expectation, Model};

/// A model in which everything comes to an end.
pub(crate) trait Ends: Model {
    /// Whether nothing is left to be done, or something is wrong already.
    fn is_over(&self, state: &Self::State) -> bool;

    /// Whether the step is one that somebody owes, so that it comes some time.
    fn is_owed(&self, step: &Self::Action) -> bool;
}

/// A state from which no steps that somebody owes lead to the end. (The checker's
/// own `eventually` overlooks what goes round in a circle.)
fn dead_end<M>(model: &M) -> Option<M::State>
where
    M: Ends,
    M::State: Clone + Eq + Hash,
{
    let mut numbers = HashMap::new();
    let mut states = Vec::new();
    let mut before: Vec<Vec<usize>> = Vec::new();
    let mut over = VecDeque::new();
    let mut look_at: VecDeque<_> = model.init_states().into();
    let mut number_of = |state: &M::State, before: &mut Vec<Vec<usize>>| {
        let next = numbers.len();
        let number = *numbers.entry(state.clone()).or_insert(next);
        if number == next {
            before.push(Vec::new());
        }
        (number, number == next)
    };
    for state in &look_at {
        number_of(state, &mut before);
    }
    while let Some(state) = look_at.pop_front() {
        let (number, _) = number_of(&state, &mut before);
        let mut steps = Vec::new();
        model.actions(&state, &mut steps);
        for step in steps {
            let owed = model.is_owed(&step);
            let Some(next) = model.next_state(&state, step) else {
                continue;
            };
            let (next_number, is_new) = number_of(&next, &mut before);
            if owed {
                before[next_number].push(number);
            }
            if is_new {
                look_at.push_back(next);
            }
        }
        if model.is_over(&state) {
            over.push_back(number);
        }
        states.push((number, state));
    }
    let mut ends = vec![false; before.len()];
    while let Some(number) = over.pop_front() {
        if !std::mem::replace(&mut ends[number], true) {
            over.extend(&before[number]);
        }
    }
    states
        .into_iter()
        .find(|(number, _)| !ends[*number])
        .map(|(_, state)| state)
}

/// Tries every order of a model's steps, and prints how many states there are. What
/// does not hold, with the steps that lead there.
fn violations<M>(name: &str, make: impl Fn() -> M) -> Vec<String>
where
    M: Ends + Send + Sync + 'static,
    M::State: Clone + Debug + Eq + Hash + Send + Sync,
    M::Action: Clone + Debug + PartialEq,
{
    let start = Instant::now();
    let checker = make().checker().spawn_bfs().join();
    assert!(checker.is_done());
    let mut found = Vec::new();
    for property in checker.model().properties() {
        match (property.expectation, checker.discovery(property.name)) {
            // A discovery is a counterexample, or an example of what must be possible.
            (Expectation::Sometimes, None) => found.push(property.name.to_owned()),
            (Expectation::Sometimes, Some(_)) | (_, None) => {}
            (_, Some(path)) => {
                let last = path.last_state().clone();
                found.push(format!(
                    "{}: {:?} {last:?}",
                    property.name,
                    path.into_actions()
                ));
            }
        }
    }
    if let Some(state) = dead_end(&make()) {
        found.push(format!("waits for ever: {state:?}"));
    }
    println!(
        "{name}: {} states, {} steps deep, {} ms{}",
        checker.unique_state_count(),
        checker.max_depth(),
        start.elapsed().as_millis(),
        if found.is_empty() { "" } else { ", found" }
    );
    found
}

/// Checks a model without a fault, which must hold, and once with each of its
/// faults, of which each must be found.
pub(crate) fn check<M, F>(name: &str, faults: &[F], model: impl Fn(Option<F>) -> M)
where
    M: Ends + Send + Sync + 'static,
    M::State: Clone + Debug + Eq + Hash + Send + Sync,
    M::Action: Clone + Debug + PartialEq,
    F: Copy + Debug,
{
    let found = violations(name, || model(None));
    assert!(found.is_empty(), "{name}: {found:#?}");
    for fault in faults {
        let found = violations(&format!("  with {fault:?}"), || model(Some(*fault)));
        assert!(!found.is_empty(), "{name}: {fault:?} was not found");
    }
}
