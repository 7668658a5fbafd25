//! Scope mappings: which claims a scope carries (authentik's property mappings, reference §6.3, §9.1).

use protocol::scope::Scope;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A scope mapping as it is stored, and as a compiled client has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeMapping {
    /// Its id in the API.
    pub id: Uuid,
    /// Its name, unique in the tenant.
    pub name: String,
    /// The scope it belongs to; several mappings may share one.
    pub scope: Scope,
    /// What the consent page says; empty hides it.
    pub description: String,
    /// Python, as an administrator wrote it.
    pub expression: String,
    /// authentik's name of a mapping that is shipped, such as `goauthentik.io/providers/oauth2/scope-email`.
    pub managed: Option<String>,
}

impl ScopeMapping {
    /// Which shipped mapping this is by its text, whatever it is called and whichever scope it has: an
    /// administrator's change of the text makes it one of theirs.
    pub fn shipped(&self) -> Option<Shipped> {
        let text = self.expression.trim();
        Shipped::ALL
            .into_iter()
            .find(|shipped| shipped.expression().trim() == text)
    }
}

/// The mappings authentik ships (reference §6.3). Where a mapping has the shipped text it is run in Rust, so
/// that a sign-in starts no interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shipped {
    /// `openid`: nothing beside `sub`.
    Openid,
    /// `email`: `email`, `email_verified`.
    Email,
    /// `profile`: names and groups.
    Profile,
    /// `entitlements`: `entitlements`, `roles`.
    Entitlements,
    /// `offline_access`: a refresh token.
    OfflineAccess,
    /// `goauthentik.io/api`: the management API.
    AuthentikApi,
}

impl Shipped {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Openid,
        Self::Email,
        Self::Profile,
        Self::Entitlements,
        Self::OfflineAccess,
        Self::AuthentikApi,
    ];

    /// The scope it belongs to.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Email => "email",
            Self::Profile => "profile",
            Self::Entitlements => "entitlements",
            Self::OfflineAccess => "offline_access",
            Self::AuthentikApi => "goauthentik.io/api",
        }
    }

    /// authentik's name for it, by which blueprints and Terraform find it.
    pub const fn managed(self) -> &'static str {
        match self {
            Self::Openid => "goauthentik.io/providers/oauth2/scope-openid",
            Self::Email => "goauthentik.io/providers/oauth2/scope-email",
            Self::Profile => "goauthentik.io/providers/oauth2/scope-profile",
            Self::Entitlements => "goauthentik.io/providers/oauth2/scope-entitlements",
            Self::OfflineAccess => "goauthentik.io/providers/oauth2/scope-offline_access",
            Self::AuthentikApi => "goauthentik.io/providers/oauth2/scope-authentik_api",
        }
    }

    /// Its name in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Openid => "authentik default OAuth Mapping: OpenID 'openid'",
            Self::Email => "authentik default OAuth Mapping: OpenID 'email'",
            Self::Profile => "authentik default OAuth Mapping: OpenID 'profile'",
            Self::Entitlements => "authentik default OAuth Mapping: Application Entitlements",
            Self::OfflineAccess => "authentik default OAuth Mapping: OpenID 'offline_access'",
            Self::AuthentikApi => "authentik default OAuth Mapping: authentik API access",
        }
    }

    /// What the consent page says of it; empty hides it.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Openid => "",
            Self::Email => "Email address",
            Self::Profile => "General Profile Information",
            Self::Entitlements => "Application entitlements",
            Self::OfflineAccess => "Access to request new tokens without interaction",
            Self::AuthentikApi => "authentik API access",
        }
    }

    /// Its Python. What `crate::claims` does natively is this; a test runs both.
    pub const fn expression(self) -> &'static str {
        match self {
            Self::Openid => include_str!("mapping/openid.py"),
            Self::Email => include_str!("mapping/email.py"),
            Self::Profile => include_str!("mapping/profile.py"),
            Self::Entitlements => include_str!("mapping/entitlements.py"),
            Self::OfflineAccess => include_str!("mapping/offline_access.py"),
            Self::AuthentikApi => include_str!("mapping/authentik_api.py"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(expression: &str) -> ScopeMapping {
        ScopeMapping {
            id: Uuid::nil(),
            name: "any".into(),
            scope: Scope::parse("any").unwrap(),
            description: String::new(),
            expression: expression.into(),
            managed: Some(Shipped::Email.managed().into()),
        }
    }

    #[test]
    fn a_mapping_is_the_shipped_one_by_its_text_alone() {
        for shipped in Shipped::ALL {
            let text = shipped.expression();
            assert_eq!(mapping(text).shipped(), Some(shipped));
            assert_eq!(mapping(&format!("\n{text}\n\n")).shipped(), Some(shipped));
            assert_eq!(
                mapping(&format!("{text}  # mine\nreturn 1")).shipped(),
                None
            );
        }
        assert_eq!(mapping("").shipped(), None);
    }
}
