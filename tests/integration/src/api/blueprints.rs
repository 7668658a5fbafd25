//! Blueprints (`managed/blueprints/`): what authentik exports and ships is applied as it is, once and again.

mod apart;
mod errors;
mod tags;

use http::StatusCode;
use serde_json::{Value, json};

use super::harness::{Answer, Api};

pub(crate) const PATH: &str = "/managed/blueprints/";

/// As `ak export_blueprint` writes it (authentik 2024.10): the parts of two OAuth2 applications, in its order.
const EXPORTED: &str = include_str!("blueprints/exported.yaml");

/// In the manner of the blueprints that come with authentik: scope mappings, a flow with stages, what may run it.
const SHIPPED: &str = include_str!("blueprints/shipped.yaml");

/// Posts a blueprint.
async fn post(api: &Api, content: &str) -> Answer {
    let body = json!({ "name": "a test", "content": content });
    api.post(PATH, body).await
}

/// Applies a blueprint that has to be good, and answers with what became of its entries.
async fn applied(api: &Api, content: &str) -> Vec<Value> {
    entries(post(api, content).await)
}

/// What it would do.
async fn rehearsed(api: &Api, content: &str) -> Vec<Value> {
    let body = json!({ "name": "a test", "content": content });
    entries(api.post(&format!("{PATH}?dry_run=true"), body).await)
}

fn entries((status, answer): Answer) -> Vec<Value> {
    assert_eq!(status, 201, "{answer:#}");
    let entries = answer["entries"].as_array();
    entries.expect("entries").clone()
}

