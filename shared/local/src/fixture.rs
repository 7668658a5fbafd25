//! A fixture: applications, providers, redirect URIs and users with passwords, in YAML.
//!
//! `docs/fixture.md` describes the format. It names things as authentik's API does, and refuses what it does
//! not know, with the line.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use protocol::redirect::RedirectUri;
use protocol::{ClientId, Scopes, Seconds, Slug, validity};
use provider::client::ConsentMode;
use serde::{Deserialize, Deserializer, de::Error as _};

/// All of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What the pages call the provider.
    #[serde(default)]
    pub title: Option<String>,
    /// Applications, each with its provider.
    #[serde(default)]
    pub applications: Vec<Application>,
    /// People.
    #[serde(default)]
    pub users: Vec<Person>,
}

/// An application.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its place in URLs.
    pub slug: Slug,
    /// What people call it; the slug where it is absent.
    pub name: Option<String>,
    /// Its OAuth2 provider.
    pub provider: Provider,
}

/// An OAuth2 provider: one client.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Confidential where it is absent.
    #[serde(default)]
    pub client_type: ClientType,
    /// The application's slug where it is absent.
    pub client_id: Option<ClientId>,
    /// Made and printed where a confidential client has none.
    pub client_secret: Option<String>,
    /// Compared byte for byte.
    #[serde(deserialize_with = "uris")]
    pub redirect_uris: Vec<RedirectUri>,
    /// Compared byte for byte.
    #[serde(default, deserialize_with = "uris")]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Scopes it may have, space-separated.
    #[serde(default = "all_scopes", deserialize_with = "scopes")]
    pub scopes: Scopes,
    /// When consent is asked.
    #[serde(default)]
    pub consent: Consent,
    /// How long consent of mode `expiring` is kept.
    #[serde(default = "four_weeks", deserialize_with = "lifetime")]
    pub consent_expire_in: Seconds,
    /// Life of a code.
    #[serde(default = "one_minute", deserialize_with = "lifetime")]
    pub access_code_validity: Seconds,
    /// Life of an access token and its ID token.
    #[serde(default = "one_hour", deserialize_with = "lifetime")]
    pub access_token_validity: Seconds,
    /// Life of a refresh token.
    #[serde(default = "thirty_days", deserialize_with = "lifetime")]
    pub refresh_token_validity: Seconds,
    /// How long the preceding refresh token yields the same successor.
    #[serde(default = "half_a_minute", deserialize_with = "lifetime")]
    pub refresh_token_grace: Seconds,
    /// Profile claims in the tokens too.
    #[serde(default = "yes")]
    pub include_claims_in_id_token: bool,
    /// What kind of key signs, and where it is held.
    #[serde(default)]
    pub signing_key: SigningKey,
}

/// RFC 6749 §2.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// With a secret.
    #[default]
    Confidential,
    /// Without.
    Public,
}

/// When consent is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Never.
    Implicit,
    /// Once.
    Permanent,
    /// Once in `consent_expire_in`.
    #[default]
    Expiring,
    /// Each time.
    AlwaysRequire,
}

/// The signing key of a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningKey {
    /// Which algorithm it has.
    #[serde(default)]
    pub algorithm: KeyType,
    /// Where its private half is.
    #[serde(default)]
    pub custody: Custody,
}

/// The kind of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum KeyType {
    /// RSA 2048, signing RS256.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// P-256, signing ES256.
    #[serde(rename = "ES256")]
    Es256,
}

/// Where a private key is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Custody {
    /// In KMS, which signs.
    #[default]
    Direct,
    /// Sealed under the envelope key, opened in memory.
    Envelope,
}

/// A user.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Unique, whatever the case.
    pub username: String,
    /// Full name.
    #[serde(default)]
    pub name: String,
    /// Unique, whatever the case.
    #[serde(default)]
    pub email: String,
    /// Whether the address is vouched for.
    #[serde(default)]
    pub email_verified: bool,
    /// In plain text; only its Argon2id hash is stored.
    pub password: Option<String>,
    /// Names of groups.
    #[serde(default)]
    pub groups: Vec<String>,
    /// May sign in.
    #[serde(default = "yes")]
    pub is_active: bool,
}

