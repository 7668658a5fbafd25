//! People who are signed in.

use anyhow::ensure;
use protocol::Slug;
use provider::entropy::Entropy;
use provider::flow::AUTHENTICATION;
use provider::flow::proof::{Method, Proof};
use provider::ports::{Saved, SignIn};
use provider::session::{FlowToken, Plan, SESSION_LIFETIME, Session, SessionId, SessionToken};
use serde_json::Value;
use uuid::Uuid;

use super::{CALLBACK, Scene, asked, encoded, get};

impl Scene {
    pub(super) async fn authorize(&self, slug: &str) -> anyhow::Result<Value> {
        let (cookie, _) = self.signed_in().await?;
        let query = [&[("client_id", slug)], asked().as_slice()].concat();
        let path = format!("/application/o/authorize/?{}", encoded(&query));
        Ok(get(&path, &[("cookie", &cookie)]))
    }

    pub(super) async fn github_authorize(&self, slug: &str) -> anyhow::Result<Value> {
        let (cookie, _) = self.signed_in().await?;
        let query = [
            ("client_id", slug),
            ("redirect_uri", CALLBACK),
            ("scope", "user:email read:org"),
            ("state", "0123456789abcdef"),
        ];
        let path = format!("/login/oauth/authorize?{}", encoded(&query));
        Ok(get(&path, &[("cookie", &cookie)]))
    }

    pub(super) async fn self_service(&self) -> anyhow::Result<Value> {
        let (cookie, _) = self.signed_in().await?;
        Ok(get("/if/user/", &[("cookie", &cookie)]))
    }

    pub(super) async fn end_session(&self, slug: &str) -> anyhow::Result<Value> {
        let (cookie, session) = self.signed_in().await?;
        let tokens = self.tokens_in(slug, &session).await?;
        let hint = tokens
            .get("id_token")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let query = encoded(&[("id_token_hint", hint)]);
        let path = format!("/application/o/{slug}/end-session/?{query}");
        Ok(get(&path, &[("cookie", &cookie)]))
    }

    /// Somebody signs in: their cookie, and their session.
    pub(super) async fn signed_in(&self) -> anyhow::Result<(String, Session)> {
        let (token, session) = self.session();
        let slug = Slug::parse(AUTHENTICATION)?;
        let now = local::clock::now();
        let plan = || {
            let token = FlowToken::generate(&self.entropy);
            Plan::begin(token.plan_key(""), &slug, Vec::new(), now)
        };
        let (from, onward) = (plan(), plan());
        let entry = SignIn {
            session: &session,
            from: &from,
            onward: &Plan {
                version: 1,
                ..onward
            },
            goes_on: false,
            ended: None,
            event: &self.happening(),
        };
        let browsers = self.backend.stores.browsers();
        let saved = browsers.sign_in(&self.tenant, &entry, now).await?;
        ensure!(saved == Saved::Yes, "the sign-in is refused");
        let cookie = format!("__Host-latchkey_session={}", token.raw().expose());
        Ok((cookie, session))
    }

    /// A session that is not written.
    pub(super) fn session(&self) -> (SessionToken, Session) {
        let id = SessionId(Uuid::new_v4());
        let entropy = &self.entropy as &dyn Entropy;
        let token = SessionToken::generate(self.user.subject.id, id, entropy);
        let now = local::clock::now();
        let session = Session {
            id,
            cookie: token.digest(),
            user: self.user.subject.id,
            generation: self.user.subject.generation,
            auth_time: now,
            proofs: vec![Proof {
                method: Method::Password,
                at: now,
            }],
            began: now,
            user_agent: String::new(),
            address: None,
            left: std::collections::BTreeMap::new(),
            visited: std::collections::BTreeMap::new(),
            expires: now + SESSION_LIFETIME,
        };
        (token, session)
    }
}
