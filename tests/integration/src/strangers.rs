//! Clients that nobody vouches for: what people see of them, and that our address is no way to theirs (RFC 9700 §4.11.2).

mod budget;
mod pushed;
mod shown;

use provider::client::{ConsentMode, Registration, RegistrationMode};
use provider::http::Response;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::page::{action, heading, hidden, said, words};
use crate::harness::{Bench, CALLBACK, configure, encode, json as body_of, member, text};
use crate::register::{plain, registered, registering, tokens};

/// Where people are to be after logout.
const OUT: &str = "https://tool.example/out";

/// A client that registers itself with these members more.
async fn stranger(bench: &Bench, more: Value) -> Value {
    let mut body = plain();
    for (name, value) in more.as_object().expect("members") {
        body[name] = value.clone();
    }
    registered(bench, &body).await
}

/// A request that no server can grant.
const WRONG: [(&str, &str); 3] = [
    ("response_type", "x"),
    ("state", "s"),
    ("redirect_uri", CALLBACK),
];

fn wrong(client: &str, more: &[(&str, &str)]) -> String {
    let mut pairs = vec![("client_id", client), ("scope", "openid")];
    pairs.extend(WRONG);
    pairs.extend(more);
    format!("/application/o/authorize/?{}", encode(&pairs))
}

/// Where the page's own link leads.
fn link(page: &Response) -> String {
    let html = text(page);
    let (_, rest) = html.split_once("<a class=\"button").expect("a button");
    crate::harness::browser::attribute(rest, " ", "href")
}

#[tokio::test]
async fn rfc9700_4_11_2_a_strangers_error_is_shown_and_not_followed() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({})).await;
    let id = member(&client, "client_id");
    let page = bench.get(&wrong(id, &[])).await;
    assert_eq!(location(&page), None);
    assert_eq!(
        said(&page),
        "400 Example / The request of My Tool cannot be granted / The people who run this service did not set this \
         application up, so you are not sent on to it without being asked. The link leads to / rp.example / . Follow it only if you trust that address. \
         / Continue to rp.example / unsupported_response_type: this response_type is not supported / If you ask for help, \
         give this reference: / [id]"
    );
    let to = link(&page);
    assert!(
        to.starts_with("https://rp.example/cb?error=unsupported_response_type&")
            && to.contains("&state=s&iss="),
        "{to}"
    );
    let ours = bench.get(&wrong("web", &[])).await;
    assert_eq!(ours.status(), 302, "an administrator vouches for that one");
}

/// Not those of an app's own scheme: any app may take one.
#[tokio::test]
async fn rfc9700_4_11_2_hosts_that_an_administrator_named_are_trusted() {
    let named = ["rp.example".to_owned(), "tool.example".to_owned()];
    let bench = registering(|its| its.redirect_hosts = named.to_vec()).await;
    let own = "example.tool:/cb";
    let more = json!({"redirect_uris": [CALLBACK, own], "post_logout_redirect_uris": [OUT], "application_type": "native"});
    let client = stranger(&bench, more).await;
    let id = member(&client, "client_id");
    let to = location(&bench.get(&wrong(id, &[])).await).expect("a redirect");
    assert!(to.starts_with("https://rp.example/cb?error="), "{to}");
    let pairs = [
        ("client_id", id),
        ("response_type", "x"),
        ("redirect_uri", own),
    ];
    let path = format!("/application/o/authorize/?{}", encode(&pairs));
    let page = bench.get(&path).await;
    assert_eq!((page.status().as_u16(), location(&page)), (400, None));
    let asked = [("client_id", id), ("post_logout_redirect_uri", OUT)];
    let out = location(&bench.get(&leave(&asked)).await);
    assert_eq!(out.as_deref(), Some(OUT));
}

#[tokio::test]
async fn rfc9700_4_11_2_what_cannot_be_read_is_shown_too() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({})).await;
    let id = member(&client, "client_id");
    let page = bench
        .get(&authorize_path(id, "openid", &[("request", "x")]))
        .await;
    assert_eq!((page.status().as_u16(), location(&page)), (400, None));
    assert!(link(&page).contains("error=invalid_request_object"));
}

#[tokio::test]
async fn rfc9700_4_11_2_a_form_waits_for_the_person() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({})).await;
    let id = member(&client, "client_id");
    let page = bench
        .get(&wrong(id, &[("response_mode", "form_post")]))
        .await;
    assert_eq!(action(&page), CALLBACK);
    let names: Vec<String> = hidden(&page).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["error", "error_description", "state", "iss"]);
    assert!(
        !text(&page).contains("<script"),
        "nothing sends it by itself"
    );
}

#[tokio::test]
async fn rfc9700_4_11_2_silent_requests_and_this_machine_are_answered_at_once() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({})).await;
    let id = member(&client, "client_id");
    let to = location(
        &bench
            .get(&authorize_path(id, "openid", &[("prompt", "none")]))
            .await,
    );
    let to = to.expect("a redirect");
    assert!(
        to.starts_with("https://rp.example/cb?error=login_required&"),
        "{to}"
    );
    let silent = bench.get(&wrong(id, &[("prompt", "none")])).await;
    assert_eq!(silent.status(), 302);

    let here = "http://127.0.0.1:9/cb";
    let more = json!({"redirect_uris": [here], "application_type": "native"});
    let native = stranger(&bench, more).await;
    let asked = [("redirect_uri", here), ("response_type", "x")];
    let pairs = [
        ("client_id", member(&native, "client_id")),
        asked[0],
        asked[1],
    ];
    let path = format!("/application/o/authorize/?{}", encode(&pairs));
    let to = location(&bench.get(&path).await).expect("a redirect");
    assert!(to.starts_with(here), "{to}");
}

