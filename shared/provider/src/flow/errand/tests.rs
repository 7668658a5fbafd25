//! What a request wants of the sign-in.

use protocol::authorize::Dialect;
use protocol::{Digest, Params, UserId};

use super::*;
use crate::flow::proof::{ACR_DEFAULT, ACR_MFA, ACR_PHR};
use crate::session::SessionId;

fn wanted(query: &str) -> Wanted {
    let params = Params::parse(format!("response_type=code&{query}").as_bytes()).unwrap();
    Wanted::of(&AuthorizeRequest::parse(&params, Dialect::Oauth).unwrap())
}

fn session(auth_time: i64) -> Session {
    Session {
        id: SessionId(uuid::Uuid::nil()),
        cookie: Digest::of(b"cookie"),
        user: UserId::from_random([1; 16]),
        generation: 0,
        auth_time: Timestamp::from_unix(auth_time),
        proofs: Vec::new(),
        began: Timestamp::from_unix(auth_time),
        user_agent: String::new(),
        address: None,
        left: std::collections::BTreeMap::new(),
        visited: std::collections::BTreeMap::new(),
        expires: Timestamp::from_unix(i64::MAX),
    }
}

#[test]
fn rfc9470_4_any_of_the_values_will_do_and_what_is_stronger_too() {
    let of = |values: &str| wanted(&format!("acr_values={values}")).least();
    assert_eq!(of(ACR_PHR), Some(Strength::Phishproof));
    assert_eq!(of(&format!("{ACR_PHR}+{ACR_MFA}")), Some(Strength::Multi));
    assert_eq!(
        of(&format!("{ACR_MFA}+{ACR_DEFAULT}")),
        Some(Strength::Single)
    );
    let multi = wanted(&format!("acr_values={ACR_MFA}"));
    assert!(multi.exceeds(Strength::Single));
    assert!(!multi.exceeds(Strength::Multi) && !multi.exceeds(Strength::Phishproof));
}

#[test]
fn oidc_core_3_1_2_1_values_that_are_not_known_ask_for_nothing() {
    for values in ["gold", "gold+silver", ""] {
        let wanted = wanted(&format!("acr_values={values}"));
        assert!(
            wanted.least().is_none() && !wanted.exceeds(Strength::Single),
            "{values}"
        );
    }
    assert_eq!(
        wanted("acr_values=gold+phr").least(),
        Some(Strength::Phishproof)
    );
}

#[test]
fn oidc_core_5_5_1_1_an_essential_acr_that_is_not_known_is_out_of_reach() {
    let essential = |acr: &str| {
        let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
        let claims: String = form_urlencoded::byte_serialize(claims.as_bytes()).collect();
        wanted(&format!("claims={claims}"))
    };
    assert!(essential("gold").is_out_of_reach() && essential("gold").exceeds(Strength::Phishproof));
    assert!(!essential("phr").is_out_of_reach());
    assert_eq!(essential("phr").least(), Some(Strength::Phishproof));
}

#[test]
fn oidc_core_3_1_2_1_a_sign_in_is_fresh_for_max_age_seconds() {
    let fresh =
        |query: &str, now: i64| wanted(query).finds_fresh(&session(100), Timestamp::from_unix(now));
    assert!(fresh("max_age=60", 160) && !fresh("max_age=60", 161));
    assert!(fresh("", 1_000_000));
    assert!(!fresh("max_age=0", 100), "max_age=0 is prompt=login");
    assert!(!fresh("prompt=login", 100) && !fresh("prompt=select_account", 100));
}
