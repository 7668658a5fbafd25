//! Who may call (API reference A; release 2022.7): API tokens, access tokens with the scope for it, and a browser that
//! is signed in.

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, Method};
use protocol::{Seconds, Secret, TenantId};
use provider::ports::{Intent, UserToken};
use provider::tenant::Tenant;
use serde_json::{Value, json};

use super::harness::{Answer, Api, Client, SUPERUSERS, USER_KEY, token, write};
use crate::executor::{CSRF, Program};
use crate::harness::{Bench, USER, basic, header, member, people};

/// For superusers alone.
const MAPPINGS: &str = "/propertymappings/provider/scope/";

fn refused(status: u16, detail: &str) -> (u16, Value) {
    (status, json!({ "detail": detail }))
}

fn of((status, body): Answer) -> (u16, Value) {
    (status.as_u16(), body)
}

#[tokio::test]
async fn reference_a_who_does_not_say_who_calls_is_refused_with_403() {
    let api = Api::start().await;
    let told = refused(403, "Authentication credentials were not provided.");
    assert_eq!(of(api.as_nobody().get(MAPPINGS).await), told);
    assert_eq!(of(api.as_nobody().post(MAPPINGS, json!({})).await), told);
    let other = api.as_nobody().with(COOKIE, "latchkey_session=nothing");
    assert_eq!(of(other.get(MAPPINGS).await), told);
}

#[tokio::test]
async fn reference_a_a_token_that_is_none_is_refused_with_403() {
    let api = Api::start().await;
    let told = refused(403, "Token invalid/expired");
    for key in ["", "x", "a.b.c", &"x".repeat(5_000)] {
        assert_eq!(of(api.with_key(key).get(MAPPINGS).await), told, "{key}");
    }
    let both = api.with_key("x").with(COOKIE, "latchkey_session=x");
    assert_eq!(of(both.get(MAPPINGS).await), told, "the header counts");
}

#[tokio::test]
async fn reference_a_only_bearer_is_taken_and_in_any_case() {
    let api = Api::start().await;
    let told = refused(403, "Unsupported authentication type");
    let basic = basic("ada", super::harness::ROOT_KEY);
    for value in [&*basic, "Digest x", "Bearerx"] {
        let client = api.as_nobody().with(AUTHORIZATION, value);
        assert_eq!(of(client.get(MAPPINGS).await), told, "{value}");
    }
    let value = format!("bEARER {}", super::harness::ROOT_KEY);
    let client = api.as_nobody().with(AUTHORIZATION, value);
    assert_eq!(client.get(MAPPINGS).await.0, 200);
}

#[tokio::test]
async fn reference_a_tokens_of_an_inactive_user_are_no_longer_good() {
    let api = Api::start().await;
    people::deactivate(&api.bench, "ada").await;
    let told = refused(403, "Token invalid/expired");
    assert_eq!(of(api.get(MAPPINGS).await), told);
}

#[tokio::test]
async fn reference_a_a_token_is_over_at_the_second_at_which_it_expires() {
    let api = Api::start().await;
    let expires = api.bench.now() + Seconds(60);
    let key = Secret::new("it ends");
    let ending = UserToken::new("ends", Intent::Api, api.root.subject.id, &key);
    let ending = UserToken {
        expires: Some(expires),
        ..ending
    };
    write(&api.bench, &ending).await;
    api.bench.wait(Seconds(59));
    assert_eq!(api.with_key("it ends").get(MAPPINGS).await.0, 200);
    api.bench.wait(Seconds(1));
    let over = api.with_key("it ends").get(MAPPINGS).await;
    assert_eq!(of(over), refused(403, "Token invalid/expired"));
}

#[tokio::test]
async fn reference_a_tokens_for_something_else_do_not_call() {
    let api = Api::start().await;
    for (name, intent) in [
        ("app-password", Intent::AppPassword),
        ("recovery", Intent::Recovery),
        ("verification", Intent::Verification),
    ] {
        let other = UserToken::new(name, intent, api.root.subject.id, &Secret::new(name));
        write(&api.bench, &other).await;
        let told = refused(403, "Token invalid/expired");
        assert_eq!(of(api.with_key(name).get(MAPPINGS).await), told, "{name}");
    }
}