impl Fixture {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Names the file and what is wrong in it; nothing has been changed then.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the fixture {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("the fixture {} is not valid", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let fixture: Self = serde_norway::from_str(text)?;
        let mut slugs = Vec::new();
        let mut ids = Vec::new();
        for application in &fixture.applications {
            let provider = &application.provider;
            ensure!(
                !slugs.contains(&&application.slug),
                "the slug {} is given twice",
                application.slug
            );
            slugs.push(&application.slug);
            let id = provider.client_id(&application.slug)?;
            ensure!(!ids.contains(&id), "the client_id {id} is given twice");
            ids.push(id);
            if provider.client_type == ClientType::Public && provider.client_secret.is_some() {
                bail!(
                    "application {}: a public client has no client_secret",
                    application.slug
                );
            }
            if provider.client_secret.as_deref() == Some("") {
                bail!("application {}: client_secret is empty", application.slug);
            }
        }
        for person in &fixture.users {
            ensure!(!person.username.trim().is_empty(), "a user has no username");
        }
        Ok(fixture)
    }
}

impl Provider {
    /// The client id, which is the slug where none is given.
    ///
    /// # Errors
    /// Never in practice: every slug is a client id.
    pub fn client_id(&self, slug: &Slug) -> anyhow::Result<ClientId> {
        Ok(self
            .client_id
            .clone()
            .map_or_else(|| ClientId::parse(slug.as_str()), Ok)?)
    }

    /// The consent mode with its lifetime.
    pub const fn consent_mode(&self) -> ConsentMode {
        match self.consent {
            Consent::Implicit => ConsentMode::Implicit,
            Consent::Permanent => ConsentMode::Permanent,
            Consent::Expiring => ConsentMode::Expiring(self.consent_expire_in),
            Consent::AlwaysRequire => ConsentMode::AlwaysRequire,
        }
    }
}

/// A redirect URI as text, or as authentik's API writes it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Uri {
    Text(RedirectUri),
    Object {
        matching_mode: MatchingMode,
        url: RedirectUri,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum MatchingMode {
    Strict,
}

fn uris<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<RedirectUri>, D::Error> {
    let uris = Vec::<Uri>::deserialize(from)
        .map_err(|_| D::Error::custom("redirect URIs must be absolute, without a fragment, each as text or as {matching_mode: strict, url: …}"))?;
    let url = |uri| match uri {
        Uri::Text(url)
        | Uri::Object {
            matching_mode: MatchingMode::Strict,
            url,
        } => url,
    };
    Ok(uris.into_iter().map(url).collect())
}

fn scopes<'de, D: Deserializer<'de>>(from: D) -> Result<Scopes, D::Error> {
    let text = String::deserialize(from)?;
    Scopes::parse(&text).map_err(D::Error::custom)
}

fn lifetime<'de, D: Deserializer<'de>>(from: D) -> Result<Seconds, D::Error> {
    let text = String::deserialize(from)?;
    validity::parse(&text).map_err(D::Error::custom)
}

fn all_scopes() -> Scopes {
    Scopes::parse("openid profile email offline_access").unwrap_or_default()
}

const fn four_weeks() -> Seconds {
    Seconds::days(28)
}

const fn one_minute() -> Seconds {
    Seconds::minutes(1)
}

const fn one_hour() -> Seconds {
    Seconds::hours(1)
}

const fn thirty_days() -> Seconds {
    Seconds::days(30)
}

const fn half_a_minute() -> Seconds {
    Seconds(30)
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Fixture::parse(text)
            .err()
            .map(|e| format!("{e:#}"))
            .unwrap_or_default()
    }

    #[test]
    fn a_short_fixture_has_authentiks_defaults() {
        let text = "applications:\n- slug: bench\n  provider:\n    redirect_uris: [http://localhost:9/cb]\n";
        let fixture = Fixture::parse(text).unwrap();
        let provider = &fixture.applications[0].provider;
        assert_eq!(
            provider
                .client_id(&fixture.applications[0].slug)
                .unwrap()
                .as_str(),
            "bench"
        );
        assert_eq!(provider.access_code_validity, Seconds(60));
        assert_eq!(provider.refresh_token_validity, Seconds::days(30));
        assert_eq!(
            provider.scopes.to_string(),
            "openid profile email offline_access"
        );
        assert_eq!(
            provider.consent_mode(),
            ConsentMode::Expiring(Seconds::days(28))
        );
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        assert!(refused("aplications: []").contains("aplications"));
        assert!(refused("users:\n- username: a\n  pasword: x\n").contains("pasword"));
        let bad = "applications:\n- slug: a\n  provider:\n    redirect_uris: ['/relative']\n";
        assert!(refused(bad).contains("absolute"), "{}", refused(bad));
        let bad = "applications:\n- slug: a\n  provider:\n    redirect_uris: []\n    access_token_validity: soon\n";
        assert!(refused(bad).contains("hours=1"), "{}", refused(bad));
    }

    #[test]
    fn contradictions_are_refused() {
        let twice = "applications:\n- {slug: a, provider: {redirect_uris: []}}\n- {slug: a, provider: {redirect_uris: []}}\n";
        assert!(refused(twice).contains("slug a is given twice"));
        let public = "applications:\n- {slug: a, provider: {client_type: public, client_secret: s, redirect_uris: []}}\n";
        assert!(refused(public).contains("public client"));
    }
}
