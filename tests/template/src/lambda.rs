//! A function as Lambda runs it: its binary in a process of its own, with the environment that the template gives it, and the
//! rights of its role that Lambda itself uses.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use load::runtime_api::{RuntimeApi, Said};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use xtask::workspace;

use crate::REGION;
use crate::intrinsics::{object, text};
use crate::ledger::Ledger;
use crate::needs::arn;
use crate::policy::{Facts, Need};
use crate::stack::Emulators;

/// What Lambda gives a function to start; here a machine that does much else.
const INIT: Duration = Duration::from_mins(1);

/// The most that Lambda takes of names and values together.
const LARGEST_ENVIRONMENT: usize = 4096;

/// A function.
pub(crate) struct Function {
    pub(crate) name: String,
    /// With whose key it calls AWS.
    pub(crate) access_key: String,
    pub(crate) role: String,
    /// As the template has it.
    pub(crate) environment: BTreeMap<String, String>,
    binary: String,
    timeout: Duration,
    log_group: String,
    traced: bool,
    endpoints: [(&'static str, String); 4],
    instance: Mutex<Option<Instance>>,
}

struct Instance {
    process: Child,
    api: RuntimeApi,
}

impl Function {
    /// Of these properties, whose functions are resolved.
    pub(crate) fn new(
        binary: &str,
        properties: &Value,
        emulators: &Emulators,
    ) -> anyhow::Result<Self> {
        let member = |name: &str| text(&properties[name]).with_context(|| format!("no {name}"));
        let name = member("FunctionName")?;
        ensure!(member("Handler")? == "bootstrap" && member("Runtime")?.starts_with("provided."));
        let environment = object(&properties["Environment"]["Variables"]);
        let environment = environment
            .iter()
            .map(|(k, v)| (k.clone(), text(v).unwrap_or_default()));
        let environment: BTreeMap<String, String> = environment.collect();
        let size: usize = environment.iter().map(|(k, v)| k.len() + v.len()).sum();
        ensure!(
            size <= LARGEST_ENVIRONMENT,
            "an environment of {size} bytes"
        );
        let reserved = environment.keys().find(|key| key.starts_with("AWS_"));
        ensure!(reserved.is_none(), "Lambda sets {reserved:?} itself");
        let group = text(&properties["LoggingConfig"]["LogGroup"]);
        let endpoints = [
            ("AWS_ENDPOINT_URL_DYNAMODB", emulators.dynamodb.clone()),
            ("AWS_ENDPOINT_URL_KMS", emulators.kms.clone()),
            ("AWS_ENDPOINT_URL_SESV2", emulators.ses.clone()),
            ("AWS_ENDPOINT_URL_SQS", emulators.sqs.clone()),
        ];
        let role = member("Role")?;
        Ok(Self {
            access_key: name.replace('-', ""),
            role,
            binary: binary.to_owned(),
            timeout: Duration::from_secs(properties["Timeout"].as_u64().unwrap_or(3)),
            log_group: group.unwrap_or_else(|| format!("/aws/lambda/{name}")),
            traced: properties["TracingConfig"]["Mode"] == "Active",
            endpoints,
            environment,
            instance: Mutex::new(None),
            name,
        })
    }

    /// Hands it an event, and gives what it answers. Where it does not in its time, or ends, its process is gone, and the next
    /// event starts another.
    ///
    /// # Errors
    /// What went wrong.
    pub(crate) async fn invoke(&self, ledger: &Ledger, event: Value) -> anyhow::Result<Value> {
        let mut held = self.instance.lock().await;
        let mut instance = match held.take() {
            Some(instance) => instance,
            None => self.start(ledger).await?,
        };
        instance.api.events.send(event).await?;
        let answered = match tokio::time::timeout(self.timeout, instance.said()).await {
            Ok(said) => said,
            Err(_) => bail!("{}: Task timed out after {:?}", self.name, self.timeout),
        };
        self.platform(ledger, "logs:PutLogEvents", &self.log_stream());
        let answer = match answered? {
            Said::Response(_, body) => serde_json::from_slice(&body)?,
            Said::Failed(error) => {
                instance.ready().await?; // it goes on, as on Lambda
                *held = Some(instance);
                bail!("{}: {error}", self.name)
            }
            Said::Ready(_) => bail!("{}: it asked for an event twice", self.name),
        };
        instance.ready().await?;
        *held = Some(instance);
        Ok(answer)
    }

    async fn start(&self, ledger: &Ledger) -> anyhow::Result<Instance> {
        self.platform(ledger, "logs:CreateLogStream", &self.log_stream());
        if self.traced {
            for action in ["xray:PutTraceSegments", "xray:PutTelemetryRecords"] {
                self.platform(ledger, action, "*");
            }
        }
        let api = RuntimeApi::start().await?;
        let program = workspace::target().join("debug").join(&self.binary);
        let log = workspace::scratch("template")?.join(format!("{}.log", self.name));
        let log = std::fs::File::options()
            .append(true)
            .create(true)
            .open(log)?;
        let mut command = Command::new(&program);
        command
            .env_clear()
            .envs(&self.environment)
            .envs(self.endpoints.iter().map(|(name, url)| (name, url)))
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", &self.access_key)
            .env("AWS_SECRET_ACCESS_KEY", "nobodys")
            .env("AWS_SESSION_TOKEN", "nobodys")
            .env("AWS_LAMBDA_RUNTIME_API", format!("http://{}", api.address))
            .env("AWS_LAMBDA_FUNCTION_NAME", &self.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", &self.log_group)
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true);
        let process = command.spawn();
        let process = process.with_context(|| {
            format!(
                "cannot start {}: run `cargo build --workspace --bins`",
                program.display()
            )
        })?;
        let mut instance = Instance { process, api };
        let started = tokio::time::timeout(INIT, instance.ready()).await;
        started
            .with_context(|| format!("{} does not start", self.name))?
            .with_context(|| self.name.clone())?;
        Ok(instance)
    }

    /// What Lambda does with the function's own rights.
    fn platform(&self, ledger: &Ledger, action: &str, resource: &str) {
        let need = Need {
            action: action.to_owned(),
            resource: resource.to_owned(),
            facts: Facts::new(),
        };
        let _ = ledger.ask(&self.access_key, &need); // what is refused stands in the book
    }

    fn log_stream(&self) -> String {
        arn(
            "logs",
            &format!("log-group:{}:log-stream:stream", self.log_group),
        )
    }
}

impl Instance {
    /// What it says next.
    async fn said(&mut self) -> anyhow::Result<Said> {
        tokio::select! {
            said = self.api.said.recv() => said.context("the runtime API ended"),
            ended = self.process.wait() => bail!("the process ended with {}", ended?),
        }
    }

    async fn ready(&mut self) -> anyhow::Result<()> {
        match self.said().await? {
            Said::Ready(_) => Ok(()),
            Said::Failed(error) => bail!("{error}"),
            Said::Response(..) => bail!("it answered without a question"),
        }
    }
}