#[tokio::test]
async fn release_2022_7_an_access_token_calls_where_it_has_the_scope_for_it() {
    let api = Api::over(Bench::scripted().await).await;
    let scope = "openid goauthentik.io/api";
    let with = api.bench.tokens("in-rust", scope).await;
    let with = member(&with, "access_token");
    assert_eq!(api.with_key(with).get(MAPPINGS).await.0, 200);
    let without = api.bench.tokens("in-rust", "openid").await;
    let without = api.with_key(member(&without, "access_token"));
    let told = refused(403, "Token invalid/expired");
    assert_eq!(of(without.get(MAPPINGS).await), told);
    people::deactivate(&api.bench, "ada").await;
    assert_eq!(of(api.with_key(with).get(MAPPINGS).await), told);
}

/// The browser in which ada is signed in, and the token that its scripts send.
async fn browser(api: &Api) -> (Client<'_>, String) {
    let mut program = Program::new(&api.bench);
    program.sign_in(USER.0, USER.1).await;
    let csrf = program.cookies[CSRF].clone();
    let cookies = program.cookies.iter();
    let cookies: Vec<String> = cookies
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let client = api.as_nobody().with(COOKIE, cookies.join("; "));
    (client, csrf)
}

/// The same, whose unsafe requests carry that.
pub(super) async fn root_browser(api: &Api) -> Client<'_> {
    let (browser, csrf) = browser(api).await;
    browser.with(HeaderName::from_static("x-authentik-csrf"), csrf)
}

#[tokio::test]
async fn reference_a_a_browser_that_is_signed_in_calls_and_changes_only_with_its_token() {
    let api = Api::start().await;
    let (browser, csrf) = browser(&api).await;
    assert_eq!(browser.get(MAPPINGS).await.0, 200);
    let body = json!({"name": "n", "scope_name": "n", "expression": "return {}"});
    let told = refused(403, "CSRF Failed: CSRF token missing or incorrect.");
    assert_eq!(of(browser.post(MAPPINGS, body.clone()).await), told);
    let header = HeaderName::from_static("x-authentik-csrf");
    let wrong = browser.clone().with(header.clone(), "x");
    assert_eq!(of(wrong.post(MAPPINGS, body.clone()).await), told);
    let good = browser.with(header, csrf);
    let (status, made) = good.post(MAPPINGS, body).await;
    assert_eq!(status, 201, "{made}");
    let one = format!("{MAPPINGS}{}/", made["pk"].as_str().unwrap());
    assert_eq!(good.delete(&one).await.0, 204);
}

#[tokio::test]
async fn what_is_for_superusers_is_refused_to_others() {
    let api = Api::start().await;
    let told = refused(403, "You do not have permission to perform this action.");
    let user = api.as_user();
    let one = api.shown(MAPPINGS).await["results"][0]["pk"].clone();
    let one = format!("{MAPPINGS}{}/", one.as_str().unwrap());
    assert_eq!(of(user.get(MAPPINGS).await), told);
    assert_eq!(of(user.post(MAPPINGS, json!({})).await), told);
    assert_eq!(of(user.get(&one).await), told);
    assert_eq!(of(user.patch(&one, json!({"name": "x"})).await), told);
    assert_eq!(of(user.delete(&one).await), told);
    let missing = format!("{MAPPINGS}00000000-0000-0000-0000-000000000000/");
    assert_eq!(of(user.get(&missing).await), told, "nor what is not there");
}

#[tokio::test]
async fn reference_a_there_is_nothing_at_other_paths_and_none_without_its_slash() {
    let api = Api::start().await;
    for path in [
        "/nothing/",
        "/propertymappings/provider/scope",
        "/propertymappings/provider/scope//",
        "/propertymappings/provider/scope/a/b/",
        "/flows/executor/a%20b/",
        "/flows/executor/",
    ] {
        assert_eq!(
            of(api.get(path).await),
            refused(404, "Not found."),
            "{path}"
        );
        let told = of(api.as_nobody().get(path).await);
        assert_eq!(told, refused(404, "Not found."), "{path}");
    }
}

