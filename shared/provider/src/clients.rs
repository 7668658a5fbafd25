//! Client authentication (RFC 6749 §2.3, OpenID Connect Core §9).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{ClientId, Malformed, Params, Secret};

use crate::client::{Client, ClientKind};
use crate::fault::{ClientFault, Fault};
use crate::http::Call;
use crate::ports::ClientStore;

/// A client that proved who it is, or that need not, or has nothing to prove it with. Only
/// [`authenticate`], [`identify`] and [`Claim`] make one.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient(Arc<Client>);

impl AuthenticatedClient {
    /// The client.
    pub fn client(&self) -> &Client {
        &self.0
    }
}

/// Authenticates by `client_secret_basic`, `client_secret_post` or, for a public client, `none`.
///
/// # Errors
/// [`ClientFault`] where the proof fails, [`Malformed`] where more than one way is used.
pub async fn authenticate(
    clients: &dyn ClientStore,
    call: &Call<'_>,
    params: &Params,
) -> Result<AuthenticatedClient, Fault> {
    Ok(claim(clients, call, params).await?.proven()?)
}

/// As [`authenticate`], where `client_id` alone will do too: devices that ask and poll (reference §1.1, §3.2;
/// what they get is worth nothing until a person has allowed it, and then is bound to their code). A secret
/// that is sent is checked all the same.
///
/// # Errors
/// As [`authenticate`].
pub async fn identify(
    clients: &dyn ClientStore,
    call: &Call<'_>,
    params: &Params,
) -> Result<AuthenticatedClient, Fault> {
    Ok(claim(clients, call, params).await?.not_disproven()?)
}

/// A client that is only named so far. Programs show in other ways than by its secret who they are (reference
/// §3.5), and which way that is has to be read first.
#[derive(Debug)]
pub struct Claim {
    client: Arc<Client>,
    presented: Presented,
}

impl Claim {
    /// The client that is named: nothing has been proved.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What came in the place of a secret, in all its readings.
    pub fn secrets(&self) -> &[Secret] {
        &self.presented.secrets
    }

    /// The client, where it authenticated, or is a public one.
    ///
    /// # Errors
    /// [`ClientFault`].
    pub fn proven(&self) -> Result<AuthenticatedClient, ClientFault> {
        let confidential = matches!(self.client.kind, ClientKind::Confidential { .. });
        if confidential && self.presented.secrets.is_empty() {
            return Err(ClientFault::SecretRequired);
        }
        self.presented.check(&self.client)?;
        Ok(AuthenticatedClient(Arc::clone(&self.client)))
    }

    /// The client, where the secret it sent, if it sent one, is right. See [`identify`].
    ///
    /// # Errors
    /// [`ClientFault::WrongSecret`].
    pub fn not_disproven(&self) -> Result<AuthenticatedClient, ClientFault> {
        if !self.presented.secrets.is_empty() {
            self.presented.check(&self.client)?;
        }
        Ok(AuthenticatedClient(Arc::clone(&self.client)))
    }

    /// Whether it is a confidential client that sent its secret. A public one has none to send.
    pub fn shows_secret(&self) -> bool {
        matches!(self.client.kind, ClientKind::Confidential { .. })
            && !self.presented.secrets.is_empty()
            && self.presented.check(&self.client).is_ok()
    }
}

/// Reads which client a request names, and what it sends to prove that.
///
/// # Errors
/// [`ClientFault`] where there is no such client, [`Malformed`] where more than one way is used.
pub async fn claim(
    clients: &dyn ClientStore,
    call: &Call<'_>,
    params: &Params,
) -> Result<Claim, Fault> {
    let presented = Presented::read(call.authorization()?, params)?;
    tracing::Span::current().record("client.id", presented.id.as_str());
    let found = clients
        .by_id(&call.tenant.id, &presented.id, call.now)
        .await?;
    let client = found.ok_or(ClientFault::Unknown)?;
    call.is_for(&client);
    Ok(Claim { client, presented })
}

/// What a request says of its client.
#[derive(Debug)]
struct Presented {
    id: ClientId,
    /// The readings of the secret: Basic has two, see [`Presented::basic`].
    secrets: Vec<Secret>,
}

impl Presented {
    /// Whether one of the readings is the client's secret.
    fn check(&self, client: &Client) -> Result<(), ClientFault> {
        let ClientKind::Confidential { secret } = &client.kind else {
            return Ok(()); // §2.1: it has no secret; one that is sent proves nothing.
        };
        let right = |given: &Secret| given.digest() == *secret;
        if self.secrets.iter().any(right) {
            Ok(())
        } else {
            Err(ClientFault::WrongSecret)
        }
    }

    fn read(authorization: Option<&str>, params: &Params) -> Result<Self, Fault> {
        let id = params
            .optional("client_id")?
            .map(ClientId::parse)
            .transpose()?;
        let secret = params.optional("client_secret")?;
        let assertion = params.optional("client_assertion")?;
        let Some(header) = authorization else {
            if secret.is_some() && assertion.is_some() {
                return Err(Malformed::TwoWays("client authentication").into());
            }
            let id = id.ok_or(ClientFault::Absent)?;
            return Ok(Self {
                id,
                secrets: secret.map(Secret::new).into_iter().collect(),
            });
        };
        // §2.3: the client MUST NOT use more than one authentication method in each request.
        if secret.is_some() || assertion.is_some() {
            return Err(Malformed::TwoWays("client authentication").into());
        }
        let basic = Self::basic(header)?;
        if id.is_some_and(|id| id != basic.id) {
            return Err(Malformed::TwoWays("client_id").into());
        }
        Ok(basic)
    }

    /// §2.3.1: id and secret are form-urlencoded before they are joined. Many clients do not encode, so a
    /// secret is also taken as it stands; either reading is compared by digest.
    fn basic(header: &str) -> Result<Self, ClientFault> {
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
        Ok(Self {
            id,
            secrets: secrets.map(Secret::new).collect(),
        })
    }
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
    use super::*;

    fn read(authorization: Option<&str>, form: &str) -> Result<(String, Vec<String>), Fault> {
        let params = Params::parse(form.as_bytes()).unwrap();
        Presented::read(authorization, &params).map(|presented| {
            let secrets = presented
                .secrets
                .iter()
                .map(|s| s.expose().to_owned())
                .collect();
            (presented.id.to_string(), secrets)
        })
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn rfc6749_2_3_1_basic_credentials_are_form_decoded() {
        let header = basic("my%20id:a%2Bb%3A");
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
        let header = basic("c:s");
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
    fn credentials_that_are_not_basic_are_unreadable() {
        for bad in [
            "Basic",
            "Basic !!!",
            "Bearer abc",
            &basic("no-colon"),
            &basic(":s"),
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
