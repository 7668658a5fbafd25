//! Servers that run on Java: emulators of AWS for tests.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::process::{Leashed, Output};
use crate::{net, workspace};

/// How long one may take to answer: about three seconds of CPU on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server that ends when this is dropped, or with the process.
#[derive(Debug)]
pub struct Server {
    url: String,
    child: Leashed,
}

impl Server {
    /// Starts one on a free port, for which `java` makes the command, and waits until it answers.
    ///
    /// # Errors
    /// When it ends or stays silent at three attempts.
    pub fn start(name: &str, java: impl Fn(u16) -> Result<Command>) -> Result<Self> {
        let mut last = anyhow!("never tried");
        for _ in 0..3 {
            // A free port may be taken by another before Java binds it: then it ends, and we try another.
            let port = net::free_port()?;
            match Self::start_on(name, port, &java(port)?) {
                Ok(server) => return Ok(server),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Where it answers: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The child, to be watched.
    pub fn child(&mut self) -> &mut Leashed {
        &mut self.child
    }

    fn start_on(name: &str, port: u16, java: &Command) -> Result<Self> {
        let file = name.to_lowercase().replace(' ', "-");
        let log = workspace::scratch("logs")?.join(format!("{file}-{port}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = Leashed::spawn(name, java, Output::File(file))?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = child.ended()? {
                let text = std::fs::read_to_string(&log).unwrap_or_default();
                bail!("{name} ended with {status}:\n{text}");
            }
            if net::status_of(port, "/", Duration::from_secs(2)).is_some() {
                return Ok(Self {
                    url: format!("http://127.0.0.1:{port}"),
                    child,
                });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!(
            "{name} did not answer within {} s; see {}",
            PATIENCE.as_secs(),
            log.display()
        )
    }
}

/// A trimmed JVM with these jars: 115 MB instead of a quarter of the machine's memory.
pub(crate) fn trimmed(library: &Path) -> Command {
    let mut java = Command::new("java");
    java.args([
        "-Xms64m",
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
    ])
    .args(["-cp", &format!("{}/*", library.display())]);
    java
}
