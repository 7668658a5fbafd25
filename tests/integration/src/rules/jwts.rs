//! No forged JWT is believed, wherever it comes in (RFC 8725), and a good one is taken after all of them.

use serde_json::{Value, json};

use super::forged::Held;
use super::places;
use crate::assertions::{Elsewhere, claims as of_source};
use crate::client_authentication::said;
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, json as body, member, summary};
use crate::jar;
use crate::par::PAR;
use crate::register::{plain, register};

fn held<'a>(key: &'a Elsewhere, typ: &'a str, claims: Value) -> Held<'a> {
    Held { key, typ, claims }
}

/// Each is refused with this error.
async fn refused<'a>(held: &Held<'_>, error: &str, sent: impl Fn(&str) -> Exchange<'a>, to: &str) {
    for (what, jwt) in held.forged() {
        let answer = sent(&jwt).send_to(to).await;
        assert_eq!(
            body(&answer)["error"],
            error,
            "{what}: {}",
            summary(&answer)
        );
        assert!(matches!(answer.status().as_u16(), 400 | 401), "{what}");
    }
}

/// A request line has 8 KiB at most.
const fn is_too_long_for_a_url(jwt: &str) -> bool {
    jwt.len() > 8 * 1024
}

const TOKEN: &str = crate::harness::exchange::TOKEN;

#[tokio::test]
async fn rfc8725_3_no_forged_jwt_authenticates_a_client() {
    let key = Elsewhere::new("k");
    let bench = places::clients(&key).await;
    let held = held(&key, "JWT", said(&bench));
    let sent = |jwt: &str| places::assertion(&bench, jwt);
    refused(&held, "invalid_client", sent, TOKEN).await;
    sent(&held.good()).tokens().await;
}

#[tokio::test]
async fn rfc8725_3_no_forged_jwt_is_a_workloads() {
    let key = Elsewhere::new("k");
    let bench = places::sources(&key).await;
    let held = held(&key, "JWT", of_source(&bench));
    let assertion = |jwt: &str| places::assertion(&bench, jwt);
    refused(&held, "invalid_grant", assertion, TOKEN).await;
    let grant = |jwt: &str| places::grant(&bench, jwt);
    refused(&held, "invalid_grant", grant, TOKEN).await;
    let exchange = |jwt: &str| places::exchange(&bench, jwt);
    refused(&held, "invalid_request", exchange, TOKEN).await;
    grant(&held.good()).tokens().await;
}

#[tokio::test]
async fn rfc8725_3_no_forged_jwt_is_exchanged() {
    let key = Elsewhere::new("k");
    let bench = places::sources(&key).await;
    let held = held(&key, "JWT", of_source(&bench));
    let actor = |jwt: &str| {
        let subject = places::exchange(&bench, &held.good());
        let kind = "urn:ietf:params:oauth:token-type:jwt";
        subject
            .with("actor_token", jwt)
            .with("actor_token_type", kind)
    };
    refused(&held, "invalid_request", actor, TOKEN).await;
    places::exchange(&bench, &held.good()).tokens().await;
}

