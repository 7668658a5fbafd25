//! Two tenants on one table, with the same applications, client ids, secrets and people: what one gave out is to the other
//! as if nobody had ever given it out. Each row shows a thing of the first to an endpoint of the second, and then the same
//! thing changed in one character: both are told the same.

use aws::Ports as _;
use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, HOST};
use http::{Method, Request};
use protocol::Secret;
use provider::http::Response;
use provider::ports::{Intent, UserToken};

use super::{OTHER, install, the_same, wanted};
use crate::ciba;
use crate::device;
use crate::harness::browser::{Browser, authorize_path};
use crate::harness::{
    Bench, CALLBACK, USER, basic, form_post, header, member, people, request, text,
};
use crate::par;
use crate::register;

const TOKEN: &str = "/application/o/token/";
const OFFLINE: &str = "openid offline_access";

/// What the first tenant gave out.
struct Given {
    code: String,
    access: String,
    refresh: String,
    id_token: String,
    device: device::Codes,
    asked: String,
    pushed: String,
    registered: (String, String),
    api: String,
    cookies: Vec<(String, String)>,
    flow: Vec<(String, String)>,
}

/// Two tenants, the second of which is at [`OTHER`].
async fn two() -> Bench {
    let bench = register::registering(|_| {}).await;
    let new = local::seed::NewTenant {
        fixture: Some(the_same()),
        ..wanted(OTHER.0, OTHER.1)
    };
    install(&bench, &new).await.expect("makes");
    bench
}

async fn given(bench: &Bench) -> Given {
    let tokens = bench.tokens("web", OFFLINE).await;
    let mut browser = Browser::new(bench);
    browser.authorize("web", OFFLINE, &[]).await;
    let mut stranger = Browser::new(bench);
    stranger.get("/if/flow/default-authentication-flow/").await;
    ciba::may_ask(bench, |_| {}).await;
    let asked = ciba::asked(&ciba::asking(bench)).await;
    let pushed = par::name(&par::pushing(bench, "web").send_to(par::PAR).await);
    let registered = register::registered(bench, &register::plain()).await;
    let user = people::user(bench, "ada").await;
    let key = Secret::new("the key of the first tenant's API");
    let token = UserToken::new("key", Intent::Api, user.subject.id, &key);
    let tokens_of = bench.backend.user_tokens();
    let put = tokens_of.put(&bench.seeded.tenant.id, &token, None);
    assert_eq!(put.await, Ok(true));
    Given {
        code: bench.code("web", OFFLINE, &[]).await,
        access: member(&tokens, "access_token").to_owned(),
        refresh: member(&tokens, "refresh_token").to_owned(),
        id_token: member(&tokens, "id_token").to_owned(),
        device: device::ask(bench, "spa", "openid").await,
        asked,
        pushed,
        registered: (
            member(&registered, "client_id").to_owned(),
            member(&registered, "registration_access_token").to_owned(),
        ),
        api: key.expose().to_owned(),
        cookies: browser.cookies.into_iter().collect(),
        flow: stranger.cookies.into_iter().collect(),
    }
}

/// The same in another last character, which changes its bytes.
fn changed(text: &str) -> String {
    let (rest, last) = text.split_at(text.len() - 2);
    let other = if last == "AA" { "BB" } else { "AA" };
    format!("{rest}{other}")
}

fn form(path: &str, client: &str, pairs: &[(&str, &str)]) -> Request<Bytes> {
    let mut request = form_post(path, pairs);
    let by = basic(client, &format!("{client}-secret"))
        .parse()
        .expect("a header");
    request.headers_mut().insert(AUTHORIZATION, by);
    request
}

fn bearing(path: &str, token: &str) -> Request<Bytes> {
    let mut request = request(Method::GET, path, "");
    let bearer = format!("Bearer {token}").parse().expect("a header");
    request.headers_mut().insert(AUTHORIZATION, bearer);
    request
}

fn with_cookies(path: &str, cookies: &[(String, String)], change: bool) -> Request<Bytes> {
    let mut request = request(Method::GET, path, "");
    let pairs = cookies.iter().map(|(name, value)| {
        let value = if change {
            changed(value)
        } else {
            value.clone()
        };
        format!("{name}={value}")
    });
    let jar = pairs.collect::<Vec<_>>().join("; ");
    request
        .headers_mut()
        .insert(COOKIE, jar.parse().expect("a header"));
    request
}

async fn at_other(bench: &Bench, mut request: Request<Bytes>) -> Response {
    request
        .headers_mut()
        .insert(HOST, OTHER.1.parse().expect("a host"));
    bench.send(request).await
}

/// What is told, without what differs from one answer to the next.
fn told(answer: &Response) -> String {
    let is_page = header(answer, "content-type").starts_with("text/html");
    let body = if is_page {
        crate::harness::page::heading(answer)
    } else {
        text(answer)
    };
    let to = header(answer, "location")
        .split('?')
        .next()
        .unwrap_or_default();
    let challenge = header(answer, "www-authenticate");
    format!("{} {to} {challenge} {body}", answer.status().as_u16())
}

/// How a thing is asked about.
type Ask<'a> = &'a dyn Fn(&str) -> Request<Bytes>;

