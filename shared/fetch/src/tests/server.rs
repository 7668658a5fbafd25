//! A host on this machine that does as it was told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// Who vouches for `keys.example`. These certificates are made for this test and end in 2126.
pub(super) fn root() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(include_bytes!("root.pem")).unwrap();
    roots.add(root).unwrap();
    roots
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// One that hears a request and then says this.
    pub(super) async fn answering(text: &str) -> Self {
        let text = text.to_owned();
        Self::start(move |stream, heard| answer(stream, text.clone(), heard)).await
    }

    /// The same behind TLS.
    pub(super) async fn with_tls(text: &str) -> Self {
        let certificate = CertificateDer::from_pem_slice(include_bytes!("leaf.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("leaf-key.pem")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let (acceptor, text) = (TlsAcceptor::from(Arc::new(config)), text.to_owned());
        Self::start(move |stream, heard| {
            let (acceptor, text) = (acceptor.clone(), text.clone());
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    answer(stream, text, heard).await;
                }
            }
        })
        .await
    }

    /// One that sends a byte now and then, for ever.
    pub(super) async fn dripping() -> Self {
        Self::start(|mut stream, _| async move {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        })
        .await
    }

    /// One that hears the request and says nothing.
    pub(super) async fn silent() -> Self {
        Self::start(|mut stream, heard| async move {
            request(&mut stream, &heard).await;
            std::future::pending::<()>().await;
        })
        .await
    }

    /// One that does not even greet.
    pub(super) async fn deaf() -> Self {
        Self::start(|stream, _| async move {
            let _stream = stream;
            std::future::pending::<()>().await;
        })
        .await
    }

    async fn start<F, T>(serve: F) -> Self
    where
        F: Fn(TcpStream, Arc<Mutex<Vec<String>>>) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let server = Self {
            address,
            heard: Arc::clone(&heard),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&heard)));
            }
        });
        server
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that came.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn answer<S>(mut stream: S, text: String, heard: Arc<Mutex<Vec<String>>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    request(&mut stream, &heard).await;
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn request(stream: &mut (impl AsyncRead + Unpin), heard: &Mutex<Vec<String>>) {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => text.push(byte),
            Err(_) => return,
        }
    }
    let lines = String::from_utf8(text).unwrap();
    let announced = lines
        .split_once("content-length: ")
        .and_then(|(_, rest)| rest.lines().next());
    let mut body = vec![0; announced.map_or(0, |length| length.parse().unwrap())];
    if stream.read_exact(&mut body).await.is_ok() {
        heard
            .lock()
            .unwrap()
            .push(lines + str::from_utf8(&body).unwrap());
    }
}
