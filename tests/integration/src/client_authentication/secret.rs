//! Secrets: signed with (`client_secret_jwt`), and several at a time.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{ClientId, Seconds, Secret};
use provider::client::{AuthMethod, FurtherSecret};
use provider::config::SharedSecret;
use provider::tenant::Purpose;
use serde_json::json;

use super::{asking, refused, said};
use crate::assertions::{Elsewhere, encoded};
use crate::harness::{Bench, configure};
use crate::machines::{by_secret, naming};
use aws::Ports as _;

const SECRET: &str = "a secret of sixty-four characters, as long as the longest of hashes";

/// A bench whose client `fast` signs with [`SECRET`].
async fn with_secret(alg: Option<&str>) -> Bench {
    let bench = Bench::embedded().await;
    let id = ClientId::parse("fast").expect("an id");
    let (tenant, purpose) = (&bench.seeded.tenant.id, Purpose::ClientSecret("fast"));
    let seals = bench.backend.sealer();
    let sealed = seals
        .seal(tenant, purpose, SECRET.as_bytes())
        .await
        .expect("seals");
    let alg = alg.map(str::to_owned);
    configure::client(&bench, "fast", |client| {
        client.metadata.token_endpoint_auth_method = Some(AuthMethod::ClientSecretJwt);
        client.metadata.token_endpoint_auth_signing_alg = alg;
        client.shared_secret = Some(SharedSecret {
            digest: Secret::new(SECRET).digest(),
            client_id: id,
            sealed,
        });
    })
    .await;
    bench
}

fn signed(bench: &Bench, alg: &str, secret: &str) -> String {
    let with = match alg {
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let input = format!(
        "{}.{}",
        encoded(&json!({"alg": alg})),
        encoded(&said(bench))
    );
    let tag = hmac::sign(&hmac::Key::new(with, secret.as_bytes()), input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
}

#[tokio::test]
async fn oidc_core_9_client_secret_jwt_is_an_hmac_under_the_secret() {
    let bench = with_secret(None).await;
    for alg in ["HS256", "HS384", "HS512"] {
        asking(&bench, &signed(&bench, alg, SECRET)).tokens().await;
    }
    let why = refused(&asking(&bench, &signed(&bench, "HS256", "fast-secret"))).await;
    assert_eq!(why, "client assertion: the JWT's signature is wrong");
    let by_key = Elsewhere::new("k").token(&said(&bench));
    let why = refused(&asking(&bench, &by_key)).await;
    assert_eq!(why, "client assertion: the JWT's alg is not its key's");
    let twice = signed(&bench, "HS256", SECRET);
    asking(&bench, &twice).tokens().await;
    let why = refused(&asking(&bench, &twice)).await;
    assert_eq!(why, "the client assertion was used before");
}

#[tokio::test]
async fn oidc_registration_2_the_registered_algorithm_is_the_only_one() {
    let bench = with_secret(Some("HS512")).await;
    asking(&bench, &signed(&bench, "HS512", SECRET))
        .tokens()
        .await;
    let why = refused(&asking(&bench, &signed(&bench, "HS256", SECRET))).await;
    assert_eq!(why, "client assertion: the JWT's alg is not its key's");
}

#[tokio::test]
async fn a_client_that_signs_with_its_secret_does_not_send_it() {
    let bench = with_secret(None).await;
    let sent = naming(&bench, "fast").with("client_secret", SECRET);
    assert_eq!(
        refused(&sent).await,
        "the client authenticates in another way"
    );
}

#[tokio::test]
async fn a_further_secret_is_good_until_its_second_and_one_without_end_for_good() {
    let bench = Bench::embedded().await;
    let end = bench.now() + Seconds(30 + 60);
    let further = |text: &str, expires| FurtherSecret {
        digest: Secret::new(text).digest(),
        expires,
    };
    configure::client(&bench, "fast", |client| {
        client.metadata.further_secrets = vec![further("old", Some(end)), further("other", None)];
    })
    .await;
    let with = |secret: &str| naming(&bench, "fast").with("client_secret", secret);
    for good in ["fast-secret", "old", "other"] {
        with(good).tokens().await;
    }
    by_secret(&bench, "fast").tokens().await;
    bench.wait(Seconds(59));
    with("old").tokens().await;
    bench.wait(Seconds(1));
    let over = with("old").summary().await;
    assert!(over.contains("invalid_client"), "{over}");
    with("other").tokens().await;
    with("fast-secret").tokens().await;
}
