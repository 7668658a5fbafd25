//! The child: how it is started, spoken to and ended.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::script::Failure;
use crate::wire::{self, MARKER, MAX_ANSWER, Tell};

/// How long a killed child may take to be gone; then it is reaped later, and nobody waits for it.
const REAP: Duration = Duration::from_millis(100);

/// Which executable becomes a worker.
#[derive(Clone, Debug)]
pub struct WorkerProgram {
    path: PathBuf,
    arguments: Vec<OsString>,
}

impl WorkerProgram {
    /// This executable, whose `main` must begin with [`crate::serve_if_worker`].
    ///
    /// # Errors
    /// When its path is not known.
    pub fn this_executable() -> io::Result<Self> {
        // On Linux this is the file that runs now, even after another has been put in its place.
        let own = PathBuf::from("/proc/self/exe");
        let path = if cfg!(target_os = "linux") {
            own
        } else {
            std::env::current_exe()?
        };
        Ok(Self::at(path, []))
    }

    /// Another executable, started with these arguments; its `main` too begins with [`crate::serve_if_worker`].
    pub fn at(path: impl Into<PathBuf>, arguments: impl IntoIterator<Item = OsString>) -> Self {
        Self {
            path: path.into(),
            arguments: arguments.into_iter().collect(),
        }
    }
}

/// A living worker. Dropped in the middle of a conversation it is killed: nobody may hear the rest of that.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    used: bool,
}

impl Worker {
    /// Starts one. It knows nothing of its parent: no environment (and so no credentials), no folder, no log.
    pub(super) fn start(program: &WorkerProgram) -> io::Result<Self> {
        let mut child = Command::new(&program.path)
            .arg0("latchkey-expressions")
            .args(&program.arguments)
            .env_clear()
            .env(MARKER, "worker")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null()) // a panic there could quote a user's facts
            .kill_on_drop(true)
            .spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(to), Some(from)) => Ok(Self {
                child,
                to,
                from,
                used: false,
            }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Whether it has served before.
    pub(super) fn is_used(&self) -> bool {
        self.used
    }

    /// Whether it has not ended meanwhile. One that has is reaped by this.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub(super) async fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        self.used = true;
        self.to.write_all(frame).await?;
        self.to.flush().await
    }

    pub(super) async fn receive(&mut self) -> io::Result<Tell> {
        let mut head = [0; 4];
        self.from.read_exact(&mut head).await?;
        let mut text = vec![0; wire::length(head, MAX_ANSWER)?];
        self.from.read_exact(&mut text).await?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Ends and reaps it. What it had died of, if it had.
    pub(super) async fn end(mut self) -> Option<ExitStatus> {
        let _ = self.child.start_kill(); // fails for one that has been reaped
        timeout(REAP, self.child.wait()).await.ok()?.ok()
    }
}

/// Why a worker cannot be used any more.
#[derive(Debug)]
pub(super) enum Broken {
    /// It did not get as far as the script.
    BeforeStart(io::Error),
    /// The script ran on past its limit, or with what it called past all limits.
    TimedOut { limit_ms: u64 },
    /// The host took too long to answer.
    Waited { limit_ms: u64 },
    /// It ended, or spoke nonsense.
    Died(io::Error),
    /// The script asked the host too often.
    Flooded,
}

impl Broken {
    /// Whether it would happen again with the same script.
    pub(super) fn is_the_scripts_fault(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::Died(_) | Self::Flooded => true,
            Self::BeforeStart(_) | Self::Waited { .. } => false,
        }
    }

    /// What the caller learns, given what the worker died of.
    pub(super) fn failure(self, status: Option<ExitStatus>) -> Failure {
        let what = match self {
            Self::BeforeStart(error) => {
                return Failure::Unavailable {
                    why: format!("the worker does not start: {error}"),
                };
            }
            Self::TimedOut { limit_ms } | Self::Waited { limit_ms } => {
                return Failure::TimedOut { limit_ms };
            }
            Self::Died(error) if has_gone(&error) => {
                match status.and_then(|status| status.signal()) {
                    Some(signal) => format!("memory or stack (its worker died of signal {signal})"),
                    None => "memory or stack (its worker ended)".to_owned(),
                }
            }
            Self::Died(error) => format!("output (its worker's answer cannot be read: {error})"),
            Self::Flooded => format!("{} questions to the host", super::budget::QUESTIONS),
        };
        Failure::Exceeded { what }
    }
}

/// Whether there is nobody at the other end.
fn has_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe
    )
}
