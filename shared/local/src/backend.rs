//! DynamoDB, KMS and SES on loopback, and the adapters on them.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use aws::settings::Mail;
use dynoxide::Database;
use fetch::Fetch;
use provider::brand::Hosts;
use provider::ports::{Fetcher, LogoutQueue, Mailer};
use provider::script::Expressions;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::kms::Emulator;
use crate::mailbox::{self, Mailbox};
use crate::outbox::Outbox;

/// The table's name on the laptop.
pub const TABLE: &str = "latchkey";

/// How many expressions run at once.
const WORKERS: usize = 2;

/// The envelope key's alias.
const ENVELOPE_ALIAS: &str = "alias/latchkey-envelope";

fn ses(url: &str) -> anyhow::Result<aws::Ses> {
    let mail = Mail {
        from: Some(mailbox::FROM.to_owned()),
        configuration_set: None,
    };
    let clients = aws::Clients::local(url, url)?.sending_by(url)?;
    Ok(aws::Ses::new(clients.ses(), &mail))
}

/// Running emulators and the ports on them.
pub struct Backend {
    /// Ports over DynamoDB.
    pub stores: aws::Stores,
    /// Ports over KMS.
    pub keys: aws::Keys,
    /// Any host: whoever can call the API on this machine administers it. It may be replaced before the gateway is made.
    pub brand_hosts: Hosts,
    /// Where connections have clients' certificates: nowhere, unless it is set before the gateway is made.
    pub mtls_base: Option<String>,
    /// Where DynamoDB answers.
    pub dynamodb_url: String,
    /// Where KMS answers.
    pub kms_url: String,
    /// The envelope key.
    pub envelope_key: String,
    /// Fetches from public hosts, unless it is replaced before the gateway is made.
    pub fetcher: Arc<dyn Fetcher>,
    /// Runs expressions in workers of this executable, unless it is replaced before seed and gateway are made.
    pub engine: Arc<dyn Expressions>,
    /// Where SES answers, and the mailbox's pages.
    pub ses_url: String,
    /// What was mailed.
    pub mailbox: Arc<Mailbox>,
    /// Sends to the mailbox by SES, as Lambda does and in the same time, unless it is replaced before the gateway is
    /// made: the mailbox itself takes letters at once.
    pub mailer: Arc<dyn Mailer>,
    /// Takes the news of ended sessions: [`Backend::outbox`], unless it is replaced before the gateway is made.
    pub logouts: Arc<dyn LogoutQueue>,
    /// The queue of logouts in this process.
    pub outbox: Arc<Outbox>,
    servers: Servers,
}

impl aws::Ports for Backend {
    fn stores(&self) -> &aws::Stores {
        &self.stores
    }

    fn keys(&self) -> aws::Keys {
        self.keys.clone()
    }

    fn logout_queue(&self) -> Arc<dyn LogoutQueue> {
        Arc::clone(&self.logouts)
    }

    fn brand_hosts(&self) -> Hosts {
        self.brand_hosts
    }

    fn mtls_base(&self) -> Option<String> {
        self.mtls_base.clone()
    }
}

/// Emulators that run as long as this lives.
struct Servers {
    stop: watch::Sender<()>,
    tasks: JoinSet<()>,
}

impl Backend {
    /// Both emulators in this process, kept in files under `state`.
    ///
    /// # Errors
    /// Where a file cannot be used, with its name.
    pub async fn embedded(state: &Path) -> anyhow::Result<Self> {
        let file = state.join("dynamodb.sqlite");
        let path = file
            .to_str()
            .context("the state folder's name is not UTF-8")?;
        let database = Database::new(path)
            .with_context(|| format!("cannot open the database {}", file.display()))?;
        Self::in_process(database, Emulator::open(&state.join("kms.json"))?).await
    }

    /// Both emulators in this process and in memory, for tests.
    ///
    /// # Errors
    /// Where no loopback port is free.
    pub async fn memory() -> anyhow::Result<Self> {
        Self::in_process(Database::memory()?, Emulator::memory()).await
    }

    async fn in_process(database: Database, kms: Emulator) -> anyhow::Result<Self> {
        let mut servers = Servers::new();
        let dynamodb_url = servers.dynamodb(database).await?;
        let kms_url = servers.kms(kms, 0).await?;
        Self::over(servers, dynamodb_url, kms_url, TABLE).await
    }

    /// A DynamoDB that runs already, and the KMS emulator on this port with its keys under `state`.
    ///
    /// # Errors
    /// Where either is not on loopback, or does not answer.
    pub async fn beside(dynamodb_url: &str, kms_port: u16, state: &Path) -> anyhow::Result<Self> {
        let mut servers = Servers::new();
        let kms = Emulator::open(&state.join("kms.json"))?;
        let kms_url = servers.kms(kms, kms_port).await?;
        Self::over(servers, dynamodb_url.to_owned(), kms_url, TABLE).await
    }

