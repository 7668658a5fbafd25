//! Steps of a command: each says its name, how long it took, and on failure what to do.

use std::fmt::Display;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail};

/// Writes one line to standard output. A reader that went away is no reason to stop.
pub fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Runs one step between a line with its name and a line with its time; `hint` says what to do when it fails.
///
/// # Errors
/// What `work` said, with the step's name and the hint.
pub fn step<T>(name: &str, hint: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(format_args!("==> {name}"));
    let begun = Instant::now();
    let done = work().map_err(|error| anyhow!("{name} failed: {error:#}\n    {hint}"))?;
    say(format_args!(
        "    {name}: {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    Ok(done)
}

/// A step that runs beside others. What it has to say is said when it has ended.
pub struct Beside {
    name: String,
    hint: String,
    begun: Instant,
    thread: JoinHandle<Result<String>>,
}

/// Begins such a step, after a line with its name.
pub fn beside(
    name: &str,
    hint: &str,
    work: impl FnOnce() -> Result<String> + Send + 'static,
) -> Beside {
    say(format_args!("==> {name}, beside what follows"));
    Beside {
        name: name.to_owned(),
        hint: hint.to_owned(),
        begun: Instant::now(),
        thread: std::thread::spawn(work),
    }
}

impl Beside {
    /// Waits for its end, and says what it said and how long it took.
    ///
    /// # Errors
    /// As [`step`].
    pub fn end(self) -> Result<()> {
        let Self {
            name,
            hint,
            begun,
            thread,
        } = self;
        let done = thread.join();
        let done = done.map_err(|_| anyhow!("{name} panicked"))?;
        let said = done.map_err(|error| anyhow!("{name} failed: {error:#}\n    {hint}"))?;
        let took = begun.elapsed().as_secs_f64();
        say(format_args!(
            "==> {name}\n{said}\n    {name}: {took:.1} s, beside others"
        ));
        Ok(())
    }
}

/// Runs a command with our own output and no input.
///
/// # Errors
/// When it cannot start or does not end with 0.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command quietly: what it wrote is part of the error, and else forgotten.
///
/// # Errors
/// When it cannot start or does not end with 0.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{}` ended with {}\n{text}{errors}",
            shown(command),
            output.status
        );
    }
    Ok(text)
}

fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(command.get_program())
        .to_string_lossy();
    let mut line = name.into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_names_itself_the_reason_and_what_to_do() {
        let failed = step("lint", "Run `make tidy`.", || -> Result<()> {
            bail!("3 problems")
        });
        let text = failed.unwrap_err().to_string();
        assert_eq!(text, "lint failed: 3 problems\n    Run `make tidy`.");
    }

    #[test]
    fn a_step_beside_others_is_awaited_and_names_itself_where_it_fails() {
        beside("good", "", || Ok("done".to_owned())).end().unwrap();
        let failed = beside("fuzz", "Mend it.", || bail!("an input")).end();
        let text = failed.unwrap_err().to_string();
        assert_eq!(text, "fuzz failed: an input\n    Mend it.");
    }

    #[test]
    fn a_command_that_fails_is_an_error_that_quotes_it() {
        let failed = run_quietly(Command::new("/bin/sh").args(["-c", "echo why >&2; exit 3"]));
        let text = failed.unwrap_err().to_string();
        assert!(
            text.contains("sh -c echo why") && text.contains('3') && text.ends_with("why\n"),
            "{text}"
        );
    }
}
