//! Keys that tokens are bound to: DPoP (RFC 9449) and client certificates (RFC 8705 §3).
//!
//! A token request that proves a key gets tokens for that key. Whoever shows such a token has to prove the key again, so
//! that a token alone is worth nothing to a thief.

mod challenge;
mod fault;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod nonce;
mod proof;

use std::sync::Arc;

use http::HeaderName;
use protocol::Secret;
use protocol::dpop::{ALGORITHMS, FAPI_ALGORITHMS};
use protocol::userinfo::{Presented, Scheme};

pub use challenge::challenge;
pub use fault::ProofFault;

use crate::bearer::{Bearer, Bearers};
use crate::client::Client;
use crate::clients::Authentication;
use crate::fault::{BearerFault, Fault};
use crate::grant::Confirmation;
use crate::http::{Call, Response, encode};
use crate::ports::{PortError, ReplayStore, Spent, Vault};
use crate::tenant::Purpose;
use nonce::Nonces;
use proof::{Proof, Wanted};

/// The response header that gives a nonce out (§8).
pub const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Checks proofs.
#[derive(Clone)]
pub struct Proofs {
    vault: Arc<dyn Vault>,
    replays: Arc<dyn ReplayStore>,
}

impl Proofs {
    /// Over these ports.
    pub fn new(vault: Arc<dyn Vault>, replays: Arc<dyn ReplayStore>) -> Self {
        Self { vault, replays }
    }

    /// With what clients are authenticated by.
    pub fn from(authentication: &Authentication) -> Self {
        let (vault, replays) = (&authentication.vault, &authentication.replays);
        Self::new(Arc::clone(vault), Arc::clone(replays))
    }

    /// The key that tokens for this request are bound to; `None` where they are bearer tokens. A proof that is sent counts,
    /// whatever the client is registered for.
    ///
    /// # Errors
    /// [`ProofFault`] where a proof does not hold, or there is none and the client's tokens have to be bound.
    pub async fn key(
        &self,
        call: &Call<'_>,
        client: &Client,
    ) -> Result<Option<Confirmation>, Fault> {
        let metadata = &client.metadata;
        if let Some(text) = proof::sent(call.request.headers())? {
            let thumbprint = self.proven(call, client, text, None).await?;
            return Ok(Some(Confirmation::Key(thumbprint)));
        }
        if metadata.dpop_bound_access_tokens {
            return Err(ProofFault::Needed.into()); // RFC 9449 §5.2
        }
        let by_certificate = metadata.tls_client_certificate_bound_access_tokens;
        match certificate(call) {
            Some(shown) if by_certificate || metadata.is_fapi() => Ok(Some(shown)),
            None if by_certificate => Err(ProofFault::NoCertificate.into()), // RFC 8705 §3.4
            None if metadata.is_fapi() => Err(ProofFault::Needed.into()),    // FAPI 2.0 §5.3.2.1
            Some(_) | None => Ok(None),
        }
    }

    /// The key of the proof that was sent, if one was (§10.1).
    ///
    /// # Errors
    /// [`ProofFault`] where it does not hold.
    pub async fn sent(
        &self,
        call: &Call<'_>,
        client: &Client,
    ) -> Result<Option<Confirmation>, Fault> {
        let Some(text) = proof::sent(call.request.headers())? else {
            return Ok(None);
        };
        let thumbprint = self.proven(call, client, text, None).await?;
        Ok(Some(Confirmation::Key(thumbprint)))
    }

