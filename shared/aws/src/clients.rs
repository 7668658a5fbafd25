//! SDK clients: how they connect, whom they trust, how long they wait.

mod lean;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use crate::Error;
use crate::settings::loopback;
use lean::{Lean, Remembered};

/// The roots that AWS endpoints chain to (`roots/README.md`). Reading the system's whole certificate
/// store takes longer than all else a function does at start.
const ROOTS: [&[u8]; 5] = [
    include_bytes!("../roots/amazon-root-ca-1.pem"),
    include_bytes!("../roots/amazon-root-ca-2.pem"),
    include_bytes!("../roots/amazon-root-ca-3.pem"),
    include_bytes!("../roots/amazon-root-ca-4.pem"),
    include_bytes!("../roots/starfield-services-root-certificate-authority-g2.pem"),
];

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(6);
const ATTEMPTS: u32 = 3;
/// The SDK's own is a second, doubled at the second retry: too long for somebody who waits at a sign-in.
/// Each wait is a random part of it.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// Makes SDK clients. Each is made when it is asked for, so that a function that never asks for KMS does
/// not link it; all share one pool of connections.
#[derive(Clone, Debug)]
pub struct Clients {
    config: SdkConfig,
    dynamodb_url: Option<String>,
    kms_url: Option<String>,
    /// On this machine alone: without it there is nowhere to send to.
    ses_url: Option<String>,
    /// As `ses_url`.
    sqs_url: Option<String>,
    local: bool,
}

impl Clients {
    /// For real AWS, from what Lambda puts into the environment. `AWS_ENDPOINT_URL_DYNAMODB`,
    /// `AWS_ENDPOINT_URL_KMS`, `AWS_ENDPOINT_URL_SESV2` and `AWS_ENDPOINT_URL_SQS` are honoured (VPC endpoints).
    ///
    /// # Errors
    /// Where the TLS configuration cannot be made.
    pub async fn from_env() -> Result<Self, Error> {
        let config = aws_config::defaults(behaviour())
            .http_client(https()?)
            .retry_config(retries())
            .timeout_config(timeouts())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled()) // `timeouts` end those
            .load()
            .await;
        Ok(Self {
            config,
            dynamodb_url: None,
            kms_url: None,
            ses_url: None,
            sqs_url: None,
            local: false,
        })
    }

    /// For emulators on this machine, with credentials that open nothing: the real ones are not even
    /// looked for.
    ///
    /// # Errors
    /// [`Error::NotLoopback`] where a URL leads anywhere else.
    pub fn local(dynamodb_url: &str, kms_url: &str) -> Result<Self, Error> {
        let nobody = Credentials::new("local", "local", None, None, "local");
        let config = SdkConfig::builder()
            .behavior_version(behaviour())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(nobody))
            .http_client(Builder::new().build_http())
            .retry_config(retries())
            .timeout_config(timeouts())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Ok(Self {
            config,
            dynamodb_url: Some(loopback("DynamoDB", dynamodb_url)?),
            kms_url: Some(loopback("KMS", kms_url)?),
            ses_url: None,
            sqs_url: None,
            local: true,
        })
    }

    /// The same with an emulator that takes letters.
    ///
    /// # Errors
    /// [`Error::NotLoopback`] where the URL leads anywhere else.
    pub fn sending_by(mut self, ses_url: &str) -> Result<Self, Error> {
        self.ses_url = Some(loopback("SES", ses_url)?);
        Ok(self)
    }

    /// The same with an emulator of queues.
    ///
    /// # Errors
    /// [`Error::NotLoopback`] where the URL leads anywhere else.
    pub fn queueing_by(mut self, sqs_url: &str) -> Result<Self, Error> {
        self.sqs_url = Some(loopback("SQS", sqs_url)?);
        Ok(self)
    }

    /// A DynamoDB client.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::config::Builder::from(&self.config)
            .endpoint_resolver(Remembered::default())
            .interceptor(Lean);
        if let Some(url) = &self.dynamodb_url {
            config = config.endpoint_url(url);
        }
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// A KMS client.
    pub fn kms(&self) -> aws_sdk_kms::Client {
        let mut config = aws_sdk_kms::config::Builder::from(&self.config).interceptor(Lean);
        if let Some(url) = &self.kms_url {
            config = config.endpoint_url(url);
        }
        aws_sdk_kms::Client::from_conf(config.build())
    }

    /// An SES client; `None` on this machine without an emulator of it.
    pub fn ses(&self) -> Option<aws_sdk_sesv2::Client> {
        let mut config = aws_sdk_sesv2::config::Builder::from(&self.config);
        match &self.ses_url {
            Some(url) => config = config.endpoint_url(url),
            None if self.local => return None,
            None => {}
        }
        Some(aws_sdk_sesv2::Client::from_conf(config.build()))
    }

    /// An SQS client; `None` on this machine without an emulator of it.
    pub fn sqs(&self) -> Option<aws_sdk_sqs::Client> {
        let mut config = aws_sdk_sqs::config::Builder::from(&self.config);
        match &self.sqs_url {
            Some(url) => config = config.endpoint_url(url),
            None if self.local => return None,
            None => {}
        }
        Some(aws_sdk_sqs::Client::from_conf(config.build()))
    }
}

fn behaviour() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_BACKOFF)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build()
}

fn https() -> Result<SharedHttpClient, Error> {
    let mut trusted = TrustStore::empty();
    for root in ROOTS {
        trusted.add_pem_certificate(root);
    }
    let context = TlsContext::builder().with_trust_store(trusted).build();
    let context = context.map_err(|error| Error::Tls(error.to_string()))?;
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    Ok(builder.tls_context(context).build_https())
}
