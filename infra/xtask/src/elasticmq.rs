//! One ElasticMQ per process: the SQS that tests queue with.

use std::process::Command;
use std::sync::Mutex;

use anyhow::{Result, anyhow};

use crate::jvm::{Server, trimmed};
use crate::tools;

static SHARED: Mutex<Option<Server>> = Mutex::new(None);

/// URL of the ElasticMQ of this process, which keeps its queues in memory: started at the first call, shared by all, and ended
/// with the process. Tests share it: one name of a queue each.
///
/// # Errors
/// When it cannot be fetched or started.
pub fn endpoint() -> Result<String> {
    let mut shared = SHARED
        .lock()
        .map_err(|_| anyhow!("an earlier start of ElasticMQ panicked"))?;
    if let Some(server) = shared.as_ref() {
        return Ok(server.url().to_owned());
    }
    let server = Server::start("ElasticMQ", java)?;
    let url = server.url().to_owned();
    *shared = Some(server);
    Ok(url)
}

fn java(port: u16) -> Result<Command> {
    let mut java = trimmed(&tools::elasticmq()?);
    let settings = [
        ("node-address.host", "127.0.0.1".to_owned()),
        ("node-address.port", port.to_string()),
        ("rest-sqs.bind-hostname", "127.0.0.1".to_owned()),
        ("rest-sqs.bind-port", port.to_string()),
        ("rest-stats.enabled", "false".to_owned()),
    ];
    for (name, value) in settings {
        java.arg(format!("-D{name}={value}"));
    }
    java.arg("org.elasticmq.server.Main");
    Ok(java)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::net;

    #[test]
    fn the_endpoint_answers_and_is_shared() {
        let url = endpoint().unwrap();
        assert_eq!(endpoint().unwrap(), url);
        let port = url.rsplit(':').next().unwrap().parse().unwrap();
        let status = net::status_of(port, "/?Action=ListQueues", Duration::from_secs(10));
        assert_eq!(status, Some(200));
    }
}
