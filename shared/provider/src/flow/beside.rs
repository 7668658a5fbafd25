//! What a person agrees to beside scopes.

use std::collections::BTreeSet;

use protocol::Scopes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::grant::Terms;

/// What a person agrees to beside scopes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// `authorization_details` (RFC 9396 §2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Value>,
    /// Claims asked for by name that no scope stands for (OpenID Connect Core §5.5).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub claims: BTreeSet<String>,
    /// The resources that tokens are for (RFC 8707 §2).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub resources: BTreeSet<String>,
}

/// The claims that scopes stand for (OpenID Connect Core §5.4).
const OF_SCOPES: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

/// What tokens say of the sign-in and of themselves: it tells nothing of the person.
const OF_THE_SIGN_IN: [&str; 12] = [
    "sub",
    "acr",
    "amr",
    "auth_time",
    "azp",
    "iss",
    "aud",
    "exp",
    "iat",
    "jti",
    "nonce",
    "sid",
];

impl Beside {
    /// Of what these terms hold, with these scopes.
    pub fn of(terms: &Terms, scopes: &Scopes) -> Self {
        let named = terms.claims.values().filter_map(Value::as_object);
        let named = named.flat_map(Map::keys);
        let stood_for = |claim: &str| {
            let has = |(scope, claims): &(&str, &[&str])| {
                scopes.contains(scope) && claims.contains(&claim)
            };
            OF_SCOPES.iter().any(has) || OF_THE_SIGN_IN.contains(&claim)
        };
        Self {
            details: terms.details.clone(),
            claims: named.filter(|claim| !stood_for(claim)).cloned().collect(),
            resources: terms.resources.iter().cloned().collect(),
        }
    }

    /// Whether all that is asked was agreed to.
    pub fn covers(&self, asked: &Self) -> bool {
        let agreed = |one: &Value| self.details.contains(one);
        asked.details.iter().all(agreed)
            && asked.claims.is_subset(&self.claims)
            && asked.resources.is_subset(&self.resources)
    }

    /// Whether there is nothing but scopes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn beside(claims: &Value, scopes: &str) -> Vec<String> {
        let terms = Terms {
            claims: claims.as_object().unwrap().clone(),
            ..Terms::default()
        };
        let beside = Beside::of(&terms, &Scopes::parse(scopes).unwrap());
        beside.claims.into_iter().collect()
    }

    #[test]
    fn oidc_core_5_4_a_claim_that_a_scope_stands_for_is_not_asked_twice() {
        let claims = json!({
            "id_token": {"email": null, "acr": null},
            "userinfo": {"name": null, "badge": {"essential": true}},
        });
        assert_eq!(beside(&claims, "openid email"), ["badge", "name"]);
        assert_eq!(beside(&claims, "openid email profile"), ["badge"]);
        assert_eq!(beside(&json!({}), "openid"), [""; 0]);
    }

    #[test]
    fn rfc8707_2_agreeing_to_one_resource_is_agreeing_to_no_other() {
        let of = |names: &[&str]| Beside {
            resources: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Beside::default()
        };
        assert!(of(&["a", "b"]).covers(&of(&["a"])) && of(&["a"]).covers(&of(&[])));
        assert!(!of(&["a"]).covers(&of(&["a", "b"])) && !of(&[]).covers(&of(&["a"])));
        let kept: Beside = serde_json::from_str("{}").unwrap();
        assert_eq!(kept, Beside::default(), "as it was kept before");
    }

    #[test]
    fn agreeing_to_one_payment_is_not_agreeing_to_another() {
        let pays = |amount: u32| Beside {
            details: vec![json!({"type": "payment", "amount": amount})],
            ..Beside::default()
        };
        assert!(pays(5).covers(&pays(5)) && pays(5).covers(&Beside::default()));
        assert!(!pays(5).covers(&pays(6)) && !Beside::default().covers(&pays(5)));
    }
}
