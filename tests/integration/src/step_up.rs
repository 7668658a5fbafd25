//! Step-up: a client wants a stronger or fresher sign-in than there is (RFC 9470; OpenID Connect Core §3.1.2.1,
//! §5.5.1.1). Nobody proves twice what they have proved.

mod asked;
mod told;

use aws::Ports as _;
use protocol::Timestamp;
use provider::authenticator::{Authenticator, Verifier};
use provider::event::{Action, Event};
use provider::flow::proof::{ACR_DEFAULT, ACR_MFA};
use provider::http::Response;
use provider::tenant::Purpose;
use serde_json::Value;
use uuid::Uuid;

use crate::harness::browser::{Back, Browser, attribute, authorize_path, field, location};
use crate::harness::people::user;
use crate::harness::{Bench, claims, json, member, text};

/// What [`App`] and the issuer share.
const SEED: [u8; 20] = *b"twenty bytes of seed";

const VALIDATE: &str = "ak-stage-authenticator-validate";

/// Somebody's authenticator app.
pub(crate) struct App;

impl App {
    /// Set up by this user.
    pub(crate) async fn of(bench: &Bench, login: &str) -> Self {
        let owner = user(bench, login).await;
        let tenant = &bench.seeded.tenant.id;
        let id = Uuid::new_v4();
        let name = id.to_string();
        let custody = bench.backend.sealer();
        let sealed = custody.seal(tenant, Purpose::Totp(&name), &SEED);
        let new = Authenticator {
            id,
            user: owner.subject.id,
            name: "Phone".to_owned(),
            created: bench.now(),
            last_used: None,
            version: 1,
            secret: Verifier::Totp {
                seed: sealed.await.expect("sealed"),
                digits: 6,
                last_step: None,
            },
        };
        let event = Event {
            id: Uuid::new_v4(),
            action: Action::ModelCreated,
            at: bench.now(),
            app: "test".to_owned(),
            user: None,
            client_id: None,
            client_ip: None,
            brand: None,
            context: serde_json::Map::new(),
        };
        let store = bench.backend.stores.authenticators();
        assert_eq!(store.add(tenant, &new, &[], &event).await, Ok(true));
        Self
    }

    /// What it shows.
    #[allow(clippy::unused_self, reason = "there is none before it was set up")]
    fn code(&self, now: Timestamp) -> String {
        let totp = totp_rs::Builder::new()
            .with_algorithm(totp_rs::Algorithm::SHA1)
            .with_secret(SEED.to_vec())
            .build()
            .expect("a secret");
        let now = u64::try_from(now.unix()).expect("after 1970");
        totp.generate(now).to_string()
    }
}

/// Signed in by password for the client `fast`, which asks for no consent.
async fn by_password(bench: &Bench) -> Browser<'_> {
    let mut browser = Browser::new(bench);
    let back = browser.authorize("fast", "openid", &[]).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    browser.take_pages();
    browser
}

/// The page that this request of `fast` ends at, or the way off the site.
async fn asked(browser: &mut Browser<'_>, extra: &[(&str, &str)]) -> Result<Response, Back> {
    let first = browser.get(&authorize_path("fast", "openid", extra)).await;
    follow(browser, first).await
}

async fn follow(browser: &mut Browser<'_>, mut response: Response) -> Result<Response, Back> {
    while let Some(to) = location(&response) {
        let local = to.strip_prefix(browser.base).unwrap_or(&to);
        if !local.starts_with('/') {
            return Err(Back { url: to });
        }
        response = browser.get(local).await;
    }
    Ok(response)
}

/// The stage a page asks for.
fn component(page: &Response) -> String {
    let html = text(page);
    field(&html, "component").unwrap_or_else(|| panic!("no form: {html}"))
}

/// Types a code into the page of the second factor, and goes on.
async fn type_code(
    browser: &mut Browser<'_>,
    page: &Response,
    code: &str,
) -> Result<Response, Back> {
    assert_eq!(component(page), VALIDATE);
    let html = text(page);
    let csrf = field(&html, "csrf").expect("a csrf field");
    let form = [
        ("csrf", csrf.as_str()),
        ("component", VALIDATE),
        ("code", code),
    ];
    let action = attribute(&html, "<form", "action");
    let answer = browser.post(&action, &form).await;
    follow(browser, answer).await
}

/// Claims of the ID token that `fast` gets for this answer.
async fn id_token(bench: &Bench, back: &Back) -> Value {
    let code = back
        .param("code")
        .unwrap_or_else(|| panic!("no code in {}", back.url));
    let answer = bench.redeem("fast", &code).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    claims(member(&json(&answer), "id_token"))
}

/// Where it ended off the site.
fn back(went: Result<Response, Back>) -> Back {
    match went {
        Err(back) => back,
        Ok(page) => panic!("still on the site: {}", text(&page)),
    }
}

/// The page where it ended.
fn page(went: Result<Response, Back>) -> Response {
    match went {
        Ok(page) => page,
        Err(back) => panic!("left the site: {}", back.url),
    }
}

/// `acr` and `amr`.
fn proved(claims: &Value) -> (String, String) {
    let acr = claims["acr"].as_str().expect("acr").to_owned();
    let amr = claims["amr"].as_array().expect("amr");
    let amr: Vec<&str> = amr.iter().filter_map(Value::as_str).collect();
    (acr, amr.join(" "))
}

fn weak() -> (String, String) {
    (ACR_DEFAULT.to_owned(), "pwd".to_owned())
}

fn strong() -> (String, String) {
    (ACR_MFA.to_owned(), "pwd otp mfa".to_owned())
}
