//! What there is, written as a blueprint: it says all of it, no more than may be said, and makes the same of an empty
//! installation.

use std::sync::Arc;

use aws::Ports as _;
use http::{Method, StatusCode};
use local::backend::Backend;
use management::blueprint::export::{Secrets, whole};
use management::blueprint::{Environment, Options, apply_inside, lines};
use provider::brand::Brand;
use provider::group::{Group, GroupId};
use provider::tenant::Tenant;
use provider::user::Membership;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::harness::Api;
use crate::harness::{Bench, HOST_NAME, engine, header, people, text};
use crate::seed::fixture::load;

const PATH: &str = "/managed/blueprints/export/";

/// Everything that a fixture can say, but for a circle of groups, keys to encrypt to without a certificate and a pattern
/// that is none: they cannot be made through the API.
fn everything() -> String {
    let apart = [
        "parent: trip",
        "parent: round",
        "encryption_key",
        "public_key: {kty",
        "url: '*'",
    ];
    let lines = include_str!("../seed/whole.yaml").lines();
    let lines = lines.filter(|line| !apart.iter().any(|it| line.contains(it)));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The API without a socket, over a backend.
fn inside(backend: &Backend) -> management::Api {
    let scripts = backend.scripts(Arc::clone(&backend.engine));
    management::Api::new(backend.management_parts(&scripts, Arc::clone(&backend.mailer)))
}

/// An installation with nothing but an administrator, at the address of another.
async fn empty(like: &Bench) -> (Backend, Arc<Tenant>) {
    let mut backend = Backend::memory().await.expect("emulators start");
    backend.engine = engine();
    let tenant = Tenant {
        brand: Brand::named("Empty").expect("a brand"),
        ..like.seeded.tenant.clone()
    };
    let registry = backend.stores.registry();
    let put = registry.put_tenant(&tenant, &[HOST_NAME.to_owned()]).await;
    assert_eq!(put, Ok(true));
    let group = Group {
        id: GroupId(Uuid::new_v4()),
        name: "those who were first".to_owned(),
        is_superuser: true,
        parent: None,
        attributes: Map::new(),
        version: 1,
    };
    let put = backend.stores.groups().put(&tenant.id, &group, None).await;
    assert_eq!(put, Ok(true));
    let mut root = people::user(like, "admin").await;
    root.subject.pk = registry.next_user_pk(&tenant.id).await.expect("a number");
    root.subject.groups = vec![Membership {
        id: group.id,
        name: group.name,
    }];
    let put = registry.put_user(&tenant.id, &root, None).await;
    assert_eq!(put, Ok(true));
    (backend, Arc::new(tenant))
}

fn options() -> Options {
    Options {
        context: Map::new(),
        environment: Environment::Closed,
        dry_run: false,
        skip_unsupported: false,
    }
}

async fn rich() -> Api {
    let bench = Bench::embedded().await;
    load(&bench, &everything()).await.expect("a fixture");
    Api::over(bench).await
}

/// The file, as the superuser gets it.
async fn exported(api: &Api, query: &str) -> String {
    let path = format!("{PATH}{query}");
    let answer = api.as_root().send(Method::GET, &path, None, "").await;
    assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
    text(&answer)
}

/// Without what the empty installation had before.
fn without_the_first_group(file: &str) -> String {
    let entries = file.split("\n- ");
    let kept = entries.filter(|entry| !entry.contains("name: those who were first"));
    kept.collect::<Vec<&str>>().join("\n- ")
}

#[tokio::test]
async fn an_empty_installation_becomes_the_same_and_writes_the_same_file() {
    let api = Box::pin(rich()).await;
    let first = exported(&api, "?secrets=true").await;
    let (backend, tenant) = empty(&api.bench).await;
    let there = inside(&backend);
    let now = api.bench.now();
    let applied = apply_inside(&there, (Arc::clone(&tenant), now), &first, &options()).await;
    let applied = applied.unwrap_or_else(|refusal| panic!("{:#?}\n{first}", lines(&refusal)));
    assert!(applied.outcomes.len() > 100, "{}", applied.outcomes.len());
    let second = whole(&there, &tenant, Secrets::Shown).await.expect("reads");
    let second = without_the_first_group(&second);
    let differ = first.lines().zip(second.lines()).find(|(a, b)| a != b);
    assert_eq!(differ, None);
    assert_eq!(first, second);
    backend.close().await;
}

#[tokio::test]
async fn what_is_exported_changes_nothing_where_it_came_from() {
    let api = Box::pin(rich()).await;
    let file = exported(&api, "").await;
    assert_eq!(
        exported(&api, "").await,
        file,
        "the same state is the same file"
    );
    for first in [true, false] {
        let body = json!({ "name": "again", "content": file });
        let (status, answer) = api.post("/managed/blueprints/", body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer:#}");
        let entries = answer["entries"].as_array().expect("entries");
        let changed = entries
            .iter()
            .flat_map(|it| it["changes"].as_array().into_iter().flatten());
        // What a fixture says otherwise than the API would take it is so from then on.
        let changed: Vec<&Value> = changed
            .filter(|it| !first || !is_of_a_fixture(it))
            .collect();
        assert!(changed.is_empty(), "{changed:#?}");
        assert_eq!(exported(&api, "").await, file);
    }
}

/// Whether it is what a fixture leaves out and the API does not, or blanks at the end.
fn is_of_a_fixture(change: &Value) -> bool {
    let [old, new] = ["old", "new"].map(|it| change[it].as_str().unwrap_or_default().trim());
    let left_out = ["consumer_key", "invalidation_flow"]
        .iter()
        .any(|it| change["field"] == **it);
    old == new || (old.is_empty() && left_out)
}

#[tokio::test]
async fn secrets_are_told_to_those_only_who_ask_and_that_is_recorded() {
    let api = Box::pin(rich()).await;
    let seen = "/events/events/?action=secret_view";
    let before = api.shown(seen).await["pagination"]["count"].clone();
    let file = exported(&api, "").await;
    for secret in [
        "whole-secret",
        "between us",
        "web-secret",
        "PRIVATE KEY",
        "bobs own",
    ] {
        assert!(!file.contains(secret), "{secret}");
    }
    assert_eq!(api.shown(seen).await["pagination"]["count"], before);
    let file = exported(&api, "?secrets=true").await;
    for secret in ["client_secret: whole-secret", "private_key: between us"] {
        assert!(file.contains(secret), "{secret}");
    }
    for secret in [
        "PRIVATE KEY",
        "bobs own password",
        "let-me-in",
        "let-my-scripts-in",
    ] {
        assert!(!file.contains(secret), "{secret}");
    }
    let after = api.shown(seen).await;
    assert_eq!(
        after["pagination"]["count"].as_i64(),
        before.as_i64().map(|it| it + 1)
    );
    let event = &after["results"][0];
    assert_eq!(event["user"]["username"], "ada");
    let model = &event["context"]["model"];
    assert_eq!(model["app"], "authentik_blueprints");
    assert_eq!(model["model_name"], "blueprintinstance");
}

#[tokio::test]
async fn superusers_alone_export_and_get_a_file() {
    let api = Api::start().await;
    for client in [api.as_user(), api.as_nobody()] {
        for path in [PATH, "/flows/instances/default-authentication-flow/export/"] {
            assert_eq!(client.get(path).await.0, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let answer = api.as_root().send(Method::GET, PATH, None, "").await;
    let file = "attachment; filename=\"latchkey-export.yaml\"";
    assert_eq!(header(&answer, "content-disposition"), file);
    assert_eq!(header(&answer, "cache-control"), "no-store");
}

/// Posts a file to be imported.
async fn import(api: &Api, file: &str) -> (StatusCode, Value) {
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"flow.yaml\"";
    let body = format!("--x\r\n{head}\r\n\r\n{file}\r\n--x--\r\n");
    let kind = Some("multipart/form-data; boundary=x");
    let client = api.as_root();
    let answer = client
        .send(Method::POST, "/flows/instances/import/", kind, &body)
        .await;
    let value = serde_json::from_str(&text(&answer)).unwrap_or_default();
    (answer.status(), value)
}

#[tokio::test]
async fn reference_b11_a_flow_goes_into_a_file_and_comes_back() {
    let api = Box::pin(rich()).await;
    let flow = api.shown("/flows/instances/guarded/").await;
    let url = flow["export_url"].as_str().expect("an address");
    let path = url.strip_prefix("/api/v3").expect("of the API");
    let client = api.as_root();
    let answer = client.send(Method::GET, path, None, "").await;
    let file = "attachment; filename=\"guarded.yaml\"";
    assert_eq!(header(&answer, "content-disposition"), file);
    let file = text(&answer);
    for part in ["guarded", "reason", "reason-field", "ask", "Polite"] {
        assert!(file.contains(&format!(": {part}\n")), "{part}: {file}");
    }
    let models: Vec<&str> = file
        .lines()
        .filter_map(|it| it.strip_prefix("- model: "))
        .collect();
    let want = [
        "authentik_flows.flow",
        "authentik_policies_expression.expressionpolicy",
        "authentik_stages_prompt.prompt",
        "authentik_stages_consent.consentstage",
        "authentik_stages_prompt.promptstage",
    ];
    assert!(
        want.iter().all(|model| models.contains(model)),
        "{models:?}"
    );
    assert!(!file.contains("default-"), "nothing of other flows: {file}");
    assert!(!models.contains(&"authentik_core.group"), "{models:?}");

    let (status, result) = import(&api, &file).await;
    assert_eq!(
        (status, &result["success"]),
        (StatusCode::OK, &json!(true)),
        "{result:#}"
    );
    assert_eq!(result["logs"], json!([]), "it was so already");
    let title = json!({ "title": "Otherwise" });
    assert_eq!(
        api.patch("/flows/instances/guarded/", title).await.0,
        StatusCode::OK
    );
    let id = flow["pk"].as_str().expect("an id");
    let places = api.shown(&format!("/flows/bindings/?target={id}")).await;
    let place = places["results"][0]["pk"].as_str().expect("a place");
    let place = format!("/flows/bindings/{place}/");
    assert_eq!(api.delete(&place).await.0, StatusCode::NO_CONTENT);
    let (_, result) = import(&api, &file).await;
    assert_eq!(result["success"], json!(true), "{result:#}");
    let logged = &result["logs"][0];
    assert_eq!(
        (&logged["log_level"], &logged["logger"]),
        (&json!("info"), &json!("blueprints"))
    );
    let again = text(&client.send(Method::GET, path, None, "").await);
    assert_eq!(again, file);
}

#[tokio::test]
async fn reference_b11_what_is_wrong_with_an_imported_flow_is_in_its_logs() {
    let api = Api::start().await;
    let wrong = "version: 1\nentries:\n- model: authentik_flows.flow\n  identifiers: {slug: a b}\n";
    for file in [wrong, "entries: [", "\u{0}"] {
        let (status, result) = import(&api, file).await;
        assert_eq!(
            (status, &result["success"]),
            (StatusCode::OK, &json!(false)),
            "{result:#}"
        );
        let logged = &result["logs"][0];
        assert_eq!(logged["log_level"], "error");
        assert!(
            logged["event"]
                .as_str()
                .is_some_and(|it| it.contains("ine ")),
            "{result:#}"
        );
    }
    let client = api.as_root();
    let nothing = "--x--\r\n";
    let kind = Some("multipart/form-data; boundary=x");
    let answer = client
        .send(Method::POST, "/flows/instances/import/", kind, nothing)
        .await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(text(&answer).contains("No file was submitted."));
}
