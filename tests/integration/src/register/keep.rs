//! RFC 7592: a client reads, changes and removes itself.

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

use super::{PLACE, plain, refused, registered, registering, sent, tokens};
use crate::harness::{Bench, CALLBACK, json as body_of, member, text};

/// Path and query of where it is kept, and its token.
fn place(client: &Value) -> (String, String) {
    let id = member(client, "client_id");
    let token = member(client, "registration_access_token");
    (format!("{PLACE}?client_id={id}"), token.to_owned())
}

pub(super) async fn ask(
    bench: &Bench,
    method: Method,
    client: &Value,
    body: &Value,
) -> provider::http::Response {
    let (path, token) = place(client);
    bench.send(sent(method, &path, &token, body)).await
}

#[tokio::test]
async fn rfc7592_2_1_a_client_reads_what_it_is() {
    let bench = registering(|_| {}).await;
    let client = registered(&bench, &plain()).await;
    let answer = ask(&bench, Method::GET, &client, &Value::Null).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(body_of(&answer), client, "secret and token too (§3)");
}

#[tokio::test]
async fn rfc7592_2_1_without_its_token_nothing_is_told() {
    let bench = registering(|_| {}).await;
    let (one, other) = (
        registered(&bench, &plain()).await,
        registered(&bench, &plain()).await,
    );
    let (path, _) = place(&one);
    let (_, others) = place(&other);
    for (path, token) in [
        (path.clone(), others),
        (path.clone(), "guessed".to_owned()),
        (format!("{PLACE}?client_id=nobody"), "guessed".to_owned()),
        (format!("{PLACE}?client_id=web"), "web-secret".to_owned()),
        (PLACE.to_owned(), "guessed".to_owned()),
    ] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let answer = bench.send(sent(method, &path, &token, &plain())).await;
            assert_eq!(
                refused(&answer),
                (401, "invalid_token".to_owned()),
                "{path}"
            );
        }
    }
    let nobody = bench.send(sent(Method::GET, &path, "", &Value::Null)).await;
    assert_eq!(
        (nobody.status().as_u16(), text(&nobody)),
        (401, String::new())
    );
}

#[tokio::test]
async fn rfc7592_2_2_what_is_sent_takes_the_place_of_all_that_was_there() {
    let bench = registering(|_| {}).await;
    let client = registered(&bench, &plain()).await;
    let other = "https://rp.example/new";
    let body = json!({"client_id": client["client_id"], "redirect_uris": [other, CALLBACK]});
    let answer = ask(&bench, Method::PUT, &client, &body).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    let changed = body_of(&answer);
    assert_eq!(changed.get("client_name"), None, "left out, and so gone");
    assert_eq!(changed["redirect_uris"], json!([other, CALLBACK]));
    for same in [
        "client_id",
        "client_secret",
        "registration_access_token",
        "client_id_issued_at",
    ] {
        assert_eq!(changed[same], client[same], "{same}");
    }
    let id = member(&client, "client_id");
    bench.code(id, "openid", &[("redirect_uri", other)]).await;
}

#[tokio::test]
async fn rfc7592_2_2_a_change_must_say_whose_it_is_and_nothing_that_is_ours() {
    let bench = registering(|_| {}).await;
    let client = registered(&bench, &plain()).await;
    let with = |name: &str, value: Value| {
        let mut body = plain();
        body["client_id"] = client["client_id"].clone();
        body[name] = value;
        body
    };
    for (name, value) in [
        ("client_id", json!("web")),
        ("client_id", json!(null)),
        ("client_secret", json!("another")),
        ("registration_access_token", json!("x")),
        ("registration_client_uri", json!("x")),
        ("client_secret_expires_at", json!(0)),
        ("client_id_issued_at", json!(0)),
    ] {
        let answer = ask(&bench, Method::PUT, &client, &with(name, value)).await;
        assert_eq!(
            refused(&answer),
            (400, "invalid_client_metadata".to_owned()),
            "{name}"
        );
    }
    let own = with("client_secret", client["client_secret"].clone());
    assert_eq!(ask(&bench, Method::PUT, &client, &own).await.status(), 200);
}

#[tokio::test]
async fn a_client_that_turns_public_has_no_secret_and_one_that_turns_back_has_a_new_one() {
    let bench = registering(|_| {}).await;
    let client = registered(&bench, &plain()).await;
    let mut body = plain();
    body["client_id"] = client["client_id"].clone();
    body["token_endpoint_auth_method"] = json!("none");
    let public = body_of(&ask(&bench, Method::PUT, &client, &body).await);
    assert_eq!(
        (
            public.get("client_secret"),
            public.get("client_secret_expires_at")
        ),
        (None, None)
    );
    body["token_endpoint_auth_method"] = json!("client_secret_post");
    let back = body_of(&ask(&bench, Method::PUT, &client, &body).await);
    assert_ne!(
        member(&back, "client_secret"),
        member(&client, "client_secret")
    );
}

