use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ML_DSA_44_SIGNING,
    ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use futures_util::FutureExt as _;
use protocol::ClientId;
use protocol::jose::{AkpAlgorithm, Curve, signing_input, with_signature};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::*;
use crate::key::{Held, SigningKey};
use crate::ports::Outcome;
use crate::tenant::Sealed;

/// Opens everything to these bytes.
struct Opened(&'static [u8]);

#[async_trait]
impl Vault for Opened {
    async fn open(
        &self,
        _: &TenantId,
        purpose: Purpose<'_>,
        _: &Sealed,
    ) -> Outcome<Arc<Zeroizing<Vec<u8>>>> {
        assert_eq!(purpose, Purpose::ClientSecret("c"));
        Ok(Arc::new(Zeroizing::new(self.0.to_vec())))
    }
}

fn decoded(member: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(member).ok()
}

fn with_key(algorithm: Algorithm, public: PublicKey) -> Signing {
    Signing::Key(SigningKey {
        kid: public.thumbprint(),
        algorithm,
        public,
        held: Held::Direct {
            key_id: "k".to_owned(),
        },
    })
}

fn with_secret() -> Signing {
    Signing::ClientSecret {
        client_id: ClientId::parse("c").unwrap(),
        sealed: Sealed(Vec::new()),
    }
}

fn verified(signing: &Signing, jws: &str, secret: &'static [u8]) -> Option<Value> {
    let tenant = TenantId::parse("t").unwrap();
    let vault = Opened(secret);
    let answer = signing.verified(&tenant, jws, &vault).now_or_never();
    answer
        .expect("this vault waits for nothing")
        .expect("and opens")
}

const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

#[test]
fn rfc7515_appendix_a_2_and_a_3_rs256_and_es256() {
    let rsa = PublicKey::Rsa {
        n: "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ".into(),
        e: "AQAB".into(),
    };
    let rs256 = format!(
        "eyJhbGciOiJSUzI1NiJ9.{CLAIMS}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    let p256 = PublicKey::Ec {
        crv: Curve::P256,
        x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU".into(),
        y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0".into(),
    };
    let es256 = format!(
        "eyJhbGciOiJFUzI1NiJ9.{CLAIMS}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    for (algorithm, key, jws) in [
        (Algorithm::Rs256, rsa, rs256),
        (Algorithm::Es256, p256, es256),
    ] {
        let claims = verified(&with_key(algorithm, key), &jws, b"").unwrap_or_default();
        assert_eq!(claims["iss"], "joe", "{algorithm:?}");
    }
}

#[test]
fn rfc7515_appendix_a_1_hs256() {
    let key = decoded(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    );
    let jws = format!(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{CLAIMS}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    let secret = key.unwrap().leak();
    let claims = verified(&with_secret(), &jws, secret);
    assert_eq!(claims.unwrap()["iss"], "joe");
    assert_eq!(verified(&with_secret(), &jws, b"another"), None);
}

#[test]
fn rfc7515_appendix_a_4_es512() {
    let key = PublicKey::Ec {
        crv: Curve::P521,
        x: "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk".into(),
        y: "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2".into(),
    };
    let jws = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
    let parts = Parts::of(jws).unwrap();
    assert!(parts.is_for(Algorithm::Es512) && !parts.is_for(Algorithm::Es256));
    assert!(parts.signed_with(Algorithm::Es512, &key));
    assert!(!parts.signed_with(Algorithm::Es384, &key));
}

#[test]
fn rfc8037_appendix_a_5_eddsa() {
    let x = decoded("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let key = PublicKey::ed25519(&x.try_into().unwrap());
    let jws = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let parts = Parts::of(jws).unwrap();
    assert!(parts.is_for(Algorithm::EdDsa));
    assert!(parts.signed_with(Algorithm::EdDsa, &key));
    assert!(!parts.signed_with(Algorithm::EdDsa, &PublicKey::ed25519(&[1; 32])));
}

const OF_RSA: [Algorithm; 6] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
];

/// One RSA key, and what it signs by each of its algorithms.
struct Rsa(RsaKeyPair);

impl Rsa {
    fn new() -> Self {
        Self(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    fn public(&self) -> PublicKey {
        let modulus = self.0.public_key().modulus();
        let exponent = self.0.public_key().exponent();
        PublicKey::rsa(
            modulus.big_endian_without_leading_zero(),
            exponent.big_endian_without_leading_zero(),
        )
    }

    fn sign(&self, algorithm: Algorithm) -> String {
        let input = signing_input(algorithm, None, None, &json!({"sub": "ada"})).unwrap();
        let padding: &dyn RsaEncoding = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_SHA256,
            Algorithm::Rs384 => &RSA_PKCS1_SHA384,
            Algorithm::Rs512 => &RSA_PKCS1_SHA512,
            Algorithm::Ps256 => &RSA_PSS_SHA256,
            Algorithm::Ps384 => &RSA_PSS_SHA384,
            Algorithm::Ps512 => &RSA_PSS_SHA512,
            other => panic!("{other:?} is not an RSA key's"),
        };
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = SystemRandom::new();
        let signed = self
            .0
            .sign(padding, &random, input.as_bytes(), &mut signature);
        signed.unwrap();
        with_signature(input, &signature)
    }
}

#[test]
fn rfc8725_3_1_the_key_says_the_algorithm() {
    let rsa = Rsa::new();
    for algorithm in OF_RSA {
        let signing = with_key(algorithm, rsa.public());
        for signed in OF_RSA {
            let claims = verified(&signing, &rsa.sign(signed), b"");
            assert_eq!(
                claims.is_some(),
                signed == algorithm,
                "{algorithm:?} {signed:?}"
            );
        }
        let none = format!("{}.{CLAIMS}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        assert_eq!(verified(&signing, &none, b""), None);
    }
    assert_eq!(
        verified(&with_secret(), &rsa.sign(Algorithm::Rs256), b"secret"),
        None
    );
}

#[test]
fn rfc8725_2_1_a_public_key_is_never_an_hmac_key() {
    let rsa = Rsa::new();
    let PublicKey::Rsa { n, .. } = rsa.public() else {
        panic!("an RSA key")
    };
    let input = signing_input(Algorithm::Hs256, None, None, &json!({"sub": "ada"})).unwrap();
    let known: [&[u8]; 3] = [rsa.0.public_key().as_ref(), n.as_bytes(), b""];
    for secret in known {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let tag = hmac::sign(&key, input.as_bytes());
        let forged = with_signature(input.clone(), tag.as_ref());
        for algorithm in OF_RSA.into_iter().chain([Algorithm::Hs256]) {
            let signing = with_key(algorithm, rsa.public());
            assert_eq!(verified(&signing, &forged, b""), None);
        }
        // Nor does an empty secret make everybody a signer.
        assert_eq!(verified(&with_secret(), &forged, b""), None);
    }
}

#[test]
fn es384_verifies_with_its_key_alone_and_unchanged() {
    let random = SystemRandom::new();
    let pair = || EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let (own, other) = (pair(), pair());
    let signing = |pair: &EcdsaKeyPair| {
        let (x, y) = pair.public_key().as_ref()[1..].split_at(48);
        with_key(Algorithm::Es384, PublicKey::ec(Curve::P384, x, y).unwrap())
    };
    let input = signing_input(Algorithm::Es384, Some("k"), None, &json!({"sub": "ada"})).unwrap();
    let signature = own.sign(&random, input.as_bytes()).unwrap();
    let jws = with_signature(input.clone(), signature.as_ref());
    let claims = verified(&signing(&own), &jws, b"").expect("its own");
    assert_eq!(claims, json!({"sub": "ada"}));
    assert_eq!(verified(&signing(&other), &jws, b""), None);
    let mut bytes = signature.as_ref().to_vec();
    bytes[0] ^= 1;
    let changed = with_signature(input, &bytes);
    let shortened = &jws[..jws.len() - 4];
    let padded = format!("{jws}=");
    let five = format!("{jws}.a.b");
    for bad in [&changed, shortened, &padded, &five, "", "a.b", "a.b.c"] {
        assert_eq!(verified(&signing(&own), bad, b""), None, "{bad}");
    }
}

#[test]
fn rfc7515_4_1_11_an_extension_that_must_be_understood_is_refused() {
    let secret = b"secret";
    let sign = |header: &str| {
        let input = format!("{}.{CLAIMS}", URL_SAFE_NO_PAD.encode(header));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let tag = hmac::sign(&key, input.as_bytes());
        with_signature(input, tag.as_ref())
    };
    let plain = sign(r#"{"alg":"HS256"}"#);
    assert!(verified(&with_secret(), &plain, secret).is_some());
    let critical = sign(r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#);
    assert_eq!(verified(&with_secret(), &critical, secret), None);
}

#[test]
fn rfc8725_3_11_a_jwt_of_a_special_type_is_refused() {
    let secret = b"secret";
    for (typ, taken) in [
        (Some("JWT"), true),
        (Some("jwt"), true),
        (None, true),
        (Some("at+jwt"), false),
        (Some("logout+jwt"), false),
    ] {
        let input = signing_input(Algorithm::Hs256, None, typ, &json!({"sub": "ada"})).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let jws = with_signature(input.clone(), hmac::sign(&key, input.as_bytes()).as_ref());
        let read = verified(&with_secret(), &jws, secret);
        assert_eq!(read.is_some(), taken, "{typ:?}");
    }
}

#[test]
fn rfc9964_5_ml_dsa_signs_with_the_example_of_its_key() {
    let table = [
        (&ML_DSA_44_SIGNING, AkpAlgorithm::MlDsa44),
        (&ML_DSA_65_SIGNING, AkpAlgorithm::MlDsa65),
        (&ML_DSA_87_SIGNING, AkpAlgorithm::MlDsa87),
    ];
    for (with, alg) in table {
        let pair = PqdsaKeyPair::from_seed(with, &[0; 32]).unwrap();
        let public = PublicKey::ml_dsa(alg, pair.public_key().as_ref()).unwrap();
        if alg == AkpAlgorithm::MlDsa44 {
            // The example's private key is of 32 zeros, and its `kid` the thumbprint.
            let kid = "T4xl70S7MT6Zeq6r9V9fPJGVn76wfnXJ21-gyo0Gu6o";
            assert_eq!(public.thumbprint(), kid);
        }
        let algorithm = alg.algorithm();
        let input = signing_input(algorithm, None, None, &json!({"sub": "ada"})).unwrap();
        let mut signature = vec![0; with.signature_len()];
        pair.sign(input.as_bytes(), &mut signature).unwrap();
        let jws = with_signature(input.clone(), &signature);
        let signing = with_key(algorithm, public);
        assert_eq!(verified(&signing, &jws, b""), Some(json!({"sub": "ada"})));
        signature[7] ^= 1;
        let changed = with_signature(input, &signature);
        assert_eq!(verified(&signing, &changed, b""), None);
    }
}
