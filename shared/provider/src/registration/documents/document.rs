//! A document, fetched and checked (§4, §5).

use protocol::{ClientId, Seconds, Timestamp};
use serde_json::{Map, Value};
use thiserror::Error;

use super::freshness::lifetime;
use crate::client::{AuthMethod, Client, RegisteredClient};
use crate::entropy::Entropy;
use crate::event::{Action, Event, id_at};
use crate::jwt;
use crate::ports::{FetchError, Fetched, Fetcher};
use crate::registration::{Asked, RegistrationFault, check, check_sector};

/// The largest document, in bytes; §8.7 recommends 5 KB, and keys may come with it.
const LARGEST: usize = 16 * 1024;

/// How long a copy is kept beyond all that was given to its client.
const KEPT: Seconds = Seconds::days(2);

/// Why a document is not taken. The text is for the log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum DocumentFault {
    /// It cannot be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It is something else than JSON.
    #[error("the document is not application/json, or larger than 16 KiB")]
    NotJson,
    /// §4: `client_id` MUST match its URL.
    #[error("the document's client_id is not its URL")]
    OtherId,
    /// §4.1: nothing that is shared.
    #[error("the document has a secret, or a way to authenticate by one")]
    Secret,
    /// It breaks a rule for all who register.
    #[error(transparent)]
    Registration(#[from] RegistrationFault),
}

/// Fetches the document of a client, and by the second the one of its sector, and reads what the client is at the issuer
/// of this template.
pub(super) async fn fetched(
    (fetcher, of_sectors): (&dyn Fetcher, &dyn Fetcher),
    id: &ClientId,
    template: &Client,
    now: Timestamp,
) -> Result<RegisteredClient, DocumentFault> {
    let document = fetcher.document(id.as_str()).await?; // §5: redirects are not followed
    let members = members(&document)?;
    let mut asked = read(&members, id)?;
    check(&mut asked, template)?;
    check_sector(&asked, of_sectors).await?;
    let lives = template.refresh_lifetime.max(template.access_lifetime);
    Ok(RegisteredClient {
        client_id: id.clone(),
        template: template.slug.clone(),
        secret: None,
        name: asked.name,
        redirect_uris: asked.redirect_uris,
        post_logout_redirect_uris: asked.post_logout_redirect_uris,
        scopes: asked.scopes,
        metadata: asked.metadata,
        access: None,
        software_statement: None,
        admitted_by: None,
        created: now,
        until: Some(now + Seconds(lives.0.saturating_add(KEPT.0))),
        fresh_until: Some(now + lifetime(document.fresh_for)),
        version: 1,
    })
}

/// That somebody came with a document for the first time, or again after its copy was gone.
pub(super) fn met(client: &RegisteredClient, entropy: &dyn Entropy, now: Timestamp) -> Event {
    let id = client.client_id.as_str();
    let name = client.name.as_deref().unwrap_or(id);
    let event = Event {
        id: id_at(now, entropy),
        action: Action::ModelCreated,
        at: now,
        app: "client-documents".to_owned(),
        user: None,
        client_id: None,
        client_ip: None,
        brand: None,
        context: Map::new(),
    };
    event
        .for_client(&client.client_id)
        .of(RegisteredClient::MODEL, id, name)
        .with("application", client.template.as_str())
}

fn members(document: &Fetched) -> Result<Map<String, Value>, DocumentFault> {
    // §5: any other content type, and none, is an error.
    let is_json = document.media_type.as_deref().is_some_and(|kind| {
        kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
    });
    if !is_json || document.body.len() > LARGEST {
        return Err(DocumentFault::NotJson);
    }
    jwt::object(&document.body).ok_or(DocumentFault::NotJson)
}

fn read(members: &Map<String, Value>, id: &ClientId) -> Result<Asked, DocumentFault> {
    // §4: by simple string comparison (RFC 3986 §6.2.1).
    if members.get("client_id").and_then(Value::as_str) != Some(id.as_str()) {
        return Err(DocumentFault::OtherId);
    }
    // §4.1: MUST NOT be there.
    if members.contains_key("client_secret") || members.contains_key("client_secret_expires_at") {
        return Err(DocumentFault::Secret);
    }
    let mut asked = Asked::read(members, Some(AuthMethod::None))?;
    // §4.1: no method based on a shared secret.
    match asked.metadata.token_endpoint_auth_method {
        Some(
            AuthMethod::ClientSecretBasic
            | AuthMethod::ClientSecretPost
            | AuthMethod::ClientSecretJwt,
        ) => return Err(DocumentFault::Secret),
        Some(
            AuthMethod::None
            | AuthMethod::PrivateKeyJwt
            | AuthMethod::TlsClientAuth
            | AuthMethod::SelfSignedTlsClientAuth,
        )
        | None => {}
    }
    asked.software_statement = None; // nobody has looked at it
    Ok(asked)
}

#[cfg(test)]
mod tests;
