//! `Signer` and `Vault` over the KMS emulator; signatures are checked by a JOSE library.

use jsonwebtoken::jwk::Jwk as JwkValue;
use jsonwebtoken::{DecodingKey, Validation, decode};
use local::backend::Backend;
use protocol::TenantId;
use protocol::jose::{Algorithm, Jwk, PublicKey, signing_input, with_signature};
use provider::client::{Held, SigningKey};
use provider::ports::PortError;
use provider::tenant::{Purpose, Sealed};
use serde_json::{Value, json};

use crate::harness::proxy::{Failure, Proxy};

struct Vaults {
    keys: aws::Keys,
    aws: aws::Clients,
    proxy: std::sync::Arc<Proxy>,
    tenant: TenantId,
    _backend: Backend,
}

impl Vaults {
    async fn new() -> Self {
        let backend = Backend::memory().await.expect("emulators start");
        let proxy = Proxy::start(&backend.kms_url).await;
        let aws = aws::Clients::local(&backend.dynamodb_url, &proxy.url).expect("loopback");
        let keys = aws::Keys::new(aws.kms(), &backend.envelope_key);
        let tenant = TenantId::parse("a").expect("a name");
        Self {
            keys,
            aws,
            proxy,
            tenant,
            _backend: backend,
        }
    }

    async fn key(&self, algorithm: Algorithm, direct: bool) -> SigningKey {
        let custody = self.keys.custody();
        let made = if direct {
            custody.create_direct(&self.tenant, algorithm).await
        } else {
            custody.create_envelope(&self.tenant, algorithm).await
        };
        made.expect("makes a key")
    }

    /// A JWT signed with this key.
    async fn jwt(&self, key: &SigningKey) -> String {
        let claims = json!({"sub": "ada", "exp": 4_000_000_000_u64});
        let input = signing_input(key.public.algorithm(), &key.kid, &claims).expect("JSON");
        let signer = self.keys.signer();
        let signature = signer
            .sign(&self.tenant, key, input.as_bytes())
            .await
            .expect("signs");
        with_signature(input, &signature)
    }

    fn calls(&self) -> Vec<String> {
        self.proxy
            .take_calls()
            .into_iter()
            .map(|call| call.name)
            .collect()
    }
}

/// Whether the JWK that we publish verifies it.
fn verifies(jwt: &str, key: &SigningKey) -> bool {
    let jwk = serde_json::to_value(Jwk::signing(&key.kid, &key.public)).expect("JSON");
    let jwk: JwkValue = serde_json::from_value(jwk).expect("a JWK");
    let algorithm = key
        .public
        .algorithm()
        .as_str()
        .parse()
        .expect("an algorithm");
    let key = DecodingKey::from_jwk(&jwk).expect("a key");
    decode::<Value>(jwt, &key, &Validation::new(algorithm)).is_ok()
}

