//! `Signer`: every algorithm, wherever its key is.

use aws_lc_rs::signature::{ML_DSA_44, ML_DSA_65, ML_DSA_87, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk as OtherJwk;
use josekit::jws::{
    ES256, ES384, ES512, EdDSA, HS256, JwsVerifier, PS256, PS384, PS512, RS256, RS384, RS512,
};
use jsonwebtoken::jwk::Jwk as JwkValue;
use jsonwebtoken::{DecodingKey, Validation, decode};
use protocol::jose::{AkpAlgorithm, Jwk, PublicKey};

use super::*;

pub(super) fn claims() -> Value {
    json!({"sub": "ada", "exp": 4_000_000_000_u64})
}

/// Whether the JWK that we publish verifies it: by josekit, and by jsonwebtoken where it knows the algorithm. Neither
/// knows ML-DSA.
pub(super) fn verifies(jwt: &str, key: &SigningKey) -> bool {
    if let PublicKey::Akp { alg, public } = &key.public {
        return verifies_ml_dsa(jwt, *alg, public);
    }
    let jwk = Jwk::signing(&key.kid, key.algorithm, &key.public);
    let jwk = serde_json::to_value(jwk).expect("JSON");
    let members = jwk.as_object().expect("an object").clone();
    let verifier = verifier(key.algorithm, &OtherJwk::from_map(members).expect("a JWK"));
    let good = josekit::jwt::decode_with_verifier(jwt, &*verifier).is_ok();
    if key.algorithm != Algorithm::Es512 {
        let jwk: JwkValue = serde_json::from_value(jwk).expect("a JWK");
        let algorithm = key.algorithm.as_str().parse().expect("an algorithm");
        let key = DecodingKey::from_jwk(&jwk).expect("a key");
        let same = decode::<Value>(jwt, &key, &Validation::new(algorithm)).is_ok();
        assert_eq!(good, same, "the two libraries disagree");
    }
    good
}

/// By AWS-LC, as it was signed by it: RFC 9964's own key is checked where keys are.
fn verifies_ml_dsa(jwt: &str, alg: AkpAlgorithm, public: &str) -> bool {
    let (input, signature) = jwt.rsplit_once('.').expect("a signature");
    let header = jwt.split('.').next().and_then(decoded).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    assert_eq!(header["alg"], alg.algorithm().as_str());
    let with = match alg {
        AkpAlgorithm::MlDsa44 => &ML_DSA_44,
        AkpAlgorithm::MlDsa65 => &ML_DSA_65,
        AkpAlgorithm::MlDsa87 => &ML_DSA_87,
    };
    let key = UnparsedPublicKey::new(with, decoded(public).expect("base64url"));
    let signature = decoded(signature).expect("base64url");
    key.verify(input.as_bytes(), &signature).is_ok()
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn verifier(algorithm: Algorithm, jwk: &OtherJwk) -> Box<dyn JwsVerifier> {
    match algorithm {
        Algorithm::Rs256 => Box::new(RS256.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::Rs384 => Box::new(RS384.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::Rs512 => Box::new(RS512.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::Ps256 => Box::new(PS256.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::Ps384 => Box::new(PS384.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::Ps512 => Box::new(PS512.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::Es256 => Box::new(ES256.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::Es384 => Box::new(ES384.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::Es512 => Box::new(ES512.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::EdDsa => Box::new(EdDSA.verifier_from_jwk(jwk).expect("a key")),
        Algorithm::MlDsa44 | Algorithm::MlDsa65 | Algorithm::MlDsa87 => {
            panic!("josekit has no ML-DSA")
        }
        Algorithm::Hs256 => panic!("HS256 has no JWK"),
    }
}

#[tokio::test]
async fn every_algorithm_in_either_custody_makes_signatures_that_others_verify() {
    let vaults = Vaults::new().await;
    for algorithm in Algorithm::OF_PAIRS {
        for direct in [true, false] {
            let key = vaults.key(algorithm, direct).await;
            let other = vaults.key(algorithm, direct).await;
            assert_eq!(key.algorithm, algorithm);
            assert_eq!(key.kid, key.public.thumbprint());
            assert_ne!(key.kid, other.kid);
            // A DER integer of ECDSA is shorter in one signature of 128, and in every second one on P-521:
            // enough of them must all verify.
            let times = match algorithm {
                Algorithm::Es256 | Algorithm::Es384 if direct => 300,
                Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 => 20,
                _ => 1,
            };
            let signing = Signing::Key(key.clone());
            for _ in 0..times {
                let jwt = vaults.jwt(&signing, &claims()).await;
                assert!(verifies(&jwt, &key), "{algorithm:?} direct={direct}");
                assert!(!verifies(&jwt, &other));
            }
        }
    }
}

#[tokio::test]
async fn a_direct_key_signs_in_kms_each_time() {
    let vaults = Vaults::new().await;
    for algorithm in Algorithm::OF_PAIRS {
        let signing = Signing::Key(vaults.key(algorithm, true).await);
        vaults.calls();
        for _ in 0..2 {
            vaults.jwt(&signing, &claims()).await;
        }
        assert_eq!(vaults.calls(), ["Sign", "Sign"], "{algorithm:?}");
    }
}

#[tokio::test]
async fn what_is_sealed_is_opened_once_and_then_kms_is_not_asked() {
    let vaults = Vaults::new().await;
    let mut all = vec![vaults.secret("secret").await];
    for algorithm in Algorithm::OF_PAIRS {
        all.push(Signing::Key(vaults.key(algorithm, false).await));
    }
    let signer = vaults.keys.signer();
    for signing in all {
        vaults.calls();
        for _ in 0..3 {
            let answer = signer.sign(&vaults.tenant, &signing, b"input").await;
            answer.expect("signs");
        }
        assert_eq!(vaults.calls(), ["Decrypt"], "{:?}", signing.algorithm());
    }
}

#[tokio::test]
async fn what_kms_takes_whole_is_signed_while_it_is_short_and_sealed_whatever_comes() {
    let vaults = Vaults::new().await;
    let signer = vaults.keys.signer();
    for (algorithm, name) in [
        (Algorithm::EdDsa, "Ed25519"),
        (Algorithm::MlDsa44, "ML-DSA"),
    ] {
        let direct = vaults.key(algorithm, true).await;
        let Held::Direct { key_id } = direct.held.clone() else {
            panic!("direct")
        };
        let direct = Signing::Key(direct);
        let (fits, long) = (vec![b'x'; 4096], vec![b'x'; 4097]);
        signer.sign(&vaults.tenant, &direct, &fits).await.unwrap();
        vaults.calls();
        let refused = signer.sign(&vaults.tenant, &direct, &long).await;
        let text = format!(
            "key {key_id}: KMS signs at most 4096 bytes with {name}, not 4097; hold this key sealed"
        );
        assert_eq!(refused, Err(PortError::Corrupt(text)));
        assert_eq!(vaults.calls(), [""; 0], "it is refused before it is sent");

        let sealed = vaults.key(algorithm, false).await;
        let claims = json!({"exp": 4_000_000_000_u64, "long": "x".repeat(5000)});
        let jwt = vaults.jwt(&Signing::Key(sealed.clone()), &claims).await;
        assert!(verifies(&jwt, &sealed));
    }
}

#[tokio::test]
async fn reference_4_4_hs256_is_keyed_with_the_secrets_own_bytes() {
    let vaults = Vaults::new().await;
    // authentik's secrets have 128 characters, more than a block of SHA-256; and some are shorter than it.
    for secret in ["a".repeat(128), "µ short".to_owned()] {
        let signing = vaults.secret(&secret).await;
        let jwt = vaults.jwt(&signing, &claims()).await;
        let header = jsonwebtoken::decode_header(&jwt).unwrap();
        assert_eq!((header.kid, header.typ), (None, Some("JWT".to_owned())));
        let verified = |secret: &str| {
            let key = DecodingKey::from_secret(secret.as_bytes());
            let expected = Validation::new(jsonwebtoken::Algorithm::HS256);
            let one = decode::<Value>(&jwt, &key, &expected).is_ok();
            // josekit takes no key shorter than RFC 7518 §3.2's 32 bytes.
            if let Ok(verifier) = HS256.verifier_from_bytes(secret) {
                let other = josekit::jwt::decode_with_verifier(&jwt, &verifier);
                assert_eq!(one, other.is_ok());
            }
            one
        };
        assert!(verified(&secret));
        assert!(!verified("another"));
        assert!(!verified(&"b".repeat(128)));
    }
}

#[tokio::test]
async fn what_is_sealed_for_one_signs_for_no_other() {
    let vaults = Vaults::new().await;
    let signer = vaults.keys.signer();
    let stranger = TenantId::parse("b").unwrap();
    let secret = vaults.secret("secret").await;
    for signing in [
        Signing::Key(vaults.key(Algorithm::Es256, false).await),
        secret.clone(),
    ] {
        let own = signer.sign(&vaults.tenant, &signing, b"input").await;
        own.expect("its own tenant's");
        let refused = signer.sign(&stranger, &signing, b"input").await;
        let refused = refused.unwrap_err();
        assert!(matches!(refused, PortError::Corrupt(_)), "{refused}");
    }
    let Signing::ClientSecret { sealed, .. } = secret else {
        panic!("a secret")
    };
    let other = Signing::ClientSecret {
        client_id: stage::client_id("d"),
        sealed,
    };
    let refused = signer.sign(&vaults.tenant, &other, b"input").await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, PortError::Corrupt(_)), "{refused}");
}

#[tokio::test]
async fn a_sealed_key_must_belong_to_its_public_half() {
    let vaults = Vaults::new().await;
    let signer = vaults.keys.signer();
    for algorithm in Algorithm::OF_PAIRS {
        let mut key = vaults.key(algorithm, false).await;
        key.held = vaults.key(algorithm, false).await.held;
        let text = format!(
            "signing key {}: does not belong to its public half",
            key.kid
        );
        let refused = signer
            .sign(&vaults.tenant, &Signing::Key(key), b"input")
            .await;
        assert_eq!(refused, Err(PortError::Corrupt(text)));
    }
}

#[tokio::test]
async fn a_key_signs_with_no_algorithm_but_its_own() {
    let vaults = Vaults::new().await;
    let signer = vaults.keys.signer();
    for direct in [true, false] {
        let key = vaults.key(Algorithm::Es256, direct).await;
        vaults.calls();
        for algorithm in [Algorithm::Es384, Algorithm::Rs256, Algorithm::Hs256] {
            let mut wrong = key.clone();
            wrong.algorithm = algorithm;
            let refused = signer
                .sign(&vaults.tenant, &Signing::Key(wrong), b"x")
                .await;
            let text = format!("signing key {}: not for {}", key.kid, algorithm.as_str());
            assert_eq!(refused, Err(PortError::Corrupt(text)));
        }
        assert_eq!(vaults.calls(), [""; 0]);
    }
}
