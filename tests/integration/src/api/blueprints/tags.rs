//! Tags, states and conditions.

use serde_json::json;

use super::{PATH, actions, applied, entries, post, refused};
use crate::api::harness::Api;

#[tokio::test]
async fn each_tag_says_what_it_says_in_authentik() {
    let api = Api::start().await;
    let text = r#"
version: 1
context:
  title: Made of tags
  flag: true
  scopes: [one, two]
entries:
- model: authentik_core.group
  id: group
  identifiers: {name: tagged}
- model: authentik_core.application
  id: app
  identifiers:
    slug: !Format ["tagged-%s-%d", !Context [missing, default], 7]
  attrs:
    name: !Context title
    group: !If [!Condition [AND, !Context flag, true], "yes", "no"]
    meta_description: !Context [given, nobody]
    meta_publisher: !Env [LATCHKEY_SURELY_NOT_SET, by default]
- model: authentik_policies.policybinding
  identifiers: {target: !KeyOf app, group: !KeyOf group, order: 0}
- model: authentik_policies.policybinding
  identifiers: {target: !KeyOf app, user: !Find [authentik_core.user, [username, ada]], order: 1}
- model: authentik_core.user
  identifiers: {username: tagged}
  attrs:
    name: Tagged
    groups: [!Find [authentik_core.group, [name, tagged]]]
    attributes:
      scopes: !Enumerate [!Context scopes, SEQ, !Format ["%d-%s", !Index 0, !Value 0]]
- model: authentik_core.application
  conditions: [!Context [never, false]]
  identifiers: {slug: never}
  attrs: {name: Never}
"#;
    let body =
        json!({ "name": "a test", "content": text, "context": { "given": "by the request" } });
    let made = entries(api.post(PATH, body).await);
    let expected = [
        "created", "created", "created", "created", "created", "skipped",
    ];
    assert_eq!(actions(&made), expected, "{made:#?}");
    let app = api.shown("/core/applications/tagged-default-7/").await;
    for (field, value) in [
        ("name", "Made of tags"),
        ("group", "yes"),
        ("meta_description", "by the request"),
        ("meta_publisher", "by default"),
    ] {
        assert_eq!(app[field], value, "{app:#}");
    }
    let user = api.shown("/core/users/?username=tagged").await;
    let user = &user["results"][0];
    assert_eq!(user["attributes"]["scopes"], json!(["0-one", "1-two"]));
    assert_eq!(user["groups_obj"][0]["name"], "tagged");
    let again = entries(
        api.post(
            PATH,
            json!({ "name": "a test", "content": text, "context": { "given": "by the request" } }),
        )
        .await,
    );
    let expected = [
        "unchanged",
        "unchanged",
        "unchanged",
        "unchanged",
        "unchanged",
        "skipped",
    ];
    assert_eq!(actions(&again), expected, "{again:#?}");
}

#[tokio::test]
async fn the_servers_environment_and_files_are_nobodys() {
    let api = Api::start().await;
    let with = |tag: &str| {
        format!(
            "version: 1\nentries:\n- model: authentik_core.group\n  identifiers:\n    name: {tag}\n"
        )
    };
    let wrong = refused(&api, &with("!Env PATH")).await;
    assert!(
        wrong[0].starts_with("Line 5: !Env PATH has no default"),
        "{wrong:?}"
    );
    let wrong = refused(&api, &with("!File /etc/hostname")).await;
    assert_eq!(wrong, ["Line 5: The tag !File is not taken here."]);
    let made = applied(&api, &with("!Env [PATH, not the path]")).await;
    assert_eq!(made[0]["name"], "not the path");
}

#[tokio::test]
async fn states_say_what_is_to_become_of_it() {
    let api = Api::start().await;
    let with = |state: &str, name: &str| {
        format!(
            "version: 1\nentries:\n- model: authentik_core.application\n  state: {state}\n  identifiers: {{slug: stated}}\n  attrs: {{name: {name}}}\n\
             - model: authentik_core.group\n  state: {state}\n  identifiers: {{name: stated}}\n  attrs: {{attributes: {{called: {name}}}}}\n"
        )
    };
    let does = async |state: &str, name: &str, expected: &str| {
        let done = applied(&api, &with(state, name)).await;
        assert_eq!(actions(&done), [expected, expected], "{state}: {done:#?}");
    };
    does("absent", "one", "unchanged").await;
    does("must_created", "one", "created").await;
    let wrong = refused(&api, &with("must_created", "one")).await;
    assert!(wrong[0].contains("state is must_created"), "{wrong:?}");
    does("created", "two", "unchanged").await;
    assert_eq!(api.shown("/core/applications/stated/").await["name"], "one");
    does("present", "two", "updated").await;
    assert_eq!(api.shown("/core/applications/stated/").await["name"], "two");
    does("absent", "two", "deleted").await;
    assert_eq!(api.get("/core/applications/stated/").await.0, 404);
    assert_eq!(post(&api, &with("gone", "two")).await.0, 400);
}
