//! Tells clients that a session of theirs is over (Back-Channel Logout 1.0 §2.5).

use std::sync::Arc;

use protocol::{Seconds, Timestamp};

use super::token;
use crate::client::Client;
use crate::entropy::Entropy;
use crate::event::{Action, Actor, Event, id_at};
use crate::issuer::Issuer;
use crate::ports::{
    Book, ClientStore, EventStore, FetchError, Fetcher, Lease, Ledger, LogoutStore, Named, Notice,
    Outcome, Whose,
};
use crate::user::Subject;

/// So often is a client told that does not listen; then an event says so.
pub const MOST_ATTEMPTS: u32 = 5;

/// So often is it looked whether the session is over: it is ended a moment after that is announced, or never.
const MOST_LOOKS: u32 = 3;

/// How long a telling takes at most: a fetch has 3 seconds, and there is AWS before and behind it.
const LEASE: Seconds = Seconds(20);

/// What the messenger works with.
pub struct Parts {
    /// Compiled clients.
    pub clients: Arc<dyn ClientStore>,
    /// What has ended, and been told.
    pub logouts: Arc<dyn LogoutStore>,
    /// Grants of people.
    pub ledger: Arc<dyn Ledger>,
    /// What happened.
    pub events: Arc<dyn EventStore>,
    /// Signs logout tokens.
    pub issuer: Issuer,
    /// Carries them.
    pub fetcher: Arc<dyn Fetcher>,
    /// Names tokens and events.
    pub entropy: Arc<dyn Entropy>,
}

/// Tells clients that a session is over.
pub struct Messenger {
    parts: Parts,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// There is nothing left to do.
    Yes,
    /// It is to be told again after [`pause_after`].
    NotYet,
    /// It was told as often as it is: it is put aside.
    Never,
}

/// How long to wait after this attempt, counted from 1: 10 seconds, then one, five and thirty minutes.
pub const fn pause_after(attempt: u32) -> Seconds {
    match attempt {
        0 | 1 => Seconds(10),
        2 => Seconds::minutes(1),
        3 => Seconds::minutes(5),
        _ => Seconds::minutes(30),
    }
}

impl Messenger {
    /// Over these ports.
    pub fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Tells one client, once; `attempt` counts from 1. Whatever goes wrong, it is tried again.
    #[tracing::instrument(name = "logout.tell", level = "debug", skip_all)]
    pub async fn tell(&self, notice: &Notice, attempt: u32, now: Timestamp) -> Heard {
        match self.attempt(notice, attempt, now).await {
            Ok(heard) => heard,
            Err(error) => {
                tracing::error!(event = "logout_delayed", client = %notice.client, attempt, %error, "a logout could not be told");
                again(attempt)
            }
        }
    }

    async fn attempt(&self, notice: &Notice, attempt: u32, now: Timestamp) -> Outcome<Heard> {
        let (tenant, logouts) = (&notice.tenant, &self.parts.logouts);
        let ended = logouts.ended(notice, now).await?;
        if !ended.over {
            // Whoever announced it was cut off, or is about to end it.
            return Ok(if attempt < MOST_LOOKS {
                Heard::NotYet
            } else {
                Heard::Yes
            });
        }
        let clients = &self.parts.clients;
        let Some(client) = clients.by_id(tenant, &notice.client, now).await? else {
            return Ok(Heard::Yes); // nobody is left to hear it
        };
        if client.metadata.revoke_grants_on_logout {
            self.revoke(notice, ended.subject.as_ref(), now).await?;
        }
        let Some(uri) = &client.metadata.backchannel_logout_uri else {
            return Ok(Heard::Yes);
        };
        match logouts.lease(notice, now + LEASE, now).await? {
            Lease::Yes => {}
            Lease::Taken => return Ok(again(attempt)),
            Lease::Told => return Ok(Heard::Yes), // SQS delivers at least once
        }
        let subject = ended.subject.as_ref();
        let Err(why) = self.post(notice, &client, uri, now).await? else {
            let event = self.event(Action::Custom(TOLD.to_owned()), notice, subject, now);
            logouts
                .told(notice, &event.with("attempts", attempt))
                .await?;
            tracing::info!(event = "logout_told", client = %notice.client, attempt, "a client heard of a logout");
            return Ok(Heard::Yes);
        };
        tracing::warn!(event = "logout_not_heard", client = %notice.client, attempt, %why, "a client did not hear of a logout");
        logouts.give_back(notice).await?;
        if attempt >= MOST_ATTEMPTS {
            let event = self
                .event(Action::SystemException, notice, subject, now)
                .with("message", format!("Back-channel logout failed: {why}"))
                .with("attempts", attempt);
            self.parts.events.record(tenant, &[event]).await?;
        }
        Ok(again(attempt))
    }

    /// §2.5: a form, posted; §2.8: 200, or 204 of a framework that has nothing to say.
    async fn post(
        &self,
        notice: &Notice,
        client: &Client,
        uri: &str,
        now: Timestamp,
    ) -> Outcome<Result<(), FetchError>> {
        let claims = token::claims(notice, &*self.parts.entropy, now);
        let issuer = &self.parts.issuer;
        let token = issuer
            .logout_token((&notice.tenant, client), token::TYP, &claims, now)
            .await?;
        let form = [("logout_token", token.expose())];
        Ok(match self.parts.fetcher.post_form(uri, &form).await {
            // Too much was said beside 200.
            Ok(_) | Err(FetchError::Status(204) | FetchError::TooLarge) => Ok(()),
            Err(why) => Err(why),
        })
    }

    /// What the client was given for good in this session is taken back (§2.7 leaves `offline_access` alone, unless the
    /// client's setting says otherwise). What ends with the session has ended.
    async fn revoke(
        &self,
        notice: &Notice,
        subject: Option<&Subject>,
        now: Timestamp,
    ) -> Outcome<()> {
        let Notice { tenant, user, .. } = notice;
        let ledger = &self.parts.ledger;
        let mut ids = Vec::new();
        for book in [Book::RefreshTokens, Book::Codes] {
            let entries = ledger.entries(tenant, book, Whose::Of(*user), now).await?;
            let theirs = entries
                .iter()
                .filter(|entry| entry.client_id == notice.client);
            ids.extend(theirs.filter_map(|entry| match entry.named {
                Named::Grant(id) => Some(id),
                Named::Consent | Named::Token(_) => None,
            }));
        }
        ids.sort_unstable_by_key(|id| id.0);
        ids.dedup();
        let grants = ledger.grants(tenant, &ids).await?;
        let given_here = grants
            .into_iter()
            .flatten()
            .filter(|grant| grant.session == notice.session);
        for grant in given_here {
            let event = self.event(Action::TokenRevoked, notice, subject, now);
            // `false`: it was over already.
            ledger.end_grant(tenant, grant.id, &event).await?;
        }
        Ok(())
    }

    fn event(
        &self,
        action: Action,
        notice: &Notice,
        subject: Option<&Subject>,
        now: Timestamp,
    ) -> Event {
        let event = Event {
            id: id_at(now, &*self.parts.entropy),
            action,
            at: now,
            app: "backchannel-logout".to_owned(),
            user: subject.map(Actor::from),
            client_id: None,
            client_ip: None,
            brand: None,
            context: serde_json::Map::new(),
        };
        event
            .for_client(&notice.client)
            .with("session", notice.session.to_string())
    }
}

/// The name of the event that a client heard of a logout.
const TOLD: &str = "backchannel_logout";

const fn again(attempt: u32) -> Heard {
    if attempt >= MOST_ATTEMPTS {
        Heard::Never
    } else {
        Heard::NotYet
    }
}
