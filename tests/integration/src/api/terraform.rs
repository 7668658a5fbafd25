//! What authentik's Terraform provider v2024.10.2 calls, in its order and with its bodies (API reference D).

mod data;
mod run;

use provider::flow;
use serde_json::{Value, json};

use self::run::{Kind, Terraform};
use super::certificates::{EC, EC_KEY};
use super::harness::Api;
use super::providers::flow_pk;

const PAIRS: &str = "/crypto/certificatekeypairs/";

/// What the provider sends of an OAuth2 provider; what is null is left out.
async fn provider(api: &Api, mapping: &Value) -> Value {
    json!({
        "name": "grafana",
        "authentication_flow": null,
        "authorization_flow": flow_pk(api, flow::IMPLICIT_CONSENT).await,
        "invalidation_flow": flow_pk(api, flow::PROVIDER_INVALIDATION).await,
        "access_code_validity": "minutes=1",
        "access_token_validity": "minutes=10",
        "refresh_token_validity": "days=30",
        "include_claims_in_id_token": true,
        "client_id": "grafana",
        "client_secret": null,
        "client_type": "confidential",
        "issuer_mode": "per_provider",
        "sub_mode": "hashed_user_id",
        "property_mappings": [mapping["pk"]],
        "jwks_sources": [],
        "redirect_uris": [
            {"matching_mode": "strict", "url": "https://grafana.example/login/generic_oauth"},
            {"matching_mode": "regex", "url": "https://.*\\.grafana\\.example/cb"},
        ],
        "signing_key": null,
        "encryption_key": null,
    })
}

fn application(provider: &Value) -> Value {
    json!({
        "name": "Grafana",
        "slug": "grafana",
        "provider": provider["pk"],
        "backchannel_providers": [],
        "open_in_new_tab": false,
        "meta_icon": "https://cdn.example/grafana.svg",
        "meta_launch_url": "",
        "meta_description": "",
        "meta_publisher": "",
        "policy_engine_mode": "any",
        "group": "",
    })
}

fn binding(target: &Value, policy: &Value) -> Value {
    json!({
        "target": target,
        "policy": policy["pk"],
        "user": null,
        "group": null,
        "order": 0,
        "negate": false,
        "enabled": true,
        "timeout": 30,
        "failure_result": false,
    })
}

/// Makes one of each kind, as `apply` does: in the order of what needs what.
async fn apply(api: &Api, terraform: &mut Terraform<'_>) -> Value {
    let mapping = json!({"name": "teams", "scope_name": "teams", "description": null, "expression": "return {\"teams\": [group.name for group in request.user.ak_groups.all()]}\n"});
    let mapping = terraform.create(Kind::Mapping, mapping).await;
    assert_eq!(mapping["description"], "", "not null");
    let pair = json!({"name": "brought", "certificate_data": EC, "key_data": EC_KEY});
    let pair = terraform.create(Kind::Pair, pair).await;
    assert!(pair["cert_expiry"].is_string(), "{pair}");
    let config = provider(api, &mapping).await;
    let provider = terraform.create(Kind::Provider, config).await;
    let secret = provider["client_secret"].as_str().expect("a secret");
    assert!(!secret.is_empty(), "one is generated");
    let application = terraform
        .create(Kind::Application, application(&provider))
        .await;
    let group = json!({"name": "operators", "is_superuser": false, "parent": "", "users": null, "roles": [], "attributes": {"a": {"b": [1, null, "c"]}}});
    let group = terraform.create(Kind::Group, group).await;
    let user = json!({"username": "tf", "name": "", "type": "internal", "is_active": true, "path": "users", "email": "", "groups": [group["pk"]], "attributes": {}, "password": "a long pass phrase of tf"});
    let user = terraform.create(Kind::User, user).await;
    let policy =
        json!({"name": "adults", "execution_logging": false, "expression": "return True\n"});
    let policy = terraform.create(Kind::Policy, policy).await;
    let binding = binding(&application["pk"], &policy);
    terraform.create(Kind::Binding, binding).await;
    let token = json!({"identifier": "tf", "user": user["pk"], "intent": "api", "expiring": true, "expires": null, "description": ""});
    let token = terraform.create(Kind::Token, token).await;
    assert!(token["expires"].is_string(), "expires_in is made of it");
    json!({"mapping": mapping, "pair": pair, "provider": provider, "group": group, "user": user})
}

