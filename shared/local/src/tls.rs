//! https on this machine's own port, by a certificate and a key in PEM files.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// How long somebody may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// So many connections wait to be taken.
const WAITING: usize = 64;

/// Who this machine is to its clients.
#[derive(Clone)]
pub struct Identity(TlsAcceptor);

impl Identity {
    /// Reads the certificate, with those that vouch for it after it, and its private key. TLS 1.2 and 1.3 are spoken.
    ///
    /// # Errors
    /// Says which file cannot be read, or that they do not fit together.
    pub fn read(certificate: &Path, key: &Path) -> anyhow::Result<Self> {
        let shown = certificate.display();
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| format!("cannot read the certificate in {shown}"))?;
        ensure!(!chain.is_empty(), "there is no certificate in {shown}");
        let private = PrivateKeyDer::from_pem_file(key)
            .with_context(|| format!("cannot read the private key in {}", key.display()))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .with_context(|| format!("the private key is not that of {shown}"))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Takes connections there. Nobody who is slow to agree on keys keeps others waiting.
    ///
    /// # Errors
    /// Where the listener has no address.
    pub fn on(&self, listener: TcpListener) -> io::Result<Secured> {
        let address = listener.local_addr()?;
        let (ready, incoming) = mpsc::channel(WAITING);
        tokio::spawn(take(self.0.clone(), listener, ready));
        Ok(Secured { incoming, address })
    }
}

type Connection = (TlsStream<TcpStream>, SocketAddr);

async fn take(acceptor: TlsAcceptor, mut listener: TcpListener, ready: mpsc::Sender<Connection>) {
    while !ready.is_closed() {
        // axum's, which waits where there are too many open files.
        let (stream, from) = Listener::accept(&mut listener).await;
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE, acceptor.accept(stream)).await {
                let _ = ready.send((stream, from)).await;
            }
        });
    }
}

/// Connections by TLS.
pub struct Secured {
    incoming: mpsc::Receiver<Connection>,
    address: SocketAddr,
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Connection {
        match self.incoming.recv().await {
            Some(connection) => connection,
            // The task above ends with this receiver, or with the process.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

#[cfg(test)]
mod tests;
