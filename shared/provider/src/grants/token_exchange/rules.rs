//! What may become of a token: scopes, targets and actors, without looking anything up.

use protocol::{ClientId, Scopes};
use serde_json::{Map, Value, json};

use super::ExchangeFault;
use crate::claims::Claims;
use crate::client::{Metadata, TokenExchange};
use crate::fault::{Fault, GrantFault};

/// Most actors in a chain (RFC 8693 §4.1).
const LONGEST_CHAIN: usize = 8;

/// Whether the tokens of this client may be brought by that one.
pub(super) fn may_bring(settings: &TokenExchange, by: &ClientId, of: &ClientId) -> bool {
    let named = |name: &String| name == "*" || name == of.as_str();
    by == of || settings.subject_clients.iter().any(named)
}

/// The scopes of the new token: at most those there are, and none that would have a refresh token.
///
/// # Errors
/// [`GrantFault::ScopeExceeds`] where more is asked for.
pub(super) fn scopes(asked: Option<&Scopes>, most: &Scopes) -> Result<Scopes, Fault> {
    let lasting = Scopes::parse("offline_access")?;
    match asked {
        None => Ok(most.without(&lasting)),
        Some(asked) if asked.is_subset_of(most) => Ok(asked.without(&lasting)),
        Some(_) => Err(GrantFault::ScopeExceeds.into()),
    }
}

/// Whether a `resource` is one the client may have tokens for (RFC 8707 §2: an absolute URI without a fragment).
pub(super) fn is_resource_of(metadata: &Metadata, resource: &str) -> bool {
    let uri = url::Url::parse(resource).is_ok_and(|url| url.fragment().is_none());
    uri && metadata.resources.iter().any(|known| known == resource)
}

/// Who acts by a token that says so: each is named by `sub`, and there are no more than there may be (§4.1).
///
/// # Errors
/// [`ExchangeFault::Chain`].
pub(super) fn actor(claims: &Claims) -> Result<Option<Value>, ExchangeFault> {
    let Some(act) = claims.get("act") else {
        return Ok(None);
    };
    let named = |one: &Value| {
        one.get("sub")
            .and_then(Value::as_str)
            .is_some_and(|sub| !sub.is_empty())
    };
    if is_short(act) && chain(act).all(named) {
        Ok(Some(act.clone()))
    } else {
        Err(ExchangeFault::Chain)
    }
}

fn chain(act: &Value) -> impl Iterator<Item = &Value> {
    std::iter::successors(Some(act), |one| one.get("act"))
}

fn is_short(act: &Value) -> bool {
    chain(act).take(LONGEST_CHAIN + 1).count() <= LONGEST_CHAIN
}

/// Who acts, as `act` says it (§4.1), with whoever acted before inside.
///
/// # Errors
/// [`ExchangeFault::Chain`].
pub(super) fn act(
    sub: &str,
    client: Option<&ClientId>,
    before: Option<&Value>,
) -> Result<Value, ExchangeFault> {
    let mut act = Map::new();
    act.insert("sub".to_owned(), sub.into());
    if let Some(client) = client {
        act.insert("client_id".to_owned(), client.as_str().into()); // §4.3
    }
    if let Some(before) = before {
        act.insert("act".to_owned(), before.clone());
    }
    let act = Value::Object(act);
    if is_short(&act) {
        Ok(act)
    } else {
        Err(ExchangeFault::Chain)
    }
}

/// Whoever wants to act: a party by its own token, else the client.
pub(super) struct Party<'a> {
    /// `iss` of its token.
    pub(super) issuer: &'a str,
    /// `sub` of it.
    pub(super) sub: &'a str,
    /// The client that comes.
    pub(super) client: &'a ClientId,
}

