//! Claims: which mappings run, how they are merged, and where they end up (reference §4.2, §6.2, §6.3, §9.1).

use provider::event::{Action, Event};
use serde_json::{Value, json};

use crate::harness::browser::{Browser, authorize_path};
use crate::harness::exchange::Exchange;
use crate::harness::jwt::verified;
use crate::harness::page;
use crate::harness::people::{self, sub};
use crate::harness::{Bench, json, member};

mod native;

/// The other people of the fixture.
pub(crate) const EVE: (&str, &str) = ("eve", "eves own password");
pub(crate) const ROOT: (&str, &str) = ("root", "roots own password");

/// What is recorded, newest first.
pub(crate) async fn events(bench: &Bench) -> Vec<Event> {
    let events = bench.backend.stores.events();
    let page = events.recent(&bench.seeded.tenant.id, None, 100, bench.now());
    page.await.expect("events").events
}

/// Tokens of `client` by a sign-in of this person.
async fn tokens_of(bench: &Bench, who: (&str, &str), client: &str, scope: &str) -> Value {
    let mut browser = Browser::new(bench);
    browser.user = who;
    let back = browser.authorize(client, scope, &[]).await;
    let code = back
        .param("code")
        .unwrap_or_else(|| panic!("no code in {}", back.url));
    Exchange::code(bench, client, &code).tokens().await
}

async fn told(bench: &Bench, tokens: &Value) -> Value {
    json(&bench.userinfo(member(tokens, "access_token")).await)
}

#[tokio::test]
async fn reference_9_1_mappings_are_merged_deeply_by_scope_and_then_by_name() {
    let bench = Bench::scripted().await;
    let tokens = tokens_of(&bench, EVE, "claims", "openid profile extra").await;
    let id = verified(&bench, "claims", member(&tokens, "id_token")).await;
    let access = verified(&bench, "claims", member(&tokens, "access_token")).await;
    let userinfo = told(&bench, &tokens).await;
    for claims in [&id, &access, &userinfo] {
        assert_eq!(
            claims["deep"],
            json!({"a": 1, "b": 2, "list": [1, 2], "who": "second"})
        );
        assert_eq!(
            claims["groups"],
            json!(["first", "ops", "my-admin-group"]),
            "extra, then profile"
        );
        assert_eq!(
            claims["all_groups"],
            json!(["my-admin-group", "ops", "staff"])
        );
        let attributes = &claims["attributes"];
        assert_eq!(
            (&attributes["floor"], &attributes["quota"]),
            (&json!(1), &json!(5))
        );
        assert_eq!(
            attributes["printers"],
            json!(["cellar", "lobby"]),
            "groups by name"
        );
        assert_eq!(
            claims["aud"],
            json!(["claims", "https://api.example"]),
            "what a mapping says comes last"
        );
    }
    assert_eq!(access["azp"], "claims", "which no mapping can set");
}

#[tokio::test]
async fn reference_9_1_mappings_run_only_for_granted_scopes() {
    let bench = Bench::scripted().await;
    let tokens = bench.tokens("claims", "openid profile").await;
    let claims = told(&bench, &tokens).await;
    assert_eq!(
        (claims.get("deep"), &claims["groups"]),
        (None, &json!(["engines"]))
    );
    assert_eq!(
        events(&bench)
            .await
            .iter()
            .filter(|e| e.action == Action::ConfigurationError)
            .count(),
        0
    );
}

#[tokio::test]
async fn reference_9_1_a_mapping_that_fails_leaves_two_events_and_the_request_succeeds() {
    let bench = Bench::scripted().await;
    let tokens = bench.tokens("claims", "openid email broken").await;
    let id = verified(&bench, "claims", member(&tokens, "id_token")).await;
    assert_eq!(
        (&id["email"], id.get("x")),
        (&json!("ada@example.com"), None)
    );
    let all = events(&bench).await;
    let of = |action| {
        all.iter()
            .find(|event| event.action == action)
            .expect("an event")
    };
    let exception = of(Action::PropertyMappingException);
    assert_eq!(exception.context["mapping_name"], "a claims broken");
    let message = exception.context["message"].as_str().expect("text");
    assert!(
        message.contains("KeyError") && message.contains("inner-detail"),
        "{message}"
    );
    assert_eq!(exception.user.as_ref().expect("a user").username, "ada");
    assert_eq!(
        exception.client_id.as_ref().expect("a client").as_str(),
        "claims"
    );
    let error = of(Action::ConfigurationError);
    assert_eq!(
        error.context["message"],
        "Failed to evaluate property-mapping: 'a claims broken'"
    );
}

#[tokio::test]
async fn reference_9_1_none_and_a_list_say_nothing_and_are_no_errors() {
    let bench = Bench::scripted().await;
    let tokens = bench.tokens("claims", "openid nothing").await;
    assert_eq!(
        told(&bench, &tokens).await,
        json!({"sub": sub(&bench, "ada").await})
    );
    let failed = |event: &Event| event.action == Action::PropertyMappingException;
    assert!(!events(&bench).await.iter().any(failed));
}

