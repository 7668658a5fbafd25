//! `Signer`, `Vault`, `Encrypter` and custody over the KMS emulator; what they make is checked by other
//! people's JOSE libraries.

mod encryption;
mod hints;
mod signing;

use local::backend::Backend;
use protocol::TenantId;
use protocol::jose::{Algorithm, signing_input, with_signature};
use provider::key::{Held, Signing, SigningKey};
use provider::ports::PortError;
use provider::tenant::{Purpose, Sealed};
use serde_json::{Value, json};

use super::stage;
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

    /// HS256 with this secret, of the client `c`.
    async fn secret(&self, secret: &str) -> Signing {
        let purpose = Purpose::ClientSecret("c");
        let custody = self.keys.custody();
        let sealed = custody.seal(&self.tenant, purpose, secret.as_bytes()).await;
        Signing::ClientSecret {
            client_id: stage::client_id("c"),
            sealed: sealed.expect("seals"),
        }
    }

    /// A JWT signed so.
    async fn jwt(&self, signing: &Signing, claims: &Value) -> String {
        let input =
            signing_input(signing.algorithm(), signing.kid(), Some("JWT"), claims).expect("JSON");
        let signer = self.keys.signer();
        let signature = signer
            .sign(&self.tenant, signing, input.as_bytes())
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
    let signing = Signing::Key(key.clone());
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
        assert_eq!(
            signer.sign(&vaults.tenant, &signing, b"input").await,
            Err(want)
        );
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
        .sign(&vaults.tenant, &signing, b"input")
        .await
        .unwrap_err();
    assert!(matches!(refused, PortError::Unavailable(_)), "{refused}");
}

#[tokio::test]
async fn only_keys_that_fit_their_use_are_described() {
    let vaults = Vaults::new().await;
    let kms = vaults.aws.kms();
    let made = |usage: &str, spec: &str| {
        let request = kms.create_key().key_usage(usage.into());
        let request = request.key_spec(spec.into()).send();
        async { request.await.unwrap().key_metadata.unwrap().key_id }
    };
    let symmetric = made("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT").await;
    let encrypting = made("ENCRYPT_DECRYPT", "RSA_2048").await;
    let p384 = made("SIGN_VERIFY", "ECC_NIST_P384").await;
    let custody = vaults.keys.custody();
    assert!(custody.direct(&symmetric, None).await.is_err());
    assert!(custody.encryption_key(&symmetric).await.is_err());
    for (refused, text) in [
        (
            custody.direct(&encrypting, None).await.map(|key| key.kid),
            format!("key {encrypting}: not a key for SIGN_VERIFY"),
        ),
        (
            custody.encryption_key(&p384).await.map(|key| key.kid),
            format!("key {p384}: not a key for ENCRYPT_DECRYPT"),
        ),
    ] {
        assert_eq!(refused, Err(PortError::Corrupt(text)));
    }
    let key = custody.direct(&p384, None).await.unwrap();
    assert_eq!(key.algorithm, Algorithm::Es384);
    let refused = custody.direct(&p384, Some(Algorithm::Es256)).await;
    let text = format!("signing key {}: a key for ES384 and not for ES256", key.kid);
    assert_eq!(refused.unwrap_err(), PortError::Corrupt(text));
}

#[tokio::test]
async fn an_rsa_key_in_kms_signs_by_each_of_its_algorithms() {
    let vaults = Vaults::new().await;
    let custody = vaults.keys.custody();
    let rs256 = vaults.key(Algorithm::Rs256, true).await;
    let Held::Direct { key_id } = &rs256.held else {
        panic!("direct")
    };
    for algorithm in Algorithm::OF_PAIRS {
        let key = custody.direct(key_id, Some(algorithm)).await;
        if !rs256.public.serves(algorithm) {
            assert!(key.is_err(), "{algorithm:?}");
            continue;
        }
        let key = key.unwrap();
        assert_eq!((&key.kid, key.algorithm), (&rs256.kid, algorithm));
        let jwt = vaults
            .jwt(&Signing::Key(key.clone()), &signing::claims())
            .await;
        assert!(signing::verifies(&jwt, &key), "{algorithm:?}");
    }
}

#[tokio::test]
async fn hs256_is_of_no_key_pair() {
    let vaults = Vaults::new().await;
    let custody = vaults.keys.custody();
    vaults.calls();
    for refused in [
        custody
            .create_direct(&vaults.tenant, Algorithm::Hs256)
            .await,
        custody
            .create_envelope(&vaults.tenant, Algorithm::Hs256)
            .await,
    ] {
        let text = "HS256 signs with the client secret, not with a key pair";
        assert_eq!(refused.unwrap_err(), PortError::Corrupt(text.to_owned()));
    }
    assert_eq!(vaults.calls(), [""; 0]);
}

#[tokio::test]
async fn the_envelope_key_is_made_once() {
    let vaults = Vaults::new().await;
    let kms = vaults.aws.kms();
    let first = aws::kms::envelope_key(&kms, "alias/x").await.unwrap();
    assert_eq!(aws::kms::envelope_key(&kms, "alias/x").await, Ok(first));
}
