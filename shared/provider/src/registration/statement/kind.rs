//! What a software statement is among all the JWTs that somebody signs (RFC 8725 §3.12): whoever vouches for software may sign
//! people in too, or be a CI, and what it gives to a person or a program must not do for a statement.

use serde_json::Value;

use crate::claims::Claims;
use crate::client::JwtSource;
use crate::jwt::{Unverified, is_for};

/// `typ` of a statement that says what it is (RFC 8725 §3.11).
const TYP: &str = "software-statement+jwt";

/// Claims of tokens about a person, a session or a key (OpenID Connect Core §2, §3.3.2.11, RFC 7800 §3.1).
const OF_TOKENS: [&str; 6] = ["nonce", "azp", "at_hash", "c_hash", "cnf", "sid"];

/// Whether it may be a statement. All other kinds of JWT say to whom they are given or about whom they are: one that does, too,
/// has to say that it is about software, by its `typ` or by `software_id` (RFC 7591 §2).
pub(super) fn is_statement(jwt: &Unverified<'_>) -> bool {
    let claims = jwt.claims();
    let typed = jwt.is_typed(TYP);
    let plain = jwt.header().typ.is_none() || jwt.is_typed("JWT");
    let about_software = typed || claims.get("software_id").is_some_and(Value::is_string);
    let about_others = ["aud", "sub"].iter().any(|name| claims.contains_key(*name));
    let of_a_token = OF_TOKENS.iter().any(|name| claims.contains_key(*name));
    (typed || plain) && !of_a_token && (about_software || !about_others)
}

/// Whether it is for us (RFC 8725 §3.9): where it says for whom it is, for one of these places, or as its source is known to say.
pub(super) fn is_for_us(claims: &Claims, source: &JwtSource, places: &[String]) -> bool {
    let ours = |name: &str| {
        places
            .iter()
            .chain(&source.audiences)
            .any(|one| one == name)
    };
    !claims.contains_key("aud") || is_for(claims, ours)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    fn judged(header: &Value, claims: &Value) -> bool {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}.", part(header), part(claims));
        is_statement(&Unverified::parse(&text).unwrap())
    }

    #[test]
    fn rfc8725_3_11_another_type_is_no_statement() {
        let claims = json!({"iss": "https://a.example", "software_id": "s"});
        for (typ, good) in [
            (json!(null), true),
            (json!("JWT"), true),
            (json!("application/software-statement+jwt"), true),
            (json!("at+jwt"), false),
            (json!("logout+jwt"), false),
            (json!("dpop+jwt"), false),
        ] {
            let mut header = json!({"alg": "ES256"});
            if !typ.is_null() {
                header["typ"] = typ.clone();
            }
            assert_eq!(judged(&header, &claims), good, "{typ}");
        }
    }

    #[test]
    fn rfc8725_3_12_tokens_of_people_and_workloads_are_no_statements() {
        let header = json!({"alg": "ES256", "typ": "JWT"});
        for (claims, good) in [
            (json!({"client_name": "A"}), true),
            (json!({"client_name": "A", "aud": "us"}), false),
            (json!({"client_name": "A", "sub": "repo:a"}), false),
            (json!({"software_id": "s", "aud": "us", "sub": "s"}), true),
            (json!({"software_id": "s", "nonce": "n"}), false),
            (json!({"software_id": "s", "azp": "c"}), false),
            (json!({"software_id": "s", "at_hash": "h"}), false),
            (json!({"software_id": "s", "cnf": {}}), false),
        ] {
            assert_eq!(judged(&header, &claims), good, "{claims}");
        }
        let typed = json!({"alg": "ES256", "typ": "software-statement+jwt"});
        assert!(judged(&typed, &json!({"client_name": "A", "sub": "s"})));
    }
}