#[tokio::test]
async fn a_mapping_sees_the_request_without_its_credentials() {
    let bench = Bench::scripted().await;
    let tokens = bench.tokens("claims", "openid seen").await;
    let claims = told(&bench, &tokens).await;
    assert_eq!(
        (&claims["client"], &claims["application"], &claims["scopes"]),
        (
            &json!("claims"),
            &json!("claims"),
            &json!(["openid", "seen"])
        )
    );
    assert_eq!(
        (&claims["method"], &claims["name"]),
        (&json!("GET"), &json!("claims seen"))
    );
    assert_eq!(
        (&claims["anonymous"], &claims["query"]),
        (&json!(false), &json!({}))
    );
    assert_eq!(
        claims["meta"],
        json!(["HTTP_HOST", "PATH_INFO", "REMOTE_ADDR", "REQUEST_METHOD"]),
        "the bearer token is not among them"
    );
}

#[tokio::test]
async fn reference_6_2_userinfo_runs_mappings_on_the_user_of_now() {
    let bench = Bench::scripted().await;
    let tokens = tokens_of(&bench, EVE, "claims", "openid profile extra").await;
    people::change(&bench, "eve", |user| {
        user.subject.groups.retain(|group| group.name != "ops");
        user.profile.attributes.insert("quota".to_owned(), json!(6));
    })
    .await;
    let claims = told(&bench, &tokens).await;
    assert_eq!(claims["groups"], json!(["first", "my-admin-group"]));
    assert_eq!(claims["all_groups"], json!(["my-admin-group"]));
    assert_eq!(
        claims["attributes"],
        json!({"quota": 6, "upn": "eve@corp.example"})
    );
}

#[tokio::test]
async fn reference_4_2_sub_is_what_the_providers_mode_says_in_tokens_and_userinfo() {
    let bench = Bench::scripted().await;
    let eve = people::user(&bench, "eve").await.subject;
    for (mode, wanted) in [
        ("hashed-user-id", sub(&bench, "eve").await),
        ("user-id", eve.pk.to_string()),
        ("user-uuid", eve.id.to_string()),
        ("user-username", "eve".to_owned()),
        ("user-email", "eve@example.com".to_owned()),
        ("user-upn", "eve@corp.example".to_owned()),
    ] {
        let client = format!("sub-{mode}");
        let tokens = tokens_of(&bench, EVE, &client, "openid").await;
        for token in ["id_token", "access_token"] {
            let claims = verified(&bench, &client, member(&tokens, token)).await;
            assert_eq!(claims["sub"], *wanted, "{mode} {token}");
        }
        assert_eq!(
            told(&bench, &tokens).await["sub"],
            *wanted,
            "{mode} userinfo"
        );
    }
}

#[tokio::test]
async fn reference_4_2_a_user_without_upn_has_the_hash() {
    let bench = Bench::scripted().await;
    let tokens = bench.tokens("sub-user-upn", "openid").await;
    assert_eq!(
        told(&bench, &tokens).await["sub"],
        *sub(&bench, "ada").await
    );
}

#[tokio::test]
async fn reference_2_7_consent_lists_descriptions_by_mapping_name_and_hides_empty_ones() {
    let bench = Bench::scripted().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    let path = authorize_path(
        "asks",
        "openid email profile extra broken seen offline_access goauthentik.io/api",
        &[],
    );
    let to = browser.get(&path).await;
    let to = crate::harness::browser::location(&to).expect("a redirect");
    let consent = browser.get(&to).await;
    assert_eq!(
        page::scopes(&consent),
        [[
            "broken",
            "email",
            "offline_access",
            "profile",
            "goauthentik.io/api",
            "extra"
        ]],
        "neither openid nor seen, nor the second mapping of extra"
    );
    let words = page::words(&consent);
    let list = "Breaks / Email address / Access to request new tokens without interaction / \
                General Profile Information / authentik API access / First things";
    assert!(words.contains(list), "{words}");
}

#[tokio::test]
async fn seed_003_without_scope_all_mapped_scopes_are_granted_and_never_githubs() {
    let bench = Bench::scripted().await;
    let tokens = bench.tokens("claims", "").await;
    assert_eq!(
        member(&tokens, "scope")
            .split(' ')
            .collect::<std::collections::BTreeSet<_>>(),
        [
            "broken", "email", "extra", "nothing", "openid", "profile", "seen"
        ]
        .into()
    );
    let tokens = bench
        .tokens(
            "claims",
            "openid user:email read:org user read:user unknown",
        )
        .await;
    assert_eq!(
        member(&tokens, "scope"),
        "openid",
        "GitHub's are for GitHub's endpoints"
    );
}
