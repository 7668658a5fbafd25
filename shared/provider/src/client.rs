//! The compiled client: provider, application and key reference as one item.

use protocol::jose::PublicKey;
use protocol::redirect::RedirectUri;
use protocol::{ClientId, Digest, Scopes, Seconds, Slug};
use serde::{Deserialize, Serialize};

use crate::tenant::Sealed;

/// All that a hot request needs to know of a client, written whenever its configuration changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// `client_id`.
    pub client_id: ClientId,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// The slug of its application.
    pub slug: Slug,
    /// The application's name, shown to people.
    pub name: String,
    /// Where codes may be sent: compared byte for byte (RFC 9700 §2.1).
    pub redirect_uris: Vec<RedirectUri>,
    /// Where people may be sent after logout: compared byte for byte.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The scopes it may be granted.
    pub scopes: Scopes,
    /// When its people are asked for consent.
    pub consent: ConsentMode,
    /// The flow that signs its people in; `None` for the tenant's.
    pub authentication_flow: Option<Slug>,
    /// Lifetime of a code (RFC 6749 §4.1.2 recommends at most ten minutes).
    pub code_lifetime: Seconds,
    /// Lifetime of an access token, and of the ID token beside it.
    pub access_lifetime: Seconds,
    /// Lifetime of a refresh token, counted anew at each rotation.
    pub refresh_lifetime: Seconds,
    /// How long the immediately preceding refresh token still yields the same successor.
    pub refresh_grace: Seconds,
    /// Whether profile claims stand in the tokens too, not only at UserInfo.
    pub include_claims_in_id_token: bool,
    /// The key its tokens are signed with.
    pub signing_key: SigningKey,
}

/// RFC 6749 §2.1.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// Authenticates with a secret, of which the digest is kept here.
    Confidential {
        /// SHA-256 of the secret.
        secret: Digest,
    },
    /// Has no secret.
    Public,
}

/// When consent is asked for (authentik: the authorization flow and its consent stage's mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMode {
    /// Never: the operator has agreed for everybody.
    Implicit,
    /// Once for a set of scopes.
    Permanent,
    /// Once for a set of scopes, and again after this long.
    Expiring(Seconds),
    /// Each time.
    AlwaysRequire,
}

/// A signing key as a client refers to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SigningKey {
    /// RFC 7638 thumbprint of the public half.
    pub kid: String,
    /// The public half, as JWKS publishes it.
    pub public: PublicKey,
    /// Where the private half is.
    pub held: Held,
}

/// Where a private key is held.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// In KMS, which signs with it.
    Direct {
        /// Key id or ARN.
        key_id: String,
    },
    /// Sealed under the envelope key (PKCS #8), opened once per function instance.
    Envelope {
        /// What its [`crate::tenant::Purpose::SigningKey`] is named by: chosen before the pair was made, when
        /// there was no `kid` yet.
        name: String,
        /// The private half.
        sealed: Sealed,
    },
}

impl Client {
    /// The registered redirect URI this request means. Only this makes a [`RedirectTarget`].
    ///
    /// Left out, it is the registered one where there is exactly one (RFC 6749 §3.1.2.3); OpenID Connect
    /// requires it, which the caller checks.
    pub fn redirect_to(&self, requested: Option<&str>) -> Option<RedirectTarget<'_>> {
        match (requested, self.redirect_uris.as_slice()) {
            (Some(text), registered) => registered.iter().find(|uri| uri.as_str() == text),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
        .map(RedirectTarget)
    }

    /// The registered URI to go to after logout.
    pub fn post_logout_to(&self, requested: &str) -> Option<RedirectTarget<'_>> {
        self.post_logout_redirect_uris
            .iter()
            .find(|uri| uri.as_str() == requested)
            .map(RedirectTarget)
    }

    /// What a request for these scopes is granted (reference §2.4): all of the client's where none are
    /// named, and without those it does not have (RFC 6749 §3.3 lets the server ignore them).
    pub fn grantable(&self, asked: &Scopes) -> Scopes {
        if asked.is_empty() {
            self.scopes.clone()
        } else {
            asked.intersect(&self.scopes)
        }
    }
}

/// A URI that the client registered, and so a place where an answer may be sent.
#[derive(Clone, Copy, Debug)]
pub struct RedirectTarget<'a>(&'a RedirectUri);

impl<'a> RedirectTarget<'a> {
    /// The registered URI.
    pub const fn uri(&self) -> &'a RedirectUri {
        self.0
    }
}
