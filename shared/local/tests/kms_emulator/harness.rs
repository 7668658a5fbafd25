//! An emulator on a free port, a real SDK client for it, and a clock that tests move.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec};
use aws_sdk_kms::{Client, Config};
use local::kms::{Emulator, REGION};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// When every test begins, in seconds since 1970.
pub(crate) const START: u64 = 1_700_000_000;

pub(crate) struct Kms {
    pub(crate) client: Client,
    pub(crate) address: SocketAddr,
    clock: Arc<AtomicU64>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<anyhow::Result<()>>,
}

impl Kms {
    pub(crate) async fn start() -> Self {
        Self::serve(Emulator::memory()).await
    }

    pub(crate) async fn serve(emulator: Emulator) -> Self {
        let clock = Arc::new(AtomicU64::new(START));
        let read = clock.clone();
        let now = move || UNIX_EPOCH + Duration::from_secs(read.load(Ordering::SeqCst));
        let emulator = Arc::new(emulator.with_clock(now));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = oneshot::channel();
        let serving = tokio::spawn(emulator.serve(listener, stopping));
        Self {
            client: client(address),
            address,
            clock,
            stop,
            serving,
        }
    }

    /// Stops as Ctrl-C does; on return nothing of the emulator is left.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Makes a key and gives its id.
    pub(crate) async fn key(&self, spec: KeySpec, usage: KeyUsageType) -> String {
        let made = self
            .client
            .create_key()
            .key_spec(spec)
            .key_usage(usage)
            .send()
            .await
            .unwrap();
        made.key_metadata.unwrap().key_id
    }

    pub(crate) async fn symmetric(&self) -> String {
        self.key(KeySpec::SymmetricDefault, KeyUsageType::EncryptDecrypt)
            .await
    }

    /// Signs and gives the signature.
    pub(crate) async fn sign(
        &self,
        key: &str,
        algorithm: SigningAlgorithmSpec,
        kind: MessageType,
        message: &[u8],
    ) -> Vec<u8> {
        let call = self
            .client
            .sign()
            .key_id(key)
            .signing_algorithm(algorithm)
            .message_type(kind);
        let signed = call.message(Blob::new(message)).send().await.unwrap();
        signed.signature.unwrap().into_inner()
    }

    /// The public key as `SubjectPublicKeyInfo`.
    pub(crate) async fn public_key(&self, key: &str) -> Vec<u8> {
        let answer = self
            .client
            .get_public_key()
            .key_id(key)
            .send()
            .await
            .unwrap();
        answer.public_key.unwrap().into_inner()
    }
}

fn client(address: SocketAddr) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(format!("http://{address}"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The exception of a refused call, as `Type` or `Type: message`.
pub(crate) fn refusal<T, E: ProvideErrorMetadata>(answer: Result<T, SdkError<E>>) -> String {
    let Err(error) = answer else {
        panic!("the call was not refused")
    };
    let code = error.code().expect("an exception of the API").to_owned();
    error
        .message()
        .map_or(code.clone(), |message| format!("{code}: {message}"))
}

/// The type of the exception of a refused call.
pub(crate) fn exception<T, E: ProvideErrorMetadata>(answer: Result<T, SdkError<E>>) -> String {
    let full = refusal(answer);
    full.split(':').next().unwrap_or_default().to_owned()
}

/// Every spec with a usage that it has and the algorithms that it then must offer.
pub(crate) fn signing_specs() -> Vec<(KeySpec, Vec<SigningAlgorithmSpec>)> {
    use SigningAlgorithmSpec as A;
    let rsa = vec![
        A::RsassaPkcs1V15Sha256,
        A::RsassaPkcs1V15Sha384,
        A::RsassaPkcs1V15Sha512,
        A::RsassaPssSha256,
        A::RsassaPssSha384,
        A::RsassaPssSha512,
    ];
    vec![
        (KeySpec::Rsa2048, rsa.clone()),
        (KeySpec::Rsa3072, rsa.clone()),
        (KeySpec::Rsa4096, rsa),
        (KeySpec::EccNistP256, vec![A::EcdsaSha256]),
        (KeySpec::EccNistP384, vec![A::EcdsaSha384]),
        (KeySpec::EccNistP521, vec![A::EcdsaSha512]),
        (KeySpec::EccNistEdwards25519, vec![A::Ed25519Sha512]),
        (KeySpec::MlDsa44, vec![A::MlDsaShake256]),
        (KeySpec::MlDsa65, vec![A::MlDsaShake256]),
        (KeySpec::MlDsa87, vec![A::MlDsaShake256]),
    ]
}
