//! What came of one code, device code or client's own credentials, and where each token of it stands.

use std::time::Instant;

use crate::actor::Actor;
use crate::http_client::{Answer, Stop, Went, form_as, request, with};
use crate::model::{Class, Standing};

/// Introspection.
const INTROSPECT: &str = "/application/o/introspect/";
/// Revocation.
const REVOKE: &str = "/application/o/revoke/";

/// An access token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) text: String,
    /// To whom it was given.
    pub(crate) client: &'static str,
    /// By itself, whatever the family is.
    pub(crate) standing: Standing,
}

/// A grant as its client knows it.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) client: &'static str,
    /// Whether it is over.
    pub(crate) standing: Standing,
    /// The refresh token in force.
    pub(crate) refresh: Option<String>,
    /// Those before it, each with when its successor was answered.
    pub(crate) earlier: Vec<(String, Instant)>,
    pub(crate) tokens: Vec<Token>,
    /// Since when it is not known whether the refresh token in force was used.
    pub(crate) unsure: Option<Instant>,
    /// Whether tokens were got for its tokens.
    pub(crate) lent: bool,
    /// Whether it has people's claims at `/userinfo`.
    pub(crate) openid: bool,
}

impl Family {
    /// From the first answer with tokens.
    pub(crate) fn of(actor: &Actor, client: &'static str, answer: &Answer) -> Went<Self> {
        let mut family = Self {
            client,
            standing: Standing::Live,
            refresh: answer.member("refresh_token"),
            earlier: Vec::new(),
            tokens: Vec::new(),
            unsure: None,
            lent: false,
            openid: true,
        };
        family.took(actor, client, answer)?;
        Ok(family)
    }

    /// Takes the access token of an answer.
    pub(crate) fn took(
        &mut self,
        actor: &Actor,
        client: &'static str,
        answer: &Answer,
    ) -> Went<()> {
        let none = || Stop::Wrong(format!("200 without an access token: {}", answer.short()));
        let text = answer.member("access_token").ok_or_else(none)?;
        actor.model().given(&text, client);
        if let Some(refresh) = answer.member("refresh_token") {
            actor.model().secret(&refresh);
        }
        self.tokens.push(Token {
            text,
            client,
            standing: Standing::Live,
        });
        Ok(())
    }

    /// Where a token stands, by its own and its family's.
    pub(crate) fn standing_of(&self, token: &Token) -> Standing {
        match (self.standing, token.standing) {
            (Standing::Dead, _) | (_, Standing::Dead) => Standing::Dead,
            (Standing::Live, Standing::Live) => Standing::Live,
            (Standing::Unknown, _) | (_, Standing::Unknown) => Standing::Unknown,
        }
    }

    /// It is over, and that was answered.
    pub(crate) fn dead(&mut self) {
        self.standing = Standing::Dead;
    }

    /// It may be over.
    pub(crate) fn doubtful(&mut self) {
        if self.standing == Standing::Live {
            self.standing = Standing::Unknown;
        }
    }

    /// Asks of one token whether it is active, and holds the answer against where it stands.
    pub(crate) async fn introspect(&mut self, actor: &Actor, at: usize) -> Went<()> {
        let Some(token) = self.tokens.get(at).cloned() else {
            return Ok(());
        };
        let form = form_as(
            token.client,
            INTROSPECT,
            &[("token", &token.text)],
            "192.0.2.9",
        )?;
        let answer = actor.send("introspect", form).await.good("introspection")?;
        let active = answer
            .json()
            .get("active")
            .and_then(serde_json::Value::as_bool);
        let active =
            active.ok_or_else(|| Stop::Wrong(format!("introspection says {}", answer.short())))?;
        self.told(actor, at, active, "introspection")
    }

    /// Shows one token at `/userinfo`.
    pub(crate) async fn userinfo(&mut self, actor: &Actor, at: usize) -> Went<()> {
        let Some(token) = self.tokens.get(at).cloned() else {
            return Ok(());
        };
        let request = request(
            http::Method::GET,
            "/application/o/userinfo/",
            String::new(),
            "192.0.2.9",
        )?;
        let bearer = format!("Bearer {}", token.text);
        let request = with(request, http::header::AUTHORIZATION, &bearer);
        let answer = actor.send("userinfo", request).await;
        match (answer.class, answer.status) {
            (Class::Failed, _) => Err(Stop::Failed),
            (Class::Good, _) => self.told(actor, at, true, "userinfo"),
            (Class::Refused, 401) => self.told(actor, at, false, "userinfo"),
            (Class::Refused, _) => Err(Stop::Wrong(format!("userinfo: {}", answer.short()))),
        }
    }

    fn told(&mut self, actor: &Actor, at: usize, active: bool, by: &str) -> Went<()> {
        let Some(token) = self.tokens.get(at) else {
            return Ok(());
        };
        let standing = self.standing_of(token);
        let of = format!("a token of {} ({by})", token.client);
        match (standing, active) {
            (Standing::Live, true) => actor.model().fact("a token that was answered works"),
            (Standing::Dead, false) => actor.model().fact("a token that was revoked stays revoked"),
            (Standing::Live, false) => {
                return Err(Stop::Wrong(format!(
                    "{of} was answered, never revoked, and is not active"
                )));
            }
            (Standing::Dead, true) => {
                return Err(Stop::Wrong(format!("{of} was revoked, and is active")));
            }
            (Standing::Unknown, true) => {
                actor.model().fact("a token of unknown standing is active");
            }
            (Standing::Unknown, false) => {
                actor
                    .model()
                    .fact("a token of unknown standing is not active");
                if let Some(token) = self.tokens.get_mut(at) {
                    token.standing = Standing::Dead; // and never live again
                }
            }
        }
        Ok(())
    }

    /// Revokes one access token.
    pub(crate) async fn revoke_access(&mut self, actor: &Actor, at: usize) -> Went<()> {
        let Some(token) = self.tokens.get(at).cloned() else {
            return Ok(());
        };
        let form = form_as(token.client, REVOKE, &[("token", &token.text)], "192.0.2.9")?;
        let class = actor.send("revoke access", form).await.class;
        if let Some(token) = self.tokens.get_mut(at) {
            token.standing = match (class, token.standing) {
                (Class::Good, _) | (_, Standing::Dead) => Standing::Dead,
                (Class::Failed, _) => Standing::Unknown,
                (Class::Refused, _) => {
                    return Err(Stop::Wrong("a revocation was refused".to_owned()));
                }
            };
        }
        self.introspect(actor, at).await
    }

    /// Revokes the grant by its refresh token.
    pub(crate) async fn revoke_all(&mut self, actor: &Actor) -> Went<()> {
        let Some(refresh) = self.refresh.clone() else {
            return Ok(());
        };
        let form = form_as(self.client, REVOKE, &[("token", &refresh)], "192.0.2.9")?;
        self.revocation(actor.send("revoke grant", form).await.class)
    }

    /// What was answered to a revocation of the grant.
    pub(crate) fn revocation(&mut self, class: Class) -> Went<()> {
        match class {
            Class::Good => self.dead(),
            Class::Failed => self.doubtful(),
            Class::Refused => return Err(Stop::Wrong("a revocation was refused".to_owned())),
        }
        Ok(())
    }
}
