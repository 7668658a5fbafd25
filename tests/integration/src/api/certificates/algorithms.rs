//! Keys that are made for another algorithm than authentik's two.

use protocol::Seconds;
use serde_json::json;

use super::{PATH, provider};
use crate::api::harness::Api;
use crate::harness::{json, member};

#[tokio::test]
async fn a_key_is_made_for_any_algorithm_and_the_issuer_says_which() {
    let api = Api::start().await;
    for (signing_alg, kind) in [
        ("PS384", "rsa"),
        ("ES512", "ec"),
        ("EdDSA", "ed25519"),
        ("ML-DSA-65", "ml-dsa"),
    ] {
        let body =
            json!({"common_name": signing_alg, "validity_days": 365, "signing_alg": signing_alg});
        let (status, made) = api.post(&format!("{PATH}generate/"), body).await;
        assert_eq!(
            (status.as_u16(), &made["private_key_type"]),
            (200, &json!(kind))
        );
        let of_web = provider(&api, "web").await;
        let (status, told) = api.patch(&of_web, json!({"signing_key": made["pk"]})).await;
        assert_eq!(status, 200, "{told}");
        api.bench.wait(Seconds(30));
        let at = "/application/o/web/.well-known/openid-configuration";
        let said = json(&api.bench.get(at).await);
        assert_eq!(
            said["id_token_signing_alg_values_supported"],
            json!([signing_alg])
        );
        let keys = json(&api.bench.get("/application/o/web/jwks/").await);
        let keys = keys["keys"].as_array().expect("keys").clone();
        let key = keys.iter().find(|key| key["alg"] == signing_alg);
        let key = key.unwrap_or_else(|| panic!("no {signing_alg} in {keys:?}"));
        let tokens = api.bench.tokens("web", "openid").await;
        let header = josekit::jwt::decode_header(member(&tokens, "id_token")).expect("a header");
        assert_eq!(
            (header.claim("alg"), header.claim("kid")),
            (key.get("alg"), key.get("kid"))
        );
    }
    let body = json!({"common_name": "x", "validity_days": 1, "signing_alg": "ES256K"});
    let (status, told) = api.post(&format!("{PATH}generate/"), body).await;
    assert_eq!(
        (status.as_u16(), told["signing_alg"].is_array()),
        (400, true)
    );
}
