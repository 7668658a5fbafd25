use std::time::{Duration, Instant};

use super::*;

fn sh(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    command
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn alive(pid: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

/// Starts a child that writes its pid and that of a grandchild, and sleeps.
fn family(folder: &std::path::Path) -> (Leashed, String, String) {
    let file = folder.join("pids");
    let script = format!(
        "sleep 600 & echo $$ $! > {}.new; mv {0}.new {0}; wait",
        file.display()
    );
    let child = Leashed::spawn("family", &sh(&script), Output::Inherit).unwrap();
    eventually("the child starts", || file.exists());
    let pids = std::fs::read_to_string(file).unwrap();
    let (parent, grandchild) = pids.trim().split_once(' ').unwrap();
    (child, parent.to_owned(), grandchild.to_owned())
}

#[test]
fn a_dropped_child_ends_with_its_own_children() {
    let folder = tempfile::tempdir().unwrap();
    let (child, parent, grandchild) = family(folder.path());
    assert!(alive(&parent) && alive(&grandchild));
    drop(child);
    eventually("both end", || !alive(&parent) && !alive(&grandchild));
}

#[test]
fn a_child_that_ignores_term_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready");
    let script = format!(
        "trap '' TERM; touch {}; while :; do sleep 0.1; done",
        ready.display()
    );
    let child = Leashed::spawn("deaf", &sh(&script), Output::Inherit).unwrap();
    eventually("the child starts", || ready.exists());
    let begun = Instant::now();
    drop(child);
    assert!(
        begun.elapsed() < Duration::from_secs(9),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_child_may_end_by_itself_and_its_code_is_seen() {
    let mut child = Leashed::spawn("seven", &sh("exit 7"), Output::Inherit).unwrap();
    eventually("it ends", || child.ended().unwrap().is_some());
    assert_eq!(
        child.ended().unwrap().and_then(|status| status.code()),
        Some(7)
    );
}

#[test]
fn a_missing_program_ends_with_127() {
    let mut child =
        Leashed::spawn("none", &Command::new("/no/such/program"), Output::Inherit).unwrap();
    eventually("it ends", || child.ended().unwrap().is_some());
    assert_eq!(
        child.ended().unwrap().and_then(|status| status.code()),
        Some(127)
    );
}

#[test]
fn output_environment_and_folder_are_the_commands() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut command = sh("echo $WORD; pwd");
    command.env("WORD", "hello").current_dir(folder.path());
    let (_, text) = Leashed::run_into(&log, "echo", &command).unwrap();
    let here = folder.path().canonicalize().unwrap();
    assert_eq!(text, format!("hello\n{}\n", here.display()));
}

#[test]
fn a_run_ends_though_what_it_started_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let command = sh("echo said; echo why >&2; sleep 600 & echo $! >&2; exit 3");
    let (status, said) = Leashed::run_into(&log, "three", &command).unwrap();
    let (said, left) = said.trim_end().rsplit_once('\n').unwrap();
    assert_eq!((status.code(), said), (Some(3), "said\nwhy"));
    eventually("what it left ends", || !alive(left));
}
