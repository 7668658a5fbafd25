//! Somebody else's key pairs.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
    KeyPair as _, ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair,
    PqdsaSigningAlgorithm, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Base64url of a JSON text.
pub(crate) fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

enum Held {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair, &'static str),
    Ed(Ed25519KeyPair),
    MlDsa(PqdsaKeyPair),
}

/// A key pair with its algorithm.
pub(crate) struct Pair(Held, &'static str);

impl Pair {
    pub(crate) fn es256() -> Self {
        Self::ec(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256", "ES256")
    }

    pub(crate) fn rs256() -> Self {
        Self::rsa(&RSA_PKCS1_SHA256, "RS256")
    }

    pub(crate) fn ed25519() -> Self {
        Self(Held::Ed(Ed25519KeyPair::generate().unwrap()), "EdDSA")
    }

    pub(crate) fn one_of_each() -> Vec<Self> {
        vec![
            Self::rs256(),
            Self::rsa(&RSA_PKCS1_SHA384, "RS384"),
            Self::rsa(&RSA_PKCS1_SHA512, "RS512"),
            Self::rsa(&RSA_PSS_SHA256, "PS256"),
            Self::rsa(&RSA_PSS_SHA384, "PS384"),
            Self::rsa(&RSA_PSS_SHA512, "PS512"),
            Self::es256(),
            Self::ec(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384", "ES384"),
            Self::ec(&ECDSA_P521_SHA512_FIXED_SIGNING, "P-521", "ES512"),
            Self::ed25519(),
            Self::ml_dsa(&ML_DSA_44_SIGNING, "ML-DSA-44"),
            Self::ml_dsa(&ML_DSA_65_SIGNING, "ML-DSA-65"),
            Self::ml_dsa(&ML_DSA_87_SIGNING, "ML-DSA-87"),
        ]
    }

    fn rsa(encoding: &'static dyn RsaEncoding, alg: &'static str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self(Held::Rsa(pair, encoding), alg)
    }

    fn ml_dsa(with: &'static PqdsaSigningAlgorithm, alg: &'static str) -> Self {
        Self(Held::MlDsa(PqdsaKeyPair::generate(with).unwrap()), alg)
    }

    pub(crate) fn ps256() -> Self {
        Self::rsa(&RSA_PSS_SHA256, "PS256")
    }

    fn ec(with: &'static EcdsaSigningAlgorithm, crv: &'static str, alg: &'static str) -> Self {
        Self(Held::Ec(EcdsaKeyPair::generate(with).unwrap(), crv), alg)
    }

    pub(crate) fn alg(&self) -> &'static str {
        self.1
    }

    /// The public half as it is published.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match &self.0 {
            Held::Rsa(pair, _) => {
                let key = pair.public_key();
                let n = key.modulus().big_endian_without_leading_zero().to_vec();
                let e = key.exponent().big_endian_without_leading_zero().to_vec();
                json!({"kty": "RSA", "n": text(&n), "e": text(&e)})
            }
            Held::Ec(pair, crv) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({"kty": "EC", "crv": crv, "x": text(x), "y": text(y)})
            }
            Held::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref())})
            }
            Held::MlDsa(pair) => {
                json!({"kty": "AKP", "pub": text(pair.public_key().as_ref())})
            }
        };
        jwk["kid"] = kid.into();
        jwk["alg"] = self.alg().into();
        jwk["use"] = "sig".into();
        jwk
    }

    /// The public half in its other form.
    pub(crate) fn public_der(&self) -> Vec<u8> {
        match &self.0 {
            Held::Rsa(pair, _) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
            Held::Ec(..) | Held::Ed(_) | Held::MlDsa(_) => Vec::new(),
        }
    }

    /// A JWT that is as it should be.
    pub(crate) fn token(&self, kid: &str, claims: &Value) -> String {
        self.signed(
            &json!({"alg": self.alg(), "typ": "JWT", "kid": kid}),
            claims,
        )
    }

    /// One with this header, whatever it says.
    pub(crate) fn signed(&self, header: &Value, claims: &Value) -> String {
        let input = format!("{}.{}", encoded(header), encoded(claims));
        let random = SystemRandom::new();
        let signature = match &self.0 {
            Held::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, input.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
            Held::Ec(pair, _) => pair
                .sign(&random, input.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
            Held::Ed(pair) => pair.sign(input.as_bytes()).as_ref().to_vec(),
            Held::MlDsa(pair) => {
                let mut signature = vec![0; pair.algorithm().signature_len()];
                pair.sign(input.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
