//! A DPoP proof: a JWT that its sender's key signed for one request (RFC 9449 §4).

use http::HeaderMap;
use protocol::dpop::is_same_target;
use protocol::jose::PublicKey;
use protocol::{Digest, Seconds, Secret, Timestamp};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::ProofFault;
use crate::claims::Claims;
use crate::jwt::{Header, JwtFault, KeySet, Unverified, moment};

/// How far the client's clock may be ahead of ours. FAPI 2.0 §5.3.2.1 wants ten seconds taken and more than sixty refused.
const AHEAD: Seconds = Seconds(30);

/// How long ago a proof may have been made (§11.1).
const OLDEST: Seconds = Seconds(60);

/// The same with a nonce of ours, which says by itself that it was not made long ago (§4.3, item 11).
const OLDEST_WITH_NONCE: Seconds = Seconds::minutes(5);

/// The longest `jti`, in bytes; §4.2 asks for 96 bits.
const LONGEST_JTI: usize = 256;

/// What a proof has to be for.
pub(super) struct Wanted<'a> {
    /// The method of the request.
    pub(super) method: &'a str,
    /// Its URL, without query, fragment and trailing slash.
    pub(super) url: &'a str,
    /// The same at another name of ours.
    pub(super) alias: Option<&'a str>,
    /// The algorithms that are taken.
    pub(super) algorithms: &'a [&'a str],
    /// The access token beside it.
    pub(super) token: Option<&'a Secret>,
    /// When.
    pub(super) now: Timestamp,
}

/// A proof that holds, but for its nonce, and for having been used before.
#[derive(Debug)]
pub(super) struct Proof {
    /// RFC 7638 thumbprint of the key.
    pub(super) thumbprint: String,
    /// `nonce`.
    pub(super) nonce: Option<String>,
    jti: String,
    made: Timestamp,
}

/// The one proof of a request.
pub(super) fn sent(headers: &HeaderMap) -> Result<Option<&str>, ProofFault> {
    let mut values = headers.get_all("dpop").iter();
    let Some(first) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(ProofFault::Several); // item 1
    }
    first.to_str().map(Some).map_err(|_| ProofFault::NotProof)
}

impl Proof {
    /// Reads a proof and checks it, item by item of §4.3. Items 1 and 10 are the caller's, and that it is used once.
    pub(super) fn read(text: &str, wanted: &Wanted<'_>) -> Result<Self, ProofFault> {
        let jwt = Unverified::parse(text).map_err(|_| ProofFault::NotProof)?; // item 2
        let claims = jwt.claims();
        let said = |name: &str| claims.get(name).and_then(Value::as_str);
        let jti = said("jti").filter(|jti| (1..=LONGEST_JTI).contains(&jti.len()));
        let jti = jti.ok_or(ProofFault::NotProof)?; // item 3
        let method = said("htm").ok_or(ProofFault::NotProof)?;
        let url = said("htu").ok_or(ProofFault::NotProof)?;
        let made = moment(claims, "iat").ok_or(ProofFault::NotProof)?;
        if !jwt.is_typed("dpop+jwt") {
            return Err(ProofFault::Typ); // item 4
        }
        if !wanted.algorithms.contains(&jwt.header().alg.as_str()) {
            return Err(ProofFault::Algorithm); // item 5
        }
        let thumbprint = signed_by(&jwt)?; // items 6 and 7
        if method != wanted.method {
            return Err(ProofFault::Method); // item 8
        }
        let alias = wanted.alias.is_some_and(|ours| is_same_target(url, ours));
        if !alias && !is_same_target(url, wanted.url) {
            return Err(ProofFault::Url); // item 9
        }
        let nonce = match claims.get("nonce") {
            None => None,
            Some(nonce) => Some(nonce.as_str().ok_or(ProofFault::Nonce)?.to_owned()),
        };
        let proof = Self {
            thumbprint,
            nonce,
            jti: jti.to_owned(),
            made,
        };
        proof.in_time(claims, wanted.now)?; // item 11
        match wanted.token {
            Some(token) if !is_hash(said("ath"), token) => Err(ProofFault::Token), // item 12
            Some(_) | None => Ok(proof),
        }
    }

    fn oldest(&self) -> Seconds {
        match self.nonce {
            Some(_) => OLDEST_WITH_NONCE,
            None => OLDEST,
        }
    }

    /// `exp` and `nbf` are no claims of a proof, but whoever writes them means them (RFC 7519 §4.1.4, §4.1.5).
    fn in_time(&self, claims: &Claims, now: Timestamp) -> Result<(), ProofFault> {
        let early = |at: Timestamp| at > now + AHEAD;
        let expired = moment(claims, "exp").is_some_and(|exp| exp <= now);
        let not_yet = moment(claims, "nbf").is_some_and(early);
        if early(self.made) || now.since(self.made) > self.oldest() || expired || not_yet {
            return Err(ProofFault::Time);
        }
        Ok(())
    }

    /// What its use is remembered by, and until when: §11.1, each `jti` once at a URL. Another key's is another.
    pub(super) fn name(&self, wanted: &Wanted<'_>) -> (Digest, Timestamp) {
        let parts = ["dpop", &self.thumbprint, wanted.url, &self.jti];
        let until = self.made + self.oldest() + Seconds(1);
        // As a list: no two lists of texts are written alike.
        (Digest::of(json!(parts).to_string().as_bytes()), until)
    }
}

/// The thumbprint of the key in the header, which signed it by the algorithm in the header: a proof vouches for nothing
/// but that its sender has that key, so the sender may choose both.
fn signed_by(jwt: &Unverified<'_>) -> Result<String, ProofFault> {
    let Header { alg, kid, jwk, .. } = jwt.header();
    let Some(Value::Object(key)) = jwk else {
        return Err(ProofFault::Key);
    };
    let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];
    if private.iter().any(|member| key.contains_key(*member)) {
        return Err(ProofFault::Key); // item 7
    }
    if key.get("alg").is_some_and(|of| of != alg.as_str()) {
        return Err(ProofFault::Algorithm);
    }
    let mut known = key.clone();
    known.insert("alg".to_owned(), alg.as_str().into());
    match kid {
        Some(kid) => known.insert("kid".to_owned(), kid.as_str().into()),
        None => known.remove("kid"),
    };
    let keys = KeySet::read(&json!({ "keys": [known] })).map_err(|_| ProofFault::Key)?;
    jwt.verified(&keys).map_err(|fault| match fault {
        JwtFault::Signature => ProofFault::Signature, // item 6
        JwtFault::Algorithm => ProofFault::Algorithm,
        JwtFault::TooLarge
        | JwtFault::NotJwt
        | JwtFault::Critical
        | JwtFault::NoKeys(_)
        | JwtFault::BadKeys
        | JwtFault::NoKid
        | JwtFault::UnknownKid => ProofFault::Key,
    })?;
    let public = PublicKey::deserialize(Value::Object(key.clone()));
    public
        .map(|public| public.thumbprint())
        .map_err(|_| ProofFault::Key)
}

/// §4.2: `ath` is the SHA-256 of the access token in base64url.
fn is_hash(ath: Option<&str>, token: &Secret) -> bool {
    let ath = ath.and_then(Digest::decode);
    ath.is_some_and(|ath| ath.same_as(&token.digest()))
}

#[cfg(test)]
mod tests;
