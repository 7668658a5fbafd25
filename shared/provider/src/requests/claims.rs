//! `claims`: claims asked for one by one (OpenID Connect Core §5.5).

use serde_json::{Map, Value};

use super::{RequestFault, storable};
use crate::jwt;

/// The longest, in bytes: it is kept with the grant and each of its tokens.
const LONGEST: usize = 8 * 1024;

/// More claims than there are.
const MOST: usize = 100;

/// What is understood of it: `id_token` and `userinfo`, each a claim's name and how it is wanted.
pub(super) fn parse(text: Option<&str>) -> Result<Map<String, Value>, RequestFault> {
    let Some(text) = text else {
        return Ok(Map::new());
    };
    let read = Some(text).filter(|text| text.len() <= LONGEST);
    let read = read.and_then(|text| jwt::object(text.as_bytes()));
    let mut members = read.ok_or(RequestFault::Claims)?;
    let mut taken = Map::new();
    for name in ["id_token", "userinfo"] {
        match members.remove(name) {
            None | Some(Value::Null) => {}
            Some(Value::Object(claims)) if is_sound(&claims) => {
                taken.insert(name.to_owned(), claims.into());
            }
            Some(_) => return Err(RequestFault::Claims),
        }
    }
    Ok(taken) // §5.5: other members that are not understood MUST be ignored
}

/// §5.5.1: each is `null`, or says how it is wanted.
fn is_sound(claims: &Map<String, Value>) -> bool {
    claims.len() <= MOST
        && claims.values().all(|wanted| match wanted {
            Value::Null => true,
            Value::Object(members) if storable(wanted) => {
                members.get("essential").is_none_or(Value::is_boolean)
                    && members.get("values").is_none_or(Value::is_array)
            }
            _ => false,
        })
}

/// §5.5.1: the one person it has to be.
pub(super) fn subject(claims: &Map<String, Value>) -> Option<&str> {
    let value = |part| claims.get(part)?.get("sub")?.get("value")?.as_str();
    value("id_token").or_else(|| value("userinfo"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn oidc_core_5_5_id_token_and_userinfo_are_taken_and_the_rest_is_ignored() {
        let text = r#"{"id_token":{"acr":{"essential":true,"values":["a"]},"email":null},"userinfo":null,"x":1}"#;
        let taken = Value::Object(parse(Some(text)).unwrap());
        let acr = json!({"essential": true, "values": ["a"]});
        assert_eq!(taken, json!({"id_token": {"acr": acr, "email": null}}));
        assert!(parse(None).unwrap().is_empty());
    }

    #[test]
    fn oidc_core_5_5_what_is_no_request_for_claims_is_refused() {
        let long = format!(r#"{{"x":"{}"}}"#, "y".repeat(LONGEST));
        for bad in [
            "{",
            "[]",
            "null",
            r#"{"id_token":1}"#,
            r#"{"id_token":{"acr":1}}"#,
            r#"{"id_token":{"acr":{"essential":"yes"}}}"#,
            r#"{"id_token":{"acr":{"values":"a"}}}"#,
            r#"{"id_token":{"acr":null,"acr":null}}"#,
            &long,
        ] {
            assert_eq!(parse(Some(bad)), Err(RequestFault::Claims), "{bad}");
        }
    }

    #[test]
    fn oidc_core_5_5_1_a_value_of_sub_names_the_person() {
        let claims = parse(Some(r#"{"id_token":{"sub":{"value":"ada"}}}"#)).unwrap();
        assert_eq!(subject(&claims), Some("ada"));
        assert_eq!(subject(&Map::new()), None);
    }
}
