//! `GET /application/o/{slug}/jwks/`: the keys of an application's issuer (RFC 7517 §5, OpenID Connect
//! Discovery §3 `jwks_uri`).

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use protocol::jose::{Jwk, JwkSet};

use crate::client::Client;
use crate::fault::{Fault, Transport};
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::ports::ClientStore;

/// How long anyone may keep keys and metadata: rotation waits at least this long.
pub const KEPT_SECONDS: u32 = 300;

/// The key set.
pub struct Jwks {
    clients: Arc<dyn ClientStore>,
}

impl Jwks {
    /// Over this port.
    pub fn new(clients: Arc<dyn ClientStore>) -> Self {
        Self { clients }
    }
}

/// The client of the application in the path.
///
/// # Errors
/// [`Transport::NotFound`] where there is none.
pub async fn client_in_path(
    clients: &dyn ClientStore,
    call: &Call<'_>,
) -> Result<Arc<Client>, Fault> {
    let slug = call.slug.as_ref().ok_or(Transport::NotFound)?;
    let found = clients.by_slug(&call.tenant.id, slug, call.now).await?;
    Ok(found.ok_or(Transport::NotFound)?)
}

/// What signs first, then what signs next and what has signed, then what encrypts (reference §5.1); what is in use has
/// its certificate. Nothing where tokens are signed with the client secret and not encrypted.
fn published(client: &Client) -> JwkSet<'_> {
    let signing = client.signing.published().map(|key| {
        Jwk::signing(&key.kid, key.algorithm, &key.public)
            .certified(client.signing_certificate.as_ref())
    });
    let further = client.further_keys.published.iter();
    let further = further.map(|key| Jwk::signing(&key.kid, key.algorithm, &key.public));
    let encryption = client.encryption_key.as_ref().map(|key| {
        Jwk::encryption(&key.kid, &key.public).certified(client.encryption_certificate.as_ref())
    });
    JwkSet {
        keys: signing
            .into_iter()
            .chain(further)
            .chain(encryption)
            .collect(),
    }
}

#[async_trait]
impl Endpoint for Jwks {
    fn function(&self) -> &'static str {
        "jwks"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let client = match client_in_path(&*self.clients, call).await {
            Ok(client) => client,
            Err(fault) => return encode::fault_json(&fault, false),
        };
        let mut response = encode::public_json(&published(&client), KEPT_SECONDS);
        encode::set(&mut response, ACCESS_CONTROL_ALLOW_ORIGIN, "*"); // reference §1.1
        response
    }
}

#[cfg(test)]
mod tests {
    use protocol::ClientId;
    use protocol::jose::{Algorithm, KeyCertificate, PublicKey};
    use serde_json::{Value, json};

    use super::*;
    use crate::key::{EncryptionKey, Held, Signing, SigningKey};
    use crate::policy::PolicySet;
    use crate::scripts::testing::client;
    use crate::tenant::Sealed;

    fn json(client: &Client) -> Value {
        serde_json::to_value(published(client)).unwrap()
    }

    fn signing() -> Signing {
        Signing::Key(SigningKey {
            kid: "s".to_owned(),
            algorithm: Algorithm::Ps256,
            public: PublicKey::rsa(&[1], &[3]),
            held: Held::Direct {
                key_id: "arn".to_owned(),
            },
        })
    }

    fn both() -> Client {
        let mut client = client(Vec::new(), PolicySet::default());
        client.signing = signing();
        client.encryption_key = Some(EncryptionKey {
            kid: "e".to_owned(),
            public: PublicKey::rsa(&[2], &[3]),
            kms_key: Some("arn".to_owned()),
        });
        client
    }

    #[test]
    fn reference_5_1_the_signing_key_comes_before_the_encryption_key() {
        let mut client = both();
        let sig =
            json!({"kid": "s", "use": "sig", "alg": "PS256", "kty": "RSA", "n": "AQ", "e": "Aw"});
        let enc = json!({"kid": "e", "use": "enc", "alg": "RSA-OAEP-256", "kty": "RSA", "n": "Ag", "e": "Aw"});
        assert_eq!(json(&client), json!({"keys": [sig, enc]}));
        let encryption = client.encryption_key.take();
        assert_eq!(json(&client), json!({"keys": [sig]}));
        client.signing = Signing::ClientSecret {
            client_id: ClientId::parse("c").unwrap(),
            sealed: Sealed(vec![7]),
        };
        // Deviation 24: RFC 7517 §5 requires the member; authentik's body is `{}`.
        assert_eq!(json(&client), json!({"keys": []}));
        client.encryption_key = encryption;
        assert_eq!(json(&client), json!({"keys": [enc]}));
    }

    #[test]
    fn reference_5_1_each_key_has_its_own_certificate() {
        let mut client = both();
        client.signing_certificate = Some(KeyCertificate::of(&[1], &[2]));
        client.encryption_certificate = Some(KeyCertificate::of(&[3], &[4]));
        let set = json(&client);
        let chains = [0, 1].map(|at| &set["keys"][at]["x5c"]);
        assert_eq!(chains, [&json!(["AQ=="]), &json!(["Aw=="])]);
        client.signing_certificate = None;
        assert!(json(&client)["keys"][0].get("x5c").is_none());
    }
}
