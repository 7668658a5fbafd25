//! Who may register a client (RFC 7591 §3): everybody, slowed down; or whoever has an initial access token.

use protocol::userinfo::bearer;
use protocol::{Digest, Params, Seconds, Secret};
use serde_json::{Map, Value};

use super::Register;
use crate::client::{Client, RegistrationMode};
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
pub(super) const INTERVAL: Seconds = Seconds(5);
/// How many may be registered at an issuer at once, wherever they come from, and then one each so often.
const ALL: (u32, Seconds) = (5_000, Seconds(1));

impl Register {
    /// Lets a registration in. `members`: what the client says of itself, which policies may look at.
    pub(super) async fn admit(
        &self,
        call: &Call<'_>,
        template: &Client,
        members: &Map<String, Value>,
    ) -> Result<(), Fault> {
        match template.registration_mode() {
            RegistrationMode::Open => self.slow_down(call, template).await,
            RegistrationMode::Token => self.initial_token(call, template, members).await,
            RegistrationMode::Closed => Err(BearerFault::Invalid.into()),
        }
    }

    async fn slow_down(&self, call: &Call<'_>, template: &Client) -> Result<(), Fault> {
        let address = network(call.client_ip());
        let slug = &template.slug;
        let bucket = |name: String, (burst, interval)| Bucket {
            id: Digest::of(name.as_bytes()),
            burst,
            interval,
        };
        let buckets = [
            bucket(format!("register:{address}"), (BURST, INTERVAL)),
            bucket(format!("register-at:{slug}"), ALL),
        ];
        let throttle = &self.parts.throttle;
        match throttle.admit(&call.tenant.id, &buckets, call.now).await? {
            Admission::Admitted => Ok(()),
            Admission::Wait(_) => Err(RegistrationFault::TooMany.into()),
        }
    }

    /// An API token of a superuser; or an access token with the scope for it, of somebody whom the policies of the
    /// application let in, which are told of the client.
    async fn initial_token(
        &self,
        call: &Call<'_>,
        template: &Client,
        members: &Map<String, Value>,
    ) -> Result<(), Fault> {
        let key = bearer_token(call)?;
        let tenant = &call.tenant.id;
        let id = key.digest();
        if let Some(token) = self.parts.user_tokens.by_digest(tenant, &id).await? {
            let good = token.intent == Intent::Api && token.live_at(call.now);
            let user = self.parts.people.by_id(tenant, token.user).await?;
            let user = user.filter(|user| good && user.active);
            return self.superuser(call, user).await;
        }
        let bearer = self.parts.bearers.check(call, &key).await?;
        if !bearer.record.scopes.contains(SCOPE) {
            return Err(BearerFault::NeedsScope(SCOPE).into());
        }
        let mut context = Map::new();
        context.insert("registration".to_owned(), Value::Object(members.clone()));
        let ruling = self
            .parts
            .policies
            .decide(call, template, Some(&bearer.user), context);
        match ruling.await? {
            Ruling::Pass => Ok(()),
            Ruling::Denied(_) => Err(BearerFault::NeedsScope(SCOPE).into()),
        }
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

/// The token in `Authorization` (RFC 6750 §2.1): the body is for metadata.
pub(super) fn bearer_token(call: &Call<'_>) -> Result<Secret, Fault> {
    let shown = bearer(call.authorization()?, &Params::default())?;
    Ok(shown.ok_or(BearerFault::Absent)?)
}
