//! Where the issuer is reached, and serving it there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context as _, bail, ensure};
use local::tls::Identity;
use tokio::net::TcpListener;
use tokio::signal;
use url::Url;

/// The issuer's base as this option gives it: plain http is for loopback names only, as cookies could not be `Secure`
/// elsewhere.
pub(crate) fn base_url(option: &str, url: &Url) -> anyhow::Result<String> {
    let host = url.host_str();
    let host = host.with_context(|| format!("{option} has no host"))?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    ensure!(
        plain,
        "{option} is scheme and host only, like https://id.example.com"
    );
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(host) => {}
        "http" => bail!("{option} must be https, except on localhost"),
        other => bail!("{option} cannot be {other}"),
    }
    Ok(url.origin().ascii_serialization())
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Every name this issuer answers to.
pub(crate) fn hosts(base_url: &str, port: u16) -> anyhow::Result<Vec<String>> {
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
pub(crate) async fn listen(port: u16) -> anyhow::Result<Vec<TcpListener>> {
    let first = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(first).await.with_context(|| {
        format!("port {port} is taken; choose another with --port, or stop what listens there")
    })?;
    let second = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await;
    Ok(std::iter::once(listener).chain(second.ok()).collect())
}

/// Serves, by https where there is somebody to be, until Ctrl-C (or a termination signal), then lets requests under way finish.
pub(crate) async fn serve(
    listeners: Vec<TcpListener>,
    router: axum::Router,
    identity: Option<&Identity>,
) -> anyhow::Result<()> {
    let stop = tokio::sync::watch::Sender::new(());
    let mut servers = tokio::task::JoinSet::new();
    for listener in listeners {
        let (router, mut stopped) = (router.clone(), stop.subscribe());
        let stopped = async move {
            let _ = stopped.changed().await;
        };
        if let Some(identity) = identity {
            let secured = identity.on(listener)?;
            let server = axum::serve(secured, router).with_graceful_shutdown(stopped);
            servers.spawn(server.into_future());
        } else {
            let server = axum::serve(listener, router).with_graceful_shutdown(stopped);
            servers.spawn(server.into_future());
        }
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
