//! Grants, and the tokens of them.

use anyhow::Context as _;
use protocol::{Scopes, Seconds};
use provider::grant::{Code, Grant, Refresh, State, Terms};
use provider::ports::Opening;
use provider::refresh::RefreshTokens;
use provider::session::Session;
use serde_json::Value;

use super::{CALLBACK, SCOPES, Scene, get, post};

/// The token endpoint.
pub(super) const TOKEN: &str = "/application/o/token/";

const GITHUB: &str = "user:email read:org";

impl Scene {
    pub(super) async fn code(&self, slug: &str) -> anyhow::Result<Value> {
        self.code_in(slug, SCOPES, &self.session().1).await
    }

    /// The request that redeems a code of this session.
    async fn code_in(&self, slug: &str, scopes: &str, of: &Session) -> anyhow::Result<Value> {
        let code = Code::generate(&self.entropy);
        let grant = self.grant((slug, scopes), &code, of).await?;
        self.open(&grant).await?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.raw().expose()),
            ("redirect_uri", CALLBACK),
        ];
        Ok(post(slug, TOKEN, &form))
    }

    /// The tokens of a code of this session.
    pub(super) async fn tokens_in(&self, slug: &str, of: &Session) -> anyhow::Result<Value> {
        self.answered(&self.code_in(slug, SCOPES, of).await?).await
    }

    async fn access_token(&self, slug: &str, scopes: &str) -> anyhow::Result<String> {
        // Without `offline_access` tokens are good as long as their session.
        let (_, session) = self.signed_in().await?;
        let event = self.code_in(slug, scopes, &session).await?;
        let tokens = self.answered(&event).await?;
        let token = tokens.get("access_token").and_then(Value::as_str);
        Ok(token.context("an access token")?.to_owned())
    }

    pub(super) async fn refresh(&self, slug: &str) -> anyhow::Result<Value> {
        let token = self.refresh_token(slug).await?;
        let form = [("grant_type", "refresh_token"), ("refresh_token", &token)];
        Ok(post(slug, TOKEN, &form))
    }

    /// That of a live grant as after its code was redeemed.
    async fn refresh_token(&self, slug: &str) -> anyhow::Result<String> {
        let code = Code::generate(&self.entropy);
        let (_, session) = self.session();
        let mut grant = self.grant((slug, SCOPES), &code, &session).await?;
        let now = local::clock::now();
        grant.state = State::Live {
            refresh: Some(Refresh {
                generation: 0,
                rotated_at: now,
                refresh_expires: now + Seconds::days(30),
            }),
        };
        self.open(&grant).await?;
        let tokens = RefreshTokens::new(&self.refresh_key, &self.tenant);
        Ok(tokens.write(grant.id, 0).expose().to_owned())
    }

    pub(super) async fn exchange(&self, slug: &str) -> anyhow::Result<Value> {
        let token = self.lasting(slug, "openid profile").await?;
        let form = [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("subject_token", token.as_str()),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
            ),
        ];
        Ok(post(slug, TOKEN, &form))
    }

    pub(super) async fn userinfo(&self, slug: &str) -> anyhow::Result<Value> {
        let token = self.lasting(slug, SCOPES).await?;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        Ok(get("/application/o/userinfo/", &headers))
    }

    pub(super) async fn introspect(&self, slug: &str) -> anyhow::Result<Value> {
        let token = self.lasting(slug, SCOPES).await?;
        let form = [("token", token.as_str())];
        Ok(post(slug, "/application/o/introspect/", &form))
    }

    pub(super) async fn revoke_access(&self, slug: &str) -> anyhow::Result<Value> {
        Ok(revoke(slug, &self.access_token(slug, SCOPES).await?))
    }

    pub(super) async fn revoke_refresh(&self, slug: &str) -> anyhow::Result<Value> {
        Ok(revoke(slug, &self.refresh_token(slug).await?))
    }

    pub(super) async fn github_access_token(&self, slug: &str) -> anyhow::Result<Value> {
        let code = Code::generate(&self.entropy);
        let (_, session) = self.signed_in().await?;
        let grant = self.grant((slug, GITHUB), &code, &session).await?;
        self.open(&grant).await?;
        let form = [
            ("client_id", slug),
            ("client_secret", "s"),
            ("code", code.raw().expose()),
            ("redirect_uri", CALLBACK),
        ];
        let headers = [super::FORM, ("accept", "application/json")];
        let body = super::encoded(&form);
        let path = "/login/oauth/access_token";
        Ok(load::event::http("POST", path, "", &headers, &body))
    }

    pub(super) async fn github_user(&self, slug: &str, path: &str) -> anyhow::Result<Value> {
        let token = format!("token {}", self.lasting(slug, GITHUB).await?);
        Ok(get(path, &[("authorization", &token)]))
    }

    /// One token for all requests that do not use it up.
    async fn lasting(&self, slug: &str, scopes: &str) -> anyhow::Result<String> {
        let mut kept = self.kept.lock().await;
        let of = format!("{slug} {scopes}");
        if let Some(token) = kept.get(&of) {
            return Ok(token.clone());
        }
        let token = self.access_token(slug, scopes).await?;
        kept.insert(of, token.clone());
        Ok(token)
    }

    async fn open(&self, grant: &Grant) -> anyhow::Result<()> {
        let opening = Opening {
            grant,
            record: None,
            plan: None,
            visit: None,
            pushed: None,
            event: &self.happening(),
        };
        let grants = self.backend.stores.grants();
        grants.open(&self.tenant, &opening).await?;
        Ok(())
    }

    async fn grant(
        &self,
        (slug, scopes): (&str, &str),
        code: &Code,
        session: &Session,
    ) -> anyhow::Result<Grant> {
        let client = self.client(slug).await?;
        let now = local::clock::now();
        Ok(Grant {
            id: code.grant,
            client_id: client.client_id.clone(),
            provider: client.provider_pk,
            redirect_uri: Some(CALLBACK.to_owned()),
            scopes: Scopes::parse(scopes)?,
            subject: self.user.subject.clone(),
            session: session.id,
            issued: now,
            auth_time: now,
            amr: session.amr(),
            strength: session.strength(),
            nonce: Some("0123456789abcdef".to_owned()),
            challenge: None,
            terms: Terms::default(),
            key: None,
            code: code.raw().digest(),
            code_expires: now + Seconds::hours(1),
            state: State::Pending,
        })
    }
}

fn revoke(slug: &str, token: &str) -> Value {
    post(slug, "/application/o/revoke/", &[("token", token)])
}
