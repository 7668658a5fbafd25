//! Who may register a client (RFC 7591 §3): everybody, slowed down; or whoever has an initial access token.

use protocol::userinfo::bearer;
use protocol::{Digest, Params, Seconds, Secret};
use serde_json::{Map, Value};

use super::Register;
use crate::client::{Client, RegisteredClient, RegistrationMode};
use crate::fault::{BearerFault, Fault};
use crate::guessing::network;
use crate::http::Call;
use crate::policies::Ruling;
use crate::ports::{Admission, Bucket, Intent};
use crate::registration::RegistrationFault;
use crate::user::User;

/// The scope of access tokens that may register clients.
pub(super) const SCOPE: &str = "urn:latchkey:register";

/// How many clients an address may register at once.
const BURST: u32 = 200;
/// And then one each so often.
const INTERVAL: Seconds = Seconds(5);
/// How many may be registered at an issuer at once, wherever they come from, and then one each so often.
const ALL: (u32, Seconds) = (5_000, Seconds(1));

/// How often a client may look at itself and change itself at once, and then once each so often.
const OWN: (u32, Seconds) = (60, INTERVAL);

impl Register {
    /// Lets a registration in. Where an access token does, the person whose it is: then the policies of the application have
    /// to agree ([`Self::judge`]).
    pub(super) async fn admit(
        &self,
        call: &Call<'_>,
        template: &Client,
    ) -> Result<Option<User>, Fault> {
        match template.registration_mode() {
            RegistrationMode::Open => self.slow_down(call, template).await.map(|()| None),
            RegistrationMode::Token => self.initial_token(call, template).await,
            RegistrationMode::Closed => Err(BearerFault::Invalid.into()),
        }
    }

    async fn slow_down(&self, call: &Call<'_>, template: &Client) -> Result<(), Fault> {
        let address = network(call.client_ip());
        let slug = &template.slug;
        let buckets = [
            bucket(&format!("register:{address}"), (BURST, INTERVAL)),
            bucket(&format!("register-at:{slug}"), ALL),
        ];
        self.room(call, &buckets).await
    }

    /// Counts that a client reads or removes itself, or (`changes`) changes itself, which is written and has its event.
    pub(super) async fn slow_down_own(
        &self,
        call: &Call<'_>,
        client: &RegisteredClient,
        changes: bool,
    ) -> Result<(), Fault> {
        let own = bucket(&format!("registered:{}", client.client_id), OWN);
        let all = bucket(&format!("change-at:{}", client.template), ALL);
        let buckets = if changes { &[own, all][..] } else { &[own] };
        self.room(call, buckets).await
    }

    async fn room(&self, call: &Call<'_>, buckets: &[Bucket]) -> Result<(), Fault> {
        let throttle = &self.parts.throttle;
        match throttle.admit(&call.tenant.id, buckets, call.now).await? {
            Admission::Admitted => Ok(()),
            Admission::Wait(wait) => Err(RegistrationFault::TooMany(wait).into()),
        }
    }

    /// An API token of a superuser; or an access token with the scope for it, which a client of this issuer got.
    async fn initial_token(
        &self,
        call: &Call<'_>,
        template: &Client,
    ) -> Result<Option<User>, Fault> {
        let key = bearer_token(call)?;
        let tenant = &call.tenant.id;
        let id = key.digest();
        if let Some(token) = self.parts.user_tokens.by_digest(tenant, &id).await? {
            let good = token.intent == Intent::Api && token.live_at(call.now);
            let user = self.parts.people.by_id(tenant, token.user).await?;
            let user = user.filter(|user| good && user.active);
            return self.superuser(call, user).await.map(|()| None);
        }
        let bearer = self.parts.bearers.check(call, &key).await?;
        let here = format!("{}{}", call.tenant.base_url, call.request.uri().path());
        if !bearer.is_for(&here) {
            return Err(BearerFault::Invalid.into()); // RFC 9068 §4
        }
        // What people allow at one issuer is no leave for another.
        if bearer.client.issuer(&call.tenant) != template.issuer(&call.tenant) {
            return Err(BearerFault::Invalid.into());
        }
        if !bearer.record.scopes.contains(SCOPE) {
            return Err(BearerFault::NeedsScope(SCOPE).into());
        }
        Ok(Some(bearer.user))
    }

    /// Asks the policies of the application whether this person may have a client that is so. `members`: what it says of
    /// itself, with what is vouched for.
    pub(super) async fn judge(
        &self,
        call: &Call<'_>,
        template: &Client,
        user: &User,
        members: &Map<String, Value>,
    ) -> Result<(), Fault> {
        let mut context = Map::new();
        context.insert("registration".to_owned(), Value::Object(members.clone()));
        let policies = &self.parts.policies;
        let ruling = policies.decide(call, template, Some(user), context);
        match ruling.await? {
            Ruling::Pass => Ok(()),
            Ruling::Denied(_) => Err(RegistrationFault::Denied.into()),
        }
    }

    /// Asks them again about a client that they let in once, as it will be: else it would change into what they did not
    /// see. Whoever brought it has to be there still.
    pub(super) async fn judge_again(
        &self,
        call: &Call<'_>,
        template: &Client,
        client: &RegisteredClient,
        members: &Map<String, Value>,
    ) -> Result<(), Fault> {
        let Some(id) = client.admitted_by else {
            return Ok(());
        };
        let user = self.parts.people.by_id(&call.tenant.id, id).await?;
        let user = user.filter(|user| user.active);
        let user = user.ok_or(RegistrationFault::Denied)?;
        self.judge(call, template, &user, members).await
    }

    async fn superuser(&self, call: &Call<'_>, user: Option<User>) -> Result<(), Fault> {
        let user = user.ok_or(BearerFault::Invalid)?;
        if self.parts.policies.is_superuser(call, &user).await? {
            Ok(())
        } else {
            Err(BearerFault::NeedsScope(SCOPE).into())
        }
    }
}

fn bucket(name: &str, (burst, interval): (u32, Seconds)) -> Bucket {
    Bucket {
        id: Digest::of(name.as_bytes()),
        burst,
        interval,
    }
}

/// The token in `Authorization` (RFC 6750 §2.1): the body is for metadata.
pub(super) fn bearer_token(call: &Call<'_>) -> Result<Secret, Fault> {
    let shown = bearer(call.authorization()?, &Params::default())?;
    Ok(shown.ok_or(BearerFault::Absent)?)
}
