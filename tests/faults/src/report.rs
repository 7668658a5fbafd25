//! The tables at the end.
#![allow(clippy::print_stdout, reason = "the tables are the command's output")]

use std::time::Duration;

use load::proxy::Service;

use crate::chaos::{Injected, Kind};
use crate::model::{Class, Model, Tally};

/// One line.
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// What was done, what was injected, what was held against what, and what was broken.
pub(crate) fn print(model: &Model, injected: &Injected, seconds: u64) {
    let count = print_requests(model);
    println!("\n{count} requests, with {seconds} s of faults");
    print_faults(injected);
    println!("\n| Rule | Held against |\n| --- | ---: |");
    for (rule, times) in model.facts() {
        println!("| {rule} | {times} |");
    }
    let violations = model.violations();
    println!("\nViolations: {}", violations.len());
    for violation in violations {
        println!("  {violation}");
    }
}

/// The requests of a run without faults.
pub(crate) fn print_load(model: &Model) {
    let count = print_requests(model);
    println!("\n{count} requests");
}

fn print_requests(model: &Model) -> usize {
    println!("\n| Request | Done | Refused | Failed | p50, ms | p99, ms | Worst, ms |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut all = Tally::default();
    for (op, tally) in model.tallies() {
        print_tally(op, &tally);
        for (class, count) in tally.classes {
            *all.classes.entry(class).or_default() += count;
        }
        all.times.extend(tally.times);
    }
    let count = all.times.len();
    print_tally("**all**", &all);
    count
}

fn print_tally(op: &str, tally: &Tally) {
    let of = |class| tally.classes.get(&class).copied().unwrap_or_default();
    let mut times = tally.times.clone();
    times.sort_unstable();
    let millis = |percent: usize| {
        let at = times.len().saturating_sub(1) * percent / 100;
        times.get(at).map_or(0, Duration::as_millis)
    };
    println!(
        "| {op} | {} | {} | {} | {} | {} | {} |",
        of(Class::Good),
        of(Class::Refused),
        of(Class::Failed),
        millis(50),
        millis(99),
        millis(100)
    );
}

fn print_faults(injected: &Injected) {
    println!("\n| Fault | | DynamoDB | KMS |\n| --- | --- | ---: | ---: |");
    let of = |kind, service| {
        injected
            .faults
            .get(&(kind, service))
            .copied()
            .unwrap_or_default()
    };
    for kind in Kind::ALL {
        let (dynamodb, kms) = (of(kind, Service::DynamoDb), of(kind, Service::Kms));
        println!("| {} | {} | {dynamodb} | {kms} |", kind.name(), kind.what());
    }
    let sum: u64 = injected.faults.values().sum();
    let calls: u64 = injected.calls.values().sum();
    println!("\n{sum} faults in {calls} calls to AWS");
}
