//! One relying party: a tenant by its base URL.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tracing::Dispatch;
use tracing::dispatcher::with_default;
use url::{Host, Url};
use webauthn_rs_core::WebauthnCore;

use crate::error::PasskeyError;

/// How long a browser shows its question. WebAuthn L3 §15.1 recommends 5 to 10 minutes; the caller's state should
/// live no longer than this.
pub const TIMEOUT: Duration = Duration::from_mins(5);

/// A relying party of WebAuthn: one tenant, by its base URL.
///
/// It stands on `webauthn-rs-core`, not on `webauthn-rs`, whose `Passkey` always demands user verification and
/// whose `SecurityKey` wants an attestation to rely on it: neither follows the wishes an administrator configures
/// for a stage. The core takes any policy and checks type, challenge, origin, relying party, flags, key and
/// signature itself; what it leaves to its caller is done here and said where it is done.
pub struct RelyingParty {
    pub(crate) core: WebauthnCore,
}

impl RelyingParty {
    /// The relying party whose id is the URL's host, for pages of exactly this scheme, host and port.
    ///
    /// `name` is what the browser calls us.
    ///
    /// # Errors
    /// [`PasskeyError::BaseUrl`] unless the URL is https, or http on `localhost` (or below it), and its host a name:
    /// an address has no passkeys (WebAuthn L3 §5.1.3, "effective domain").
    pub fn new(base: &Url, name: &str) -> Result<Self, PasskeyError> {
        let Some(Host::Domain(id)) = base.host() else {
            return Err(PasskeyError::BaseUrl);
        };
        let here = id == "localhost" || id.ends_with(".localhost");
        if base.scheme() != "https" && !(base.scheme() == "http" && here) {
            return Err(PasskeyError::BaseUrl);
        }
        let origins = vec![base.clone()];
        // No subdomain and no other port speaks for us.
        let core = WebauthnCore::new_unsafe_experts_only(
            name,
            id,
            origins,
            TIMEOUT,
            Some(false),
            Some(false),
        );
        Ok(Self { core })
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty").finish_non_exhaustive()
    }
}

/// A ceremony that has begun.
pub struct Begun {
    /// For the browser: the `publicKey` member of `navigator.credentials.create()` or `get()`, its binary members in
    /// base64url (WebAuthn L3 §5.4 and §5.5, as JSON: §5.1.8, §5.1.9).
    pub options: Value,
    /// For `finish_…`: challenge and policy. It is to be kept on our side, bound to this browser's session, never
    /// given to the browser (who would choose its own challenge), forgotten after [`TIMEOUT`], and taken away by
    /// the very write that uses it: most passkeys have no counter, so that nothing else stops a replay.
    pub state: Value,
}

/// Without the challenge.
impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun").finish_non_exhaustive()
    }
}

/// As JSON. What is ours can always be.
pub(crate) fn json(value: &impl Serialize) -> Result<Value, PasskeyError> {
    serde_json::to_value(value).map_err(|_| PasskeyError::State)
}

/// Without the core's own log, which has as our error whatever bytes it could not read. The caller logs one line, by
/// the [`PasskeyError`].
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    with_default(&Dispatch::none(), work)
}
