//! One DynamoDB Local per process: the reference that the embedded DynamoDB is compared with.

use std::ffi::OsString;
use std::fs::File;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::process::{Leashed, Output};
use crate::{net, tools, workspace};

/// Names a running DynamoDB Local to use instead of starting one. It must be on this machine.
pub const URL_VARIABLE: &str = "LATCHKEY_TEST_DYNAMODB_URL";

/// How long it may take to answer: about three seconds of CPU on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(2);

static SHARED: Mutex<Option<Server>> = Mutex::new(None);

/// A DynamoDB Local that keeps its tables in memory and ends when this is dropped, or with the process.
#[derive(Debug)]
pub struct Server {
    url: String,
    child: Leashed,
}

/// URL of the DynamoDB Local that this process uses: the one [`URL_VARIABLE`] names, else one that is
/// started at the first call, shared by all, and ends with the process. Tests share it: one table name each.
///
/// # Errors
/// When the variable names another machine, or DynamoDB Local cannot be fetched or started.
pub fn endpoint() -> Result<String> {
    if let Some(given) = std::env::var_os(URL_VARIABLE) {
        return checked(given);
    }
    let mut shared = SHARED
        .lock()
        .map_err(|_| anyhow!("an earlier start of DynamoDB Local panicked"))?;
    if let Some(server) = shared.as_ref() {
        return Ok(server.url.clone());
    }
    let server = Server::start()?;
    let url = server.url.clone();
    *shared = Some(server);
    Ok(url)
}

fn checked(given: OsString) -> Result<String> {
    let url = given
        .into_string()
        .map_err(|_| anyhow!("{URL_VARIABLE} is not UTF-8"))?;
    if !net::is_loopback(&url) {
        bail!("{URL_VARIABLE} must be http:// on a loopback address, and is {url}");
    }
    Ok(url)
}

impl Server {
    /// Starts one on a free port and waits until it answers, fetching it if need be.
    ///
    /// # Errors
    /// When it cannot be fetched, or ends or stays silent at three attempts.
    pub fn start() -> Result<Self> {
        let library = tools::dynamodb_local()?;
        let mut last = anyhow!("never tried");
        for _ in 0..3 {
            // A free port may be taken by another before Java binds it: then it ends, and we try another.
            match Self::start_on(net::free_port()?, &library) {
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

    fn start_on(port: u16, library: &std::path::Path) -> Result<Self> {
        let log = workspace::scratch("logs")?.join(format!("dynamodb-local-{port}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = Leashed::spawn("DynamoDB Local", &java(port, library), Output::File(file))?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = child.ended()? {
                let text = std::fs::read_to_string(&log).unwrap_or_default();
                bail!("DynamoDB Local ended with {status}:\n{text}");
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
            "DynamoDB Local did not answer within {} s; see {}",
            PATIENCE.as_secs(),
            log.display()
        )
    }
}

/// The trimmed JVM: 115 MB instead of a quarter of the machine's memory.
fn java(port: u16, library: &std::path::Path) -> Command {
    let folder = library.display();
    let mut java = Command::new("java");
    java.args([
        "-Xms64m",
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
    ])
    .arg(format!("-Djava.library.path={folder}"))
    .arg(format!("-Dsqlite4java.library.path={folder}"))
    .args(["-cp", &format!("{folder}/*")])
    .arg("com.amazonaws.services.dynamodbv2.local.main.ServerRunner")
    .args(["-inMemory", "-disableTelemetry", "-port", &port.to_string()]);
    java
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_endpoint_must_be_on_this_machine() {
        assert_eq!(
            checked("http://127.0.0.1:8000".into()).unwrap(),
            "http://127.0.0.1:8000"
        );
        let refused = checked("https://dynamodb.eu-central-1.amazonaws.com".into()).unwrap_err();
        assert!(refused.to_string().contains("loopback"), "{refused}");
    }

    #[test]
    fn the_endpoint_answers_and_is_shared() {
        let url = endpoint().unwrap();
        assert_eq!(endpoint().unwrap(), url);
        let port = url.rsplit(':').next().unwrap().parse().unwrap();
        assert_eq!(
            net::status_of(port, "/", Duration::from_secs(10)),
            Some(400),
            "no signature: 400"
        );
    }
}
