//! Provider metadata (OpenID Connect Discovery §3, RFC 8414 §2): one part a file, so that what a feature says of itself
//! stands in one place.

mod claims;
mod client_authentication;
mod encryption;
mod endpoints;
mod grants;
mod logout;
mod registration;
mod requests;
mod tokens;

use serde::Serialize;

pub use registration::Registration;
pub use requests::Rules;

use crate::jose::Algorithm;
use crate::scope::Scopes;

/// The metadata document of one application's issuer. It names what is implemented and nothing else.
#[derive(Clone, Debug, Serialize)]
pub struct Metadata {
    issuer: String,
    #[serde(flatten)]
    endpoints: endpoints::Endpoints,
    #[serde(flatten)]
    requests: requests::Requests,
    #[serde(flatten)]
    grants: grants::Grants,
    #[serde(flatten)]
    tokens: tokens::Tokens,
    #[serde(flatten)]
    encryption: encryption::Encryption,
    #[serde(flatten)]
    client_authentication: client_authentication::ClientAuthentication,
    #[serde(flatten)]
    claims: claims::Claims,
    #[serde(flatten)]
    logout: logout::Logout,
    #[serde(flatten)]
    registration: registration::Rows,
}

/// What differs from one issuer to another.
#[derive(Clone, Debug)]
pub struct Issuer<'a> {
    /// Scheme and authority that all endpoints stand under, without a trailing slash.
    pub base: &'a str,
    /// The application's slug.
    pub slug: &'a str,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The algorithm its tokens are signed with.
    pub algorithm: Algorithm,
    /// The base of the URLs where connections have clients' certificates, where there are any (RFC 8705 §5).
    pub mtls: Option<&'a str>,
    /// Whether clients may authenticate there, and not only have tokens bound to their certificates.
    pub by_certificate: bool,
    /// The algorithms that its client's DPoP proofs may have.
    pub proofs: &'static [&'static str],
    /// The scopes its client may have.
    pub scopes: &'a Scopes,
    /// What `acr` of its tokens can be.
    pub acr_values: Vec<&'static str>,
    /// Claims its tokens and UserInfo can hold.
    pub claims: &'a [String],
    /// What its client's requests are held to.
    pub rules: Rules,
    /// Whether and how clients come to be without a person.
    pub registration: Registration,
}

impl Issuer<'_> {
    /// An endpoint that all issuers share.
    fn shared(&self, path: &str) -> String {
        format!("{}/application/o/{path}/", self.base)
    }

    /// An endpoint of this issuer alone.
    fn own(&self, path: &str) -> String {
        format!("{}/application/o/{}/{path}/", self.base, self.slug)
    }
}

impl From<Issuer<'_>> for Metadata {
    fn from(of: Issuer<'_>) -> Self {
        Self {
            endpoints: endpoints::Endpoints::of(&of),
            requests: requests::Requests::of(&of),
            grants: grants::Grants::of(&of),
            tokens: tokens::Tokens::of(&of),
            encryption: encryption::Encryption::of(&of),
            client_authentication: client_authentication::ClientAuthentication::of(&of),
            claims: claims::Claims::of(&of),
            logout: logout::Logout::of(&of),
            registration: registration::Rows::of(&of),
            issuer: of.issuer,
        }
    }
}
