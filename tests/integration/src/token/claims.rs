//! What the tokens say (OpenID Connect Core §2, §3.1.3.6; reference §4), and who signed it.

use protocol::Seconds;
use serde_json::{Value, json};

use crate::harness::exchange::Exchange;
use crate::harness::jwt::{at_hash, verified};
use crate::harness::people::{self, sub};
use crate::harness::{Bench, claims, member};

/// Seconds between sign-in and redemption.
const THINKS: i64 = 7;

/// Both tokens of a client, from a request with a nonce, pinned whole.
async fn pin(client: &str) {
    let bench = Bench::embedded().await;
    let signed_in = bench.now().unix();
    let code = bench
        .code(client, "openid profile email", &[("nonce", "n-0S6_WzA2Mj")])
        .await;
    bench.wait(Seconds(THINKS));
    let tokens = Exchange::code(&bench, client, &code).tokens().await;
    let (access_token, id_token) = (member(&tokens, "access_token"), member(&tokens, "id_token"));

    let mut expected = json!({
        "iss": format!("http://localhost:8000/application/o/{client}/"),
        "sub": sub(&bench, "ada").await,
        "aud": client,
        "exp": signed_in + THINKS + 3600,
        "iat": signed_in + THINKS,
        "auth_time": signed_in,
        "acr": "goauthentik.io/providers/oauth2/default",
        "amr": ["pwd"],
        "nonce": "n-0S6_WzA2Mj",
        "name": "Ada Lovelace",
        "given_name": "Ada Lovelace",
        "preferred_username": "ada",
        "nickname": "ada",
        "groups": ["engines"],
        "email": "ada@example.com",
        "email_verified": true,
        "at_hash": at_hash(access_token),
    });
    let mut id = verified(&bench, client, id_token).await;
    let sid = id.as_object_mut().and_then(|id| id.remove("sid"));
    assert_eq!(sid.expect("a sid").as_str().expect("text").len(), 43);
    assert_eq!(id, expected);

    let mut access = verified(&bench, client, access_token).await;
    let uid = taken(&mut access, "uid");
    let uid = uid.as_str().expect("text");
    assert!(
        uid.len() == 40 && uid.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{uid}"
    );
    taken(&mut expected, "at_hash");
    expected["azp"] = client.into();
    assert_eq!(access, expected);
}

fn taken(claims: &mut Value, name: &str) -> Value {
    let object = claims.as_object_mut().expect("an object");
    object.remove(name).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn oidc_core_2_tokens_of_an_rs256_key_in_an_envelope() {
    pin("web").await;
}

#[tokio::test]
async fn oidc_core_2_tokens_of_an_es256_key_in_an_envelope() {
    pin("fast").await;
}

#[tokio::test]
async fn oidc_core_2_tokens_of_an_es256_key_that_stays_in_kms() {
    pin("es").await;
}

#[tokio::test]
async fn oidc_core_2_tokens_of_an_rs256_key_that_stays_in_kms() {
    pin("direct").await;
}

#[tokio::test]
async fn a_provider_may_keep_claims_out_of_its_tokens() {
    let bench = Bench::embedded().await;
    let code = bench.code("odd", "openid profile email", &[]).await;
    let secret = crate::harness::basic("odd", "s+c/r%41 t:&=~");
    let exchange = Exchange::code(&bench, "odd", &code).authorization(&secret);
    let tokens = exchange.tokens().await;
    let id = verified(&bench, "odd", member(&tokens, "id_token")).await;
    let names: Vec<&String> = id.as_object().expect("an object").keys().collect();
    let mut names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "acr",
            "amr",
            "at_hash",
            "aud",
            "auth_time",
            "exp",
            "iat",
            "iss",
            "sid",
            "sub"
        ]
    );
    let told = crate::harness::json(&bench.userinfo(member(&tokens, "access_token")).await);
    assert_eq!(
        told["email"], "ada@example.com",
        "UserInfo tells them all the same"
    );
}

#[tokio::test]
async fn oidc_core_3_1_3_6_there_is_a_nonce_only_where_one_was_sent() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid").await;
    assert_eq!(claims(member(&tokens, "id_token")).get("nonce"), None);
}

#[tokio::test]
async fn oidc_core_5_4_claims_come_only_with_their_scope() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid email").await;
    let id = claims(member(&tokens, "id_token"));
    assert_eq!(
        (&id["email"], id.get("name")),
        (&json!("ada@example.com"), None)
    );
}

#[tokio::test]
async fn oidc_core_8_sub_is_one_person_at_every_client_and_never_another() {
    let bench = Bench::embedded().await;
    let id = |tokens: Value| claims(member(&tokens, "id_token"))["sub"].clone();
    let (fast, direct) = (
        bench.tokens("fast", "openid").await,
        bench.tokens("direct", "openid").await,
    );
    assert_eq!(id(fast.clone()), id(direct));
    assert_ne!(id(fast), json!(sub(&bench, "bob").await));
}

#[tokio::test]
async fn every_access_token_is_unique_even_in_one_second() {
    let bench = Bench::embedded().await;
    let (one, two) = (
        bench.tokens("fast", "openid").await,
        bench.tokens("fast", "openid").await,
    );
    assert_ne!(member(&one, "access_token"), member(&two, "access_token"));
}

#[tokio::test]
async fn tokens_tell_of_the_user_as_they_are_at_redemption() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid profile", &[]).await;
    people::rename(&bench, "ada", "Ada King").await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    let id = verified(&bench, "fast", member(&tokens, "id_token")).await;
    let access = verified(&bench, "fast", member(&tokens, "access_token")).await;
    assert_eq!(
        (&id["name"], &access["name"]),
        (&json!("Ada King"), &json!("Ada King"))
    );
    assert_eq!(
        id["at_hash"],
        json!(at_hash(member(&tokens, "access_token")))
    );
}
