//! What metadata must say and must leave out (RFC 8414, OpenID Connect Discovery), and what tokens are not good for.

use serde_json::Value;

use crate::harness::exchange::Exchange;
use crate::harness::{Bench, header, json, member};

const APPLICATIONS: [&str; 4] = ["web", "es", "fast", "spa"];

/// The metadata of an application's issuer, at both its places.
async fn documents(bench: &Bench, slug: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        format!("/application/o/{slug}/.well-known/openid-configuration"),
        format!("/.well-known/oauth-authorization-server/application/o/{slug}/"),
    ] {
        let answer = bench.get(&path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(
            header(&answer, "content-type"),
            "application/json",
            "{path}"
        );
        all.push(json(&answer));
    }
    all
}

#[tokio::test]
async fn rfc8414_3_2_and_oidc_discovery_4_2_what_has_no_value_is_left_out() {
    let bench = Bench::embedded().await;
    for slug in APPLICATIONS {
        for document in documents(&bench, slug).await {
            for (name, value) in document.as_object().expect("an object") {
                let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
                assert!(!empty && value != "", "{slug}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn rfc8414_3_3_the_issuer_is_the_one_that_was_asked_about() {
    let bench = Bench::embedded().await;
    for slug in APPLICATIONS {
        for document in documents(&bench, slug).await {
            let issuer = format!("http://localhost:8000/application/o/{slug}/");
            assert_eq!(document["issuer"], issuer);
        }
    }
    for path in [
        "/.well-known/oauth-authorization-server/application/o/nobody/",
        "/.well-known/oauth-authorization-server/application/o/",
        "/.well-known/oauth-authorization-server/x",
    ] {
        assert_eq!(bench.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn rfc6749_3_1_and_3_2_no_endpoint_has_a_fragment() {
    let bench = Bench::embedded().await;
    for slug in APPLICATIONS {
        for document in documents(&bench, slug).await {
            let members = document.as_object().expect("an object");
            let places = members
                .iter()
                .filter(|(name, _)| name.ends_with("_endpoint"));
            let places: Vec<&str> = places.filter_map(|(_, value)| value.as_str()).collect();
            assert!(places.len() > 5, "{slug}");
            for place in places {
                assert!(!place.contains(['#', '?']), "{place}");
            }
        }
    }
}

/// Each of these specifications has a member by which clients know that it is there.
#[tokio::test]
async fn rfc9207_3_and_others_the_metadata_says_what_clients_may_count_on() {
    let bench = Bench::embedded().await;
    for document in documents(&bench, "fast").await {
        let lists = |name: &str, value: &str| {
            let all = document[name].as_array().into_iter().flatten();
            assert!(all.clone().any(|one| one == value), "{name}: {value}");
        };
        assert_eq!(
            document["authorization_response_iss_parameter_supported"],
            true
        );
        let device = "http://localhost:8000/application/o/device/"; // RFC 8628 §4
        assert_eq!(document["device_authorization_endpoint"], device);
        lists("code_challenge_methods_supported", "S256"); // RFC 9700 §2.1.1
        lists("dpop_signing_alg_values_supported", "ES256"); // RFC 9449 §5.1
        lists("token_endpoint_auth_methods_supported", "private_key_jwt"); // RFC 8414 §2
        lists("acr_values_supported", "phr"); // RFC 9470 §7
        lists("response_modes_supported", "query.jwt"); // JARM §4
        for (_, list) in document.as_object().expect("an object") {
            let all = list.as_array().into_iter().flatten();
            assert!(
                !all.clone().any(|one| one == "none"
                    && list.as_array().is_some_and(|list| {
                        list.iter().any(|one| one == "RS256" || one == "ES256")
                    })),
                "no list of algorithms has `none`: {list}"
            );
        }
    }
}

#[tokio::test]
async fn rfc9068_4_an_id_token_opens_nothing() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid offline_access").await;
    for name in ["id_token", "refresh_token"] {
        let token = member(&tokens, name);
        let answer = bench.userinfo(token).await;
        assert_eq!(json(&answer)["error"], "invalid_token", "{name}");
    }
    let asked = Exchange::of(&bench, "fast").with("token", member(&tokens, "id_token"));
    let told = json(&asked.send_to("/application/o/introspect/").await);
    assert_eq!(told["active"], false, "RFC 7662 §2.2");
    assert_eq!(told.as_object().map(serde_json::Map::len), Some(1));
}

#[tokio::test]
async fn oidc_core_5_3_2_the_answer_is_json_and_of_the_person_of_the_id_token() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid profile").await;
    let answer = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(header(&answer, "content-type"), "application/json");
    let id = crate::harness::claims(member(&tokens, "id_token"));
    assert_eq!(json(&answer)["sub"], id["sub"]);
    let sub = id["sub"].as_str().expect("text");
    assert!(sub.len() <= 255 && sub.is_ascii(), "§2");
}
