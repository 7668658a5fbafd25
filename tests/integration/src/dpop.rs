//! Tokens that are bound to a key (RFC 9449, RFC 8705 §3).

mod api;
mod certificate;
mod nonce;
mod refreshing;
mod replay;
mod resource;
mod token;

use provider::client::Client;
use serde_json::Value;

use crate::harness::exchange::Exchange;
use crate::harness::prover::Prover;
use crate::harness::{Bench, configure};

pub(crate) const OFFLINE: &str = "openid offline_access";

/// Changes the metadata of this application's client.
pub(crate) async fn reconfigured(slug: &str, change: impl FnOnce(&mut Client)) -> Bench {
    let bench = Bench::embedded().await;
    configure::client(&bench, slug, change).await;
    bench
}

/// A token request for a fresh code, valid but for its proof.
pub(crate) async fn asking<'a>(bench: &'a Bench, client: &str, scope: &str) -> Exchange<'a> {
    let code = bench.code(client, scope, &[]).await;
    Exchange::code(bench, client, &code)
}

/// Tokens that are bound to this key.
pub(crate) async fn bound(bench: &Bench, client: &str, prover: &Prover, scope: &str) -> Value {
    let exchange = asking(bench, client, scope).await;
    prover.prove(bench, exchange).tokens().await
}

/// How a token request is refused.
fn refused(code: &str, words: &str) -> String {
    format!(r#"400 cache-control: no-store {{"error":"{code}","error_description":"{words}"}}"#)
}
