//! `/application/o/{slug}/end-session/` (OpenID Connect RP-Initiated Logout 1.0).

mod answered;
mod asked;
mod backchannel;
mod budget;
mod ends;
mod frontchannel;
mod frontchannel_flow;
mod hinted;
mod invalidation;
mod queue;
mod receiver;
mod refused;

use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::{Bench, encode, json, member, text};

/// The end-session endpoint of the client `web`.
const END_SESSION: &str = "/application/o/web/end-session/";

/// Where `web` wants people to be after logout.
const OUT: &str = "https://rp.example/out";

/// The page after a logout that leads nowhere.
const SIGNED_OUT: &str = "200 Example / You are signed out / Your Example session has ended. On a shared computer, close the browser as well. / Return to Web";

/// Somebody signed in, and the tokens of `web` from this session.
struct Visitor<'a> {
    bench: &'a Bench,
    browser: Browser<'a>,
    id_token: String,
    access_token: String,
    refresh_token: Option<String>,
}

impl<'a> Visitor<'a> {
    async fn ada(bench: &'a Bench, scope: &str) -> Self {
        Self::new(bench, scope, crate::harness::USER).await
    }

    async fn new(bench: &'a Bench, scope: &str, user: (&'static str, &'static str)) -> Self {
        let mut browser = Browser::new(bench);
        browser.user = user;
        let back = browser.authorize("web", scope, &[]).await;
        let answer = bench
            .redeem("web", &back.param("code").expect("a code"))
            .await;
        assert_eq!(answer.status(), 200, "{}", text(&answer));
        let tokens = json(&answer);
        Self {
            bench,
            browser,
            id_token: member(&tokens, "id_token").to_owned(),
            access_token: member(&tokens, "access_token").to_owned(),
            refresh_token: tokens["refresh_token"].as_str().map(str::to_owned),
        }
    }

    /// GET of the end-session endpoint.
    async fn leave(&mut self, pairs: &[(&str, &str)]) -> provider::http::Response {
        self.browser
            .get(&format!("{END_SESSION}?{}", encode(pairs)))
            .await
    }

    async fn is_signed_in(&mut self) -> bool {
        let path = authorize_path("web", "openid", &[("prompt", "none")]);
        let to = location(&self.browser.get(&path).await).expect("a redirect");
        assert!(
            to.contains("?code=") || to.contains("?error=login_required&"),
            "{to}"
        );
        to.contains("?code=")
    }
}

/// The session of this cookie, whatever has become of it.
pub(crate) async fn session(
    bench: &Bench,
    token: &provider::session::SessionToken,
) -> Option<provider::session::Session> {
    let entry = provider::ports::SessionEntry {
        id: token.id(),
        user: token.user(),
    };
    let ledger = bench.backend.stores.ledger();
    let found = ledger.sessions(&bench.seeded.tenant.id, &[entry]).await;
    found.expect("reads").into_iter().flatten().next()
}
