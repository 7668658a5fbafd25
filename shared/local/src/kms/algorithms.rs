//! The closed sets of the KMS API: key specs, usages and algorithms, under their wire names.

use aws_lc_rs::digest;
use aws_lc_rs::rsa::{KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING,
    ED25519, EcdsaSigningAlgorithm, ML_DSA_44, ML_DSA_44_SIGNING, ML_DSA_65, ML_DSA_65_SIGNING,
    ML_DSA_87, ML_DSA_87_SIGNING, PqdsaSigningAlgorithm, PqdsaVerificationAlgorithm,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding, VerificationAlgorithm,
};
use serde::{Deserialize, Serialize};

use super::error::{Exception, Fault};

/// How a key of ML-DSA signs, and how it is checked.
pub(crate) type MlDsa = (
    &'static PqdsaSigningAlgorithm,
    &'static PqdsaVerificationAlgorithm,
);

/// A value of one of the API's enumerations.
pub(crate) trait Member: Copy + 'static {
    /// What this emulator does.
    const SUPPORTED: &'static [Self];
    /// Names that KMS knows and this emulator does not: refused as unsupported, never as unknown.
    const ELSEWHERE: &'static [&'static str];

    /// The name on the wire.
    fn name(self) -> &'static str;

    /// Reads `value`, which stood at `member`.
    ///
    /// # Errors
    /// `UnsupportedOperationException` for a name that only KMS itself has, `ValidationException`
    /// for any other.
    fn parse(member: &str, value: &str) -> Result<Self, Fault> {
        if let Some(known) = Self::SUPPORTED.iter().find(|known| known.name() == value) {
            return Ok(*known);
        }
        if Self::ELSEWHERE.contains(&value) {
            return Err(Fault::new(
                Exception::Unsupported,
                format!("{value} at '{member}' exists in AWS KMS, but not in this emulator"),
            ));
        }
        let names = Self::SUPPORTED.iter().map(|known| known.name());
        let names: Vec<_> = names.chain(Self::ELSEWHERE.iter().copied()).collect();
        Err(Fault::violated(
            &format!("Value '{value}' at '{member}'"),
            &format!("Member must satisfy enum value set: [{}]", names.join(", ")),
        ))
    }

    /// Reads a member that must be there.
    ///
    /// # Errors
    /// `ValidationException` when it is absent, otherwise as [`Member::parse`].
    fn required(member: &str, value: Option<&str>) -> Result<Self, Fault> {
        value
            .ok_or_else(|| Fault::missing(member))
            .and_then(|value| Self::parse(member, value))
    }

    /// Reads a member that has a default.
    ///
    /// # Errors
    /// As [`Member::parse`].
    fn or(member: &str, value: Option<&str>, default: Self) -> Result<Self, Fault> {
        value.map_or(Ok(default), |value| Self::parse(member, value))
    }
}

/// Declares an enumeration with its wire names once, for serde and for [`Member`].
macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $wire:literal),+ $(,)? } elsewhere [$($other:literal),* $(,)?]) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub(crate) enum $name { $($(#[$item])* #[serde(rename = $wire)] $variant),+ }

        impl Member for $name {
            const SUPPORTED: &'static [Self] = &[$(Self::$variant),+];
            const ELSEWHERE: &'static [&'static str] = &[$($other),*];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $wire),+ }
            }
        }
    };
}

wire_enum! {
    /// What a key's material is.
    KeySpec {
        /// AES-256-GCM.
        Symmetric = "SYMMETRIC_DEFAULT",
        /// RSA, 2,048 bits.
        Rsa2048 = "RSA_2048",
        /// RSA, 3,072 bits.
        Rsa3072 = "RSA_3072",
        /// RSA, 4,096 bits.
        Rsa4096 = "RSA_4096",
        /// NIST P-256.
        P256 = "ECC_NIST_P256",
        /// NIST P-384.
        P384 = "ECC_NIST_P384",
        /// NIST P-521.
        P521 = "ECC_NIST_P521",
        /// Ed25519.
        Ed25519 = "ECC_NIST_EDWARDS25519",
        /// ML-DSA-44.
        MlDsa44 = "ML_DSA_44",
        /// ML-DSA-65.
        MlDsa65 = "ML_DSA_65",
        /// ML-DSA-87.
        MlDsa87 = "ML_DSA_87",
    }
    elsewhere [
        "ECC_SECG_P256K1", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "SM2", "ML_KEM_512",
        "ML_KEM_768", "ML_KEM_1024",
    ]
}

wire_enum! {
    /// What a key may be used for; fixed when it is made.
    KeyUsage {
        /// `Encrypt`, `Decrypt` and, on a symmetric key, the data keys.
        EncryptDecrypt = "ENCRYPT_DECRYPT",
        /// `Sign`, `Verify`.
        SignVerify = "SIGN_VERIFY",
    }
    elsewhere ["GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"]
}

