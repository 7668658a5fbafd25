//! How something is encrypted to a client's key (RFC 7518 §4, §5). `RSA1_5` is not among them: its padding has been an
//! oracle too often (RFC 8725 §3.2).

use serde::{Deserialize, Serialize};

/// `alg` of a JWE: how the content key reaches the recipient (RFC 7518 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyManagement {
    /// RSAES-OAEP with SHA-1 (§4.3).
    #[serde(rename = "RSA-OAEP")]
    RsaOaep,
    /// RSAES-OAEP with SHA-256 (§4.3).
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// An agreed key is the content key (§4.6).
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    /// An agreed key wraps the content key with AES-128 (§4.6).
    #[serde(rename = "ECDH-ES+A128KW")]
    EcdhEsA128Kw,
    /// The same with AES-256.
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256Kw,
}

impl KeyManagement {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::RsaOaep,
        Self::RsaOaep256,
        Self::EcdhEs,
        Self::EcdhEsA128Kw,
        Self::EcdhEsA256Kw,
    ];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }

    /// Whether it needs an RSA key; the others need one on a curve.
    pub const fn is_for_rsa(self) -> bool {
        match self {
            Self::RsaOaep | Self::RsaOaep256 => true,
            Self::EcdhEs | Self::EcdhEsA128Kw | Self::EcdhEsA256Kw => false,
        }
    }
}

/// `enc` of a JWE: how the content is encrypted (RFC 7518 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentEncryption {
    /// AES-128-CBC with HMAC-SHA-256 (§5.2.3).
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    /// AES-256-CBC with HMAC-SHA-512 (§5.2.5).
    #[serde(rename = "A256CBC-HS512")]
    A256CbcHs512,
    /// AES-128-GCM (§5.3).
    #[serde(rename = "A128GCM")]
    A128Gcm,
    /// AES-256-GCM (§5.3).
    #[serde(rename = "A256GCM")]
    A256Gcm,
}

impl ContentEncryption {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::A128CbcHs256,
        Self::A256CbcHs512,
        Self::A128Gcm,
        Self::A256Gcm,
    ];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7518_4_1_and_5_1_they_are_written_by_their_registered_names() {
        for alg in KeyManagement::ALL {
            let json = serde_json::to_string(&alg).unwrap();
            assert_eq!(json, format!("\"{}\"", alg.as_str()));
            assert_eq!(KeyManagement::named(alg.as_str()), Some(alg));
        }
        for enc in ContentEncryption::ALL {
            let json = serde_json::to_string(&enc).unwrap();
            assert_eq!(json, format!("\"{}\"", enc.as_str()));
            assert_eq!(ContentEncryption::named(enc.as_str()), Some(enc));
        }
    }

    #[test]
    fn rfc8725_3_2_rsa1_5_and_what_needs_a_shared_secret_are_not_among_them() {
        for name in ["RSA1_5", "dir", "A128KW", "PBES2-HS256+A128KW", "none", ""] {
            assert_eq!(KeyManagement::named(name), None, "{name}");
        }
        for name in ["none", "A128CBC", "a128gcm", ""] {
            assert_eq!(ContentEncryption::named(name), None, "{name}");
        }
    }
}
