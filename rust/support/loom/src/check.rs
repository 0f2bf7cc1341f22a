// SPDX-License-Identifier: GPL-2.0

//! Runs a model, as it is and with each of its orders made weaker.

use std::{
    env,
    process::Command,
    sync::{
        atomic::{AtomicUsize, Ordering::Relaxed},
        Arc,
    },
    time::Instant,
};

use crate::{
    sync::atomic,
    weaker::{self, Weaker},
};

/// What a model's own complaints begin with; loom's are known by their words.
pub(crate) const SEEN: &str = "seen: ";
/// How a model fails.
const COMPLAINTS: [&str; 3] = [SEEN, "Causality violation", "deadlock; threads"];

/// How often in a run threads are put off where they might go on. With no bound a model
/// of three threads takes twenty seconds.
const PREEMPTIONS: usize = 3;

/// `check!(name, [Weaker..], || model)`: in the test function of that name.
macro_rules! check {
    ($name:ident, $weaker:expr, $model:expr) => {
        crate::check::run(
            concat!(module_path!(), "::", stringify!($name)),
            &$weaker,
            $model,
        )
    };
}
pub(crate) use check;

/// Tries every order of `model`, which must hold, and then with each of `weaker`,
/// each of which must be noticed. That is done in processes of their own: a model
/// that fails leaves threads behind.
pub(crate) fn run(path: &str, weaker: &[Weaker], model: impl Fn() + Send + Sync + 'static) {
    let (_, test) = path.split_once("::").expect("a path");
    let executions = Arc::new(AtomicUsize::new(0));
    let counted = executions.clone();
    let start = Instant::now();
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(move || {
        counted.fetch_add(1, Relaxed);
        atomic::begin();
        model();
        atomic::end();
    });
    if weaker::seeded().is_some() {
        return;
    }
    println!(
        "{test}: {} executions, {} ms",
        executions.load(Relaxed),
        start.elapsed().as_millis()
    );
    for order in weaker {
        let this = env::current_exe().expect("this program");
        let output = Command::new(this)
            .args([test, "--exact", "--nocapture", "--test-threads", "1"])
            .env(weaker::VARIABLE, format!("{order:?}"))
            .output()
            .expect("a process");
        let said = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        let complaint = said
            .lines()
            .find(|line| COMPLAINTS.iter().any(|words| line.contains(words)));
        match complaint {
            Some(line) if !output.status.success() => println!("  without {order:?}: {line}"),
            _ => panic!("{test}: nothing noticed without {order:?}:\n{said}"),
        }
    }
}
