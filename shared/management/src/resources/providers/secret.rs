//! A client gets another secret, and the one it had stays good for a while: its instances need not change at one moment.
//! The operation is ours, authentik has none.

use http::{Method, StatusCode};
use protocol::{ClientId, Seconds, Secret, Timestamp};
use provider::client::FurtherSecret;
use provider::config::{Change, ClientType, Expect, Provider, SaveError, SharedSecret, Validity};
use provider::entropy::alphanumeric;
use provider::event::Action;
use provider::ports::ObjectKind;
use provider::tenant::Purpose;

use super::Oauth2Providers;
use super::shape::{OAUTH2_PROVIDER, ROTATE_SECRET};
use crate::endpoint::Api;
use crate::errors::{Refusal, WHOLE};
use crate::form::{Form, Mode};
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::resources::common::TRIES;
use crate::resources::crud::{self, Kind as _, found};

/// How long secrets are that are made (authentik's).
const LENGTH: usize = 128;

const KEEP: &str = "keep_previous";

pub(super) fn operation() -> Operation {
    Operation::new(
        "providers_oauth2_rotate_secret_create",
        Method::POST,
        "/providers/oauth2/{id}/rotate_secret/",
        |api, ask| Box::pin(rotate(api, ask)),
    )
    .takes(Body::Json(&ROTATE_SECRET, Mode::Create))
    .answers(Answer::One(StatusCode::OK, &OAUTH2_PROVIDER))
}

/// A secret that nobody has.
pub(super) fn made(api: &Api) -> Secret {
    Secret::new(alphanumeric(&*api.parts.entropy, LENGTH))
}

/// A secret as it is kept, to be compared and to be shown again.
pub(super) async fn kept(
    api: &Api,
    ask: &Ask<'_>,
    client_id: &ClientId,
    secret: &Secret,
) -> Result<SharedSecret, Refusal> {
    let purpose = Purpose::ClientSecret(client_id.as_str());
    let (tenant, plain) = (&ask.call.tenant.id, secret.expose().as_bytes());
    let sealed = api.parts.sealer.seal(tenant, purpose, plain).await?;
    Ok(SharedSecret {
        digest: secret.digest(),
        client_id: client_id.clone(),
        sealed,
    })
}

/// Where others change the provider at the same time, the secret is that of what they left.
async fn rotate(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(&ROTATE_SECRET, Mode::Create)?;
    let keep = keep(&mut form);
    form.errors.check()?;
    for _ in 0..TRIES {
        let config = api.config(ask).await?;
        let stored = found::<Oauth2Providers>(&config, &ask.key)?;
        let before = stored.object.as_provider();
        let before = before.ok_or(Refusal::NotFound(Oauth2Providers::MODEL))?;
        let fresh = kept(api, ask, &before.client_id, &made(api)).await?;
        let object = renewed(before, fresh, (keep, ask.call.now))?.into();
        let event = api.event_of(ask, Action::SecretRotate, &object);
        let change = Change::Put {
            object: Box::new(object),
            expect: Expect::Version(stored.version),
        };
        let (tenant, now) = (&ask.call.tenant, ask.call.now);
        let saved = api
            .parts
            .config
            .save(tenant, &[change], &[event], now)
            .await;
        match saved {
            Ok(config) => {
                let stored = found::<Oauth2Providers>(&config, &ask.key)?;
                let shown = crud::one::<Oauth2Providers>(api, ask, &config, &stored.object);
                return Reply::ok(shown.await?);
            }
            Err(SaveError::Conflict(_)) => {}
            Err(error) => return Err(Refusal::of_save(error, ObjectKind::Provider, &ask.key)),
        }
    }
    Err(Refusal::Conflict)
}

/// How long the previous secret is still good: not at all where nothing is said.
fn keep(form: &mut Form) -> Seconds {
    let Some(text) = form.text(KEEP).map(str::to_owned) else {
        return Seconds(0);
    };
    Validity::parse(&text).map_or_else(
        |_| {
            let text = format!("{text} is not in the correct format of 'days=7;hours=12'.");
            form.errors.add(KEEP, text);
            Seconds(0)
        },
        |validity| validity.seconds(),
    )
}

/// The provider with this secret. Those whose time is over go.
fn renewed(
    before: &Provider,
    fresh: SharedSecret,
    (keep, now): (Seconds, Timestamp),
) -> Result<Provider, Refusal> {
    let previous = before.client_secret.as_ref();
    let previous = previous.filter(|_| before.client_type == ClientType::Confidential);
    let Some(previous) = previous else {
        let text = "A public client has no secret to change.";
        return Err(Refusal::field(WHOLE, text));
    };
    let mut provider = before.clone();
    let further = &mut provider.metadata.further_secrets;
    further.retain(|secret| secret.expires.is_none_or(|end| now < end));
    if keep > Seconds(0) {
        further.push(FurtherSecret {
            digest: previous.digest,
            expires: Some(now + keep),
        });
    }
    provider.client_secret = Some(fresh);
    Ok(provider)
}