/// §4.4: where the subject token says who may act, everything it says of them holds. A token that says so in a way that
/// cannot be read lets nobody act.
pub(super) fn may_act(claims: &Claims, party: &Party<'_>) -> Result<(), ExchangeFault> {
    let Some(named) = claims.get("may_act") else {
        return Ok(());
    };
    let named = named.as_object().ok_or(ExchangeFault::MayAct)?;
    let holds = |(name, value): (&String, &Value)| match name.as_str() {
        "sub" => *value == json!(party.sub),
        "iss" => *value == json!(party.issuer),
        "client_id" => *value == json!(party.client.as_str()),
        _ => false,
    };
    if !named.is_empty() && named.iter().all(holds) {
        Ok(())
    } else {
        Err(ExchangeFault::MayAct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ClientId {
        ClientId::parse(text).unwrap()
    }

    #[test]
    fn rfc8693_2_1_scope_is_never_more_than_the_subject_token_has() {
        let most = Scopes::parse("openid profile offline_access").unwrap();
        let got = |asked: Option<&str>| {
            let asked = asked.map(|text| Scopes::parse(text).unwrap());
            scopes(asked.as_ref(), &most).map(|scopes| scopes.to_string())
        };
        assert_eq!(got(None).unwrap(), "openid profile");
        assert_eq!(got(Some("profile")).unwrap(), "profile");
        assert_eq!(got(Some("profile offline_access")).unwrap(), "profile");
        assert_eq!(
            got(Some("profile email")),
            Err(GrantFault::ScopeExceeds.into())
        );
    }

    #[test]
    fn a_client_brings_its_own_tokens_and_those_of_clients_it_is_set_to() {
        let mut settings = TokenExchange::default();
        assert!(may_bring(&settings, &id("a"), &id("a")));
        assert!(!may_bring(&settings, &id("a"), &id("b")));
        settings.subject_clients = vec!["b".to_owned()];
        assert!(may_bring(&settings, &id("a"), &id("b")));
        assert!(!may_bring(&settings, &id("a"), &id("c")));
        settings.subject_clients = vec!["*".to_owned()];
        assert!(may_bring(&settings, &id("a"), &id("c")));
    }

    #[test]
    fn rfc8707_2_a_resource_is_one_of_the_clients_and_has_no_fragment() {
        let metadata = Metadata {
            resources: vec![
                "https://api.example/".into(),
                "https://api.example/#x".into(),
            ],
            ..Metadata::default()
        };
        assert!(is_resource_of(&metadata, "https://api.example/"));
        for bad in [
            "https://api.example/#x",
            "https://other.example/",
            "api",
            "",
        ] {
            assert!(!is_resource_of(&metadata, bad), "{bad}");
        }
    }

    #[test]
    fn rfc8693_4_1_the_actor_of_now_has_those_of_before_inside() {
        let first = act("a", Some(&id("one")), None).unwrap();
        let second = act("b", None, Some(&first)).unwrap();
        let want = json!({"sub": "b", "act": {"sub": "a", "client_id": "one"}});
        assert_eq!(second, want);
        let mut chain = first;
        for _ in 1..LONGEST_CHAIN {
            chain = act("a", None, Some(&chain)).unwrap();
        }
        assert_eq!(act("a", None, Some(&chain)), Err(ExchangeFault::Chain));
    }

    #[test]
    fn rfc8693_4_1_an_act_that_is_no_actor_is_refused() {
        let read = |act: Value| actor(json!({"act": act}).as_object().unwrap());
        assert_eq!(actor(&Claims::new()), Ok(None));
        let chain_of = |count: usize| {
            let one = |inside: Option<Value>| match inside {
                Some(inside) => json!({"sub": "a", "iss": "https://ci.example", "act": inside}),
                None => json!({"sub": "a"}),
            };
            (0..count)
                .fold(None, |inside, _| Some(one(inside)))
                .unwrap()
        };
        for good in [chain_of(1), chain_of(LONGEST_CHAIN)] {
            assert_eq!(read(good.clone()), Ok(Some(good)));
        }
        for bad in [
            chain_of(LONGEST_CHAIN + 1),
            json!("a"),
            json!(7),
            json!(null),
            json!(["a"]),
            json!({}),
            json!({"sub": ""}),
            json!({"sub": 7}),
            json!({"sub": "a", "act": "b"}),
            json!({"sub": "a", "act": {"iss": "https://ci.example"}}),
        ] {
            assert_eq!(read(bad.clone()), Err(ExchangeFault::Chain), "{bad}");
        }
    }

    #[test]
    fn rfc8693_4_4_may_act_says_who_may() {
        let client = id("c");
        let party = Party {
            issuer: "https://i",
            sub: "s",
            client: &client,
        };
        let judged = |may_act: Value| {
            let claims = json!({"may_act": may_act});
            super::may_act(claims.as_object().unwrap(), &party)
        };
        assert!(super::may_act(&Claims::new(), &party).is_ok());
        for good in [
            json!({"sub": "s"}),
            json!({"sub": "s", "iss": "https://i"}),
            json!({"client_id": "c"}),
        ] {
            assert_eq!(judged(good.clone()), Ok(()), "{good}");
        }
        for bad in [
            json!({"sub": "x"}),
            json!({"sub": "s", "iss": "https://other"}),
            json!({"sub": "s", "client_id": "x"}),
            json!({"email": "s"}),
            json!({}),
            json!("s"),
            json!(null),
        ] {
            assert_eq!(judged(bad.clone()), Err(ExchangeFault::MayAct), "{bad}");
        }
    }
}
