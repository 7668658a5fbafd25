//! `latchkey emulate`: what `cargo xtask watch` starts beside DynamoDB Local and `cargo lambda watch`.

use std::fs::write;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use anyhow::Context as _;
use local::backend::{Backend, TABLE};
use local::banner::Commands;
use local::demo;
use local::fixture::Fixture;
use local::mailbox;
use local::seed::Seed;
use tokio::net::TcpListener;
use url::Url;

use crate::{base_url, hosts, prepare, print, serve};

/// Serves the emulators of KMS and SES, makes table and keys in DynamoDB Local and seeds it.
#[derive(clap::Args)]
pub(crate) struct Emulate {
    /// Where DynamoDB Local answers.
    #[arg(long, value_name = "URL")]
    dynamodb_url: String,
    /// The port for the KMS emulator; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    kms_port: u16,
    /// The folder for the KMS emulator's keys.
    #[arg(long, value_name = "FOLDER")]
    state: PathBuf,
    /// Where to write the functions' environment.
    #[arg(long, value_name = "FILE")]
    env_file: PathBuf,
    /// The URL people reach the functions by.
    #[arg(long, value_name = "URL")]
    public_url: Url,
    /// A YAML file of applications, providers and users to load (docs/fixture.md).
    #[arg(long, value_name = "FILE")]
    fixture: Option<PathBuf>,
}

impl Emulate {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let fixture = self.fixture.as_deref().map(Fixture::read).transpose()?;
        let port = self.public_url.port_or_known_default().unwrap_or(443);
        let base_url = base_url("--public-url", &self.public_url)?;
        let _lock = prepare(&self.state, false)?;
        let backend = Backend::beside(&self.dynamodb_url, self.kms_port, &self.state).await?;
        // The demo's own page has no function: it is served here.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let callback = format!("http://{}/demo/callback", listener.local_addr()?);
        let hosts = hosts(&base_url, port)?;
        let seeded = Seed::new(&backend)?
            .run(&base_url, &hosts, &callback, fixture.as_ref())
            .await?;
        // Written last and whole: whoever waits for the file finds everything in place.
        let half = self.env_file.with_extension("part");
        write(&half, environment(&backend))
            .and_then(|()| std::fs::rename(&half, &self.env_file))
            .with_context(|| format!("cannot write {}", self.env_file.display()))?;
        let letters = format!("{}/mailbox", backend.ses_url);
        print(&seeded, false, &letters, &[]);
        serve(
            vec![listener],
            demo::router(Commands::new(&seeded).for_page()),
            None,
        )
        .await?;
        backend.close().await;
        Ok(())
    }
}

/// What a function reads (`aws::settings`). The credentials are nobody's.
fn environment(backend: &Backend) -> String {
    format!(
        "LATCHKEY_TABLE={TABLE}\nLATCHKEY_ENVELOPE_KEY={}\nAWS_ENDPOINT_URL_DYNAMODB={}\n\
         AWS_ENDPOINT_URL_KMS={}\nAWS_ACCESS_KEY_ID=local\nAWS_SECRET_ACCESS_KEY=local\n\
         AWS_REGION=us-east-1\nAWS_ENDPOINT_URL_SESV2={}\nLATCHKEY_MAIL_FROM={}\n",
        backend.envelope_key,
        backend.dynamodb_url,
        backend.kms_url,
        backend.ses_url,
        mailbox::FROM
    )
}
