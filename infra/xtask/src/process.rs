//! Children that end with their parent, however it ends.
//!
//! A guard's `Drop` does not run in a killed process, nor for a `static`. So each child hangs on a pipe: a
//! shell beside it reads standard input, and when that closes, because the guard was dropped or because the
//! kernel closed it for a parent that is gone, ends the child's whole process group.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// `sh -c LEASH name program argument…`: runs the program in this group; on end of input, TERM and 3 s later KILL.
const LEASH: &str = r#"
exec 3<&0 </dev/null
"$@" 3<&- &
child=$!
(trap '' TERM; read -r _ <&3; kill -TERM 0; sleep 3; kill -KILL 0) >/dev/null 2>&1 &
exec 3<&-
trap : TERM
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
exit "$code"
"#;

/// How often it is looked whether one has ended.
const A_MOMENT: Duration = Duration::from_millis(200);

/// Where a child's standard output and error go.
#[derive(Debug)]
pub enum Output {
    /// To our own.
    Inherit,
    /// To a file.
    File(File),
}

/// A running child; dropping it ends its process group and waits for that.
#[derive(Debug)]
pub struct Leashed {
    name: String,
    child: Child,
}

impl Leashed {
    /// Starts `command` (program, arguments, environment and folder are taken from it) in a group of its own.
    ///
    /// # Errors
    /// When the shell cannot be started. A program that is missing shows as a child that ended with 127.
    pub fn spawn(name: &str, command: &Command, output: Output) -> Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", LEASH, name])
            .arg(command.get_program())
            .args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(key, value),
                None => shell.env_remove(key),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        if let Output::File(file) = output {
            shell.stdout(file.try_clone()?).stderr(file);
        }
        let child = shell
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
        })
    }

    /// Runs `command` to its end: how it ended, and what it wrote, which is in this file too. What it started may hold a pipe after
    /// it has ended; a file keeps nobody waiting.
    ///
    /// # Errors
    /// When the file cannot be written or read, or as [`Self::spawn`].
    pub fn run_into(log: &Path, name: &str, command: &Command) -> Result<(ExitStatus, String)> {
        let file = File::create(log).with_context(|| log.display().to_string())?;
        let mut child = Self::spawn(name, command, Output::File(file))?;
        let status = loop {
            if let Some(status) = child.ended()? {
                break status;
            }
            std::thread::sleep(A_MOMENT);
        };
        let said = std::fs::read(log).with_context(|| log.display().to_string())?;
        Ok((status, String::from_utf8_lossy(&said).into_owned()))
    }

    /// What the child is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it ended, or `None` while it runs.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        drop(self.child.stdin.take()); // the leash: TERM now, KILL in three seconds
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests;
