//! How keys and aliases are named: key ids, alias names and their ARNs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use super::error::{Exception, Fault};

/// The account that every key of the emulator belongs to.
pub const ACCOUNT: &str = "000000000000";
/// The region that every key of the emulator is in.
pub const REGION: &str = "us-east-1";

/// A key's id, in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct KeyId(Uuid);

impl KeyId {
    /// A fresh random id.
    ///
    /// # Errors
    /// `KMSInternalException` when the system gives no randomness.
    pub(crate) fn random() -> Result<Self, Fault> {
        let mut bytes = [0; 16];
        aws_lc_rs::rand::fill(&mut bytes)?;
        Ok(Self(uuid::Builder::from_random_bytes(bytes).into_uuid()))
    }

    /// The id as a ciphertext carries it.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }

    /// The id that a ciphertext carries.
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl FromStr for KeyId {
    type Err = ();

    /// Only the form that KMS writes: `Uuid` itself would also take braces, a `urn:` and upper
    /// case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let id = Self(Uuid::parse_str(text).map_err(drop)?);
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(())
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// An alias with its prefix, `alias/…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct AliasName(String);

impl AliasName {
    /// Reads the `AliasName` of a request.
    ///
    /// # Errors
    /// `ValidationException` for a name that no alias can have, `NotAuthorizedException` for one of
    /// AWS's own.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let at = format!("Value '{text}' at 'aliasName'");
        if text.is_empty() || text.len() > 256 {
            return Err(Fault::violated(
                &at,
                "Member must have length between 1 and 256",
            ));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '_' | '-');
        if !text.chars().all(allowed) {
            let pattern = "Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$";
            return Err(Fault::violated(&at, pattern));
        }
        match text.strip_prefix("alias/") {
            None | Some("") => Err(Fault::validation(
                "Invalid identifier: an alias is 'alias/' and a name",
            )),
            Some(name) if name.contains(':') => Err(Fault::validation(format!(
                "{text} contains invalid characters for an alias"
            ))),
            Some(name) if name.starts_with("aws/") => Err(Fault::new(
                Exception::NotAuthorized,
                "aliases that begin with alias/aws/ are reserved for AWS managed keys",
            )),
            Some(_) => Ok(Self(text.to_owned())),
        }
    }

    /// The name with its prefix.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AliasName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|fault| fault.message.unwrap_or_default())
    }
}

/// The ARN of a key or an alias here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arn(String);

impl Arn {
    /// The ARN of a key.
    pub(crate) fn key(id: KeyId) -> Self {
        Self(format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{id}"))
    }

    /// The ARN of an alias.
    pub(crate) fn alias(name: &AliasName) -> Self {
        Self(format!("arn:aws:kms:{REGION}:{ACCOUNT}:{}", name.0))
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Arn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What a request's `KeyId` says, before it is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyRef {
    /// A key id or a key ARN.
    Key(KeyId),
    /// An alias name or an alias ARN.
    Alias(AliasName),
}

impl KeyRef {
    /// Reads a `KeyId` (or `TargetKeyId`) in any of its four forms. `member` is its name in the
    /// errors.
    ///
    /// # Errors
    /// `ValidationException` when it is absent, empty or longer than 2,048 bytes;
    /// `NotFoundException` when nothing here can have that name.
    pub(crate) fn parse(member: &str, text: Option<&str>) -> Result<Self, Fault> {
        let text = text.ok_or_else(|| Fault::missing(member))?;
        if text.is_empty() || text.len() > 2048 {
            return Err(Fault::violated(
                &format!("Value of {} bytes at '{member}'", text.len()),
                "Member must have length between 1 and 2048",
            ));
        }
        let unknown = || Fault::new(Exception::NotFound, format!("Invalid keyId '{text}'"));
        let resource = if text.starts_with("arn:") {
            resource_of(text)?
        } else {
            text
        };
        if resource.starts_with("alias/") {
            return AliasName::parse(resource)
                .map(Self::Alias)
                .map_err(|_| unknown());
        }
        let id = match resource.strip_prefix("key/") {
            Some(id) if resource.len() < text.len() => id,
            Some(_) => return Err(unknown()),
            None if resource.len() < text.len() => return Err(unknown()),
            None => resource,
        };
        id.parse().map(Self::Key).map_err(|()| unknown())
    }
}

/// The resource part of an ARN, provided that it is one of this account and region.
fn resource_of(arn: &str) -> Result<&str, Fault> {
    let refuse = |why: String| Err(Fault::new(Exception::NotFound, why));
    let mut parts = arn.splitn(6, ':').skip(1);
    let mut next = || parts.next().unwrap_or_default();
    let (partition, service, region, account, resource) = (next(), next(), next(), next(), next());
    if partition != "aws" || service != "kms" || resource.is_empty() {
        return refuse(format!("Invalid arn '{arn}'"));
    }
    if region != REGION {
        return refuse(format!(
            "Invalid arn {region}: the emulator's keys are in {REGION}"
        ));
    }
    if account != ACCOUNT {
        return refuse(format!(
            "Invalid arn {account}: the emulator's account is {ACCOUNT}"
        ));
    }
    Ok(resource)
}
