//! Which claims a scope carries (OpenID Connect Core §5.4, authentik's default mappings).

use std::fmt::Write as _;

use protocol::{Digest, Scopes};
use serde_json::{Map, Value, json};

use crate::tenant::Tenant;
use crate::user::Subject;

/// Claims by name.
pub type Claims = Map<String, Value>;

/// `acr` of every token: what authentik says, so that clients that check for it go on working.
pub const ACR: &str = "goauthentik.io/providers/oauth2/default";

/// Claims that every ID token holds.
const STANDARD: [&str; 9] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "amr",
    "nonce",
];

/// Claims of `profile` (authentik: `name` is the whole name, and there is no `family_name`).
const PROFILE: [&str; 5] = [
    "name",
    "given_name",
    "preferred_username",
    "nickname",
    "groups",
];

/// Claims of `email`.
const EMAIL: [&str; 2] = ["email", "email_verified"];

/// The `sub` of a user: hex SHA-256 of user number and installation, authentik's `hashed_user_id`.
/// The same for every client (`subject_types_supported`: `public`).
pub fn sub(tenant: &Tenant, subject: &Subject) -> String {
    let text = format!("{}-{}", subject.pk, tenant.subject_salt);
    Digest::of(text.as_bytes())
        .as_bytes()
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// What these scopes tell of a user. An empty value is left out, not sent as null or "" (§5.3.2).
pub fn of(scopes: &Scopes, subject: &Subject) -> Claims {
    let mut claims = Claims::new();
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            claims.insert(name.to_owned(), value.into());
        }
    };
    if scopes.contains("profile") {
        add("name", &subject.name);
        add("given_name", &subject.name);
        add("preferred_username", &subject.username);
        add("nickname", &subject.username);
    }
    if scopes.contains("email") {
        add("email", &subject.email);
    }
    if scopes.contains("profile") {
        claims.insert("groups".to_owned(), json!(subject.groups));
    }
    if scopes.contains("email") && !subject.email.is_empty() {
        claims.insert("email_verified".to_owned(), subject.email_verified.into());
    }
    claims
}

/// `claims_supported` for a client that may have these scopes.
pub fn supported(scopes: &Scopes) -> Vec<&'static str> {
    let mut names = STANDARD.to_vec();
    if scopes.contains("profile") {
        names.extend(PROFILE);
    }
    if scopes.contains("email") {
        names.extend(EMAIL);
    }
    names
}

/// What the consent page says of a scope; `None` for one that is not shown (authentik's mappings).
pub fn consent_text(scope: &str) -> Option<&str> {
    match scope {
        "openid" => None,
        "email" => Some("Email address"),
        "profile" => Some("General Profile Information"),
        "offline_access" => Some("Access to request new tokens without interaction"),
        other => Some(other),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use protocol::UserId;

    use super::*;

    pub(crate) fn subject() -> Subject {
        Subject {
            id: UserId::from_random([1; 16]),
            pk: 7,
            version: 1,
            username: "ada".into(),
            name: "Ada Lovelace".into(),
            email: "ada@example.com".into(),
            email_verified: true,
            groups: vec!["engines".into()],
        }
    }

    fn claims(scopes: &str, subject: &Subject) -> Value {
        Value::Object(of(&Scopes::parse(scopes).unwrap(), subject))
    }

    #[test]
    fn oidc_core_5_4_scopes_request_their_claims() {
        assert_eq!(claims("openid offline_access", &subject()), json!({}));
        assert_eq!(
            claims("openid email", &subject()),
            json!({"email": "ada@example.com", "email_verified": true})
        );
        assert_eq!(
            claims("profile", &subject()),
            json!({"name": "Ada Lovelace", "given_name": "Ada Lovelace", "groups": ["engines"],
                   "preferred_username": "ada", "nickname": "ada"})
        );
    }

    #[test]
    fn oidc_core_5_3_2_a_claim_without_value_is_omitted() {
        let nobody = Subject {
            name: String::new(),
            email: String::new(),
            ..subject()
        };
        assert_eq!(claims("email", &nobody), json!({}));
        assert!(claims("profile", &nobody).get("name").is_none());
    }

    #[test]
    fn every_claim_a_scope_gives_is_announced() {
        let scopes = Scopes::parse("openid profile email").unwrap();
        let announced = supported(&scopes);
        for name in of(&scopes, &subject()).keys() {
            assert!(announced.contains(&name.as_str()), "{name}");
        }
    }
}
