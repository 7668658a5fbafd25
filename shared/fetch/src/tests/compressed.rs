//! Documents that are small on the way and large once unpacked: nothing is unpacked, and nothing asks for it.

use super::server::Server;
use super::{FetchError, from};

/// Text that says it is compressed: what unpacks it has to fail on it, or to make something else of it.
fn compressed(coding: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn what_is_compressed_stays_as_small_as_it_came() {
    let body = "x".repeat(1_000);
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        let server = Server::answering(&compressed(coding, &body)).await;
        let got = from(&server).await;
        assert_eq!(got, Ok(body.clone()), "{coding}: as it came");
        let asked = server.heard().concat();
        assert!(!asked.contains("accept-encoding"), "{asked}");
    }
    let large = "x".repeat(64 * 1024 + 1);
    let server = Server::answering(&compressed("gzip", &large)).await;
    assert_eq!(from(&server).await, Err(FetchError::TooLarge));
}