#[tokio::test]
async fn rfc9700_4_11_2_whoever_says_no_is_not_sent_to_the_client_all_the_same() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({})).await;
    let mut browser = Browser::new(&bench);
    let mut page = browser
        .get(&authorize_path(member(&client, "client_id"), "openid", &[]))
        .await;
    browser.consent = "deny";
    while page.status() != 400 {
        page = match location(&page) {
            Some(to) => browser.get(&to).await,
            None => browser.answer(&page).await,
        };
    }
    assert_eq!(
        heading(&page),
        "You did not allow My Tool to use your account"
    );
    assert!(link(&page).starts_with("https://rp.example/cb?error=access_denied&"));
}

#[tokio::test]
async fn rfc9700_4_11_2_whom_the_person_has_allowed_something_is_told() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({})).await;
    let id = member(&client, "client_id");
    let mut ada = Browser::new(&bench);
    let back = ada.authorize(id, "openid", &[]).await;
    assert!(back.param("code").is_some());
    let told = ada.get(&wrong(id, &[])).await;
    assert_eq!(told.status(), 302);
    let other = stranger(&bench, json!({})).await;
    let page = ada.get(&wrong(member(&other, "client_id"), &[])).await;
    assert_eq!(page.status(), 400, "of another she has not heard");
}

#[tokio::test]
async fn where_an_administrator_agreed_for_everybody_a_sign_in_is_enough() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({})).await;
    configure::client(&bench, "web", |web| {
        web.consent = ConsentMode::Implicit;
        web.metadata.registration = Some(Registration {
            mode: RegistrationMode::Token,
            ..Registration::default()
        });
    })
    .await;
    let id = member(&client, "client_id");
    let mut ada = Browser::new(&bench);
    assert_eq!(ada.get(&wrong(id, &[])).await.status(), 400);
    ada.authorize(id, "openid", &[]).await;
    assert_eq!(ada.get(&wrong(id, &[])).await.status(), 302);
}

fn leave(pairs: &[(&str, &str)]) -> String {
    format!("/application/o/web/end-session/?{}", encode(pairs))
}

#[tokio::test]
async fn logout_3_a_stranger_makes_no_open_redirector_of_logout() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({"post_logout_redirect_uris": [OUT]})).await;
    let id = member(&client, "client_id");
    let answer = tokens(&bench, &client).await;
    let hint = member(&body_of(&answer), "id_token").to_owned();
    let asked = [
        ("client_id", id),
        ("post_logout_redirect_uri", OUT),
        ("state", "s"),
        ("id_token_hint", &hint),
    ];
    // Whoever made the link may have a hint: for themselves.
    for pairs in [&asked[..3], &asked[..]] {
        let page = bench.get(&leave(pairs)).await;
        assert_eq!((page.status().as_u16(), location(&page)), (200, None));
        assert_eq!(link(&page), format!("{OUT}?state=s"));
        let told = "The application wants you to go on to / tool.example / . Go there only if you trust that address.";
        assert!(words(&page).contains(told), "{}", words(&page));
    }
}

/// Somebody signed in to the client, and its ID token of this session.
async fn signed_in<'b>(bench: &'b Bench, client: &Value) -> (Browser<'b>, String) {
    let mut ada = Browser::new(bench);
    let id = member(client, "client_id");
    let code = ada.authorize(id, "openid", &[]).await.param("code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code.expect("a code")),
        ("redirect_uri", CALLBACK),
    ];
    let secret = member(client, "client_secret");
    let answer = bench
        .post_as((id, secret), "/application/o/token/", &form)
        .await;
    let hint = member(&body_of(&answer), "id_token").to_owned();
    (ada, hint)
}

#[tokio::test]
async fn logout_3_an_id_token_of_the_session_leads_back_to_a_stranger() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({"post_logout_redirect_uris": [OUT]})).await;
    let (mut ada, hint) = signed_in(&bench, &client).await;
    let asked = [("id_token_hint", &*hint), ("post_logout_redirect_uri", OUT)];
    let answer = ada.get(&leave(&asked)).await;
    assert_eq!(location(&answer).as_deref(), Some(OUT));
}

#[tokio::test]
async fn logout_3_whoever_was_asked_decides_about_a_strangers_address() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({"post_logout_redirect_uris": [OUT]})).await;
    let (mut ada, _) = signed_in(&bench, &client).await;
    let id = member(&client, "client_id");
    let asked = [("client_id", id), ("post_logout_redirect_uri", OUT)];
    let page = ada.get(&leave(&asked)).await;
    assert_eq!(heading(&page), "Sign out of Example?");
    let mut fields = hidden(&page);
    fields.push(("choice".to_owned(), "sign_out".to_owned()));
    let form: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
    let page = ada.post(&action(&page), &form).await;
    assert_eq!((page.status().as_u16(), link(&page)), (200, OUT.to_owned()));
}
