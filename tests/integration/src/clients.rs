//! Client authentication at the token endpoint (RFC 6749 §2.3, §3.2.1, §5.2; OpenID Connect Core §9).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::harness::answers::{INVALID_CLIENT, INVALID_CLIENT_BASIC, NO_CLIENT, invalid_request};
use crate::harness::exchange::{Exchange, TOKEN};
use crate::harness::{Bench, basic, encode, form_post, summary};

/// The secret of `odd` as a form would carry it.
const ODD_ENCODED: &str = "s%2Bc%2Fr%2541+t%3A%26%3D%7E";
const ODD: &str = "s+c/r%41 t:&=~";

fn raw_basic(pair: impl AsRef<[u8]>) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

/// A code, and its redemption without any client authentication.
async fn bare<'a>(bench: &'a Bench, client: &str) -> Exchange<'a> {
    let code = bench.code(client, "openid", &[]).await;
    Exchange::code(bench, client, &code)
        .without_authorization()
        .without("client_id")
}

#[tokio::test]
async fn rfc6749_2_3_1_a_confidential_client_authenticates_by_header_or_form() {
    let bench = Bench::embedded().await;
    let header = basic("fast", "fast-secret");
    let ways = [
        bare(&bench, "fast").await.authorization(&header),
        bare(&bench, "fast")
            .await
            .authorization(&header.replace("Basic", "bAsIc")),
        bare(&bench, "fast")
            .await
            .authorization(&header)
            .with("client_id", "fast"),
        bare(&bench, "fast")
            .await
            .with("client_id", "fast")
            .with("client_secret", "fast-secret"),
    ];
    for way in ways {
        way.tokens().await;
    }
}

#[tokio::test]
async fn rfc6749_2_3_1_basic_credentials_are_read_form_encoded_and_as_they_stand() {
    let bench = Bench::embedded().await;
    let ways = [
        bare(&bench, "odd")
            .await
            .authorization(&raw_basic(format!("odd:{ODD_ENCODED}"))),
        bare(&bench, "odd")
            .await
            .authorization(&raw_basic(format!("%6F%64d:{ODD_ENCODED}"))),
        bare(&bench, "odd")
            .await
            .authorization(&raw_basic(format!("odd:{ODD}"))),
        bare(&bench, "odd")
            .await
            .with("client_id", "odd")
            .with("client_secret", ODD),
    ];
    for way in ways {
        way.tokens().await;
    }
    // Decoded once, not twice: the secret holds a literal `%41`.
    let twice = ODD_ENCODED.replace("%2541", "A");
    let wrong = bare(&bench, "odd")
        .await
        .authorization(&raw_basic(format!("odd:{twice}")));
    assert_eq!(wrong.summary().await, INVALID_CLIENT_BASIC);
}

#[tokio::test]
async fn rfc6749_2_1_a_public_client_names_itself_and_proves_nothing() {
    let bench = Bench::embedded().await;
    let ways = [
        bare(&bench, "spa").await.with("client_id", "spa"),
        bare(&bench, "spa").await.authorization(&raw_basic("spa:")),
        bare(&bench, "spa")
            .await
            .with("client_id", "spa")
            .with("client_secret", "of no meaning"),
    ];
    for way in ways {
        way.tokens().await;
    }
    let nameless = bare(&bench, "spa").await;
    assert_eq!(nameless.summary().await, NO_CLIENT);
}

#[tokio::test]
async fn rfc6749_5_2_a_client_that_fails_by_form_is_told_400_and_the_code_stays() {
    let bench = Bench::embedded().await;
    let bare = bare(&bench, "fast").await;
    let named = bare.clone().with("client_id", "fast");
    let failing = [
        ("no secret", named.clone()),
        ("an empty secret", named.clone().with("client_secret", "")),
        (
            "a wrong secret",
            named.clone().with("client_secret", "fast-secreT"),
        ),
        (
            "another client's secret",
            named.clone().with("client_secret", "web-secret"),
        ),
        (
            "an unknown client",
            bare.clone()
                .with("client_id", "x")
                .with("client_secret", "y"),
        ),
        (
            "a slug in another case",
            bare.with("client_id", "FAST")
                .with("client_secret", "fast-secret"),
        ),
    ];
    for (what, exchange) in failing {
        assert_eq!(exchange.summary().await, INVALID_CLIENT, "{what}");
    }
    named.with("client_secret", "fast-secret").tokens().await;
}

#[tokio::test]
async fn rfc6749_5_2_a_request_that_names_no_client_is_told_401_and_the_code_stays() {
    let bench = Bench::embedded().await;
    let bare = bare(&bench, "fast").await;
    let alone = bare.clone().with("client_secret", "fast-secret");
    for nameless in [&bare, &alone] {
        assert_eq!(nameless.summary().await, NO_CLIENT);
    }
    bare.by("fast").tokens().await;
}

