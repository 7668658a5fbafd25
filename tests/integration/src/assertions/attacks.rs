//! Assertions of somebody who holds no key.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Elsewhere, claims, encoded, trust, trusting, with};
use crate::harness::Bench;
use crate::machines::{naming, refused};

#[tokio::test]
async fn rfc8725_3_1_alg_none_is_refused_in_every_spelling() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    for alg in ["none", "None", "NONE", "nOnE"] {
        let header = json!({"alg": alg, "kid": "k"});
        let input = format!("{}.{}", encoded(&header), encoded(&claims(&bench)));
        for assertion in [format!("{input}."), ci.signed(&header, &claims(&bench))] {
            let why = refused(&with(&bench, &assertion)).await;
            assert_eq!(why, "the assertion's alg is not its key's", "{alg}");
        }
    }
}

#[tokio::test]
async fn rfc8725_3_11_a_logout_token_is_no_assertion() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let typed = |typ: &str| {
        let header = json!({"alg": "ES256", "kid": "k", "typ": typ});
        ci.signed(&header, &claims(&bench))
    };
    let mut untyped = claims(&bench);
    let event = "http://schemas.openid.net/event/backchannel-logout";
    untyped["events"] = json!({event: {}});
    for other in [
        typed("logout+jwt"),
        typed("application/logout+jwt"),
        typed("secevent+jwt"),
        typed("dpop+jwt"),
        typed("oauth-authz-req+jwt"),
        typed("token-introspection+jwt"),
        typed(""),
        ci.token(&untyped),
    ] {
        let why = refused(&with(&bench, &other)).await;
        assert_eq!(
            why,
            "the assertion's typ or events make it another kind of JWT"
        );
    }
    for known in ["JWT", "jwt", "JOSE", "at+jwt", "application/at+jwt"] {
        with(&bench, &typed(known)).tokens().await;
    }
    let nameless = ci.signed(&json!({"alg": "ES256", "kid": "k"}), &claims(&bench));
    with(&bench, &nameless).tokens().await;
}

#[tokio::test]
async fn rfc8725_2_1_hmac_with_the_public_key_is_refused() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let jwk = ci.jwk();
    for secret in [
        jwk.to_string(),
        ci.jwks().to_string(),
        text(&jwk["x"]),
        String::new(),
    ] {
        let header = json!({"alg": "HS256", "kid": "k"});
        let input = format!("{}.{}", encoded(&header), encoded(&claims(&bench)));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, input.as_bytes());
        let forged = format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
        let why = refused(&with(&bench, &forged)).await;
        assert_eq!(why, "the assertion's alg is not its key's");
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[tokio::test]
async fn a_shared_secret_among_the_keys_vouches_for_nothing() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let mut source = ci.source();
    let oct = json!({"keys": [{"kty": "oct", "kid": "k", "alg": "HS256", "k": "c2VjcmV0"}]});
    source.keys = provider::client::JwtKeys::Inline(oct);
    trust(&bench, vec![source]).await;
    let input = format!(
        "{}.{}",
        encoded(&json!({"alg": "HS256", "kid": "k"})),
        encoded(&claims(&bench))
    );
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, b"secret"),
        input.as_bytes(),
    );
    let forged = format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
    let why = refused(&with(&bench, &forged)).await;
    assert_eq!(why, "no trusted source has a key with the assertion's kid");
}

#[tokio::test]
async fn the_clients_own_secret_signs_no_assertion() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let header = json!({"alg": "HS256", "kid": "k"});
    let input = format!("{}.{}", encoded(&header), encoded(&claims(&bench)));
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, b"fast-secret"),
        input.as_bytes(),
    );
    let forged = format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
    let why = refused(&with(&bench, &forged)).await;
    assert_eq!(why, "the assertion's alg is not its key's");
}

#[tokio::test]
async fn what_is_too_large_is_not_read() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let mut large = claims(&bench);
    large["padding"] = "x".repeat(16 * 1024).into();
    let why = refused(&with(&bench, &ci.token(&large))).await;
    assert_eq!(why, "the assertion is larger than 16 KiB");
    let mut source = ci.source();
    let crowd: Vec<_> = (0..101).map(|_| ci.jwk()).collect();
    source.keys = provider::client::JwtKeys::Inline(json!({"keys": crowd}));
    trust(&bench, vec![source]).await;
    let why = refused(&with(&bench, &ci.token(&claims(&bench)))).await;
    assert_eq!(why, "the source's keys are no JWK set of at most 64 KiB");
}

#[tokio::test]
async fn what_is_no_jwt_is_refused() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let good = ci.token(&claims(&bench));
    let json_form = json!({"payload": "e30", "signatures": []}).to_string();
    for bad in [
        "x",
        "..",
        "a.b.c",
        &good[1..],
        &format!("{good}."),
        &format!("{good}=="),
        &json_form,
        "eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIn0.a.b.c.d",
    ] {
        let why = refused(&with(&bench, bad)).await;
        assert_eq!(why, "the assertion is not a JWT", "{bad}");
    }
    let critical = json!({"alg": "ES256", "kid": "k", "crit": ["exp"]});
    let why = refused(&with(&bench, &ci.signed(&critical, &claims(&bench)))).await;
    assert_eq!(why, "the assertion has a critical header");
}

/// An ID token that a trusted issuer gave to a web application is for that application.
#[tokio::test]
async fn a_jwt_the_source_made_for_somebody_else_is_for_another_audience() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    for aud in [
        "some-web-app",
        "https://ci.example",
        "http://localhost:8000",
    ] {
        let mut claims = claims(&bench);
        claims["aud"] = aud.into();
        let why = refused(&with(&bench, &ci.token(&claims))).await;
        assert_eq!(why, "the assertion is for another audience", "{aud}");
    }
}

#[tokio::test]
async fn our_own_tokens_are_no_assertions_of_a_source() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let tokens = naming(&bench, "fast")
        .with("client_secret", "fast-secret")
        .with("scope", "openid")
        .tokens()
        .await;
    for token in ["access_token", "id_token"] {
        let own = crate::harness::member(&tokens, token);
        let why = refused(&with(&bench, own)).await;
        assert_eq!(why, "the assertion's issuer is not the source's", "{token}");
    }
}

/// A hostile sub cannot choose a name outside its own.
#[tokio::test]
async fn a_subject_that_spells_another_account_does_not_get_it() {
    let ci = Elsewhere::new("k");
    let bench: Bench = trusting(ci.source()).await;
    let name = "victim-client_credentials";
    crate::machines::reconfigure(&bench, "es", |client| {
        client.provider_name = "victim".to_owned();
    })
    .await;
    crate::machines::by_secret(&bench, "es").tokens().await;
    crate::machines::reconfigure(&bench, "fast", |client| {
        client.provider_name = "ak".to_owned();
    })
    .await;
    let mut claims = claims(&bench);
    claims["sub"] = name.into(); // `ak-` and this is the account of `es`
    let why = refused(&with(&bench, &ci.token(&claims))).await;
    assert_eq!(why, "the service account's name is taken");
}
