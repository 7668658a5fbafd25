//! What a refresh answers (RFC 6749 §5.1, OpenID Connect Core §12.2).

use protocol::Seconds;
use serde_json::json;

use super::{ALL, begun, next};
use crate::harness::answers::headers;
use crate::harness::jwt::verified;
use crate::harness::people::{self, sub};
use crate::harness::{Bench, member};

#[tokio::test]
async fn rfc6749_6_the_answer_is_that_of_a_code() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    let answer = exchange.send().await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        headers(&answer),
        [
            "cache-control: no-store",
            "content-type: application/json",
            "pragma: no-cache",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
    let tokens = crate::harness::json(&answer);
    let mut names: Vec<&str> = tokens
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "access_token",
            "expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(
        (
            &tokens["token_type"],
            &tokens["expires_in"],
            &tokens["scope"]
        ),
        (&json!("Bearer"), &json!(3600), &json!(ALL))
    );
}

/// The new ID token, pinned whole: same issuer, subject, audience and time of sign-in, a new time of issue,
/// and no nonce.
async fn pin(client: &str) {
    let bench = Bench::embedded().await;
    let signed_in = bench.now().unix();
    let code = bench.code(client, ALL, &[("nonce", "n")]).await;
    let first = crate::harness::exchange::Exchange::code(&bench, client, &code)
        .tokens()
        .await;
    bench.wait(Seconds(100));
    let refresh_token = member(&first, "refresh_token");
    let exchange = crate::harness::exchange::Exchange::refresh(&bench, client, refresh_token);
    let tokens = exchange.tokens().await;
    let mut expected = json!({
        "iss": format!("http://localhost:8000/application/o/{client}/"),
        "sub": sub(&bench, "ada").await,
        "aud": client,
        "exp": signed_in + 100 + 3600,
        "iat": signed_in + 100,
        "auth_time": signed_in,
        "acr": "goauthentik.io/providers/oauth2/default",
        "amr": ["pwd"],
        "name": "Ada Lovelace",
        "given_name": "Ada Lovelace",
        "preferred_username": "ada",
        "nickname": "ada",
        "groups": ["engines"],
        "email": "ada@example.com",
        "email_verified": true,
    });
    let mut id = verified(&bench, client, member(&tokens, "id_token")).await;
    let sid = id.as_object_mut().and_then(|id| id.remove("sid"));
    let of_code = verified(&bench, client, member(&first, "id_token")).await;
    assert_eq!(sid.as_ref(), Some(&of_code["sid"]), "the same session");
    assert_eq!(id, expected);
    let mut access = verified(&bench, client, member(&tokens, "access_token")).await;
    access
        .as_object_mut()
        .expect("an object")
        .remove("uid")
        .expect("a uid");
    expected["azp"] = client.into();
    assert_eq!(access, expected);
    let told = crate::harness::json(&bench.userinfo(member(&tokens, "access_token")).await);
    assert_eq!(told.get("nonce"), None);
}

#[tokio::test]
async fn oidc_core_12_2_the_id_token_of_an_envelope_key() {
    pin("fast").await;
}

#[tokio::test]
async fn oidc_core_12_2_the_id_token_of_a_key_that_stays_in_kms() {
    pin("es").await;
}

#[tokio::test]
async fn the_new_tokens_tell_of_the_user_as_they_are_now() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    people::rename(&bench, "ada", "Ada King").await;
    let tokens = exchange.tokens().await;
    let id = verified(&bench, "fast", member(&tokens, "id_token")).await;
    assert_eq!(id["name"], "Ada King");
    people::rename(&bench, "ada", "Countess of Lovelace").await;
    let again = exchange.tokens().await; // the predecessor in its grace finds the change as well
    assert_eq!(
        verified(&bench, "fast", member(&again, "id_token")).await["name"],
        "Countess of Lovelace"
    );
    let later = next(&bench, &again).tokens().await;
    assert_eq!(member(&later, "scope"), ALL);
}