/// Changes each of them.
async fn change(terraform: &mut Terraform<'_>, made: &Value) {
    let changes = json!({"description": "Your teams", "expression": "return {\"teams\": []}"});
    terraform.update(Kind::Mapping, &changes).await;
    let changes = json!({"name": "brought again"});
    terraform.update(Kind::Pair, &changes).await;
    let changes = json!({
        "access_token_validity": "hours=2",
        "signing_key": made["pair"]["pk"],
        "redirect_uris": [],
        "property_mappings": [],
    });
    let provider = terraform.update(Kind::Provider, &changes).await;
    assert_eq!(provider["client_secret"], made["provider"]["client_secret"]);
    let changes = json!({"slug": "boards", "group": "Watching", "meta_icon": "fa://fa-gauge", "provider": null});
    terraform.update(Kind::Application, &changes).await;
    let changes = json!({"attributes": {}, "is_superuser": true});
    let group = terraform.update(Kind::Group, &changes).await;
    assert_eq!(group["users"], json!([made["user"]["pk"]]), "they stay");
    let changes =
        json!({"name": "T. F.", "email": "tf@example.com", "groups": [], "attributes": {"n": 1}});
    terraform.update(Kind::User, &changes).await;
    let changes = json!({"expression": "return False", "execution_logging": true});
    terraform.update(Kind::Policy, &changes).await;
    let changes = json!({"policy": null, "group": made["group"]["pk"], "order": 7, "negate": true});
    terraform.update(Kind::Binding, &changes).await;
    let changes = json!({"identifier": "tf-2", "description": "of tf", "intent": "app_password"});
    terraform.update(Kind::Token, &changes).await;
}

async fn lives(api: &Api) {
    let mut terraform = Terraform::configure(api).await;
    let made = apply(api, &mut terraform).await;
    assert_eq!(terraform.plan().await, [""; 0], "the plan after apply");
    change(&mut terraform, &made).await;
    assert_eq!(terraform.plan().await, [""; 0], "the plan after the update");
    terraform.destroy().await;
}

#[tokio::test]
async fn reference_d_what_terraform_makes_and_changes_leaves_its_plan_empty_until_it_is_destroyed()
{
    lives(&Api::start().await).await;
}

#[tokio::test]
async fn reference_d_terraform_reads_what_it_has_just_written_on_dynamodb_local() {
    lives(&Api::on_dynamodb_local().await).await;
}

#[tokio::test]
async fn reference_d_a_key_that_is_taken_away_is_not_transmitted() {
    let api = Api::start().await;
    let mut terraform = Terraform::configure(&api).await;
    let made = apply(&api, &mut terraform).await;
    let key = json!({"signing_key": made["pair"]["pk"]});
    terraform.update(Kind::Provider, &key).await;
    let path = format!("/providers/oauth2/{}/", made["provider"]["pk"]);
    let mut body = provider(&api, &made["mapping"]).await;
    body.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    let (status, put) = api.put(&path, body).await;
    assert_eq!(
        (status.as_u16(), &put["signing_key"]),
        (200, &made["pair"]["pk"]),
        "as in authentik, it stays"
    );
}

#[tokio::test]
async fn reference_d_the_private_key_of_a_pair_that_was_brought_is_refused_and_of_one_made_here_empty()
 {
    let api = Api::start().await;
    let brought = json!({"name": "brought", "certificate_data": EC, "key_data": EC_KEY});
    let public = json!({"name": "public", "certificate_data": EC});
    for body in [brought, public] {
        let made = api.made(PAIRS, body).await;
        let path = format!("{PAIRS}{}/view_private_key/", made["pk"].as_str().unwrap());
        let (status, told) = api.get(&path).await;
        let detail = "The private key of a pair that was brought is never shown.";
        assert_eq!((status.as_u16(), told), (403, json!({"detail": detail})));
        assert_eq!(api.get(&format!("{path}?download")).await.0, 403);
    }
    let body = json!({"common_name": "made", "validity_days": 1, "alg": "ecdsa"});
    let (_, made) = api.post(&format!("{PAIRS}generate/"), body).await;
    let path = format!("{PAIRS}{}/view_private_key/", made["pk"].as_str().unwrap());
    assert_eq!(api.shown(&path).await, json!({"data": ""}));
}