#[tokio::test]
async fn rfc7592_2_3_a_client_that_is_gone_takes_all_with_it() {
    let bench = registering(|_| {}).await;
    let client = registered(&bench, &plain()).await;
    let answer = tokens(&bench, &client).await;
    let given = body_of(&answer);
    let access = member(&given, "access_token");
    assert_eq!(bench.userinfo(access).await.status(), 200);
    let gone = ask(&bench, Method::DELETE, &client, &Value::Null).await;
    assert_eq!((gone.status().as_u16(), text(&gone)), (204, String::new()));
    assert_eq!(bench.userinfo(access).await.status(), 401);
    let (id, secret) = (
        member(&client, "client_id"),
        member(&client, "client_secret"),
    );
    let form = [("token", access)];
    let introspected = bench
        .post_as((id, secret), "/application/o/introspect/", &form)
        .await;
    assert_eq!(refused(&introspected).1, "invalid_client");
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let again = ask(&bench, method, &client, &plain()).await;
        assert_eq!(refused(&again), (401, "invalid_token".to_owned()));
    }
}

#[tokio::test]
async fn of_changes_at_once_each_is_whole_and_a_removal_is_for_good() {
    let bench = registering(|_| {}).await;
    let client = registered(&bench, &plain()).await;
    let named = |n: usize| {
        let name = format!("Tool {n}");
        json!({"client_id": client["client_id"], "redirect_uris": [format!("https://rp.example/{n}")], "client_name": name})
    };
    let bodies: Vec<Value> = (0..3).map(named).collect();
    let changes = bodies
        .iter()
        .map(|body| ask(&bench, Method::PUT, &client, body));
    for answer in join_all(changes).await {
        assert!(
            [200, 503].contains(&answer.status().as_u16()),
            "{}",
            text(&answer)
        );
    }
    let now = body_of(&ask(&bench, Method::GET, &client, &Value::Null).await);
    let n = member(&now, "client_name").replace("Tool ", "");
    assert_eq!(
        now["redirect_uris"],
        json!([format!("https://rp.example/{n}")])
    );
    let body = named(9);
    let (gone, _) = futures_util::join!(
        ask(&bench, Method::DELETE, &client, &Value::Null),
        ask(&bench, Method::PUT, &client, &body)
    );
    assert_eq!(gone.status(), 204);
    let after = ask(&bench, Method::GET, &client, &Value::Null).await;
    assert_eq!(after.status(), 401, "no change brings it back");
}

#[tokio::test]
async fn rfc7592_changes_are_slowed_down() {
    let bench = registering(|_| {}).await;
    let (one, other) = (
        registered(&bench, &plain()).await,
        registered(&bench, &plain()).await,
    );
    for _ in 0..60 {
        let read = ask(&bench, Method::GET, &one, &Value::Null).await;
        assert_eq!(read.status(), 200);
    }
    let mut body = plain();
    body["client_id"] = one["client_id"].clone();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let late = ask(&bench, method, &one, &body).await;
        assert_eq!(refused(&late), (429, "temporarily_unavailable".to_owned()));
        assert_eq!(late.headers()["retry-after"], "5");
    }
    let others = ask(&bench, Method::GET, &other, &Value::Null).await;
    assert_eq!(others.status(), 200, "nobody else waits");
    bench.wait(protocol::Seconds(5));
    assert_eq!(ask(&bench, Method::PUT, &one, &body).await.status(), 200);
}

#[tokio::test]
async fn rfc7591_3_2_1_a_client_is_told_what_the_server_put_in_place() {
    let bench = registering(|_| {}).await;
    let client = registered(&bench, &plain()).await;
    assert_eq!(client.get("dpop_bound_access_tokens"), None);
    crate::harness::configure::client(&bench, "web", |template| {
        template.metadata.registration = Some(provider::client::Registration {
            mode: provider::client::RegistrationMode::Open,
            redirect_hosts: vec!["elsewhere.example".to_owned()],
            ..provider::client::Registration::default()
        });
        template.metadata.dpop_bound_access_tokens = true;
        template.metadata.dpop_nonce_required = true;
    })
    .await;
    let now = body_of(&ask(&bench, Method::GET, &client, &Value::Null).await);
    assert_eq!(now["dpop_bound_access_tokens"], true);
    assert_eq!(now["redirect_uris"], json!([]), "its host may no longer");
    for ours in [
        "dpop_nonce_required",
        "access_token_form",
        "resources",
        "profile",
    ] {
        assert_eq!(now.get(ours), None, "{ours}");
    }
}

/// What it was given by the device grant would tell it by which `sub` somebody goes at that host.
#[tokio::test]
async fn oidc_core_8_1_a_change_takes_no_client_into_a_sector() {
    let bench = registering(|_| {}).await;
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let mut body = plain();
    body["subject_type"] = json!("pairwise");
    body["grant_types"] = json!(["authorization_code", device]);
    let client = registered(&bench, &body).await;
    body["client_id"] = client["client_id"].clone();
    let same = ask(&bench, Method::PUT, &client, &body).await;
    assert_eq!(same.status(), 200, "{}", text(&same));
    body["grant_types"] = json!(["authorization_code"]);
    let joins = ask(&bench, Method::PUT, &client, &body).await;
    let wanted = (400, "invalid_client_metadata".to_owned());
    assert_eq!(refused(&joins), wanted, "{}", text(&joins));
    body["subject_type"] = json!("public");
    let leaves = ask(&bench, Method::PUT, &client, &body).await;
    assert_eq!(leaves.status(), 200, "{}", text(&leaves));
}
