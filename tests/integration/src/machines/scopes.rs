//! Scopes of programs: only those asked for, and of those only the mapped ones (reference §3.5; CVE-2024-52287).

use super::by_secret;
use crate::harness::answers::headers;
use crate::harness::{Bench, claims, member};

#[tokio::test]
async fn reference_3_5_none_requested_is_none_granted_and_no_claims() {
    let bench = Bench::embedded().await;
    for exchange in [
        by_secret(&bench, "fast"),
        by_secret(&bench, "fast").with("scope", ""),
        by_secret(&bench, "fast").with("scope", " "),
    ] {
        let tokens = exchange.tokens().await;
        assert_eq!(member(&tokens, "scope"), "");
        let claims = claims(member(&tokens, "access_token"));
        let mut names: Vec<_> = claims.as_object().unwrap().keys().collect();
        names.sort();
        let want = [
            "acr",
            "aud",
            "auth_time",
            "azp",
            "exp",
            "iat",
            "iss",
            "sub",
            "uid",
        ];
        assert_eq!(names, want);
        let told = bench.userinfo(member(&tokens, "access_token")).await;
        assert_eq!(
            told.status(),
            403,
            "UserInfo needs `openid`: {:?}",
            headers(&told)
        );
    }
}

#[tokio::test]
async fn cve_2024_52287_scopes_without_a_mapping_are_dropped() {
    let bench = Bench::embedded().await;
    let asked = "admin openid profile goauthentik.io/api user:email";
    let tokens = by_secret(&bench, "fast")
        .with("scope", asked)
        .tokens()
        .await;
    assert_eq!(member(&tokens, "scope"), "openid profile");
    let claims = claims(member(&tokens, "access_token"));
    assert!(
        claims["preferred_username"]
            .as_str()
            .unwrap()
            .starts_with("ak-")
    );
    assert!(claims.get("email").is_none());
    let none = by_secret(&bench, "fast")
        .with("scope", "admin")
        .tokens()
        .await;
    assert_eq!(member(&none, "scope"), "", "not all of them");
}

#[tokio::test]
async fn rfc6749_3_3_a_scope_that_is_none_is_invalid_scope() {
    let bench = Bench::embedded().await;
    let answer = by_secret(&bench, "fast")
        .with("scope", "a\"b")
        .summary()
        .await;
    assert!(answer.contains(r#""error":"invalid_scope""#), "{answer}");
}
