//! A provider as a request describes it.

use protocol::redirect::RedirectUri;
use protocol::{ClientId, Secret, Slug};
use provider::client::RedirectRule;
use provider::config::{ClientType, Config, Provider, Validity};
use provider::entropy::alphanumeric;
use serde_json::Value;
use uuid::Uuid;

use super::secret;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Form;
use crate::operation::Ask;

/// How long ids are that are made (authentik's).
const ID_LENGTH: usize = 40;

/// In the place of the number of one that has none yet.
const NEW: u64 = 0;

/// The provider that is asked for: a new one, or `before` changed. What is wrong is noted in the form. It is
/// [`complete`]d where nothing else is wrong.
///
/// # Errors
/// Where a new one lacks what there cannot be one without; by field.
pub fn read(
    api: &Api,
    config: &Config,
    form: &mut Form,
    before: Option<&Provider>,
) -> Result<Provider, Refusal> {
    let mut provider = match before {
        Some(before) => before.clone(),
        None => blank(api, config, form)?,
    };
    flows(config, form, &mut provider);
    plain(form, &mut provider);
    lifetimes(form, &mut provider);
    uris(form, &mut provider);
    federation(form, &mut provider);
    metadata(form, &mut provider);
    Ok(provider)
}

/// Gives a new one its number, and one without a secret its secret.
///
/// # Errors
/// By field, where it cannot do without a secret.
pub async fn complete(
    api: &Api,
    ask: &Ask<'_>,
    form: &Form,
    mut provider: Provider,
) -> Result<Provider, Refusal> {
    secret(api, ask, form, &mut provider).await?;
    if provider.pk == NEW {
        let tenant = &ask.call.tenant.id;
        provider.pk = match form.number {
            Some(number) => number,
            None => api.parts.objects.next_provider_pk(tenant).await?,
        };
    }
    Ok(provider)
}

/// A new one, without a number so far.
fn blank(api: &Api, config: &Config, form: &mut Form) -> Result<Provider, Refusal> {
    let mut leads = None;
    flow(config, form, "authorization_flow", &mut leads);
    let id = form.text("client_id").map(str::to_owned);
    let id = id.unwrap_or_else(|| alphanumeric(&*api.parts.entropy, ID_LENGTH));
    match (leads, client_id(form, &id)) {
        (Some(flow), Some(id)) => Ok(Provider::new(NEW, "", id, flow)),
        _ => Err(Refusal::Invalid(form.errors.clone())),
    }
}

fn client_id(form: &mut Form, id: &str) -> Option<ClientId> {
    let parsed = ClientId::parse(id);
    if parsed.is_err() {
        let text = "A client id has 1 to 255 characters of printable ASCII.";
        form.errors.add("client_id", text);
    }
    parsed.ok()
}

fn flows(config: &Config, form: &mut Form, provider: &mut Provider) {
    let mut leads = Some(provider.authorization_flow.clone());
    flow(config, form, "authorization_flow", &mut leads);
    provider.authorization_flow = leads.unwrap_or_else(|| provider.authorization_flow.clone());
    flow(
        config,
        form,
        "authentication_flow",
        &mut provider.authentication_flow,
    );
    flow(
        config,
        form,
        "invalidation_flow",
        &mut provider.invalidation_flow,
    );
}

/// Puts the flow that a field names, where it was given, into its place.
fn flow(config: &Config, form: &mut Form, field: &str, place: &mut Option<Slug>) {
    match form.get::<Option<Uuid>>(field) {
        None => {}
        Some(None) => *place = None,
        Some(Some(id)) => match config.flow(id) {
            Some(flow) => *place = Some(flow.slug.clone()),
            None => form.missing(field, &id),
        },
    }
}

fn plain(form: &mut Form, provider: &mut Provider) {
    form.set("name", &mut provider.name);
    form.set("property_mappings", &mut provider.property_mappings);
    form.set("client_type", &mut provider.client_type);
    form.set(
        "include_claims_in_id_token",
        &mut provider.include_claims_in_id_token,
    );
    form.set("signing_key", &mut provider.signing_key);
    form.set("encryption_key", &mut provider.encryption_key);
    form.set("sub_mode", &mut provider.sub_mode);
    form.set("issuer_mode", &mut provider.issuer_mode);
    if let Some(id) = form.text("client_id").map(str::to_owned)
        && id != provider.client_id.as_str()
        && let Some(id) = client_id(form, &id)
    {
        provider.client_id = id;
    }
}