    /// Emulators that run already, in a table of this name. For tests that put something in between.
    ///
    /// # Errors
    /// Where either is not on loopback, or does not answer.
    pub async fn connect(dynamodb_url: &str, kms_url: &str, table: &str) -> anyhow::Result<Self> {
        Self::over(
            Servers::new(),
            dynamodb_url.to_owned(),
            kms_url.to_owned(),
            table,
        )
        .await
    }

    /// A table and an envelope key that are there, on AWS, by the credentials and the region of the environment. Nothing is
    /// made, and no letter is sent.
    ///
    /// # Errors
    /// Where there is no trust in anybody to connect to.
    pub async fn deployed(table: &str, envelope_key: &str) -> anyhow::Result<Self> {
        let (mailbox, outbox) = (Arc::new(Mailbox::default()), Arc::new(Outbox::default()));
        let clients = aws::Clients::from_env().await?;
        Ok(Self {
            stores: aws::Stores::new(clients.dynamodb(), table),
            keys: aws::Keys::new(clients.kms(), envelope_key),
            dynamodb_url: String::new(),
            kms_url: String::new(),
            envelope_key: envelope_key.to_owned(),
            fetcher: Arc::new(Fetch::new()),
            engine: expressions::engine(WORKERS),
            mailer: Arc::new(aws::Ses::new(None, &Mail::default())),
            brand_hosts: Hosts::Any,
            mtls_base: None,
            ses_url: String::new(),
            mailbox,
            logouts: Arc::clone(&outbox) as _,
            outbox,
            servers: Servers::new(),
        })
    }

    async fn over(
        mut servers: Servers,
        dynamodb_url: String,
        kms_url: String,
        table: &str,
    ) -> anyhow::Result<Self> {
        let (mailbox, outbox) = (Arc::new(Mailbox::default()), Arc::new(Outbox::default()));
        let ses_url = servers.ses(&mailbox).await?;
        let clients = aws::Clients::local(&dynamodb_url, &kms_url)?;
        aws::create_table(&clients.dynamodb(), table).await?;
        let envelope_key = aws::envelope_key(&clients.kms(), ENVELOPE_ALIAS).await?;
        Ok(Self {
            stores: aws::Stores::new(clients.dynamodb(), table),
            keys: aws::Keys::new(clients.kms(), &envelope_key),
            dynamodb_url,
            kms_url,
            envelope_key,
            fetcher: Arc::new(Fetch::new()),
            engine: expressions::engine(WORKERS),
            mailer: Arc::new(ses(&ses_url)?),
            brand_hosts: Hosts::Any,
            mtls_base: None,
            ses_url,
            mailbox,
            logouts: Arc::clone(&outbox) as _,
            outbox,
            servers,
        })
    }

    /// Sends to the mailbox by SES.
    ///
    /// # Errors
    /// Never: the emulator is on loopback.
    pub fn ses(&self) -> anyhow::Result<aws::Ses> {
        ses(&self.ses_url)
    }

    /// What the flow engine needs beside DynamoDB and KMS.
    pub fn outside(&self) -> aws::Outside {
        aws::Outside {
            passkeys: Arc::new(passkeys::Webauthn),
            mailer: Arc::clone(&self.mailer),
            fetcher: Arc::clone(&self.fetcher),
        }
    }

    /// Lets requests under way finish and closes the files.
    pub async fn close(mut self) {
        self.servers.stop.send_replace(());
        while self.servers.tasks.join_next().await.is_some() {}
    }
}

impl Servers {
    fn new() -> Self {
        Self {
            stop: watch::Sender::new(()),
            tasks: JoinSet::new(),
        }
    }

    async fn dynamodb(&mut self, database: Database) -> anyhow::Result<String> {
        let (listener, url) = listen(0).await?;
        let stopped = self.stopped();
        self.tasks.spawn(async move {
            if let Err(error) =
                dynoxide::server::serve_with_shutdown(listener, database, stopped).await
            {
                tracing::error!(error, "the embedded DynamoDB stopped");
            }
        });
        Ok(url)
    }

    async fn kms(&mut self, kms: Emulator, port: u16) -> anyhow::Result<String> {
        let (listener, url) = listen(port).await?;
        let stopped = self.stopped();
        self.tasks.spawn(async move {
            if let Err(error) = Arc::new(kms).serve(listener, stopped).await {
                tracing::error!(error = format!("{error:#}"), "the embedded KMS stopped");
            }
        });
        Ok(url)
    }

    async fn ses(&mut self, mailbox: &Arc<Mailbox>) -> anyhow::Result<String> {
        let (listener, url) = listen(0).await?;
        let (router, stopped) = (Arc::clone(mailbox).router(), self.stopped());
        self.tasks.spawn(async move {
            let served = axum::serve(listener, router).with_graceful_shutdown(stopped);
            if let Err(error) = served.await {
                tracing::error!(%error, "the mailbox stopped");
            }
        });
        Ok(url)
    }

    fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stop = self.stop.subscribe();
        async move {
            let _ = stop.changed().await;
        }
    }
}

async fn listen(port: u16) -> anyhow::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("cannot listen on 127.0.0.1:{port}"))?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}
