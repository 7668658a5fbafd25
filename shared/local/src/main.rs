//! `cargo run`: an issuer on this machine.

use std::fs::{File, create_dir_all, remove_dir_all};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use aws::Ports as _;
use clap::Parser;
use fetch::Fetch;
use http::HeaderName;
use local::backend::Backend;
use local::banner::{Banner, Commands};
use local::demo;
use local::fixture::Fixture;
use local::gateway::Gateway;
use local::seed::{Seed, Seeded};
use provider::logout::Messenger;
use tokio::net::TcpListener;
use tokio::signal;
use url::Url;

mod apply;
mod emulate;
mod export;
mod opened;
mod rotate;

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
    /// A YAML file of applications, providers and users to load (docs/fixture.md).
    #[arg(long, value_name = "FILE")]
    fixture: Option<PathBuf>,
    /// A host on this machine that fetches of caller-given URLs may reach; may be repeated.
    #[arg(long, value_name = "HOST")]
    allow_fetch: Vec<String>,
    /// A header in which the TLS proxy in front, and nobody else, says which certificate a client has, in escaped PEM:
    /// nginx's `$ssl_client_escaped_cert` (docs/mtls.md).
    #[arg(long, value_name = "NAME", requires = "public_url")]
    client_certificate_header: Option<HeaderName>,
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
        let base_url = base_url(self.public_url.as_ref(), self.port)?;
        let listeners = listen(self.port).await?;
        let _lock = prepare(&self.state, self.reset)?;
        let mut backend = Backend::embedded(&self.state).await?;
        backend.fetcher = Arc::new(Fetch::allowing(self.allow_fetch.clone()));
        let mut hosts = hosts(&base_url, self.port)?;
        backend.mtls_base = self.mtls_base(&base_url, &mut hosts)?;
        let callback = format!("{base_url}/demo/callback");
        let seeded = Seed::new(&backend)?
            .run(&base_url, &hosts, &callback, fixture.as_ref())
            .await?;
        let mut router = demo::router(Commands::new(&seeded).for_page());
        // Behind a proxy everybody could read the letters: then they are shown at SES's own port alone.
        let letters = if base_url.starts_with("http://") {
            router = router.merge(Arc::clone(&backend.mailbox).pages());
            format!("{base_url}/mailbox")
        } else {
            format!("{}/mailbox", backend.ses_url)
        };
        let gateway = Gateway::new(&backend).trusting(self.client_certificate_header.clone());
        let router = router.fallback_service(gateway.into_router());
        let messenger = Messenger::new(backend.messenger_parts(Arc::clone(&backend.fetcher)));
        let outbox = Arc::clone(&backend.outbox);
        let telling = tokio::spawn(async move { outbox.tell(messenger).await });
        print(&seeded, true, &letters, &self.allow_fetch);
        let rotating = rotate::hourly(&backend);
        serve(listeners, router).await?;
        rotating.abort();
        telling.abort();
        backend.close().await;
        Ok(())
    }
}

impl Run {
    /// Where clients bring certificates, whose host becomes another name of the issuer.
    fn mtls_base(&self, public: &str, hosts: &mut Vec<String>) -> anyhow::Result<Option<String>> {
        if self.client_certificate_header.is_none() {
            return Ok(None);
        }
        let base = match &self.mtls_url {
            Some(url) => base_url(Some(url), self.port)?,
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

/// The issuer's base: plain http is for loopback names only, as cookies could not be `Secure` elsewhere.
fn base_url(public: Option<&Url>, port: u16) -> anyhow::Result<String> {
    let Some(url) = public else {
        return Ok(format!("http://localhost:{port}"));
    };
    let host = url.host_str().context("--public-url has no host")?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    ensure!(
        plain,
        "--public-url is scheme and host only, like https://id.example.com"
    );
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(host) => {}
        "http" => bail!("--public-url must be https, except on localhost"),
        other => bail!("--public-url cannot be {other}"),
    }
    Ok(url.origin().ascii_serialization())
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Every name this issuer answers to.
fn hosts(base_url: &str, port: u16) -> anyhow::Result<Vec<String>> {
    let url = Url::parse(base_url)?;
    let host = url.host_str().context("the base URL has a host")?;
    let public = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut hosts = vec![public];
    for name in ["localhost", "127.0.0.1", "[::1]"] {
        let host = format!("{name}:{port}");
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    Ok(hosts)
}

/// Both loopback addresses, as `localhost` may be either. The second one may not exist.
async fn listen(port: u16) -> anyhow::Result<Vec<TcpListener>> {
    let first = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(first).await.with_context(|| {
        format!("port {port} is taken; choose another with --port, or stop what listens there")
    })?;
    let second = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await;
    Ok(std::iter::once(listener).chain(second.ok()).collect())
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

/// Serves until Ctrl-C (or a termination signal), then lets requests under way finish.
async fn serve(listeners: Vec<TcpListener>, router: axum::Router) -> anyhow::Result<()> {
    let stop = tokio::sync::watch::Sender::new(());
    let mut servers = tokio::task::JoinSet::new();
    for listener in listeners {
        let (router, mut stopped) = (router.clone(), stop.subscribe());
        let stopped = async move {
            let _ = stopped.changed().await;
        };
        servers.spawn(async move {
            axum::serve(listener, router)
                .with_graceful_shutdown(stopped)
                .await
        });
    }
    stop_signal().await?;
    stop.send_replace(());
    let ended = async { while servers.join_next().await.is_some() {} };
    // A browser may keep its connection open for longer than anybody wants to wait.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(2), ended).await;
    Ok(())
}

#[cfg(unix)]
async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn stop_signal() -> anyhow::Result<()> {
    Ok(signal::ctrl_c().await?)
}