#[tokio::test]
async fn rfc9110_15_5_6_a_method_that_is_none_here_is_told_which_there_are() {
    let api = Api::start().await;
    let client = api.as_root();
    let answer = client.send(Method::PUT, MAPPINGS, None, "").await;
    assert_eq!(answer.status(), 405);
    assert_eq!(header(&answer, "allow"), "GET, POST");
    let told = client.call(Method::PUT, MAPPINGS, None).await;
    assert_eq!(of(told), refused(405, "Method \"PUT\" not allowed."));
    let (status, _) = client.call(Method::OPTIONS, MAPPINGS, None).await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn a_body_of_up_to_a_mebibyte_is_read_and_no_larger_one() {
    let api = Api::start().await;
    let body = |bytes: usize| json!({"name": "x".repeat(bytes)});
    assert_eq!(api.post(MAPPINGS, body(1_000_000)).await.0, 400);
    let told = refused(413, "The request's body is too large.");
    assert_eq!(of(api.post(MAPPINGS, body(1_100_000)).await), told);
}

#[tokio::test]
async fn what_belongs_to_another_tenant_is_not_there() {
    let api = Api::start().await;
    let tenant = Tenant {
        id: TenantId::parse("other").unwrap(),
        base_url: "http://other.example".to_owned(),
        ..api.bench.seeded.tenant.clone()
    };
    let registry = api.bench.backend.stores.registry();
    let hosts = ["other.example".to_owned()];
    assert_eq!(registry.put_tenant(&tenant, &hosts).await, Ok(true));
    let told = refused(403, "Token invalid/expired");
    let here = api.as_root().at("other.example");
    assert_eq!(of(here.get(MAPPINGS).await), told, "nor is a token");

    let theirs = administrator(&api, &tenant).await;
    let body = json!({"name": "n", "scope_name": "n", "expression": "return {}"});
    let (status, made) = theirs.post(MAPPINGS, body).await;
    assert_eq!(status, 201, "{made}");
    let (_, listed) = theirs.get(MAPPINGS).await;
    assert_eq!(listed["pagination"]["count"], 1, "{listed}");
    let one = format!("{MAPPINGS}{}/", made["pk"].as_str().unwrap());
    assert_eq!(theirs.get(&one).await.0, 200);
    let missing = refused(404, "No ScopeMapping matches the given query.");
    assert_eq!(of(api.get(&one).await), missing);
    assert_eq!(of(api.patch(&one, json!({"name": "x"})).await), missing);
    assert_eq!(of(api.delete(&one).await), missing);
    let listed = api.shown(&format!("{MAPPINGS}?name=n")).await;
    assert_eq!(listed["pagination"]["count"], 0);
}

/// A superuser of another tenant.
async fn administrator<'a>(api: &'a Api, tenant: &Tenant) -> Client<'a> {
    let stores = &api.bench.backend.stores;
    let mut root = api.root.clone();
    root.subject.groups.retain(|group| group.name == SUPERUSERS);
    let group = root.subject.groups[0].id;
    let groups = stores.groups();
    let (here, now) = (&api.bench.seeded.tenant.id, api.bench.now());
    let mut found = groups.closure(here, &[group], now).await.unwrap().0;
    let group = found.remove(&group).unwrap();
    assert_eq!(groups.put(&tenant.id, &group, None).await, Ok(true));
    let registry = stores.registry();
    let put = registry.put_user(&tenant.id, &root, None).await;
    assert_eq!(put, Ok(true));
    let key = Secret::new("the other tenant's key");
    let token = UserToken::new("key", Intent::Api, api.root.subject.id, &key);
    let put = stores.user_tokens().put(&tenant.id, &token, None).await;
    assert_eq!(put, Ok(true));
    api.with_key(key.expose()).at("other.example")
}

#[tokio::test]
async fn a_key_of_one_user_is_not_another_ones() {
    let api = Api::start().await;
    token(&api.bench, "second", &api.user, "a second key").await;
    for key in [USER_KEY, "a second key"] {
        assert_eq!(api.with_key(key).get(MAPPINGS).await.0, 403);
    }
}