/// What is wrong with a blueprint.
async fn refused(api: &Api, content: &str) -> Vec<String> {
    let (status, answer) = post(api, content).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer:#}");
    let wrongs = answer["content"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer:#}"));
    wrongs
        .iter()
        .map(|it| it.as_str().expect("text").to_owned())
        .collect()
}

/// What became of entries, in a word each.
fn actions(entries: &[Value]) -> Vec<&str> {
    let actions = entries.iter().map(|it| it["action"].as_str());
    actions.map(|it| it.expect("an action")).collect()
}

fn all(action: &str, entries: &[Value]) -> bool {
    actions(entries).iter().all(|it| *it == action)
}

/// How often the configuration was changed.
async fn revision(api: &Api) -> u64 {
    let tenant = &api.bench.seeded.tenant.id;
    let store = api.bench.backend.stores.config();
    store.revision(tenant).await.expect("a revision")
}

#[tokio::test]
async fn an_export_of_authentik_is_imported_unchanged() {
    let api = Api::start().await;
    let before = rehearsed(&api, EXPORTED).await;
    let made = applied(&api, EXPORTED).await;
    assert_eq!(actions(&before), actions(&made), "{before:#?}\n{made:#?}");

    let wiki = api.shown("/core/applications/exported-wiki/").await;
    assert_eq!(wiki["pk"], "8e9f0a1b-2c3d-4e5f-8a6b-7c8d9e0fa012");
    let path = format!("/providers/oauth2/{}/", wiki["provider"]);
    let provider = api.shown(&path).await;
    assert_eq!(provider["name"], "Provider for Wiki");
    let secret = provider["client_secret"].as_str().expect("a secret");
    assert!(secret.starts_with("Zk3Jq8Xv1Lw5"), "{provider:#}");
    assert_eq!(provider["redirect_uris"][1]["matching_mode"], "regex");
    // What is here under the same name is what the file's keys mean.
    let slug = "default-provider-authorization-explicit-consent";
    let flow = api.shown(&format!("/flows/instances/{slug}/")).await;
    assert_eq!(provider["authorization_flow"], flow["pk"]);
    assert_eq!(flow["stages"].as_array().map(Vec::len), Some(1), "{flow:#}");
    // No export has private keys: there is a new one.
    let key = provider["signing_key"].as_str().expect("a key");
    let key = api
        .shown(&format!("/crypto/certificatekeypairs/{key}/"))
        .await;
    assert_eq!(key["name"], "authentik Self-signed Certificate");
    assert_eq!(key["private_key_available"], true);

    // Bindings lead to the people of the file, whatever their numbers are here.
    let grace = api.shown("/core/users/?username=grace.exported").await;
    let grace = &grace["results"][0];
    let access = format!(
        "/core/applications/exported-wiki/check_access/?for_user={}",
        grace["pk"]
    );
    assert_eq!(api.shown(&access).await["passing"], true);
    let access = format!(
        "/core/applications/exported-wiki/check_access/?for_user={}",
        api.user.subject.pk
    );
    assert_eq!(api.shown(&access).await["passing"], false);
}

#[tokio::test]
async fn what_is_so_already_is_not_written_again() {
    let api = Api::start().await;
    for content in [EXPORTED, SHIPPED] {
        applied(&api, content).await;
        let (revision_before, events) = (revision(&api).await, count(&api).await);
        let again = applied(&api, content).await;
        assert!(all("unchanged", &again), "{again:#?}");
        assert_eq!(revision(&api).await, revision_before);
        assert_eq!(count(&api).await, events);
    }
}

/// How many providers, people and groups there are, and how much happened to them.
async fn count(api: &Api) -> Vec<Value> {
    let mut counts = Vec::new();
    for path in [
        "/providers/oauth2/",
        "/core/users/",
        "/core/groups/",
        "/crypto/certificatekeypairs/",
        "/flows/bindings/",
        "/policies/bindings/",
        "/events/events/",
    ] {
        counts.push(api.shown(path).await["pagination"]["count"].clone());
    }
    counts
}

#[tokio::test]
async fn a_dry_run_tells_the_difference_and_writes_nothing() {
    let api = Api::start().await;
    let (revision_before, counts) = (revision(&api).await, count(&api).await);
    let would = rehearsed(&api, EXPORTED).await;
    assert_eq!(revision(&api).await, revision_before);
    assert_eq!(count(&api).await, counts);
    let provider = would
        .iter()
        .find(|it| it["name"] == "Provider for Wiki")
        .expect("a provider");
    assert_eq!(provider["action"], "created");
    let text = json!(would).to_string();
    assert!(
        text.contains(r#"{"field":"client_secret","old":null,"new":"***"}"#),
        "{text}"
    );
    assert!(!text.contains("Zk3Jq8Xv1Lw5"), "{text}");

    applied(&api, EXPORTED).await;
    let edited = EXPORTED
        .replace(
            "meta_description: What we know",
            "meta_description: What we knew",
        )
        .replace("Zk3Jq8Xv1Lw5", "another");
    let would = rehearsed(&api, &edited).await;
    let changes: Vec<&Value> = would
        .iter()
        .filter(|it| it["action"] == "updated")
        .map(|it| &it["changes"])
        .collect();
    let secret = json!([{ "field": "client_secret", "old": "***", "new": "***" }]);
    let description =
        json!([{ "field": "meta_description", "old": "What we know", "new": "What we knew" }]);
    assert_eq!(changes, [&secret, &description], "{would:#?}");
}

#[tokio::test]
async fn a_flow_is_made_as_authentiks_own_blueprints_make_them() {
    let api = Api::start().await;
    let made = applied(&api, SHIPPED).await;
    assert!(made.iter().any(|it| it["action"] == "created"), "{made:#?}");
    let flow = api.shown("/flows/instances/blueprint-flow/").await;
    assert_eq!(flow["title"], "Welcome to authentik!");
    assert_eq!(flow["stages"].as_array().map(Vec::len), Some(3), "{flow:#}");
    let path = format!(
        "/flows/bindings/?target={}&ordering=order",
        flow["pk"].as_str().expect("pk")
    );
    let places = api.shown(&path).await;
    let orders: Vec<&Value> = places["results"]
        .as_array()
        .expect("places")
        .iter()
        .map(|it| &it["order"])
        .collect();
    assert_eq!(orders, [10, 20, 100]);
    let path =
        "/propertymappings/provider/scope/?managed=goauthentik.io/providers/oauth2/scope-blueprint";
    let mapping = api.shown(path).await;
    assert_eq!(
        mapping["results"][0]["scope_name"], "blueprint",
        "{mapping:#}"
    );
}

#[tokio::test]
async fn two_who_apply_the_same_at_once_make_it_once() {
    let api = Api::on_dynamodb_local().await;
    let (one, other) = tokio::join!(post(&api, EXPORTED), post(&api, EXPORTED));
    for (status, answer) in [&one, &other] {
        assert!(matches!(status.as_u16(), 201 | 400 | 409), "{answer:#}");
    }
    assert!(
        [&one, &other].iter().any(|it| it.0 == 201),
        "{one:?} {other:?}"
    );
    let again = applied(&api, EXPORTED).await;
    assert!(all("unchanged", &again), "{again:#?}");
    let providers = api.shown("/providers/oauth2/?search=Provider%20for").await;
    assert_eq!(providers["pagination"]["count"], 2, "{providers:#}");
}

#[tokio::test]
async fn a_long_file_is_saved_in_parts() {
    let api = Api::start().await;
    let mut text = "version: 1\nentries:\n".to_owned();
    for n in 0..30 {
        let entries = format!(
            "- model: authentik_providers_oauth2.oauth2provider\n  id: p{n}\n  identifiers: {{name: many-{n}}}\n  attrs:\n    authorization_flow: !Find [authentik_flows.flow, [slug, default-provider-authorization-implicit-consent]]\n    invalidation_flow: !Find [authentik_flows.flow, [slug, default-provider-invalidation-flow]]\n    client_id: many-{n}\n- model: authentik_core.application\n  id: a{n}\n  identifiers: {{slug: many-{n}}}\n  attrs: {{name: Many {n}, provider: !KeyOf p{n}}}\n"
        );
        text.push_str(&entries);
    }
    text.push_str("- model: authentik_core.group\n  id: few\n  identifiers: {name: few}\n");
    for n in 0..30 {
        let binding = format!(
            "- model: authentik_policies.policybinding\n  identifiers: {{target: !KeyOf a{n}, group: !KeyOf few, order: 0}}\n"
        );
        text.push_str(&binding);
    }
    let before = revision(&api).await;
    let made = applied(&api, &text).await;
    assert_eq!(made.len(), 91);
    assert!(
        revision(&api).await > before + 1,
        "it does not fit into one transaction"
    );
    let bindings = api.shown("/policies/bindings/?page_size=100").await;
    let bound = bindings["results"].as_array().expect("bindings").iter();
    let bound = bound.filter(|it| it["group_obj"]["name"] == "few");
    assert_eq!(bound.count(), 30);
    assert!(all("created", &made));
    assert!(all("unchanged", &applied(&api, &text).await));
}

#[tokio::test]
async fn only_superusers_apply_blueprints() {
    let api = Api::start().await;
    let body = json!({ "name": "a test", "content": EXPORTED });
    for client in [api.as_user(), api.as_nobody()] {
        assert_eq!(client.post(PATH, body.clone()).await.0, 403);
        assert_eq!(client.get(PATH).await.0, 403);
    }
    assert_eq!(api.shown(PATH).await["results"], json!([]));
}
