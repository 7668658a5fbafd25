//! What GitHub's clients say and hear (reference §7; GitHub's REST API): tokens on requests, answers in its
//! encodings, people, teams and organizations in its fields, and lists in pages.

mod page;
mod shape;

use serde_json::{Map, Value};

use crate::error::Malformed;
use crate::params::{MOST, Params};
use crate::secret::Secret;
use crate::userinfo::credentials;

pub use page::Page;
pub use shape::{Account, Organization, Team, email, slugify};

/// Finds the access token in the `Authorization` header: `Bearer` (RFC 6750 §2.1) or GitHub's own `token`.
///
/// A token in the query is not read (RFC 9700 §4.3.2); GitHub takes none there either.
///
/// # Errors
/// [`Malformed`] where one of the two schemes carries no token.
pub fn bearer(authorization: Option<&str>) -> Result<Option<Secret>, Malformed> {
    let token = authorization.map(|header| credentials(header, &["Bearer", "token"]));
    Ok(token.transpose()?.flatten().map(Secret::new))
}

/// A token request as the token endpoint reads it: GitHub's clients need not say `grant_type`.
///
/// # Errors
/// [`Malformed::Repeated`] (RFC 6749 §3.2).
pub fn token_request(params: &Params) -> Result<Params, Malformed> {
    params.nothing_repeated()?;
    let grant_type = match params.optional("grant_type")? {
        Some(_) => None,
        None => Some(("grant_type", "authorization_code")),
    };
    Ok(Params::from_pairs(params.pairs().chain(grant_type)))
}

/// A JSON body as parameters, as some of GitHub's clients send one; members that are no text are left out.
///
/// # Errors
/// [`Malformed::Invalid`] where it is no JSON object, [`Malformed::TooMany`] over 100 members, as of a form.
pub fn json_params(body: &[u8]) -> Result<Params, Malformed> {
    let members: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| Malformed::Invalid("the body", "a form or a JSON object"))?;
    if members.len() > MOST {
        return Err(Malformed::TooMany);
    }
    let text = |(name, value): (String, Value)| match value {
        Value::String(value) => Some((name, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    };
    Ok(Params::from_pairs(members.into_iter().filter_map(text)))
}

/// A token answer in GitHub's words: scopes parted by commas, `bearer` in lower case.
pub fn token_answer(mut answer: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in &mut answer {
        if let Value::String(text) = value {
            match name.as_str() {
                "scope" => *text = text.replace(' ', ","),
                "token_type" => text.make_ascii_lowercase(),
                _ => {}
            }
        }
    }
    answer
}

/// An answer as `application/x-www-form-urlencoded`, which clients get that do not ask for JSON.
pub fn as_form(answer: &Map<String, Value>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in answer {
        match value {
            Value::String(text) => form.append_pair(name, text),
            other => form.append_pair(name, &other.to_string()),
        };
    }
    form.finish()
}

/// Whether an `Accept` header asks for JSON (RFC 9110 §12.5.1); that it would take anything is not asking.
pub fn wants_json(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let json = media == "application/json"
            || (media.starts_with("application/") && media.ends_with("+json"));
        let refused = |part: &str| {
            let weight = part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
            weight.is_some_and(|q| q <= 0.0)
        };
        json && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(header: &str) -> Result<Option<String>, Malformed> {
        bearer(Some(header)).map(|token| token.map(|token| token.expose().to_owned()))
    }

    #[test]
    fn a_token_comes_as_bearer_or_as_githubs_token_whatever_the_case() {
        for header in [
            "token a.b",
            "Token a.b",
            "TOKEN a.b",
            "Bearer a.b",
            "bearer a.b",
        ] {
            assert_eq!(found(header), Ok(Some("a.b".into())), "{header}");
        }
        assert_eq!(found("Basic YTpi"), Ok(None));
        assert!(found("token").is_err() && found("token a b").is_err());
        assert_eq!(bearer(None).map(|token| token.is_none()), Ok(true));
    }

    #[test]
    fn grant_type_need_not_be_said_and_is_not_overruled() {
        let read = |raw: &str| {
            let params = Params::parse(raw.as_bytes()).unwrap();
            let request = token_request(&params).unwrap();
            request.required("grant_type").map(str::to_owned)
        };
        assert_eq!(read("code=c").as_deref(), Ok("authorization_code"));
        assert_eq!(
            read("grant_type=refresh_token").as_deref(),
            Ok("refresh_token")
        );
        let twice = Params::parse(b"code=a&code=b").unwrap();
        assert_eq!(
            token_request(&twice).err(),
            Some(Malformed::Repeated("code".into()))
        );
    }

    #[test]
    fn a_json_body_is_read_as_parameters() {
        let params = json_params(br#"{"client_id":"c","n":1,"code":"x","a":null}"#).unwrap();
        let pairs: Vec<_> = params.pairs().collect();
        assert_eq!(pairs, [("client_id", "c"), ("code", "x")]);
        assert!(json_params(b"[]").is_err() && json_params(b"code=x").is_err());
    }

    #[test]
    fn a_json_body_has_no_more_members_than_a_form() {
        let body = |members| {
            let members = (0..members).map(|at| format!("\"m{at}\":\"x\""));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        assert!(json_params(body(MOST).as_bytes()).is_ok());
        let refused = json_params(body(MOST + 1).as_bytes());
        assert_eq!(refused.err(), Some(Malformed::TooMany));
    }

    #[test]
    fn json_is_sent_where_it_is_asked_for() {
        for accept in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/html, application/json;q=0.9",
            "application/vnd.github.v3+json",
        ] {
            assert!(wants_json(accept), "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "text/html",
            "application/json;q=0",
            "application/xml",
        ] {
            assert!(!wants_json(accept), "{accept}");
        }
    }

    #[test]
    fn an_answer_is_a_form_with_scopes_parted_by_commas() {
        let answer = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 3600,
                            "scope": "user:email read:org"});
        let answer = token_answer(answer.as_object().unwrap().clone());
        assert_eq!(
            as_form(&answer),
            "access_token=t&token_type=bearer&expires_in=3600&scope=user%3Aemail%2Cread%3Aorg"
        );
    }
}
