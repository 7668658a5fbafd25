//! A JWT as it came: until its signature is checked it says which key to ask for, and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::keys::{KeySet, Wanted};
use super::{JwtFault, LARGEST, strict};
use crate::claims::Claims;

/// The longest `kid`, in bytes.
const LONGEST_KID: usize = 512;

/// A compact JWS (RFC 7515 §7.1), taken apart.
pub struct Unverified<'a> {
    header: Header,
    claims: Claims,
    /// Header and claims, as they were signed.
    input: &'a str,
    signature: Vec<u8>,
}

/// What its header says.
pub struct Header {
    /// `alg`, REQUIRED (RFC 7515 §4.1.1).
    pub alg: String,
    /// `kid`.
    pub kid: Option<String>,
    /// `typ`, as it was sent; see [`Unverified::is_typed`].
    pub typ: Option<String>,
    /// `jwk`: a key that the sender has, which is believed for no more than that (RFC 9449 §4.2).
    pub jwk: Option<Value>,
}

impl<'a> Unverified<'a> {
    /// Takes a compact JWS apart.
    ///
    /// # Errors
    /// [`JwtFault::TooLarge`], [`JwtFault::NotJwt`] and [`JwtFault::Critical`].
    pub fn parse(text: &'a str) -> Result<Self, JwtFault> {
        if text.len() > LARGEST {
            return Err(JwtFault::TooLarge);
        }
        let (header, parsed) = Self::read(text).ok_or(JwtFault::NotJwt)?;
        // RFC 7515 §4.1.11: we know no extension. RFC 7797 §6: `b64` is one, and without `crit` it is a mistake.
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(JwtFault::Critical);
        }
        Ok(parsed)
    }

    fn read(text: &'a str) -> Option<(Map<String, Value>, Self)> {
        let (input, signature) = text.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let members = strict::object(&URL_SAFE_NO_PAD.decode(header).ok()?)?;
        let parsed = Self {
            header: Header::of(&members)?,
            claims: strict::object(&URL_SAFE_NO_PAD.decode(claims).ok()?)?,
            input,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        };
        Some((members, parsed))
    }

    /// What its header says.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The key it asks for.
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// What it says, signed or not. It may lead to the keys it is checked with, and to nothing else.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Whether its `typ` is this media type; a prefix `application/` may be left out (RFC 7515 §4.1.9).
    pub fn is_typed(&self, media_type: &str) -> bool {
        let plain = |text: &str| {
            let text = text.to_ascii_lowercase();
            let bare = text.strip_prefix("application/").map(str::to_owned);
            bare.unwrap_or(text)
        };
        let typ = self.header.typ.as_deref();
        typ.is_some_and(|typ| plain(typ) == plain(media_type))
    }

    /// What was signed.
    pub const fn signed(&self) -> &'a str {
        self.input
    }

    /// The signature, which is nobody's yet.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Its claims, signed with one of these keys (RFC 7515 §5.2). A key without `alg` is for the usual one of its kind:
    /// of an RSA key RS256.
    ///
    /// # Errors
    /// [`JwtFault`]: no such key, another algorithm than the key's, another signature.
    pub fn verified(&self, keys: &KeySet) -> Result<Claims, JwtFault> {
        self.checked(keys, Wanted::OfTheKey)
    }

    /// Its claims, signed with one of these keys by one of these algorithms: those that its signer's metadata or a profile
    /// admits, and never the JWT's own choice. A key without `alg` is then for each of them that is fit for its kind. HMACs
    /// and `none` are admitted by nothing.
    ///
    /// # Errors
    /// As [`Unverified::verified`]; [`JwtFault::Algorithm`] too where its `alg` is none of them.
    pub fn verified_as(&self, keys: &KeySet, allowed: &[&str]) -> Result<Claims, JwtFault> {
        self.checked(keys, Wanted::OneOf(allowed))
    }

    fn checked(&self, keys: &KeySet, wanted: Wanted<'_>) -> Result<Claims, JwtFault> {
        let asked = (self.kid(), self.header.alg.as_str());
        keys.check(asked, wanted, (self.input.as_bytes(), &self.signature))?;
        Ok(self.claims.clone())
    }
}

impl Header {
    fn of(members: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| match members.get(name) {
            None => Some(None),
            Some(Value::String(text)) => Some(Some(text.clone())),
            Some(_) => None,
        };
        let kid = text("kid")?;
        if kid.as_ref().is_some_and(|kid| kid.len() > LONGEST_KID) {
            return None;
        }
        Some(Self {
            alg: text("alg")??,
            kid,
            typ: text("typ")?,
            jwk: members.get("jwk").cloned(),
        })
    }
}
