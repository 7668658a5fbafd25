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
use crate::key::{EncryptionKey, Signing};
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

/// What signs first, then what encrypts (reference §5.1); neither where tokens are signed with the client
/// secret and not encrypted.
fn published<'a>(signing: &'a Signing, encryption: Option<&'a EncryptionKey>) -> JwkSet<'a> {
    let signing = signing.published();
    let signing = signing.map(|key| Jwk::signing(&key.kid, key.algorithm, &key.public));
    let encryption = encryption.map(|key| Jwk::encryption(&key.kid, &key.public));
    JwkSet {
        keys: signing.into_iter().chain(encryption).collect(),
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
        let mut response = encode::public_json(
            &published(&client.signing, client.encryption_key.as_ref()),
            KEPT_SECONDS,
        );
        encode::set(&mut response, ACCESS_CONTROL_ALLOW_ORIGIN, "*"); // reference §1.1
        response
    }
}

#[cfg(test)]
mod tests {
    use protocol::ClientId;
    use protocol::jose::{Algorithm, PublicKey};
    use serde_json::{Value, json};

    use super::*;
    use crate::key::{Held, SigningKey};
    use crate::tenant::Sealed;

    fn json(signing: &Signing, encryption: Option<&EncryptionKey>) -> Value {
        serde_json::to_value(published(signing, encryption)).unwrap()
    }

    #[test]
    fn reference_5_1_the_signing_key_comes_before_the_encryption_key() {
        let signing = Signing::Key(SigningKey {
            kid: "s".to_owned(),
            algorithm: Algorithm::Ps256,
            public: PublicKey::rsa(&[1], &[3]),
            held: Held::Direct {
                key_id: "arn".to_owned(),
            },
        });
        let secret = Signing::ClientSecret {
            client_id: ClientId::parse("c").unwrap(),
            sealed: Sealed(vec![7]),
        };
        let encryption = EncryptionKey {
            kid: "e".to_owned(),
            public: PublicKey::rsa(&[2], &[3]),
            kms_key: Some("arn".to_owned()),
        };
        let sig =
            json!({"kid": "s", "use": "sig", "alg": "PS256", "kty": "RSA", "n": "AQ", "e": "Aw"});
        let enc = json!({"kid": "e", "use": "enc", "alg": "RSA-OAEP-256", "kty": "RSA", "n": "Ag", "e": "Aw"});
        assert_eq!(
            json(&signing, Some(&encryption)),
            json!({"keys": [sig, enc]})
        );
        assert_eq!(json(&signing, None), json!({"keys": [sig]}));
        assert_eq!(json(&secret, Some(&encryption)), json!({"keys": [enc]}));
        // Deviation 24: RFC 7517 §5 requires the member; authentik's body is `{}`.
        assert_eq!(json(&secret, None), json!({"keys": []}));
    }
}