#[tokio::test]
async fn what_one_tenant_gave_out_is_unknown_to_another() {
    let bench = Box::pin(two()).await;
    let given = Box::pin(given(&bench)).await;
    let token = |pairs: &[(&str, &str)], client: &str| form(TOKEN, client, pairs);
    let code = |code: &str| {
        let grant = ("grant_type", "authorization_code");
        token(&[grant, ("code", code), ("redirect_uri", CALLBACK)], "web")
    };
    let refresh = |it: &str| {
        token(
            &[("grant_type", "refresh_token"), ("refresh_token", it)],
            "web",
        )
    };
    let poll = |it: &str| {
        let pairs = [
            ("client_id", "spa"),
            ("grant_type", device::GRANT_TYPE),
            ("device_code", it),
        ];
        form_post(TOKEN, &pairs)
    };
    let asked = |it: &str| {
        token(
            &[("grant_type", ciba::GRANT_TYPE), ("auth_req_id", it)],
            "fast",
        )
    };
    let exchange = |it: &str| {
        let grant = (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        );
        let kind = (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        );
        token(&[grant, kind, ("subject_token", it)], "web")
    };
    let introspect = |it: &str| form("/application/o/introspect/", "web", &[("token", it)]);
    let revoke = |it: &str| form("/application/o/revoke/", "web", &[("token", it)]);
    let pushed = |it: &str| request(Method::GET, &par::path("web", it), "");
    let hint = |it: &str| {
        let query = crate::harness::encode(&[("id_token_hint", it)]);
        request(
            Method::GET,
            &format!("/application/o/web/end-session/?{query}"),
            "",
        )
    };
    let keep = |it: &str| {
        let path = format!("/application/o/web/register/{}/", given.registered.0);
        bearing(&path, it)
    };
    let api = |it: &str| bearing("/api/v3/core/users/me/", it);
    let userinfo = |it: &str| bearing("/application/o/userinfo/", it);
    let github = |it: &str| bearing("/user", it);
    let rows: [(&str, &str, Ask<'_>); 17] = [
        ("code", &given.code, &code),
        ("refresh token", &given.refresh, &refresh),
        ("device code", &given.device.device, &poll),
        ("auth_req_id", &given.asked, &asked),
        ("access token, exchanged", &given.access, &exchange),
        ("access token, introspected", &given.access, &introspect),
        ("refresh token, introspected", &given.refresh, &introspect),
        ("access token, revoked", &given.access, &revoke),
        ("refresh token, revoked", &given.refresh, &revoke),
        ("access token at userinfo", &given.access, &userinfo),
        ("access token at the API", &given.access, &api),
        ("access token at /user", &given.access, &github),
        ("request_uri", &given.pushed, &pushed),
        ("ID token as a hint", &given.id_token, &hint),
        ("registration access token", &given.registered.1, &keep),
        ("API token", &given.api, &api),
        ("API token at userinfo", &given.api, &userinfo),
    ];
    for (what, thing, ask) in rows {
        let theirs = told(&at_other(&bench, ask(thing)).await);
        let nobodys = told(&at_other(&bench, ask(&changed(thing))).await);
        assert_eq!(theirs, nobodys, "{what}");
    }
    still_good(&bench, &given).await;
}

/// None of them was spent or ended by being shown elsewhere.
async fn still_good(bench: &Bench, given: &Given) {
    assert_eq!(bench.userinfo(&given.access).await.status(), 200);
    assert_eq!(bench.redeem("web", &given.code).await.status(), 200);
    assert_eq!(bench.refresh("web", &given.refresh).await.status(), 200);
    let own = bearing("/api/v3/core/users/me/", &given.api);
    assert_eq!(bench.send(own).await.status(), 200);
}

#[tokio::test]
async fn a_session_a_plan_and_a_client_of_one_tenant_are_unknown_to_another() {
    let bench = Box::pin(two()).await;
    let given = Box::pin(given(&bench)).await;
    let flow = "/if/flow/default-authentication-flow/";
    for (what, path, cookies) in [
        (
            "session at authorize",
            authorize_path("web", OFFLINE, &[]).as_str(),
            &given.cookies,
        ),
        ("session at the self-service", "/if/user/", &given.cookies),
        (
            "session at the API",
            "/api/v3/core/users/me/",
            &given.cookies,
        ),
        ("plan", flow, &given.flow),
    ] {
        let theirs = told(&at_other(&bench, with_cookies(path, cookies, false)).await);
        let nobodys = told(&at_other(&bench, with_cookies(path, cookies, true)).await);
        assert_eq!(theirs, nobodys, "{what}");
    }
    // A client that registered at the first is none at the second.
    for path in [
        authorize_path(&given.registered.0, "openid", &[]),
        authorize_path("nobody", "openid", &[]),
    ] {
        let answer = at_other(&bench, request(Method::GET, &path, "")).await;
        assert_eq!(answer.status(), 400);
    }
    // A code for a device of the first is wrong at the second.
    let mut browser = Browser::new(&bench);
    browser.base = "http://other.localhost:8000";
    browser.user = USER;
    let theirs = told(&device::enter(&mut browser, &given.device.user).await);
    let nobodys = told(&device::enter(&mut browser, "BCDF-GHJK").await);
    assert_eq!(theirs, nobodys);
    assert_eq!(bench.userinfo(&given.access).await.status(), 200);
}
