//! Tokens and app passwords: made, shown once, removed.

use http::StatusCode;
use protocol::{Params, Seconds, Secret};

use super::{Notice, Section, SelfService, Visitor, sign_in};
use crate::entropy::alphanumeric;
use crate::event::{Action, Event};
use crate::fault::Fault;
use crate::http::{Response, encode};
use crate::pages::user::{self, Key, NewKey};
use crate::ports::{Intent, TokenWritten, UserToken};
use crate::tenant::{Purpose, Sealed};

/// How long a key is, in characters (authentik: 60).
const KEY_LENGTH: usize = 60;
/// The longest identifier, in characters (authentik: 255).
const LONGEST_IDENTIFIER: usize = 255;
/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 1_000;
/// Most tokens of one person.
const MOST: usize = 50;
/// The longest life that can be chosen, in days.
const MOST_DAYS: i64 = 3_650;

impl SelfService {
    /// The list, with what was just made or what was wrong with it.
    pub(super) async fn tokens(
        &self,
        visitor: &Visitor<'_>,
        new: Option<NewKey>,
    ) -> Result<Response, Fault> {
        let (tenant, id) = (&visitor.call.tenant.id, visitor.user.subject.id);
        let now = visitor.call.now;
        let tokens = self.parts.people.tokens(tenant, id).await?;
        let shown = |token: UserToken| Key {
            expired: !token.live_at(now),
            intent: intent_word(token.intent),
            identifier: token.identifier,
            description: token.description,
            expires: token.expires.map(protocol::Timestamp::rfc3339),
        };
        Ok(encode::page(
            StatusCode::OK,
            &user::Tokens {
                scene: visitor.scene(),
                frame: visitor.frame(Section::Tokens),
                tokens: tokens.into_iter().map(shown).collect(),
                new: new.unwrap_or_default(),
            },
        ))
    }

    pub(super) async fn change_tokens(
        &self,
        visitor: &Visitor<'_>,
        form: &Params,
    ) -> Result<Response, Fault> {
        let call = visitor.call;
        match form.optional("action")? {
            Some("create") if !visitor.is_recent() => Ok(sign_in(call, Section::Tokens, true)),
            Some("create") => self.create_token(visitor, form).await,
            Some("remove") => self.remove_token(visitor, form).await,
            Some(_) | None => Ok(encode::redirect(call, &Section::Tokens.path())),
        }
    }

    /// The key is shown in the answer and by no page again; the API's `view_key` shows it to its owner. Sending the form
    /// again finds the identifier taken.
    async fn create_token(&self, visitor: &Visitor<'_>, form: &Params) -> Result<Response, Fault> {
        let (tenant, user) = (&visitor.call.tenant.id, visitor.user.subject.id);
        let mut new = NewKey::of(form)?;
        let held = self.parts.people.tokens(tenant, user).await?.len();
        new.problem = problem(&new, held);
        if new.problem.is_some() {
            return self.tokens(visitor, Some(new)).await;
        }
        let key = Secret::new(alphanumeric(&*self.parts.entropy, KEY_LENGTH));
        let intent = if new.intent == "api" {
            Intent::Api
        } else {
            Intent::AppPassword
        };
        let mut token = UserToken::new(new.identifier.as_str(), intent, user, &key);
        token.description.clone_from(&new.description);
        let days = new.days.parse::<i64>().ok().filter(|days| *days > 0);
        token.expires = days.map(|days| visitor.call.now + Seconds::days(days));
        token.sealed = Some(self.sealed(visitor, &key).await?);
        let event = self.event(visitor, Action::ModelCreated);
        let event = of_token(event, &token);
        let written = self
            .parts
            .user_tokens
            .write(tenant, &token, None, &event)
            .await?;
        if written == TokenWritten::Yes {
            tracing::info!(event = "user_token_created", user = %user, "a token was made");
            new = NewKey {
                made: Some((token.identifier, key.expose().to_owned())),
                ..NewKey::default()
            };
        } else {
            new.problem = Some("user-token-taken");
        }
        self.tokens(visitor, Some(new)).await
    }

    async fn sealed(&self, visitor: &Visitor<'_>, key: &Secret) -> Result<Sealed, Fault> {
        let digest = key.digest().encode();
        let (tenant, plain) = (&visitor.call.tenant.id, key.expose().as_bytes());
        let sealed = self
            .parts
            .sealer
            .seal(tenant, Purpose::UserToken(&digest), plain);
        Ok(sealed.await?)
    }

    async fn remove_token(&self, visitor: &Visitor<'_>, form: &Params) -> Result<Response, Fault> {
        let (tenant, user) = (&visitor.call.tenant.id, visitor.user.subject.id);
        let identifier = form.optional("identifier")?.unwrap_or_default();
        let held = self.parts.people.tokens(tenant, user).await?;
        let found = held
            .into_iter()
            .find(|token| token.identifier == identifier);
        let removed = match found {
            None => false,
            Some(token) => {
                let event = self.event(visitor, Action::ModelDeleted);
                let event = of_token(event, &token);
                self.parts
                    .people
                    .remove_token(tenant, &token, &event)
                    .await?
            }
        };
        Ok(visitor.done(Section::Tokens, Notice::TokenRemoved.done_or_gone(removed)))
    }
}

/// What is wrong with a wish, as the key of a text.
fn problem(new: &NewKey, held: usize) -> Option<&'static str> {
    let slug = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let identifier = new.identifier.as_str();
    let days = new.days.parse::<i64>();
    if identifier.is_empty()
        || identifier.len() > LONGEST_IDENTIFIER
        || !identifier.chars().all(slug)
    {
        Some("user-token-identifier-wrong")
    } else if new.description.chars().count() > LONGEST_DESCRIPTION {
        Some("user-token-description-long")
    } else if !new.days.is_empty() && !days.is_ok_and(|days| (1..=MOST_DAYS).contains(&days)) {
        Some("user-token-days-wrong")
    } else if held >= MOST {
        Some("user-token-too-many")
    } else {
        None
    }
}

/// Of this token.
fn of_token(event: Event, token: &UserToken) -> Event {
    let pk = token.pk().to_string();
    event.of(("authentik_core", "token"), &pk, &token.identifier)
}

const fn intent_word(intent: Intent) -> &'static str {
    match intent {
        Intent::Api => "api",
        Intent::AppPassword => "app_password",
        Intent::Recovery => "recovery",
        Intent::Verification => "verification",
    }
}
