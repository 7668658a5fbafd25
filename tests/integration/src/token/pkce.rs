//! Proof Key for Code Exchange at the token endpoint (RFC 7636 §4.5, §4.6; RFC 9700 §2.1.1).

use crate::harness::Bench;
use crate::harness::answers::{INVALID_GRANT, invalid_request};
use crate::harness::exchange::Exchange;

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const S256: [(&str, &str); 2] = [
    (
        "code_challenge",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    ),
    ("code_challenge_method", "S256"),
];
const PLAIN: [(&str, &str); 2] = [
    ("code_challenge", VERIFIER),
    ("code_challenge_method", "plain"),
];

/// Whatever is sent instead of the verifier is refused and leaves the code as it was.
async fn only_the_verifier_redeems(client: &str, challenge: &[(&str, &str)], others: &[&str]) {
    let bench = Bench::embedded().await;
    let code = bench.code(client, "openid", challenge).await;
    let bare = Exchange::code(&bench, client, &code);
    assert_eq!(bare.summary().await, INVALID_GRANT, "no verifier");
    for other in others {
        let wrong = bare.clone().with("code_verifier", other);
        assert_eq!(wrong.summary().await, INVALID_GRANT, "{other}");
    }
    bare.with("code_verifier", VERIFIER).tokens().await;
}

#[tokio::test]
async fn rfc7636_4_6_an_s256_challenge_is_proven_by_its_verifier_alone() {
    let (_, challenge) = S256[0];
    let other = VERIFIER.replace('d', "e");
    // The challenge itself was in a URL: whoever saw it there must not pass it off as the verifier.
    only_the_verifier_redeems("fast", &S256, &[&other, challenge]).await;
}

#[tokio::test]
async fn rfc7636_4_6_a_plain_challenge_is_proven_by_its_verifier_alone() {
    let hashed = S256[0].1;
    let longer = format!("{VERIFIER}A");
    only_the_verifier_redeems("fast", &PLAIN, &[hashed, &longer]).await;
}

#[tokio::test]
async fn rfc7636_4_3_the_method_is_plain_where_none_is_named() {
    only_the_verifier_redeems("fast", &PLAIN[..1], &[S256[0].1]).await;
}

#[tokio::test]
async fn rfc7636_1_a_public_clients_code_is_proven_too() {
    only_the_verifier_redeems("spa", &S256, &[&"x".repeat(43)]).await;
}

#[tokio::test]
async fn rfc7636_4_1_a_verifier_that_breaks_its_grammar_is_invalid_request() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &S256).await;
    let valid = Exchange::code(&bench, "fast", &code).with("code_verifier", VERIFIER);
    let expected = invalid_request(400, "code_verifier must be 43 to 128 unreserved characters");
    for bad in [
        &VERIFIER[1..],
        &"a".repeat(129),
        &VERIFIER.replace('d', " "),
        &VERIFIER.replace('d', "ü"),
    ] {
        let answer = valid.clone().with("code_verifier", bad).summary().await;
        assert_eq!(answer, expected, "{bad}");
    }
    valid.tokens().await;
}

#[tokio::test]
async fn rfc9700_2_1_1_a_verifier_for_a_code_without_challenge_is_a_downgrade() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &[]).await;
    let bare = Exchange::code(&bench, "fast", &code);
    assert_eq!(
        bare.clone().with("code_verifier", VERIFIER).summary().await,
        INVALID_GRANT
    );
    bare.tokens().await;
}