fn lifetimes(form: &mut Form, provider: &mut Provider) {
    let lifetimes = [
        ("access_code_validity", &mut provider.access_code_validity),
        ("access_token_validity", &mut provider.access_token_validity),
        (
            "refresh_token_validity",
            &mut provider.refresh_token_validity,
        ),
        ("refresh_token_grace", &mut provider.refresh_token_grace),
    ];
    for (field, place) in lifetimes {
        let Some(text) = form.text(field).map(str::to_owned) else {
            continue;
        };
        match Validity::parse(&text) {
            Ok(validity) => *place = validity,
            Err(_) => form.errors.add(
                field,
                format!(
                    "{text} is not in the correct format of 'hours=3;minutes=1'. Its units are weeks, days, hours, \
                     minutes, seconds, milliseconds and microseconds."
                ),
            ),
        }
    }
}

fn uris(form: &mut Form, provider: &mut Provider) {
    if let Some(rules) = form.get::<Vec<RedirectRule>>("redirect_uris") {
        for rule in rules.iter().filter(|rule| !rule.compiles()) {
            let text = format!("Invalid Regex Pattern: {}", rule.url);
            form.errors.add("redirect_uris", text);
        }
        provider.redirect_uris = rules;
    }
    let Some(uris) = form.get::<Vec<String>>("post_logout_redirect_uris") else {
        return;
    };
    provider.post_logout_redirect_uris.clear();
    for uri in uris {
        match RedirectUri::parse(&uri) {
            Ok(uri) => provider.post_logout_redirect_uris.push(uri),
            Err(_) => form.errors.add(
                "post_logout_redirect_uris",
                format!("{uri} is not an absolute URI without a fragment."),
            ),
        }
    }
}

/// Sources go by two names. Who reads an object and writes it back has both, one of them changed.
/// Client metadata comes whole (RFC 7592 §2.2): what is left out is no longer said.
fn metadata(form: &mut Form, provider: &mut Provider) {
    let Some(given) = form.get::<Value>("client_metadata") else {
        return;
    };
    match serde_json::from_value(given) {
        Ok(metadata) => provider.metadata = metadata,
        Err(error) => form.errors.add("client_metadata", format!("{error}.")),
    }
}

fn federation(form: &mut Form, provider: &mut Provider) {
    let given = ["jwt_federation_sources", "jwks_sources"].map(|name| form.get::<Vec<Uuid>>(name));
    let stored = &provider.jwt_federation_sources;
    let sources = match given {
        [Some(one), Some(other)] if one == other || other == *stored => Some(one),
        [Some(one), Some(other)] if one == *stored => Some(other),
        [Some(_), Some(_)] => {
            let text = "This says something else than jwt_federation_sources.";
            form.errors.add("jwks_sources", text);
            None
        }
        [one, other] => one.or(other),
    };
    if let Some(sources) = sources {
        provider.jwt_federation_sources = sources;
    }
    form.set(
        "jwt_federation_providers",
        &mut provider.jwt_federation_providers,
    );
}

/// The secret that was given, else the one there is, else a new one. The empty text takes it away, from a client that
/// can do without.
async fn secret(
    api: &Api,
    ask: &Ask<'_>,
    form: &Form,
    provider: &mut Provider,
) -> Result<(), Refusal> {
    let needs = provider.client_type == ClientType::Confidential || provider.signing_key.is_none();
    let secret = match (form.text("client_secret"), &provider.client_secret) {
        (Some(""), _) if needs => {
            let text =
                "This client signs in or signs with its secret: leave it out, and one is made.";
            return Err(Refusal::field("client_secret", text));
        }
        (Some(""), _) => {
            provider.client_secret = None;
            return Ok(());
        }
        (Some(given), Some(stored)) if stored.is(&Secret::new(given)) => return Ok(()),
        (Some(given), _) => Secret::new(given),
        (None, Some(_)) => return Ok(()),
        (None, None) => secret::made(api),
    };
    provider.client_secret = Some(secret::kept(api, ask, &provider.client_id, &secret).await?);
    Ok(())
}