wire_enum! {
    /// Where a key's material comes from.
    Origin {
        /// KMS made it.
        AwsKms = "AWS_KMS",
    }
    elsewhere ["EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"]
}

wire_enum! {
    /// How a message is signed.
    SigningAlgorithm {
        /// RS256.
        Pkcs1Sha256 = "RSASSA_PKCS1_V1_5_SHA_256",
        /// RS384.
        Pkcs1Sha384 = "RSASSA_PKCS1_V1_5_SHA_384",
        /// RS512.
        Pkcs1Sha512 = "RSASSA_PKCS1_V1_5_SHA_512",
        /// PS256: MGF1 with SHA-256, salt of 32 bytes.
        PssSha256 = "RSASSA_PSS_SHA_256",
        /// PS384: MGF1 with SHA-384, salt of 48 bytes.
        PssSha384 = "RSASSA_PSS_SHA_384",
        /// PS512: MGF1 with SHA-512, salt of 64 bytes.
        PssSha512 = "RSASSA_PSS_SHA_512",
        /// ES256, but in DER.
        EcdsaSha256 = "ECDSA_SHA_256",
        /// ES384, but in DER.
        EcdsaSha384 = "ECDSA_SHA_384",
        /// ES512, but in DER.
        EcdsaSha512 = "ECDSA_SHA_512",
        /// `EdDSA` over Ed25519 (RFC 8032 §5.1).
        Ed25519Sha512 = "ED25519_SHA_512",
        /// ML-DSA, of the key's size.
        MlDsa = "ML_DSA_SHAKE_256",
    }
    elsewhere ["ED25519_PH_SHA_512", "SM2DSA"]
}

wire_enum! {
    /// How data is encrypted.
    EncryptionAlgorithm {
        /// AES-256-GCM with the encryption context as additional data.
        Symmetric = "SYMMETRIC_DEFAULT",
        /// RSA-OAEP with SHA-1 and MGF1 with SHA-1 (JOSE's `RSA-OAEP`).
        OaepSha1 = "RSAES_OAEP_SHA_1",
        /// RSA-OAEP with SHA-256 and MGF1 with SHA-256 (JOSE's `RSA-OAEP-256`).
        OaepSha256 = "RSAES_OAEP_SHA_256",
    }
    elsewhere ["SM2PKE"]
}

wire_enum! {
    /// What `Message` holds.
    MessageType {
        /// The message itself; KMS hashes it.
        Raw = "RAW",
        /// Its digest; KMS does not hash again.
        Digest = "DIGEST",
    }
    elsewhere ["EXTERNAL_MU"]
}

wire_enum! {
    /// The length of a data key.
    DataKeySpec {
        /// 16 bytes.
        Aes128 = "AES_128",
        /// 32 bytes.
        Aes256 = "AES_256",
    }
    elsewhere []
}

impl KeySpec {
    /// The RSA size, `None` for other keys.
    pub(crate) fn rsa_size(self) -> Option<KeySize> {
        match self {
            Self::Rsa2048 => Some(KeySize::Rsa2048),
            Self::Rsa3072 => Some(KeySize::Rsa3072),
            Self::Rsa4096 => Some(KeySize::Rsa4096),
            Self::Symmetric
            | Self::P256
            | Self::P384
            | Self::P521
            | Self::Ed25519
            | Self::MlDsa44
            | Self::MlDsa65
            | Self::MlDsa87 => None,
        }
    }

