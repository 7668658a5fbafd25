//! ID token hints: our own ID tokens, handed back to say who is meant.

use protocol::Secret;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::client::Client;
use crate::key::{PublishedKey, Signing};
use crate::ports::{PortError, Vault};
use crate::tenant::Tenant;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    /// OpenID Connect Core §2: REQUIRED; a signed UserInfo answer has none.
    #[serde(rename = "exp")]
    _expires: IgnoredAny,
    /// These two together make an access token: no mapping can take one away.
    azp: Option<IgnoredAny>,
    uid: Option<IgnoredAny>,
}

/// One or several (RFC 7519 §4.1.3): a mapping may have widened it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The `sub` of an ID token that we issued to this client; `None` for anything else.
///
/// An access token is no hint: it is shown to resource servers. Nor is an encrypted token, which the client
/// decrypts before it hands it back (OpenID Connect Core §3.1.2.1). Expiry is not looked at: there, and in
/// RP-Initiated Logout §4, old tokens are to be accepted as hints.
///
/// # Errors
/// [`PortError`] where the client secret that tokens are signed with cannot be opened.
pub async fn subject(
    tenant: &Tenant,
    client: &Client,
    hint: &Secret,
    vault: &dyn Vault,
) -> Result<Option<String>, PortError> {
    // Of a key that has signed before, and is still published or was until its tokens expired: both documents above
    // have sessions outlive tokens, and so they outlive keys. Not of one that was revoked, which anybody may have.
    said(
        tenant,
        client,
        hint,
        (client.further_keys.all().collect(), vault),
    )
    .await
}

/// The same of an ID token that vouches for somebody: of a key that its tokens can still be checked with by everybody
/// (`JWKS`), and not of a secret that the client has and could have written it with.
///
/// # Errors
/// As [`subject`].
pub async fn vouched(
    tenant: &Tenant,
    client: &Client,
    token: &Secret,
    vault: &dyn Vault,
) -> Result<Option<String>, PortError> {
    match client.signing {
        Signing::Key(_) => {
            let published = client.further_keys.published.iter().collect();
            said(tenant, client, token, (published, vault)).await
        }
        Signing::ClientSecret { .. } => Ok(None),
    }
}

async fn said(
    tenant: &Tenant,
    client: &Client,
    hint: &Secret,
    (further, vault): (Vec<&PublishedKey>, &dyn Vault),
) -> Result<Option<String>, PortError> {
    let signing = &client.signing;
    let claims: Option<Claims> = signing.verified(&tenant.id, hint.expose(), vault).await?;
    let mut further = further.into_iter();
    let claims = claims.or_else(|| further.find_map(|key| key.verified(hint.expose())));
    let ours = claims.filter(|claims| {
        let access_token = claims.azp.is_some() && claims.uid.is_some();
        let here = claims.iss == client.issuer(tenant);
        here && claims.aud.names(client.client_id.as_str()) && !access_token
    });
    Ok(ours.map(|claims| claims.sub))
}

impl Audience {
    fn names(&self, client: &str) -> bool {
        match self {
            Self::One(one) => one == client,
            Self::Several(several) => several.iter().any(|one| one == client),
        }
    }
}
