//! `cargo run`: an issuer on this machine.

use std::fs::{File, create_dir_all, remove_dir_all};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail, ensure};
use aws::Ports as _;
use clap::Parser;
use fetch::Fetch;
use http::HeaderName;
use local::backend::Backend;
use local::banner::{Banner, Commands};
use local::demo;
use local::fixture::Fixture;
use local::gateway::{CertificateHeaders, Gateway};
use local::seed::{Seed, Seeded};
use local::tls::Identity;
use provider::logout::Messenger;
use url::Url;

mod apply;
#[cfg(test)]
mod documented;
mod emulate;
mod export;
mod opened;
mod place;
mod rotate;
mod serving;
mod tenant;

use serving::{base_url, hosts, listen, serve};

/// An OAuth 2.0 and OpenID Connect issuer on this machine, with a login page and a client to try.
#[derive(Parser)]
#[command(name = "latchkey", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Make what a blueprint says.
    Apply(apply::Apply),
    /// Write what there is as a blueprint.
    Export(export::Export),
    /// Rotate the signing keys that are due.
    RotateKeys(rotate::RotateKeys),
    /// Make, list, close, carry away and remove tenants.
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// Serve what the Lambda functions need under `cargo lambda watch`.
    #[command(hide = true)]
    Emulate(emulate::Emulate),
}

#[derive(clap::Args)]
struct Run {
    /// The port to listen on, on loopback addresses only.
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// The folder that keeps everything between starts.
    #[arg(long, value_name = "FOLDER", default_value = ".latchkey")]
    state: PathBuf,
    /// The URL people reach it by, where a TLS proxy stands in front, such as <https://id.example.com>
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// A PEM file with the certificate to serve https by, and after it those that vouch for it. Without it, by http.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A YAML file of applications, providers and users to load (docs/fixture.md).
    #[arg(long, value_name = "FILE")]
    fixture: Option<PathBuf>,
    /// A host on this machine that fetches of caller-given URLs may reach; may be repeated.
    #[arg(long, value_name = "HOST")]
    allow_fetch: Vec<String>,
    /// A PEM file of those who vouch for hosts of `--allow-fetch`, and for no others, beside the public authorities.
    #[arg(long, value_name = "FILE", requires = "allow_fetch")]
    trust_ca: Option<PathBuf>,
    /// A header in which the TLS proxy in front, and nobody else, says which certificate a client has, in escaped PEM:
    /// nginx's `$ssl_client_escaped_cert` (docs/mtls.md).
    #[arg(long, value_name = "NAME", requires = "public_url")]
    client_certificate_header: Option<HeaderName>,
    /// A header in which the same proxy says whether somebody trusted issued that certificate: nginx's
    /// `$ssl_client_verify`. Without it no client is known by what its certificate says.
    #[arg(long, value_name = "NAME", requires = "client_certificate_header")]
    client_verify_header: Option<HeaderName>,
    /// The URL at which the proxy asks clients for certificates, where it is another than the public one.
    #[arg(long, value_name = "URL", requires = "client_certificate_header")]
    mtls_url: Option<Url>,
    /// Forget everything first.
    #[arg(long)]
    reset: bool,
}

fn main() -> ExitCode {
    expressions::serve_if_worker();
    run()
}

