//! The child as the kernel sees it.
#![cfg(target_os = "linux")]

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use expressions::Sandbox;
use expressions::script::{Expressions as _, Failure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::{BOMB, Slow, program, run, script, value};

const WORKER: &str = env!("CARGO_BIN_EXE_expression-worker");

/// Processes with this argument. (What is dead has none, so look for a zombie by its id.)
pub(crate) fn running(tag: &str) -> Vec<i32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| {
        let line = std::fs::read(of(*pid, "cmdline")).unwrap_or_default();
        line == format!("latchkey-expressions\0{tag}\0").as_bytes()
    })
    .collect()
}

fn of(pid: i32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

fn only(tag: &str) -> i32 {
    match running(tag).as_slice() {
        [pid] => *pid,
        other => panic!("{other:?}"),
    }
}

/// Gone, not even a zombie is left.
async fn gone(pid: i32) -> bool {
    let until = Instant::now() + Duration::from_secs(5);
    while of(pid, "stat").exists() {
        if Instant::now() > until {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}

fn kill(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

#[tokio::test]
async fn a_worker_has_nothing_and_can_open_nothing() {
    let sandbox = Sandbox::new(program("bare"), 1);
    value(&sandbox, "return 1").await;
    let pid = only("bare");
    let environment = std::fs::read(of(pid, "environ")).unwrap();
    assert_eq!(environment, b"LATCHKEY_EXPRESSIONS=worker\0");
    assert_eq!(
        std::fs::read_link(of(pid, "cwd")).unwrap(),
        PathBuf::from("/")
    );
    let limits = std::fs::read_to_string(of(pid, "limits")).unwrap();
    for name in ["core file size", "open files", "file size", "processes"] {
        let row = limits
            .lines()
            .find_map(|line| line.strip_prefix(&format!("Max {name}")))
            .unwrap();
        let (soft, hard) = row.trim_start().split_once(' ').unwrap();
        assert_eq!(
            (soft, hard.split_whitespace().next()),
            ("0", Some("0")),
            "{name}"
        );
    }
    for name in ["address space", "data size"] {
        let row = limits.lines().find(|line| line.contains(name)).unwrap();
        assert!(!row.contains("unlimited"), "{row}");
    }
    let named = |pid, fd: &str| {
        let name = std::fs::read_link(of(pid, &format!("fd/{fd}")));
        name.map(|name| name.display().to_string())
            .unwrap_or_default()
    };
    for (fd, kind) in [("0", "pipe:"), ("1", "pipe:"), ("2", "/dev/null")] {
        assert!(named(pid, fd).starts_with(kind), "{fd}");
    }
    // Besides, the file that says how large it is; and what this process was itself started with.
    let this = i32::try_from(std::process::id()).unwrap();
    let besides: Vec<String> = std::fs::read_dir(of(pid, "fd"))
        .unwrap()
        .flatten()
        .map(|file| file.file_name().into_string().unwrap())
        .filter(|fd| !["0", "1", "2"].contains(&fd.as_str()) && named(pid, fd) != named(this, fd))
        .map(|fd| named(pid, &fd))
        .collect();
    assert_eq!(besides, [format!("/proc/{pid}/statm")]);
}

#[tokio::test]
async fn a_worker_serves_many_and_grows_by_none() {
    let sandbox = Sandbox::new(program("many"), 1);
    value(&sandbox, "return 1").await;
    let pid = only("many");
    let resident = |pid| {
        let statm = std::fs::read_to_string(of(pid, "statm")).unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    };
    for _ in 0..50 {
        value(&sandbox, "return len('a' * 1000000)").await;
    }
    let before = resident(pid);
    for _ in 0..200 {
        value(&sandbox, "return len('a' * 1000000)").await;
    }
    assert_eq!(only("many"), pid);
    assert!(resident(pid) < before + 4 * 1024 * 1024);
}

#[tokio::test]
async fn a_broken_worker_is_reaped_and_replaced() {
    let sandbox = Sandbox::new(program("broken"), 1);
    value(&sandbox, "return 1").await;
    let pid = only("broken");
    assert!(matches!(
        run(&sandbox, BOMB).await,
        Err(Failure::Exceeded { .. })
    ));
    assert!(gone(pid).await);
    assert_eq!(value(&sandbox, "return 2").await, json!(2));
    assert_ne!(only("broken"), pid);
}

#[tokio::test]
async fn a_worker_that_died_meanwhile_is_replaced_unnoticed() {
    let sandbox = Sandbox::new(program("meanwhile"), 1);
    for number in 0..5 {
        assert_eq!(
            value(&sandbox, &format!("return {number}")).await,
            json!(number)
        );
        kill(only("meanwhile"), Signal::KILL);
        if number % 2 == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await; // else it is still dying when it is asked
        }
    }
    assert_eq!(value(&sandbox, "return 5").await, json!(5));
}

#[tokio::test]
async fn a_worker_killed_during_a_run_fails_that_run_alone() {
    let sandbox = Sandbox::new(program("during"), 1);
    value(&sandbox, "return 1").await;
    let pid = only("during");
    let host = Slow {
        delay: Duration::from_millis(100),
        ..Slow::default()
    };
    let asking = script("return ak_user_by(username='x').username");
    let (outcome, ()) = tokio::join!(sandbox.run(&asking, &host), async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        kill(pid, Signal::KILL);
    });
    assert!(
        matches!(outcome, Err(Failure::Exceeded { .. })),
        "{outcome:?}"
    );
    assert!(gone(pid).await);
    assert_eq!(value(&sandbox, "return 2").await, json!(2));
}

#[tokio::test]
async fn a_cancelled_run_takes_its_worker_with_it() {
    let sandbox = Sandbox::new(program("cancelled"), 1);
    value(&sandbox, "return 1").await;
    let pid = only("cancelled");
    let endless = script("while True:\n    pass");
    let host = Slow::default();
    let run = sandbox.run(&endless, &host);
    assert!(
        tokio::time::timeout(Duration::from_millis(30), run)
            .await
            .is_err()
    );
    assert_eq!(
        value(&sandbox, "return 2").await,
        json!(2),
        "no answer to the other question"
    );
    assert!(gone(pid).await);
}

#[tokio::test]
async fn a_sandbox_that_goes_takes_its_workers_with_it() {
    let sandbox = Sandbox::new(program("dropped"), 1);
    value(&sandbox, "return 1").await;
    let pid = only("dropped");
    drop(sandbox);
    assert!(gone(pid).await);
}

#[test]
fn a_worker_ends_when_its_parent_does() {
    let mut worker = Command::new(WORKER)
        .env("LATCHKEY_EXPRESSIONS", "worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(worker.stdin.take());
    assert_eq!(worker.wait().unwrap().code(), Some(0));
}

/// The parent is gone, and nobody kills it.
#[test]
fn a_worker_left_alone_runs_out_of_processor_time() {
    let mut worker = Command::new(WORKER)
        .env("LATCHKEY_EXPRESSIONS", "worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut endless = script("while True:\n    try:\n        pass\n    finally:\n        pass");
    endless.time_limit_ms = 3_600_000;
    let ask = json!({"run": {"script": endless, "limit_ms": 3_600_000}}).to_string();
    let mut to = worker.stdin.take().unwrap();
    to.write_all(&u32::try_from(ask.len()).unwrap().to_be_bytes())
        .unwrap();
    to.write_all(ask.as_bytes()).unwrap();
    drop(to);
    let status = worker.wait().unwrap();
    assert!(!status.success(), "{status}");
    let mut said = String::new();
    worker
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert!(!said.contains("ended"), "{said}");
}

#[test]
fn started_by_hand_it_says_what_it_is() {
    let output = Command::new(WORKER).output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("sandbox"));
}