    /// How a key on a NIST curve signs, `None` for other keys.
    pub(crate) fn ecdsa(self) -> Option<&'static EcdsaSigningAlgorithm> {
        match self {
            Self::P256 => Some(&ECDSA_P256_SHA256_ASN1_SIGNING),
            Self::P384 => Some(&ECDSA_P384_SHA384_ASN1_SIGNING),
            Self::P521 => Some(&ECDSA_P521_SHA512_ASN1_SIGNING),
            Self::Symmetric
            | Self::Rsa2048
            | Self::Rsa3072
            | Self::Rsa4096
            | Self::Ed25519
            | Self::MlDsa44
            | Self::MlDsa65
            | Self::MlDsa87 => None,
        }
    }

    /// How a key of ML-DSA signs and is checked, `None` for other keys.
    pub(crate) fn ml_dsa(self) -> Option<MlDsa> {
        match self {
            Self::MlDsa44 => Some((&ML_DSA_44_SIGNING, &ML_DSA_44)),
            Self::MlDsa65 => Some((&ML_DSA_65_SIGNING, &ML_DSA_65)),
            Self::MlDsa87 => Some((&ML_DSA_87_SIGNING, &ML_DSA_87)),
            Self::Symmetric
            | Self::Rsa2048
            | Self::Rsa3072
            | Self::Rsa4096
            | Self::P256
            | Self::P384
            | Self::P521
            | Self::Ed25519 => None,
        }
    }

    /// Whether KMS makes pairs of this kind for others (`GenerateDataKeyPair`).
    pub(crate) fn is_given_out(self) -> bool {
        self != Self::Symmetric && self.ml_dsa().is_none()
    }

    /// Whether KMS lets such a key be used so.
    pub(crate) fn allows(self, usage: KeyUsage) -> bool {
        match usage {
            KeyUsage::EncryptDecrypt => self == Self::Symmetric || self.rsa_size().is_some(),
            KeyUsage::SignVerify => self != Self::Symmetric,
        }
    }

    /// The algorithms such a signing key signs with.
    pub(crate) fn signing_algorithms(self) -> &'static [SigningAlgorithm] {
        use SigningAlgorithm as A;
        match self {
            Self::Symmetric => &[],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &[
                A::Pkcs1Sha256,
                A::Pkcs1Sha384,
                A::Pkcs1Sha512,
                A::PssSha256,
                A::PssSha384,
                A::PssSha512,
            ],
            Self::P256 => &[A::EcdsaSha256],
            Self::P384 => &[A::EcdsaSha384],
            Self::P521 => &[A::EcdsaSha512],
            Self::Ed25519 => &[A::Ed25519Sha512],
            Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => &[A::MlDsa],
        }
    }

    /// The algorithms such an encryption key encrypts with.
    pub(crate) fn encryption_algorithms(self) -> &'static [EncryptionAlgorithm] {
        use EncryptionAlgorithm as A;
        match self {
            Self::Symmetric => &[A::Symmetric],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &[A::OaepSha1, A::OaepSha256],
            Self::P256
            | Self::P384
            | Self::P521
            | Self::Ed25519
            | Self::MlDsa44
            | Self::MlDsa65
            | Self::MlDsa87 => &[],
        }
    }
}

impl SigningAlgorithm {
    /// The hash whose digest `MessageType` `DIGEST` expects; `None` where a digest cannot be
    /// signed.
    pub(crate) fn digest(self) -> Option<&'static digest::Algorithm> {
        match self {
            Self::Pkcs1Sha256 | Self::PssSha256 | Self::EcdsaSha256 => Some(&digest::SHA256),
            Self::Pkcs1Sha384 | Self::PssSha384 | Self::EcdsaSha384 => Some(&digest::SHA384),
            Self::Pkcs1Sha512 | Self::PssSha512 | Self::EcdsaSha512 => Some(&digest::SHA512),
            Self::Ed25519Sha512 | Self::MlDsa => None,
        }
    }

    /// The RSA padding, `None` for other keys. PSS salts are as long as the digest, as in KMS.
    pub(crate) fn rsa_padding(self) -> Option<&'static dyn RsaEncoding> {
        match self {
            Self::Pkcs1Sha256 => Some(&RSA_PKCS1_SHA256),
            Self::Pkcs1Sha384 => Some(&RSA_PKCS1_SHA384),
            Self::Pkcs1Sha512 => Some(&RSA_PKCS1_SHA512),
            Self::PssSha256 => Some(&RSA_PSS_SHA256),
            Self::PssSha384 => Some(&RSA_PSS_SHA384),
            Self::PssSha512 => Some(&RSA_PSS_SHA512),
            Self::EcdsaSha256
            | Self::EcdsaSha384
            | Self::EcdsaSha512
            | Self::Ed25519Sha512
            | Self::MlDsa => None,
        }
    }

    /// How such a signature is checked; `None` where the key says it.
    pub(crate) fn verification(self) -> Option<&'static dyn VerificationAlgorithm> {
        let of_all_keys: &'static dyn VerificationAlgorithm = match self {
            Self::Pkcs1Sha256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Pkcs1Sha384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::Pkcs1Sha512 => &RSA_PKCS1_2048_8192_SHA512,
            Self::PssSha256 => &RSA_PSS_2048_8192_SHA256,
            Self::PssSha384 => &RSA_PSS_2048_8192_SHA384,
            Self::PssSha512 => &RSA_PSS_2048_8192_SHA512,
            Self::EcdsaSha256 => &ECDSA_P256_SHA256_ASN1,
            Self::EcdsaSha384 => &ECDSA_P384_SHA384_ASN1,
            Self::EcdsaSha512 => &ECDSA_P521_SHA512_ASN1,
            Self::Ed25519Sha512 => &ED25519,
            Self::MlDsa => return None,
        };
        Some(of_all_keys)
    }
}

impl EncryptionAlgorithm {
    /// The RSA padding, `None` for the symmetric algorithm.
    pub(crate) fn oaep(self) -> Option<&'static OaepAlgorithm> {
        match self {
            Self::Symmetric => None,
            Self::OaepSha1 => Some(&OAEP_SHA1_MGF1SHA1),
            Self::OaepSha256 => Some(&OAEP_SHA256_MGF1SHA256),
        }
    }
}

impl DataKeySpec {
    /// The length in bytes.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes256 => 32,
        }
    }
}
