//! Names of things. Each is its own type, so that no call can take one for another.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Malformed;

/// A client identifier (RFC 6749 §2.2): 1 to 255 characters of `VSCHAR` (RFC 6749 appendix A.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    /// Checks length and alphabet.
    ///
    /// # Errors
    /// [`Malformed::Invalid`] where the text is empty, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let visible = text.bytes().all(|b| (0x20..=0x7e).contains(&b));
        if (1..=255).contains(&text.len()) && visible {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::Invalid(
                "client_id",
                "1 to 255 visible ASCII characters",
            ))
        }
    }

    /// The identifier as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The short name of an application in its URLs: 1 to 50 of `a-z A-Z 0-9 _ -`, as authentik has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// Names that the fixed URLs under `/application/o/` use themselves.
    const RESERVED: [&str; 8] = [
        "authorize",
        "token",
        "userinfo",
        "revoke",
        "introspect",
        "device",
        "par",
        "register",
    ];

    /// Checks length, alphabet and that the name is not one of a fixed endpoint.
    ///
    /// # Errors
    /// [`Malformed::Invalid`] otherwise.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let fits = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if (1..=50).contains(&text.len()) && fits && !Self::RESERVED.contains(&text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::Invalid(
                "slug",
                "1 to 50 of a-z A-Z 0-9 _ - and not a reserved name",
            ))
        }
    }

    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name under which everything of one tenant is kept; never seen by a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

impl TenantId {
    /// Checks for 1 to 40 of `a-z 0-9 -`, so that a tenant's name can never reach into another's keys.
    ///
    /// # Errors
    /// [`Malformed::Invalid`] otherwise.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=40).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::Invalid("tenant", "1 to 40 of a-z 0-9 -"))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_forms {
    ($($name:ident),*) => { $(
        impl TryFrom<String> for $name {
            type Error = Malformed;
            fn try_from(text: String) -> Result<Self, Malformed> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )* };
}
text_forms!(ClientId, Slug, TenantId);

/// A person's or service account's UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub Uuid);

/// One authorization: the code, its refresh tokens and its access tokens all belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GrantId(pub Uuid);

macro_rules! uuid_forms {
    ($($name:ident),*) => { $(
        impl $name {
            /// From 16 random bytes.
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// The 16 bytes.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}
uuid_forms!(UserId, GrantId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_is_visible_ascii_of_at_most_255() {
        assert!(ClientId::parse("a b~!").is_ok());
        for bad in ["", "a\nb", "ä", &"x".repeat(256)] {
            assert!(ClientId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_slug_cannot_shadow_a_fixed_endpoint() {
        assert!(Slug::parse("my-app_2").is_ok());
        for bad in ["token", "authorize", "", "a/b", "a b", &"x".repeat(51)] {
            assert!(Slug::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_tenant_name_cannot_hold_a_key_separator() {
        for bad in ["a#b", "A", "", "a/b"] {
            assert!(TenantId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn reading_an_id_back_checks_it_again() {
        assert!(serde_json::from_str::<Slug>("\"token\"").is_err());
        assert_eq!(
            serde_json::to_string(&Slug::parse("a").unwrap()).unwrap(),
            "\"a\""
        );
    }
}
