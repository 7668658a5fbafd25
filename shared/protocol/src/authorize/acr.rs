//! Which authentication context a client wants (OpenID Connect Core §3.1.2.1, §5.5.1.1; RFC 9470 §5).

use serde::Deserialize;

use crate::error::Malformed;
use crate::params::Params;

/// `acr_values`, or the request for an `acr` claim in `claims`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acr {
    /// Any of these, the best first; none: any at all.
    pub values: Vec<String>,
    /// Whether anything else is a failed sign-in, even where we know none of the values.
    pub essential: bool,
}

/// As much of `claims` as is read: other claims are asked for by scope.
#[derive(Deserialize)]
struct Claims {
    id_token: Option<IdToken>,
}

#[derive(Deserialize)]
struct IdToken {
    acr: Option<Member>,
}

#[derive(Deserialize)]
struct Member {
    #[serde(default)]
    essential: bool,
    value: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

impl Acr {
    /// Reads both. Where they differ the behaviour is ours to say (§3.1.2.1): an essential claim counts, else
    /// `acr_values` where there is any. `claims` that cannot be read asks for nothing, as the parameter is not
    /// supported but for this.
    ///
    /// # Errors
    /// [`Malformed`] where a parameter is repeated or has control characters.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        let listed = params.optional("acr_values")?.unwrap_or_default();
        let listed: Vec<String> = words(listed).collect();
        let claims = params.optional("claims")?;
        let claimed = claims.and_then(Self::claimed);
        Ok(match claimed {
            Some(claimed) if claimed.essential || listed.is_empty() => claimed,
            Some(_) | None => Self {
                values: listed,
                essential: false,
            },
        })
    }

    fn claimed(text: &str) -> Option<Self> {
        let claims: Claims = serde_json::from_str(text).ok()?;
        let member = claims.id_token?.acr?;
        Some(Self {
            values: member.value.into_iter().chain(member.values).collect(),
            essential: member.essential,
        })
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acr(acr_values: &str, claims: &str) -> Acr {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("acr_values", acr_values)
            .append_pair("claims", claims);
        Acr::parse(&Params::parse(form.finish().as_bytes()).unwrap()).unwrap()
    }

    fn wanted(values: &[&str], essential: bool) -> Acr {
        Acr {
            values: values.iter().map(|&value| value.to_owned()).collect(),
            essential,
        }
    }

    #[test]
    fn oidc_core_3_1_2_1_acr_values_are_in_order_of_preference() {
        assert_eq!(acr("phr  mfa", ""), wanted(&["phr", "mfa"], false));
        assert_eq!(acr("", ""), Acr::default());
    }

    #[test]
    fn oidc_core_5_5_1_1_acr_may_be_asked_for_as_an_essential_claim() {
        let one = r#"{"id_token": {"acr": {"essential": true, "value": "phr"}, "email": null}}"#;
        assert_eq!(acr("mfa", one), wanted(&["phr"], true));
        let some = r#"{"userinfo": {"name": null}, "id_token": {"acr": {"values": ["a", "b"]}}}"#;
        assert_eq!(acr("", some), wanted(&["a", "b"], false));
        assert_eq!(acr("mfa", some), wanted(&["mfa"], false));
        let any = r#"{"id_token": {"acr": {"essential": true}}}"#;
        assert_eq!(acr("", any), wanted(&[], true));
    }

    #[test]
    fn claims_that_cannot_be_read_ask_for_nothing() {
        for text in [
            "{",
            "[]",
            "null",
            "{\"id_token\": {\"acr\": 1}}",
            "{\"id_token\": null}",
        ] {
            assert_eq!(acr("mfa", text), wanted(&["mfa"], false), "{text}");
        }
    }
}
