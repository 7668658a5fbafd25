//! What a request says of its client: who it is, and by what it wants to prove that (RFC 6749 §2.3, RFC 7521 §4.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{ClientId, Malformed, Params, Secret};
use serde_json::Value;

use crate::fault::{ClientFault, Fault};
use crate::federation::JWT_BEARER;
use crate::jwt::Unverified;

/// What a request says of its client.
#[derive(Debug)]
pub(super) struct Presented {
    pub(super) id: ClientId,
    pub(super) way: Way,
}

/// By what it wants to prove that.
#[derive(Debug)]
pub(super) enum Way {
    /// Nothing in the request; perhaps by the certificate of its connection.
    Bare,
    /// The header, with the readings of the secret, see [`basic`].
    Header(Vec<Secret>),
    /// A secret in the form.
    Form(Secret),
    /// `client_assertion`.
    Assertion {
        /// Whether it is said to be a JWT (RFC 7523 §2.2).
        jwt: bool,
        assertion: Secret,
    },
}

impl Presented {
    /// Reads header and form.
    ///
    /// # Errors
    /// [`Malformed::TwoWays`] where more than one way is used, [`ClientFault`] where none is named or the header is
    /// unreadable.
    pub(super) fn read(authorization: Option<&str>, params: &Params) -> Result<Self, Fault> {
        let id = params
            .optional("client_id")?
            .map(ClientId::parse)
            .transpose()?;
        let secret = params.optional("client_secret")?;
        let assertion = params.optional("client_assertion")?;
        let Some(header) = authorization else {
            return Self::in_form(id, secret, assertion, params);
        };
        // §2.3: the client MUST NOT use more than one authentication method in each request.
        if secret.is_some() || assertion.is_some() {
            return Err(two_ways());
        }
        let basic = basic(header)?;
        if id.is_some_and(|id| id != basic.id) {
            return Err(Malformed::TwoWays("client_id").into());
        }
        Ok(basic)
    }

    fn in_form(
        id: Option<ClientId>,
        secret: Option<&str>,
        assertion: Option<&str>,
        params: &Params,
    ) -> Result<Self, Fault> {
        let Some(assertion) = assertion else {
            let way = secret.map_or(Way::Bare, |secret| Way::Form(Secret::new(secret)));
            let id = id.ok_or(ClientFault::Absent)?;
            return Ok(Self { id, way });
        };
        if secret.is_some() {
            return Err(two_ways());
        }
        let jwt = params.optional("client_assertion_type")? == Some(JWT_BEARER);
        let id = match id {
            Some(id) => id,
            None if jwt => named_by(assertion).ok_or(ClientFault::Absent)?,
            None => return Err(ClientFault::Absent.into()),
        };
        let assertion = Secret::new(assertion);
        let way = Way::Assertion { jwt, assertion };
        Ok(Self { id, way })
    }

    /// What came in the place of a secret, in all its readings.
    pub(super) fn secrets(&self) -> &[Secret] {
        match &self.way {
            Way::Header(readings) => readings,
            Way::Form(secret) => std::slice::from_ref(secret),
            Way::Bare | Way::Assertion { .. } => &[],
        }
    }
}

fn two_ways() -> Fault {
    Malformed::TwoWays("client authentication").into()
}

/// RFC 7521 §4.2: `client_id` may be left out, as the assertion's subject names the client. Which one is asked for its
/// keys is all that follows from it.
fn named_by(assertion: &str) -> Option<ClientId> {
    let jwt = Unverified::parse(assertion).ok()?;
    let subject = jwt.claims().get("sub").and_then(Value::as_str)?;
    ClientId::parse(subject).ok()
}

/// §2.3.1: id and secret are form-urlencoded before they are joined. Many clients do not encode, so a
/// secret is also taken as it stands; either reading is compared by digest.
fn basic(header: &str) -> Result<Presented, ClientFault> {
    let (scheme, credentials) = header.split_once(' ').ok_or(ClientFault::Unreadable)?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(ClientFault::Unreadable);
    }
    let bytes = STANDARD
        .decode(credentials.trim())
        .map_err(|_| ClientFault::Unreadable)?;
    let pair = Secret::new(String::from_utf8(bytes).map_err(|_| ClientFault::Unreadable)?);
    let (id, secret) = pair
        .expose()
        .split_once(':')
        .ok_or(ClientFault::Unreadable)?;
    let id = form_decoded(id).ok_or(ClientFault::Unreadable)?;
    let id = ClientId::parse(&id).map_err(|_| ClientFault::Unreadable)?;
    let readings = [Some(secret.to_owned()), form_decoded(secret)];
    let secrets = readings
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty());
    Ok(Presented {
        id,
        way: Way::Header(secrets.map(Secret::new).collect()),
    })
}

