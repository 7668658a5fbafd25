//! The emulators behind the gate.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use load::proxy::Proxy;
use local::kms::Emulator;
use local::mailbox::Mailbox;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::ledger::{Caller, Ledger};
use crate::policy::statements;

/// With whose key the stack is made.
pub(crate) const DEPLOYER: &str = "cloudformation";

/// With whose key the laptop's adapters call: here, whoever administers the installation.
const OPERATOR: &str = "local";

/// Where each answers, behind the gate.
pub(crate) struct Emulators {
    pub(crate) dynamodb: String,
    pub(crate) kms: String,
    pub(crate) sqs: String,
    pub(crate) ses: String,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(super) ledger: Arc<Ledger>,
    client: reqwest::Client,
}

impl Emulators {
    pub(super) async fn start(ledger: &Arc<Ledger>) -> anyhow::Result<Self> {
        let dynamodb = tokio::task::spawn_blocking(xtask::dynamodb_local::endpoint);
        let sqs = tokio::task::spawn_blocking(xtask::elasticmq::endpoint);
        let (dynamodb, sqs) = (dynamodb.await??, sqs.await??);
        let (listener, kms) = listen().await?;
        tokio::spawn(Arc::new(Emulator::memory()).serve(listener, std::future::pending::<()>()));
        let mailbox = Arc::new(Mailbox::default());
        let (listener, ses) = listen().await?;
        let router = Arc::clone(&mailbox).router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut behind = Vec::new();
        for upstream in [&dynamodb, &kms, &sqs, &ses] {
            behind.push(Proxy::start(upstream, Arc::clone(ledger) as _).await?.url);
        }
        let [dynamodb, kms, sqs, ses] = <[String; 4]>::try_from(behind).unwrap_or_default();
        // What the template forgot to say of the table must not be mended behind its back.
        let document = json!({"Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": ["dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive"], "Resource": "*"},
        ]});
        let operator = Caller {
            name: OPERATOR.to_owned(),
            role: format!("arn:aws:iam::{}:role/{OPERATOR}", crate::ACCOUNT),
            tags: std::collections::BTreeMap::new(),
            statements: statements(OPERATOR, &document)?,
        };
        ledger.admit(OPERATOR, operator);
        Ok(Self {
            dynamodb,
            kms,
            sqs,
            ses,
            mailbox,
            ledger: Arc::clone(ledger),
            client: reqwest::Client::new(),
        })
    }

    /// One call with the key of the deployer: `target` is as in `X-Amz-Target`.
    ///
    /// # Errors
    /// What the emulator says.
    pub(crate) async fn call(&self, target: &str, body: &Value) -> anyhow::Result<Value> {
        self.call_as(DEPLOYER, target, body).await
    }

    /// The same with another key.
    ///
    /// # Errors
    /// As [`Emulators::call`].
    pub(crate) async fn call_as(
        &self,
        key: &str,
        target: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let (url, service) = match target.split(['_', '.']).next() {
            Some("DynamoDB") => (&self.dynamodb, "dynamodb"),
            Some("TrentService") => (&self.kms, "kms"),
            Some("AmazonSQS") => (&self.sqs, "sqs"),
            _ => bail!("{target}: of which service?"),
        };
        let credential = format!("{key}/20260101/{}/{service}/aws4_request", crate::REGION);
        let answer = self
            .client
            .post(url)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20260101T000000Z")
            .header(
                "authorization",
                format!(
                    "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
                ),
            )
            .body(body.to_string())
            .send()
            .await
            .context(target.to_owned())?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{target}: {status} {text}");
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).with_context(|| format!("{target}: {text}"))
    }
}

async fn listen() -> anyhow::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}