    /// What stands behind an access token as it was shown, with the proof of its key (§7).
    ///
    /// # Errors
    /// [`BearerFault::Invalid`] where the token does not work, is bound to another key, or is shown in another way than
    /// it has to be; [`ProofFault`] where the proof does not hold.
    pub async fn bearer(
        &self,
        bearers: &Bearers,
        call: &Call<'_>,
        shown: &Presented,
    ) -> Result<Bearer, Fault> {
        if shown.scheme == Scheme::Bearer {
            return bearers.check(call, &shown.token).await; // §7.2: a bound token is no bearer token
        }
        let text = proof::sent(call.request.headers())?.ok_or(ProofFault::Absent)?;
        let bearer = bearers.stands(call, &shown.token).await?;
        let Some(Confirmation::Key(bound)) = &bearer.record.key else {
            return Err(BearerFault::Invalid.into());
        };
        let token = Some(&shown.token);
        let thumbprint = self.proven(call, &bearer.client, text, token).await?;
        if *bound == thumbprint {
            Ok(bearer)
        } else {
            Err(BearerFault::Invalid.into()) // §4.3, item 12
        }
    }

    /// The thumbprint of the key that this proof proves. It is used up by that.
    async fn proven(
        &self,
        call: &Call<'_>,
        client: &Client,
        text: &str,
        token: Option<&Secret>,
    ) -> Result<String, Fault> {
        let (url, alias) = urls(call);
        let wanted = Wanted {
            method: call.request.method().as_str(),
            url: &url,
            alias: alias.as_deref(),
            algorithms: algorithms(client),
            token,
            now: call.now,
        };
        let proof = Proof::read(text, &wanted)?;
        self.has_nonce(call, client, &proof).await?; // item 10
        let (id, until) = proof.name(&wanted);
        let (tenant, once) = (&call.tenant.id, Spent { id, until });
        if self.replays.spend(tenant, &once, call.now).await? {
            Ok(proof.thumbprint)
        } else {
            Err(ProofFault::Replayed.into()) // §11.1
        }
    }

    /// §8, §9: a nonce that is there has to be one of ours, and the client may have to have one.
    async fn has_nonce(
        &self,
        call: &Call<'_>,
        client: &Client,
        proof: &Proof,
    ) -> Result<(), Fault> {
        let known = match &proof.nonce {
            None => !client.metadata.dpop_nonce_required,
            Some(nonce) => {
                let key = self.nonce_key(call).await?;
                Nonces::new(&key, &call.tenant.id).knows(nonce, call.now)
            }
        };
        if known {
            Ok(())
        } else {
            Err(ProofFault::Nonce.into())
        }
    }

    async fn nonce_key(
        &self,
        call: &Call<'_>,
    ) -> Result<Arc<zeroize::Zeroizing<Vec<u8>>>, PortError> {
        let tenant = &call.tenant;
        self.vault
            .open(&tenant.id, Purpose::RefreshTokens, &tenant.refresh_key)
            .await
    }

    /// Gives whoever sends proofs a nonce for the next one (§8, §8.2), with an answer of either kind. Where none can be made
    /// the answer goes without: no nonce that is wanted could be checked either.
    pub async fn offer(&self, call: &Call<'_>, response: &mut Response) {
        if !call.request.headers().contains_key("dpop") {
            return;
        }
        if let Ok(key) = self.nonce_key(call).await {
            let nonce = Nonces::new(&key, &call.tenant.id).current(call.now);
            encode::set(response, NONCE, &nonce);
        }
    }
}

/// The URL that was called, at the tenant's first name and at the one that was called.
fn urls(call: &Call<'_>) -> (String, Option<String>) {
    let path = call.request.uri().path();
    let path = path.strip_suffix('/').unwrap_or(path);
    let alias = call.called_base().map(|base| format!("{base}{path}"));
    (format!("{}{path}", call.tenant.base_url), alias)
}

/// The certificate that the connection was made with, as tokens are bound to it (RFC 8705 §3.1).
pub(crate) fn certificate(call: &Call<'_>) -> Option<Confirmation> {
    let certificate = call.certificate()?;
    Some(Confirmation::of_certificate(&certificate.der))
}

/// The algorithms that this client's proofs may have.
pub fn algorithms(client: &Client) -> &'static [&'static str] {
    if client.metadata.is_fapi() {
        &FAPI_ALGORITHMS
    } else {
        &ALGORITHMS
    }
}
