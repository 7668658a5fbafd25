//! A real client, over real sockets.

use axum::Router;
use axum::routing::get;
use fetch::Fetch;
use provider::ports::Fetcher as _;
use tokio::io::AsyncReadExt as _;

use super::*;

/// Made for this test, for `localhost`; they end in 2126.
const ROOT: &[u8] = include_bytes!("tests/root.pem");

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/tls/tests")
        .join(name)
}

async fn serving() -> SocketAddr {
    let identity = Identity::read(&file("localhost.pem"), &file("localhost-key.pem")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let secured = identity.on(listener).unwrap();
    let address = secured.local_addr().unwrap();
    let router = Router::new().route("/", get(|| async { "hello" }));
    tokio::spawn(axum::serve(secured, router).into_future());
    address
}

#[tokio::test]
async fn a_host_with_leave_is_believed_by_the_authority_that_was_named_and_by_no_other() {
    let url = format!("https://localhost:{}/", serving().await.port());
    let allowing = || Fetch::allowing(["localhost".to_owned()]);
    let trusting = allowing().trusting(ROOT).unwrap();
    assert_eq!(trusting.get(&url).await.unwrap(), "hello");
    assert!(allowing().get(&url).await.is_err());
}

#[tokio::test]
async fn whoever_never_agrees_on_keys_keeps_nobody_waiting() {
    let address = serving().await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    let fetch = Fetch::allowing(["localhost".to_owned()]);
    let fetch = fetch.trusting(ROOT).unwrap();
    let url = format!("https://localhost:{}/", address.port());
    assert_eq!(fetch.get(&url).await.unwrap(), "hello");
    let mut nothing = [0];
    let heard = timeout(Duration::from_millis(20), silent.read(&mut nothing)).await;
    assert!(heard.is_err(), "it is still waited for");
}

#[test]
fn files_that_do_not_fit_together_are_named() {
    let (cert, key) = (file("localhost.pem"), file("localhost-key.pem"));
    let why = |cert: &Path, key: &Path| {
        let error = Identity::read(cert, key).err().unwrap();
        error.to_string()
    };
    let missing = file("nowhere.pem");
    assert!(why(&missing, &key).contains("nowhere.pem"));
    assert!(why(&cert, &missing).contains("nowhere.pem"));
    assert!(why(&key, &key).contains("no certificate"));
    assert!(why(&cert, &cert).contains("cannot read the private key"));
    assert!(why(&file("root.pem"), &key).contains("is not that of"));
}
