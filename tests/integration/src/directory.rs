//! What ends when an account changes: sessions, grants and tokens of somebody who is made inactive, leaves, gets
//! another password or takes access back.

mod inactive;
mod taking_back;

use provider::event::{Action, Event};
use provider::ports::{ChangedAccount, Written};
use provider::session::Session;
use provider::user::User;
use serde_json::Value;
use uuid::Uuid;

use crate::device::{self, Codes};
use crate::harness::answers::{INVALID_GRANT, INVALID_TOKEN};
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, member, people, summary};

const SCOPE: &str = "openid email offline_access";
const INTROSPECT: &str = "/application/o/introspect/";
const INACTIVE: &str = r#"200 cache-control: no-store {"active":false}"#;

/// Everything that ada can have at once: a session, tokens, a code and a device that she has allowed.
struct Held<'a> {
    bench: &'a Bench,
    browser: Browser<'a>,
    tokens: Value,
    code: String,
    device: Codes,
}

impl<'a> Held<'a> {
    async fn by_ada(bench: &'a Bench) -> Self {
        let mut browser = Browser::new(bench);
        let mut code = async || {
            let back = browser.authorize("fast", SCOPE, &[]).await;
            back.param("code")
                .unwrap_or_else(|| panic!("no code in {}", back.url))
        };
        let tokens = Exchange::code(bench, "fast", &code().await).tokens().await;
        let code = code().await;
        let device = device::ask(bench, "spa", "openid").await;
        device::allow(bench, &device).await;
        Self {
            bench,
            browser,
            tokens,
            code,
            device,
        }
    }

    /// Whether the browser is signed in.
    async fn is_signed_in(&mut self) -> bool {
        is_signed_in(&mut self.browser).await
    }

    /// What the token endpoint, userinfo and introspection say of all that was given.
    async fn is_dead(&self) {
        let bench = self.bench;
        let access = member(&self.tokens, "access_token");
        assert_eq!(summary(&bench.userinfo(access).await), INVALID_TOKEN);
        for token in [access, member(&self.tokens, "refresh_token")] {
            let asked = Exchange::of(bench, "fast").with("token", token);
            assert_eq!(summary(&asked.send_to(INTROSPECT).await), INACTIVE);
        }
        let refresh = Exchange::refresh(bench, "fast", member(&self.tokens, "refresh_token"));
        assert_eq!(refresh.summary().await, INVALID_GRANT);
        let code = Exchange::code(bench, "fast", &self.code);
        assert_eq!(code.summary().await, INVALID_GRANT);
        let poll = device::poll(bench, "spa", &self.device);
        assert_eq!(poll.summary().await, INVALID_GRANT);
        bench.wait(protocol::Seconds(5)); // the device's next poll is in time
    }
}

/// Whether this browser's session counts.
async fn is_signed_in(browser: &mut Browser<'_>) -> bool {
    let path = authorize_path("fast", "openid", &[("prompt", "none")]);
    let answer = browser.get(&path).await;
    let to = location(&answer).expect("a redirect");
    let (in_there, out) = (to.contains("?code="), to.contains("?error=login_required&"));
    assert!(in_there != out, "{to}");
    in_there
}

/// Something that happened to ada.
fn event(bench: &Bench) -> Event {
    Event {
        id: Uuid::new_v4(),
        action: Action::ModelUpdated,
        at: bench.now(),
        app: "test".to_owned(),
        user: None,
        client_id: None,
        client_ip: None,
        brand: None,
        context: serde_json::Map::new(),
    }
}

/// Changes ada as her own pages do.
async fn change(bench: &Bench, keeping: Option<&Session>, change: impl FnOnce(&mut User)) {
    let previous = people::user(bench, "ada").await;
    let mut user = previous.clone();
    change(&mut user);
    user.subject.version += 1;
    let event = event(bench);
    let changed = ChangedAccount {
        user: &user,
        previous: &previous,
        keeping,
        event: &event,
    };
    let people = bench.backend.stores.people();
    let written = people.change(&bench.seeded.tenant.id, &changed).await;
    assert_eq!(written, Ok(Written::Yes));
}