#[tokio::test]
async fn rfc6749_5_2_a_client_that_fails_by_header_is_told_401_with_a_challenge_and_the_code_stays()
{
    let bench = Bench::embedded().await;
    let bare = bare(&bench, "fast").await;
    let failing = [
        basic("fast", "wrong"),
        basic("fast", ""),
        basic("unknown", "fast-secret"),
        basic("", "fast-secret"),
        raw_basic("fast"),
        raw_basic([0xff, b':', b's']),
        raw_basic("%ff:fast-secret"),
        raw_basic("fast\u{0}:fast-secret"),
        "Basic".to_owned(),
        "Basic !!!".to_owned(),
        "Bearer fast-secret".to_owned(),
        "Digest username=\"fast\"".to_owned(),
        String::new(),
    ];
    for header in failing {
        let exchange = bare.clone().authorization(&header);
        assert_eq!(exchange.summary().await, INVALID_CLIENT_BASIC, "{header}");
        // A `client_id` beside it does not make up for it.
        let named = exchange.with("client_id", "fast").summary().await;
        assert!(named.contains("error\":\"invalid_"), "{header}: {named}");
    }
    bare.by("fast").tokens().await;
}

#[tokio::test]
async fn rfc6749_2_3_a_client_must_not_authenticate_in_more_than_one_way() {
    let bench = Bench::embedded().await;
    let by_header = bare(&bench, "fast").await.by("fast");
    let two_ways = invalid_request(400, "client authentication is sent in more than one way");
    for (name, value) in [
        ("client_secret", "fast-secret"),
        ("client_assertion", "a.b.c"),
    ] {
        let both = by_header
            .clone()
            .with("client_id", "fast")
            .with(name, value);
        assert_eq!(both.summary().await, two_ways, "{name}");
    }
    let two_clients = by_header.clone().with("client_id", "web").summary().await;
    assert_eq!(
        two_clients,
        invalid_request(400, "client_id is sent in more than one way")
    );
    let twice = by_header
        .clone()
        .and_authorization(&basic("fast", "fast-secret"))
        .summary()
        .await;
    assert_eq!(
        twice,
        invalid_request(400, "Authorization is given more than once")
    );
    by_header.tokens().await;
}

#[tokio::test]
async fn rfc6749_3_2_parameters_of_authentication_must_not_repeat() {
    let bench = Bench::embedded().await;
    let valid = bare(&bench, "fast")
        .await
        .with("client_id", "fast")
        .with("client_secret", "fast-secret");
    for (name, value) in [("client_id", "fast"), ("client_secret", "fast-secret")] {
        let twice = valid.clone().and(name, value).summary().await;
        assert_eq!(
            twice,
            invalid_request(400, &format!("{name} is given more than once"))
        );
    }
    valid.tokens().await;
}

#[tokio::test]
async fn rfc6749_2_3_1_credentials_in_the_uri_are_not_read() {
    let bench = Bench::embedded().await;
    let bare = bare(&bench, "fast").await;
    let query = encode(&[("client_id", "fast"), ("client_secret", "fast-secret")]);
    let answer = bare.send_to(&format!("{TOKEN}?{query}")).await;
    assert_eq!(summary(&answer), NO_CLIENT);
    bare.by("fast").tokens().await;
}

#[tokio::test]
async fn a_header_that_is_not_ascii_is_refused() {
    let bench = Bench::embedded().await;
    let answer = bare(&bench, "fast")
        .await
        .authorization("Basic ä")
        .summary()
        .await;
    assert_eq!(
        answer,
        invalid_request(400, "a header is not visible ASCII")
    );
}

#[tokio::test]
async fn rfc6749_3_2_1_the_client_is_authenticated_before_anything_else_is_looked_at() {
    let bench = Bench::embedded().await;
    let unknown_grant = form_post(TOKEN, &[("grant_type", "magic"), ("client_id", "fast")]);
    assert_eq!(summary(&bench.send(unknown_grant).await), INVALID_CLIENT);
}

#[tokio::test]
async fn a_client_id_that_no_client_can_have_is_invalid_request() {
    let bench = Bench::embedded().await;
    let expected = invalid_request(400, "client_id must be 1 to 255 visible ASCII characters");
    for id in ["ä", &"x".repeat(256)] {
        let exchange = bare(&bench, "fast")
            .await
            .with("client_id", id)
            .with("client_secret", "s");
        assert_eq!(exchange.summary().await, expected, "{id}");
    }
}
