//! Certificates that keys sign for themselves.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};

use super::*;
use crate::kms::signer::Pair;

const KEYS: [(&str, &str, &dyn VerificationAlgorithm); 3] = [
    (
        include_str!("../keyring/tests/ec.pem"),
        include_str!("../keyring/tests/ec-key.pem"),
        &ECDSA_P256_SHA256_ASN1,
    ),
    (
        include_str!("../keyring/tests/rsa.pem"),
        include_str!("../keyring/tests/rsa-key.pem"),
        &RSA_PKCS1_2048_8192_SHA256,
    ),
    (
        include_str!("../keyring/tests/ed.pem"),
        include_str!("../keyring/tests/ed-key.pem"),
        &ED25519,
    ),
];

fn pair(pem: &str) -> Pair {
    match rustls_pki_types::PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap() {
        rustls_pki_types::PrivateKeyDer::Pkcs1(key) => Pair::read_pkcs1(key.secret_pkcs1_der()),
        rustls_pki_types::PrivateKeyDer::Sec1(key) => Pair::read_sec1(key.secret_sec1_der()),
        rustls_pki_types::PrivateKeyDer::Pkcs8(key) => Pair::read_pkcs8(key.secret_pkcs8_der()),
        _ => None,
    }
    .unwrap()
}

fn certified(pair: &Pair, until: i64, hosts: &[String]) -> Certificate {
    let says = SelfSigned {
        common_name: "Küche, \"1\"",
        alternative_names: hosts,
        from: Timestamp::from_unix(1_700_000_000),
        until: Timestamp::from_unix(until),
    };
    let draft = Draft::of(&pair.public().unwrap(), says, [0xff; 16]).unwrap();
    let signature = pair.sign(draft.algorithm, &draft.input().unwrap()).unwrap();
    draft.signed(&signature).unwrap()
}

#[test]
fn rfc5280_4_1_1_3_the_signature_is_the_keys_own() {
    for (given, key, algorithm) in KEYS {
        let pair = pair(key);
        let made = certified(&pair, 1_800_000_000, &["a.example".to_owned()]);
        let (public, again) = read(&made.pem).unwrap();
        assert_eq!(Some(&public), pair.public().as_ref());
        assert_eq!(read(given).unwrap().0, public, "as OpenSSL writes it");
        assert_eq!(
            again,
            Certificate {
                given: true,
                ..made.clone()
            }
        );
        assert_eq!(made.subject, r#"CN=Küche\, \"1\""#);
        assert_eq!(made.expires.unix(), 1_800_000_000);
        let der = CertificateDer::from_pem_slice(made.pem.as_bytes()).unwrap();
        let parsed = X509::from_der(&der).unwrap();
        let body = &parsed.tbs_certificate;
        assert_eq!(
            (&body.issuer, &body.signature),
            (&body.subject, &parsed.signature_algorithm)
        );
        let key = body.subject_public_key_info.subject_public_key.raw_bytes();
        let signed = UnparsedPublicKey::new(algorithm, key);
        let verified = signed.verify(&body.to_der().unwrap(), parsed.signature.raw_bytes());
        assert!(verified.is_ok(), "{public:?}");
    }
}

#[test]
fn rfc5280_4_1_2_5_from_2050_on_years_have_four_digits() {
    let pair = pair(KEYS[0].1);
    let last = 2_524_607_999; // 2049-12-31T23:59:59Z
    for (until, four) in [(last, false), (last + 1, true)] {
        let made = certified(&pair, until, &[]);
        let der = CertificateDer::from_pem_slice(made.pem.as_bytes()).unwrap();
        let parsed = X509::from_der(&der).unwrap().tbs_certificate;
        assert_eq!(
            matches!(parsed.validity.not_after, Time::GeneralTime(_)),
            four
        );
        assert!(parsed.extensions.is_none());
        assert_eq!(made.expires.unix(), until);
    }
}