#[tokio::test]
async fn every_algorithm_in_either_custody_makes_signatures_that_others_verify() {
    let vaults = Vaults::new().await;
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        for direct in [true, false] {
            let key = vaults.key(algorithm, direct).await;
            let other = vaults.key(algorithm, direct).await;
            assert_eq!(key.public.algorithm(), algorithm);
            assert_eq!(key.kid, key.public.thumbprint());
            assert_ne!(key.kid, other.kid);
            // A DER integer is shorter in one signature of 128: enough of them must all verify.
            for _ in 0..if direct { 300 } else { 20 } {
                let jwt = vaults.jwt(&key).await;
                assert!(verifies(&jwt, &key), "{algorithm:?} direct={direct}");
                assert!(!verifies(&jwt, &other));
                if algorithm == Algorithm::Rs256 {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_direct_key_signs_in_kms_each_time() {
    let vaults = Vaults::new().await;
    let key = vaults.key(Algorithm::Es256, true).await;
    vaults.calls();
    for _ in 0..2 {
        vaults.jwt(&key).await;
    }
    assert_eq!(vaults.calls(), ["Sign", "Sign"]);
}

#[tokio::test]
async fn a_sealed_key_is_opened_once_and_then_kms_is_not_asked() {
    let vaults = Vaults::new().await;
    let key = vaults.key(Algorithm::Rs256, false).await;
    vaults.calls();
    let signer = vaults.keys.signer();
    for _ in 0..3 {
        signer.sign(&vaults.tenant, &key, b"input").await.unwrap();
    }
    assert_eq!(vaults.calls(), ["Decrypt"]);
}

#[tokio::test]
async fn a_sealed_key_of_one_tenant_does_not_sign_for_another() {
    let vaults = Vaults::new().await;
    let key = vaults.key(Algorithm::Es256, false).await;
    let signer = vaults.keys.signer();
    signer.sign(&vaults.tenant, &key, b"input").await.unwrap();
    let other = TenantId::parse("b").unwrap();
    let refused = signer.sign(&other, &key, b"input").await.unwrap_err();
    assert!(matches!(refused, PortError::Corrupt(_)), "{refused}");
}

#[tokio::test]
async fn a_sealed_key_must_belong_to_its_public_half() {
    let vaults = Vaults::new().await;
    let mut key = vaults.key(Algorithm::Es256, false).await;
    key.held = vaults.key(Algorithm::Es256, false).await.held;
    let refused = vaults
        .keys
        .signer()
        .sign(&vaults.tenant, &key, b"input")
        .await
        .unwrap_err();
    let text = format!(
        "signing key {}: does not belong to its public half",
        key.kid
    );
    assert_eq!(refused, PortError::Corrupt(text));
}

#[tokio::test]
async fn what_was_sealed_opens_in_its_place_only_and_once() {
    let vaults = Vaults::new().await;
    let (tenant, other) = (&vaults.tenant, TenantId::parse("b").unwrap());
    let purpose = Purpose::ClientSecret("c");
    let sealed = vaults
        .keys
        .custody()
        .seal(tenant, purpose, b"secret")
        .await
        .unwrap();
    assert!(!sealed.0.windows(6).any(|window| window == b"secret"));
    vaults.calls();
    let vault = vaults.keys.vault();
    for _ in 0..3 {
        let plain = vault.open(tenant, purpose, &sealed).await.unwrap();
        assert_eq!(plain.as_slice(), b"secret");
    }
    assert_eq!(vaults.calls(), ["Decrypt"]);
    let elsewhere = [
        (&other, purpose),
        (tenant, Purpose::ClientSecret("d")),
        (tenant, Purpose::SigningKey("c")),
        (tenant, Purpose::RefreshTokens),
    ];
    for (tenant, purpose) in elsewhere {
        let refused = vault.open(tenant, purpose, &sealed).await.unwrap_err();
        assert!(matches!(refused, PortError::Corrupt(_)), "{refused}");
    }
    let mut spoilt = sealed.clone();
    *spoilt.0.last_mut().unwrap() ^= 1;
    let refused = vault.open(tenant, purpose, &spoilt).await.unwrap_err();
    let text = "sealed client-secret c of a: InvalidCiphertextException";
    assert_eq!(refused, PortError::Corrupt(text.into()));
    let refused = vault
        .open(tenant, purpose, &Sealed(b"x".to_vec()))
        .await
        .unwrap_err();
    assert!(matches!(refused, PortError::Corrupt(_)), "{refused}");
}

#[tokio::test]
async fn kms_that_fails_is_reported_as_what_it_is() {
    let vaults = Vaults::new().await;
    let key = vaults.key(Algorithm::Es256, true).await;
    let signer = vaults.keys.signer();
    for (failure, want) in [
        (
            Failure::Throttled,
            PortError::Throttled("Sign: ThrottlingException".into()),
        ),
        (
            Failure::Broken,
            PortError::Unavailable("Sign: InternalServerError: broken".into()),
        ),
    ] {
        vaults.proxy.fail("Sign", failure, 3);
        assert_eq!(signer.sign(&vaults.tenant, &key, b"input").await, Err(want));
    }
    let Held::Direct { key_id } = &key.held else {
        panic!("direct")
    };
    vaults
        .aws
        .kms()
        .disable_key()
        .key_id(key_id)
        .send()
        .await
        .unwrap();
    let refused = signer
        .sign(&vaults.tenant, &key, b"input")
        .await
        .unwrap_err();
    assert!(matches!(refused, PortError::Unavailable(_)), "{refused}");
}

#[tokio::test]
async fn only_keys_we_can_sign_with_are_described() {
    let vaults = Vaults::new().await;
    let kms = vaults.aws.kms();
    let symmetric = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    let p384 = kms
        .create_key()
        .key_usage("SIGN_VERIFY".into())
        .key_spec("ECC_NIST_P384".into());
    let p384 = p384.send().await.unwrap().key_metadata.unwrap();
    let custody = vaults.keys.custody();
    assert!(custody.direct(symmetric.key_id()).await.is_err());
    let refused = custody.direct(p384.key_id()).await.unwrap_err();
    let text = format!("key {}: neither an RSA key nor one on P-256", p384.key_id());
    assert_eq!(refused, PortError::Corrupt(text));
}

#[tokio::test]
async fn the_envelope_key_is_made_once() {
    let vaults = Vaults::new().await;
    let first = aws::envelope_key(&vaults.aws.kms(), "alias/x")
        .await
        .unwrap();
    assert_eq!(
        aws::envelope_key(&vaults.aws.kms(), "alias/x")
            .await
            .unwrap(),
        first
    );
    let PublicKey::Ec { .. } = vaults.key(Algorithm::Es256, false).await.public else {
        panic!("ES256 is on a curve")
    };
}