#[tokio::main]
async fn run() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr();
    let done = match cli.command {
        Some(Command::Apply(apply)) => Box::pin(apply.run()).await,
        Some(Command::Export(export)) => Box::pin(export.run()).await,
        Some(Command::RotateKeys(rotate)) => Box::pin(rotate.run()).await,
        Some(Command::Tenant(tenant)) => Box::pin(tenant.run()).await,
        Some(Command::Emulate(emulate)) => Box::pin(emulate.run()).await,
        None => Box::pin(cli.run.run()).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("latchkey: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Warnings and worse by default; `RUST_LOG` says otherwise.
fn log_to_stderr() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

impl Run {
    async fn run(self) -> anyhow::Result<()> {
        // Everything that can be wrong with the command line is said before anything is changed.
        let fixture = self.fixture.as_deref().map(Fixture::read).transpose()?;
        let identity = self.identity()?;
        let fetcher = self.fetcher()?;
        let base_url = self.base_url()?;
        let listeners = listen(self.port).await?;
        let _lock = prepare(&self.state, self.reset)?;
        let mut backend = Backend::embedded(&self.state).await?;
        backend.fetcher = Arc::new(fetcher);
        let mut hosts = hosts(&base_url, self.port)?;
        backend.mtls_base = self.mtls_base(&base_url, &mut hosts)?;
        let callback = format!("{base_url}/demo/callback");
        let seeded = Seed::new(&backend)?
            .run(&base_url, &hosts, &callback, fixture.as_ref())
            .await?;
        let mut router = demo::router(Commands::new(&seeded).for_page());
        // Behind a proxy everybody could read the letters: then they are shown at SES's own port alone.
        let is_proxied = self.public_url.is_some() && base_url.starts_with("https://");
        let letters = if is_proxied {
            format!("{}/mailbox", backend.ses_url)
        } else {
            router = router.merge(Arc::clone(&backend.mailbox).pages());
            format!("{base_url}/mailbox")
        };
        let gateway = Gateway::new(&backend).trusting(self.certificates());
        let router = router.fallback_service(gateway.into_router());
        let messenger = Messenger::new(backend.messenger_parts(Arc::clone(&backend.fetcher)));
        let outbox = Arc::clone(&backend.outbox);
        let telling = tokio::spawn(async move { outbox.tell(messenger).await });
        print(&seeded, true, &letters, &self.allow_fetch);
        let rotating = rotate::hourly(&backend);
        serve(listeners, router, identity.as_ref()).await?;
        rotating.abort();
        telling.abort();
        backend.close().await;
        Ok(())
    }
}

impl Run {
    fn certificates(&self) -> Option<CertificateHeaders> {
        Some(CertificateHeaders {
            certificate: self.client_certificate_header.clone()?,
            verified: self.client_verify_header.clone(),
        })
    }

    /// Who this is, where https is served here.
    fn identity(&self) -> anyhow::Result<Option<Identity>> {
        let files = self.tls_cert.as_deref().zip(self.tls_key.as_deref());
        files
            .map(|(cert, key)| Identity::read(cert, key))
            .transpose()
    }

    fn fetcher(&self) -> anyhow::Result<Fetch> {
        let fetch = Fetch::allowing(self.allow_fetch.clone());
        let Some(file) = &self.trust_ca else {
            return Ok(fetch);
        };
        let shown = file.display();
        let pem = std::fs::read(file).with_context(|| format!("cannot read {shown}"))?;
        let fetch = fetch.trusting(&pem);
        fetch.map_err(|why| anyhow!("{shown} names nobody to trust: {why}"))
    }

    fn base_url(&self) -> anyhow::Result<String> {
        match (&self.public_url, &self.tls_cert) {
            (Some(url), _) => base_url("--public-url", url),
            (None, Some(_)) => Ok(format!("https://localhost:{}", self.port)),
            (None, None) => Ok(format!("http://localhost:{}", self.port)),
        }
    }

    /// Where clients bring certificates, whose host becomes another name of the issuer.
    fn mtls_base(&self, public: &str, hosts: &mut Vec<String>) -> anyhow::Result<Option<String>> {
        if self.client_certificate_header.is_none() {
            return Ok(None);
        }
        let base = match &self.mtls_url {
            Some(url) => base_url("--mtls-url", url)?,
            None => public.to_owned(),
        };
        ensure!(
            base.starts_with("https://"),
            "certificates come by TLS: --mtls-url, or else --public-url, must be https"
        );
        let host = base.trim_start_matches("https://").to_owned();
        if !hosts.contains(&host) {
            hosts.push(host);
        }
        Ok(Some(base))
    }
}

#[allow(clippy::print_stdout, reason = "the banner is the command's output")]
fn print(seeded: &Seeded, kept: bool, mailbox: &str, allow_fetch: &[String]) {
    let banner = Banner {
        seeded,
        kept,
        mailbox,
    };
    println!("{banner}");
    for host in allow_fetch {
        println!("  Fetches may reach {host}, by http too.");
    }
}

/// The state folder, emptied where asked, and held so that no second issuer writes into it.
fn prepare(state: &Path, reset: bool) -> anyhow::Result<File> {
    let lock_file = state.join("lock");
    let hold = || -> anyhow::Result<File> {
        create_dir_all(state)
            .with_context(|| format!("cannot make the state folder {}", state.display()))?;
        restrict(state)?;
        let lock = File::create(&lock_file)
            .with_context(|| format!("cannot write in the state folder {}", state.display()))?;
        if lock.try_lock().is_err() {
            bail!(
                "another latchkey is running on {}; stop it first",
                state.display()
            );
        }
        Ok(lock)
    };
    let lock = hold()?;
    if !reset {
        return Ok(lock);
    }
    let ours = ["lock", "kms.json", "dynamodb.sqlite"];
    let entries = std::fs::read_dir(state)?.collect::<Result<Vec<_>, _>>()?;
    let foreign = entries.iter().find(|entry| {
        let name = entry.file_name();
        !ours
            .iter()
            .any(|ours| name.to_string_lossy().starts_with(ours))
    });
    if let Some(entry) = foreign {
        bail!(
            "--reset would delete {}, which is not latchkey's",
            entry.path().display()
        );
    }
    drop(lock);
    remove_dir_all(state)?;
    hold()
}

/// Nobody else on the machine reads the keys.
#[cfg(unix)]
fn restrict(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    Ok(())
}

#[cfg(not(unix))]
fn restrict(_: &Path) -> anyhow::Result<()> {
    Ok(())
}
