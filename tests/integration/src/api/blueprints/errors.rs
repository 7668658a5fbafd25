//! Bad files: what is wrong is told with its line, and nothing is changed.

use serde_json::json;

use super::{PATH, SHIPPED, actions, applied, entries, post, refused, revision};
use crate::api::harness::Api;

#[tokio::test]
async fn a_broken_entry_in_the_middle_changes_nothing() {
    let api = Api::start().await;
    let before = revision(&api).await;
    let good = |name: &str| {
        format!(
            "- model: authentik_core.application\n  identifiers: {{slug: {name}}}\n  attrs: {{name: {name}}}\n"
        )
    };
    let group = "- model: authentik_core.group\n  identifiers: {name: of a broken file}\n";
    for (broken, told) in [
        (
            "- model: authentik_core.application\n  identifiers: {slug: broken}\n",
            "authentik_core.application broken: name: This field is required.",
        ),
        (
            "- model: authentik_core.application\n  identifiers: {slug: broken}\n  attrs: {name: Broken, provider: 4711}\n",
            "4711",
        ),
        (
            "- model: authentik_policies_expression.expressionpolicy\n  identifiers: {name: broken}\n  attrs: {expression: 'return ('}\n",
            "xpression",
        ),
        (
            "- model: authentik_core.user\n  identifiers: {username: broken}\n  attrs: {name: Broken, groups: [7f1f2e1e-7d8b-4f0f-9d3c-0123456789ab]}\n",
            "groups: Invalid pk \"7f1f2e1e-7d8b-4f0f-9d3c-0123456789ab\" - object does not exist.",
        ),
        (
            "- model: authentik_core.token\n  identifiers: {identifier: broken}\n  attrs: {user: 4711, intent: api}\n",
            "user: Invalid pk \"4711\" - object does not exist.",
        ),
        (
            "- model: authentik_outposts.outpost\n  identifiers: {name: broken}\n",
            "There is no model \"authentik_outposts.outpost\" here.",
        ),
        (
            "- model: authentik_core.user\n  identifiers: {username: broken}\n  attrs: {name: Broken, email: ada@example.com}\n",
            "email: This field must be unique.",
        ),
        (
            "- model: authentik_core.group\n",
            "No or invalid identifiers.",
        ),
        (
            "- model: authentik_core.group\n  identifiers: {name: broken}\n  permissions: [{permission: view_group, user: 1}]\n",
            "permissions",
        ),
    ] {
        let text = format!(
            "version: 1\nentries:\n{}{group}{broken}{}",
            good("first"),
            good("last")
        );
        let wrong = refused(&api, &text).await;
        assert!(
            wrong.len() == 1 && wrong[0].starts_with("Line 8: ") && wrong[0].contains(told),
            "{wrong:?}"
        );
    }
    assert_eq!(revision(&api).await, before);
    for path in ["/core/applications/first/", "/core/applications/last/"] {
        assert_eq!(api.get(path).await.0, 404);
    }
    let groups = api.shown("/core/groups/?name=of%20a%20broken%20file").await;
    assert_eq!(groups["pagination"]["count"], 0);
}

#[tokio::test]
async fn what_is_not_here_can_be_passed_over() {
    let api = Api::start().await;
    let text = "version: 1\nentries:\n- model: authentik_outposts.outpost\n  identifiers: {name: o}\n- model: authentik_core.group\n  identifiers: {name: kept}\n";
    let body = json!({ "name": "a test", "content": text });
    let made = entries(
        api.post(&format!("{PATH}?skip_unsupported=true"), body)
            .await,
    );
    assert_eq!(actions(&made), ["skipped", "created"], "{made:#?}");
}

#[tokio::test]
async fn entries_may_name_later_ones_but_not_in_a_circle() {
    let api = Api::start().await;
    let text = "version: 1\nentries:\n- model: authentik_core.application\n  identifiers: {slug: early}\n  attrs: {name: Early, provider: 9}\n\
        - model: authentik_providers_oauth2.oauth2provider\n  identifiers: {pk: 9}\n  attrs:\n    name: late\n    authorization_flow: !Find [authentik_flows.flow, [slug, default-provider-authorization-implicit-consent]]\n    invalidation_flow: !Find [authentik_flows.flow, [slug, default-provider-invalidation-flow]]\n";
    let made = applied(&api, text).await;
    assert_eq!(actions(&made), ["created", "created"], "{made:#?}");
    let early = api.shown("/core/applications/early/").await;
    assert_eq!(early["provider_obj"]["name"], "late");
    let one = "7f1f2e1e-7d8b-4f0f-9d3c-000000000001";
    let two = "7f1f2e1e-7d8b-4f0f-9d3c-000000000002";
    let circle = format!(
        "version: 1\nentries:\n- model: authentik_core.group\n  identifiers: {{pk: {one}}}\n  attrs: {{name: one, parent: {two}}}\n- model: authentik_core.group\n  identifiers: {{pk: {two}}}\n  attrs: {{name: two, parent: {one}}}\n"
    );
    let wrong = refused(&api, &circle).await;
    assert!(
        wrong[0].contains("parent names an entry of this file that could not be done"),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn what_is_no_blueprint_is_refused_by_field() {
    let api = Api::start().await;
    for (body, told) in [
        (
            json!({ "name": "a test" }),
            json!({ "content": ["This field is required."] }),
        ),
        (
            json!({ "content": SHIPPED }),
            json!({ "name": ["This field is required."] }),
        ),
        (
            json!({ "name": "a test", "path": "default/flow.yaml" }),
            json!({
                "path": ["No file is read from a path: give what is in it as content."],
                "content": ["This field is required."],
            }),
        ),
        (
            json!({ "name": "a test", "content": SHIPPED, "context": [1] }),
            json!({ "context": ["Value must be a dictionary, and not have any duplicate keys."] }),
        ),
        (
            json!({ "name": "a test", "content": "a: [" , "enabled": false }),
            json!({ "enabled": ["Blueprints are not kept: this one would do nothing."] }),
        ),
    ] {
        let (status, answer) = api.post(PATH, body.clone()).await;
        assert_eq!((status.as_u16(), answer), (400, told), "{body}");
    }
    assert_eq!(post(&api, "a: [").await.0, 400);
}
