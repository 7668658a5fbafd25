//! What the check of `cargo xtask bench` says of AWS calls, CPU and size (docs/performance.md).

use load::figures::{Calls, Compared, Figures, Login, Row, Size, Step, Wanted, compare};

const ALL: Wanted<'static> = Wanted {
    row: &|_| true,
    login: true,
};

fn calls(pairs: &[(&str, usize)]) -> Calls {
    let pairs = pairs.iter();
    pairs
        .map(|(name, times)| ((*name).to_owned(), *times))
        .collect()
}

fn row(request: &str, warm: &[(&str, usize)], cpu: f64) -> Row {
    Row {
        function: "token".to_owned(),
        request: request.to_owned(),
        concurrency: 1,
        calls: calls(warm),
        first_calls: calls(&[("GetItem", 2)]),
        cpu_s_per_1000: cpu,
        ..Row::default()
    }
}

fn figures(rows: Vec<Row>) -> Figures {
    Figures {
        rows,
        ..Figures::default()
    }
}

fn compared(was: Vec<Row>, now: Vec<Row>) -> Compared {
    compare(&figures(was), &figures(now), ALL)
}

#[test]
fn calls_as_they_were_are_nothing_to_speak_of() {
    let rows = || vec![row("code", &[("GetItem", 1)], 0.2)];
    assert_eq!(compared(rows(), rows()), Compared::default());
}

#[test]
fn calls_that_grew_fail_each_name_for_itself() {
    let was = vec![row("code", &[("GetItem", 1), ("Sign", 1)], 0.2)];
    let now = vec![row("code", &[("GetItem", 2), ("Query", 1)], 0.2)];
    let found = compared(was, now);
    let grown = ["token: code: GetItem 1 → 2", "token: code: Query 0 → 1"];
    assert_eq!(found.failures, grown);
    assert_eq!(
        found.notes,
        ["token: code: Sign 1 → 0, fewer than recorded"]
    );
}

#[test]
fn calls_of_a_first_request_count_too() {
    let mut now = row("code", &[("GetItem", 1)], 0.2);
    now.first_calls = calls(&[("GetItem", 3)]);
    let found = compared(vec![row("code", &[("GetItem", 1)], 0.2)], vec![now]);
    let grown = ["token: code, first request: GetItem 2 → 3"];
    assert_eq!(found.failures, grown);
}

#[test]
fn calls_that_shrank_are_only_said() {
    let was = vec![row("code", &[("GetItem", 2)], 0.2)];
    let found = compared(was, vec![row("code", &[("GetItem", 1)], 0.2)]);
    assert_eq!(found.failures, [""; 0]);
    let fewer = ["token: code: GetItem 2 → 1, fewer than recorded"];
    assert_eq!(found.notes, fewer);
}

#[test]
fn a_row_that_is_gone_fails_where_it_was_wanted() {
    let was = figures(vec![row("code", &[], 0.2), row("refresh", &[], 0.2)]);
    let now = figures(vec![row("code", &[], 0.2)]);
    let gone = ["token: refresh: recorded, and no longer measured"];
    assert_eq!(compare(&was, &now, ALL).failures, gone);
    let codes = Wanted {
        row: &|row| row.request == "code",
        login: false,
    };
    let found = compare(&was, &now, codes);
    assert_eq!(found, Compared::default());
}

#[test]
fn a_row_without_a_record_fails() {
    let found = compared(vec![], vec![row("code", &[("GetItem", 9)], 0.2)]);
    let new = ["token: code: new, and not recorded yet"];
    assert_eq!(found.failures, new);
}

/// Each function has a budget: somebody who adds one says what it may call.
#[test]
fn every_function_has_a_row() {
    let root = xtask::workspace::root();
    let recorded = Figures::read(&root.join("docs/performance.json")).unwrap();
    for function in xtask::workspace::functions(&root).unwrap() {
        let mut rows = recorded.rows.iter();
        let its = rows.any(|row| row.function == function && row.concurrency == 1);
        assert!(
            its,
            "{function}: give it a case in tests/load/src/scene/cases.rs, and record it"
        );
    }
}

#[test]
fn a_login_that_is_gone_fails() {
    let was = Figures {
        login: Some(Login::default()),
        ..Figures::default()
    };
    let found = compare(&was, &Figures::default(), ALL);
    let gone = ["a whole login: recorded, and no longer measured"];
    assert_eq!(found.failures, gone);
    let rows_alone = Wanted {
        login: false,
        ..ALL
    };
    let found = compare(&was, &Figures::default(), rows_alone);
    assert_eq!(found, Compared::default());
}

#[test]
fn a_login_of_more_requests_fails_and_of_others_is_said() {
    let with = |steps: &[&str]| Figures {
        login: Some(Login {
            requests: steps.len(),
            steps: steps.iter().map(|request| step(request)).collect(),
            ..Login::default()
        }),
        ..Figures::default()
    };
    let found = compare(&with(&["a"]), &with(&["a", "b"]), ALL);
    let longer = ["a whole login: 1 → 2 requests: flow: a, flow: b"];
    assert_eq!(found.failures, longer);
    let found = compare(&with(&["a"]), &with(&["b"]), ALL);
    assert_eq!(found.failures, [""; 0]);
    assert_eq!(found.notes, ["a whole login: flow: b, recorded as flow: a"]);
}

fn step(request: &str) -> Step {
    Step {
        function: "flow".to_owned(),
        request: request.to_owned(),
        ..Step::default()
    }
}

#[test]
fn cpu_and_size_are_said_from_a_tenth_on_and_never_fail() {
    let with = |cpu, zipped_bytes, login| Figures {
        rows: vec![row("code", &[], cpu)],
        sizes: vec![Size {
            function: "token".to_owned(),
            binary_bytes: 9_000_000,
            zipped_bytes,
        }],
        login: Some(Login {
            cpu_s_per_1000_without_hash: login,
            ..Login::default()
        }),
        ..Figures::default()
    };
    let was = with(0.2, 4_000_000, 3.0);
    let found = compare(&was, &with(0.21, 4_300_000, 3.2), ALL);
    assert_eq!(found, Compared::default());
    let found = compare(&was, &with(0.25, 5_000_000, 4.5), ALL);
    assert_eq!(found.failures, [""; 0]);
    let notes = [
        "token: code: CPU s per 1,000: 0.200 → 0.250, 25 % more",
        "token: zip, MB: 4.000 → 5.000, 25 % more",
        "a whole login without the hash: CPU s per 1,000: 3.000 → 4.500, 50 % more",
    ];
    assert_eq!(found.notes, notes);
    assert_eq!(
        compare(&was, &with(0.0, 0, 0.0), ALL),
        Compared::default(),
        "what was not measured has not grown"
    );
}

#[test]
fn the_calls_of_a_login_may_not_grow_either() {
    let with = |times| Figures {
        login: Some(Login {
            calls: calls(&[("GetItem", times)]),
            ..Login::default()
        }),
        ..Figures::default()
    };
    let found = compare(&with(3), &with(4), ALL);
    assert_eq!(found.failures, ["a whole login: GetItem 3 → 4"]);
}