#[tokio::test]
async fn rfc8725_3_no_forged_jwt_is_a_request() {
    let key = Elsewhere::new("k");
    let bench = places::requests(&key).await;
    let held = held(&key, jar::TYPE, jar::asked(&bench));
    for (what, jwt) in held.forged() {
        // OpenID Connect Core §6.1 has a word of its own for requests that nobody signed.
        let plain = what.starts_with("alg none,");
        let error = if plain {
            "request_not_supported"
        } else {
            "invalid_request_object"
        };
        if !is_too_long_for_a_url(&jwt) {
            assert_eq!(jar::refused(&bench, &jwt).await, error, "{what}");
        }
        let pushed = Exchange::of(&bench, "fast").with("request", &jwt);
        let answer = pushed.send_to(PAR).await;
        assert_eq!(body(&answer)["error"], error, "pushed, {what}");
    }
    let back = jar::visit(&bench, &held.good()).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn rfc8725_3_no_forged_jwt_has_anybody_asked() {
    let key = Elsewhere::new("k");
    let bench = places::requests(&key).await;
    let held = held(&key, "JWT", places::asked(&bench));
    let sent = |jwt: &str| Exchange::of(&bench, "fast").with("request", jwt);
    let to = "/application/o/backchannel-authentication/";
    refused(&held, "invalid_request", sent, to).await;
    let answer = sent(&held.good()).send_to(to).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
}

#[tokio::test]
async fn rfc8725_3_no_forged_jwt_vouches_for_software() {
    let key = Elsewhere::new("k");
    let bench = places::statements(&key).await;
    let held = held(&key, "JWT", places::stated(&bench));
    let stated = |jwt: &str| {
        let mut body = plain();
        body["software_statement"] = jwt.into();
        body
    };
    for (what, jwt) in held.forged() {
        let answer = register(&bench, &stated(&jwt)).await;
        let error = &body(&answer)["error"];
        assert_eq!(
            error,
            "invalid_software_statement",
            "{what}: {}",
            summary(&answer)
        );
    }
    let answer = register(&bench, &stated(&held.good())).await;
    assert_eq!(answer.status(), 201, "{}", summary(&answer));
}

/// Ours are signed by keys that nobody else has: whatever else says the same is no hint.
#[tokio::test]
async fn rfc8725_3_no_forged_jwt_is_a_hint() {
    let bench = Bench::embedded().await;
    let own = bench.tokens("fast", "openid").await;
    let own = member(&own, "id_token");
    let published = body(&bench.get("/application/o/fast/jwks/").await);
    let key = Elsewhere::new(member(&published["keys"][0], "kid"));
    let held = held(&key, "JWT", crate::harness::claims(own));
    let (input, _) = own.rsplit_once('.').expect("three parts");
    let (_, signature) = held
        .good()
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("three parts");
    let mut all = held.forged();
    all.push((
        "another's signature".to_owned(),
        format!("{input}.{signature}"),
    ));
    all.push(("a stranger's".to_owned(), held.good()));
    let mut browser = Browser::new(&bench);
    for (what, jwt) in all {
        if is_too_long_for_a_url(&jwt) {
            continue;
        }
        let path = authorize_path("fast", "openid", &[("id_token_hint", &jwt)]);
        let answer = browser.get(&path).await;
        let to = location(&answer).unwrap_or_default();
        assert!(to.contains("error=invalid_request&"), "{what}: {to}");
    }
    let hint = [("id_token_hint", own)];
    let back = browser.authorize("fast", "openid", &hint).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}

/// Whoever makes a proof chooses its key: what is left to forge is everything else (RFC 9449 §4.3).
#[tokio::test]
async fn rfc8725_3_no_forged_jwt_is_a_proof() {
    let bench = Bench::embedded().await;
    let key = Elsewhere::new("k");
    let mut jwk = key.jwk();
    jwk.as_object_mut().expect("an object").remove("use");
    let claims = || crate::harness::prover::Prover::claims(&bench, "POST", TOKEN);
    let asked = || crate::machines::by_secret(&bench, "fast").with("scope", "openid");
    let with = |name: &str, value: Value| {
        let mut header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk});
        header[name] = value;
        key.signed(&header, &claims())
    };
    let stranger = Elsewhere::new("k");
    let spelled = |header: &str, claims: &str| key.spelled(header, claims);
    let good = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}).to_string();
    let said = claims().to_string();
    let and = |object: &str, more: &str| format!("{},{more}}}", &object[..object.len() - 1]);
    let deep = format!(r#""x":{}{}"#, "[".repeat(200), "]".repeat(200));
    for (what, proof) in [
        ("alg none", with("alg", "none".into())),
        ("alg HS256", with("alg", "HS256".into())),
        ("alg RS256", with("alg", "RS256".into())),
        ("typ", with("typ", "JWT".into())),
        ("another key", with("jwk", stranger.jwk())),
        (
            "a shared key",
            with("jwk", json!({"kty": "oct", "k": "AA"})),
        ),
        (
            "a key elsewhere",
            with("jwk", "https://evil.example/jwk".into()),
        ),
        ("crit", with("crit", json!(["exp"]))),
        ("b64", with("b64", json!(false))),
        ("jti twice", spelled(&good, &and(&said, r#""jti":"x""#))),
        ("alg twice", spelled(&and(&good, r#""alg":"none""#), &said)),
        ("deep", spelled(&good, &and(&said, &deep))),
        (
            "large",
            spelled(
                &good,
                &and(&said, &format!(r#""x":"{}""#, "x".repeat(16 * 1024))),
            ),
        ),
    ] {
        let answer = asked().header("dpop", &proof).send().await;
        assert_eq!(
            body(&answer)["error"],
            "invalid_dpop_proof",
            "{what}: {}",
            summary(&answer)
        );
    }
    let tokens = asked()
        .header("dpop", &spelled(&good, &said))
        .tokens()
        .await;
    assert_eq!(tokens["token_type"], "DPoP");
}
