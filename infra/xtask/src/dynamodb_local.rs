//! One DynamoDB Local per process: the reference that the embedded DynamoDB is compared with.

use std::ffi::OsString;
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Result, anyhow, bail};

use crate::jvm::{self, trimmed};
use crate::{net, tools};

/// Names a running DynamoDB Local to use instead of starting one. It must be on this machine.
pub const URL_VARIABLE: &str = "LATCHKEY_TEST_DYNAMODB_URL";

static SHARED: Mutex<Option<jvm::Server>> = Mutex::new(None);

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
        return Ok(server.url().to_owned());
    }
    let server = start()?;
    let url = server.url().to_owned();
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

/// Starts one on a free port and waits until it answers, fetching it if need be. It keeps its tables in memory, and ends when
/// this is dropped, or with the process.
///
/// # Errors
/// When it cannot be fetched, or ends or stays silent at three attempts.
pub fn start() -> Result<jvm::Server> {
    jvm::Server::start("DynamoDB Local", java)
}

fn java(port: u16) -> Result<Command> {
    let library = tools::dynamodb_local()?;
    let folder = library.display();
    let mut java = trimmed(&library);
    java.arg(format!("-Djava.library.path={folder}"))
        .arg(format!("-Dsqlite4java.library.path={folder}"))
        .arg("com.amazonaws.services.dynamodbv2.local.main.ServerRunner")
        // Whoever calls sees the same tables: tests give each function a key of its own.
        .args(["-inMemory", "-sharedDb", "-disableTelemetry"])
        .args(["-port", &port.to_string()]);
    Ok(java)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
