//! What is not kept with the configuration: people with passwords, tokens with keys, brands and invitations.

use serde_json::{Value, json};

use super::{actions, applied, rehearsed};
use crate::api::harness::Api;

const TEXT: &str = r#"
version: 1
entries:
- model: authentik_core.group
  id: admins
  identifiers: {name: blueprint admins}
  attrs:
    is_superuser: true
    attributes: {team: core}
- model: authentik_core.user
  id: service
  identifiers: {username: blueprint-service}
  attrs:
    name: Service
    type: service_account
    path: users/services
    password: a good long password
    groups: [!KeyOf admins]
- model: authentik_core.token
  identifiers: {identifier: blueprint-token}
  attrs:
    user: !KeyOf service
    intent: api
    key: the-key-that-the-file-says
    description: For scripts
- model: authentik_stages_invitation.invitation
  identifiers: {name: blueprint-invitation}
  attrs:
    single_use: true
    expires: "2099-01-01T00:00:00+00:00"
    flow: !Find [authentik_flows.flow, [slug, default-enrollment-flow]]
- model: authentik_brands.brand
  identifiers: {domain: blueprint.example.com}
  attrs:
    branding_title: Of a blueprint
    flow_authentication: !Find [authentik_flows.flow, [slug, default-authentication-flow]]
"#;

#[tokio::test]
async fn people_tokens_invitations_and_brands_are_made_too() {
    let api = Api::start().await;
    let would = rehearsed(&api, TEXT).await;
    let text = json!(would).to_string();
    for secret in ["a good long password", "the-key-that-the-file-says"] {
        assert!(!text.contains(secret), "{text}");
    }
    let made = applied(&api, TEXT).await;
    assert_eq!(actions(&would), actions(&made));
    assert_eq!(actions(&made), ["created"; 5], "{made:#?}");
    let me = api
        .with_key("the-key-that-the-file-says")
        .get("/core/users/me/")
        .await;
    assert_eq!(me.1["user"]["username"], "blueprint-service", "{}", me.1);
    assert_eq!(me.1["user"]["is_superuser"], true);
    let brand = api
        .shown("/core/brands/?domain=blueprint.example.com")
        .await;
    assert_eq!(brand["results"][0]["branding_title"], "Of a blueprint");

    let again = applied(&api, TEXT).await;
    assert_eq!(actions(&again), ["unchanged"; 5], "{again:#?}");
    let other = TEXT.replace("a good long password", "another long password");
    let (right, wrong) = (rehearsed(&api, TEXT).await, rehearsed(&api, &other).await);
    assert_eq!(
        right, wrong,
        "a dry run tells nobody whether a password is right"
    );
    assert_eq!(right[1]["action"], "updated", "{right:#?}");
    let changed = applied(&api, &other).await;
    let expected = json!([{ "field": "password", "old": "***", "new": "***" }]);
    assert_eq!(changed[1]["changes"], expected, "{changed:#?}");
    let untouched = changed.iter().enumerate().filter(|(index, _)| *index != 1);
    let untouched: Vec<&Value> = untouched.map(|(_, entry)| &entry["action"]).collect();
    assert_eq!(untouched, ["unchanged"; 4]);
}

#[tokio::test]
async fn numbers_of_another_installation_are_not_those_here() {
    let api = Api::start().await;
    let pk = api.user.subject.pk;
    let text = format!(
        "version: 1\nentries:\n- model: authentik_core.user\n  identifiers: {{pk: {pk}}}\n  attrs: {{username: from-elsewhere, name: From elsewhere}}\n- model: authentik_core.group\n  identifiers: {{name: from elsewhere}}\n  attrs: {{users: [{pk}]}}\n"
    );
    let made = applied(&api, &text).await;
    assert_eq!(actions(&made), ["created"; 2], "{made:#?}");
    let bob = api.shown(&format!("/core/users/{pk}/")).await;
    assert_eq!(bob["username"], "bob");
    let group = api.shown("/core/groups/?name=from%20elsewhere").await;
    assert_eq!(
        group["results"][0]["users_obj"][0]["username"], "from-elsewhere",
        "{group:#}"
    );
    assert_eq!(actions(&applied(&api, &text).await), ["unchanged"; 2]);
}

#[tokio::test]
async fn a_key_of_a_file_leads_to_no_other_operation() {
    let api = Api::start().await;
    applied(&api, TEXT).await;
    for (model, field, key) in [
        ("token", "identifier", "blueprint-service/view_key"),
        ("token", "identifier", "blueprint-service/view_key/?a="),
        ("user", "pk", "me"),
        ("group", "pk", "../users/1"),
    ] {
        let text = format!(
            "version: 1\nentries:\n- model: authentik_core.group\n  identifiers: {{name: found}}\n  attrs:\n    attributes: {{it: !Find [authentik_core.{model}, [{field}, \"{key}\"]]}}\n"
        );
        applied(&api, &text).await;
        let groups = api.shown("/core/groups/?name=found").await;
        let found = &groups["results"][0]["attributes"]["it"];
        assert!(found.is_null(), "{key}: {found}");
    }
    let viewed = api.shown("/events/events/?action=secret_view").await;
    assert_eq!(viewed["pagination"]["count"], 0, "{viewed:#}");
}