/// One value of `application/x-www-form-urlencoded`; `None` where it is not UTF-8.
fn form_decoded(text: &str) -> Option<String> {
    let params = Params::parse(format!("v={}", text.replace('&', "%26")).as_bytes()).ok()?;
    params
        .pairs()
        .next()
        .map(|(_, value)| value.to_owned())
        .or_else(|| Some(String::new()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jwt::tests::signer::Pair;

    fn read(authorization: Option<&str>, form: &str) -> Result<(String, Vec<String>), Fault> {
        let params = Params::parse(form.as_bytes()).unwrap();
        Presented::read(authorization, &params).map(|presented| {
            let secrets = presented.secrets().iter();
            let secrets = secrets.map(|s| s.expose().to_owned()).collect();
            (presented.id.to_string(), secrets)
        })
    }

    fn header(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn rfc6749_2_3_1_basic_credentials_are_form_decoded() {
        let header = header("my%20id:a%2Bb%3A");
        let (id, secrets) = read(Some(&header), "").unwrap();
        assert_eq!(id, "my id");
        assert!(secrets.contains(&"a+b:".to_owned()));
        assert!(
            secrets.contains(&"a%2Bb%3A".to_owned()),
            "and taken as they stand"
        );
    }

    #[test]
    fn rfc6749_2_3_a_client_must_not_use_more_than_one_method() {
        let header = header("c:s");
        let both = read(Some(&header), "client_id=c&client_secret=s").unwrap_err();
        assert_eq!(both, Malformed::TwoWays("client authentication").into());
        assert!(read(Some(&header), "client_assertion=x").is_err());
        assert!(read(None, "client_id=c&client_secret=s&client_assertion=x").is_err());
        assert!(
            read(Some(&header), "client_id=other").is_err(),
            "two different clients"
        );
        assert!(
            read(Some(&header), "client_id=c").is_ok(),
            "naming itself again is fine"
        );
    }

    #[test]
    fn rfc6749_2_3_1_the_form_carries_id_and_secret() {
        assert_eq!(
            read(None, "client_id=c&client_secret=s").unwrap(),
            ("c".into(), vec!["s".into()])
        );
        assert_eq!(read(None, "client_id=c").unwrap(), ("c".into(), vec![]));
        assert_eq!(read(None, "").unwrap_err(), ClientFault::Absent.into());
    }

    #[test]
    fn rfc7521_4_2_the_client_id_may_be_left_out_beside_an_assertion() {
        let typed = |assertion: &str| {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("client_assertion_type", JWT_BEARER);
            form.append_pair("client_assertion", assertion);
            form.finish()
        };
        let assertion = Pair::es256().token("k", &json!({"iss": "c", "sub": "c"}));
        assert_eq!(
            read(None, &typed(&assertion)).unwrap(),
            ("c".into(), vec![])
        );
        let named = format!("{}&client_id=other", typed(&assertion));
        assert_eq!(
            read(None, &named).unwrap().0,
            "other",
            "compared when it is checked"
        );
        let nobody = Pair::es256().token("k", &json!({"iss": "c"}));
        for form in [
            typed(&nobody),
            typed("x"),
            format!("client_assertion={assertion}"),
            format!("client_assertion={assertion}&client_assertion_type=other"),
        ] {
            assert_eq!(read(None, &form).unwrap_err(), ClientFault::Absent.into());
        }
    }

    #[test]
    fn credentials_that_are_not_basic_are_unreadable() {
        for bad in [
            "Basic",
            "Basic !!!",
            "Bearer abc",
            &header("no-colon"),
            &header(":s"),
        ] {
            assert_eq!(
                read(Some(bad), "").unwrap_err(),
                ClientFault::Unreadable.into(),
                "{bad}"
            );
        }
        let not_utf8 = format!("Basic {}", STANDARD.encode([0xff, b':', b's']));
        assert!(read(Some(&not_utf8), "").is_err());
    }
}
