//! `Sign` and `Verify`: what they accept, and what they refuse with which exception.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec};

use crate::harness::{Kms, exception, refusal, signing_specs};

/// The digest of `message` by the hash that the algorithm names; `None` if it signs no digest.
pub(crate) fn digest(algorithm: &SigningAlgorithmSpec, message: &[u8]) -> Option<Vec<u8>> {
    use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
    let hash = match algorithm.as_str() {
        "ED25519_SHA_512" | "ML_DSA_SHAKE_256" => return None,
        name if name.ends_with("SHA_256") => &SHA256,
        name if name.ends_with("SHA_384") => &SHA384,
        _ => &SHA512,
    };
    Some(digest(hash, message).as_ref().to_vec())
}

#[tokio::test]
async fn a_signature_is_valid_for_its_message_key_and_algorithm_and_nothing_else() {
    let kms = Kms::start().await;
    for (spec, algorithms) in signing_specs() {
        let key = kms.key(spec.clone(), KeyUsageType::SignVerify).await;
        for algorithm in algorithms {
            let verify = |message: &[u8], kind: MessageType, signature: &[u8]| {
                let call = kms
                    .client
                    .verify()
                    .key_id(&key)
                    .signing_algorithm(algorithm.clone());
                let call = call.message(Blob::new(message)).message_type(kind);
                call.signature(Blob::new(signature)).send()
            };
            let raw = kms
                .sign(&key, algorithm.clone(), MessageType::Raw, b"message")
                .await;
            let valid = verify(b"message", MessageType::Raw, &raw).await.unwrap();
            assert!(valid.signature_valid, "{spec} {algorithm}");
            assert_eq!(valid.signing_algorithm, Some(algorithm.clone()));
            let other = verify(b"another", MessageType::Raw, &raw)
                .await
                .unwrap_err();
            assert!(
                other
                    .into_service_error()
                    .is_kms_invalid_signature_exception(),
                "{algorithm}"
            );
            let mut broken = raw.clone();
            *broken.last_mut().unwrap() ^= 1;
            let broken = verify(b"message", MessageType::Raw, &broken)
                .await
                .unwrap_err();
            assert!(
                broken
                    .into_service_error()
                    .is_kms_invalid_signature_exception()
            );
            if let Some(digest) = digest(&algorithm, b"message") {
                let signed = kms
                    .sign(&key, algorithm.clone(), MessageType::Digest, &digest)
                    .await;
                verify(b"message", MessageType::Raw, &signed)
                    .await
                    .expect("digest, then raw");
                verify(&digest, MessageType::Digest, &raw)
                    .await
                    .expect("raw, then digest");
            }
        }
    }
}

#[tokio::test]
async fn a_digest_has_the_length_of_its_algorithm() {
    let kms = Kms::start().await;
    for (spec, algorithms) in signing_specs() {
        if matches!(spec, KeySpec::Rsa3072 | KeySpec::Rsa4096) {
            continue; // the rule does not depend on the size, and such keys take seconds
        }
        let key = kms.key(spec, KeyUsageType::SignVerify).await;
        for algorithm in algorithms {
            let right = digest(&algorithm, b"message").map(|digest| digest.len());
            for length in [1, 20, 31, 32, 33, 48, 64, 65] {
                let call = kms
                    .client
                    .sign()
                    .key_id(&key)
                    .signing_algorithm(algorithm.clone());
                let call = call.message_type(MessageType::Digest);
                let answer = call.message(Blob::new(vec![7; length])).send().await;
                match right {
                    Some(right) if right == length => drop(answer.unwrap()),
                    Some(_) => assert_eq!(
                        refusal(answer),
                        format!(
                            "ValidationException: Digest is invalid length for algorithm \
                             {algorithm}."
                        )
                    ),
                    None => assert_eq!(
                        refusal(answer),
                        format!(
                            "ValidationException: Algorithm {algorithm} requires MessageType RAW."
                        )
                    ),
                }
            }
        }
    }
}

#[tokio::test]
async fn a_message_has_from_1_to_4096_bytes() {
    let kms = Kms::start().await;
    let key = kms
        .key(KeySpec::EccNistEdwards25519, KeyUsageType::SignVerify)
        .await;
    let sign = |length: usize| {
        let call = kms.client.sign().key_id(&key);
        let call = call.signing_algorithm(SigningAlgorithmSpec::Ed25519Sha512);
        call.message(Blob::new(vec![0; length])).send()
    };
    sign(1).await.unwrap();
    sign(4096).await.unwrap();
    assert_eq!(
        refusal(sign(0).await),
        "ValidationException: 1 validation error detected: Value of 0 bytes at 'message' failed to \
         satisfy constraint: Member must have length greater than or equal to 1"
    );
    assert_eq!(
        refusal(sign(4097).await),
        "ValidationException: 1 validation error detected: Value of 4097 bytes at 'message' failed \
         to satisfy constraint: Member must have length less than or equal to 4096"
    );
}

#[tokio::test]
async fn only_a_signing_key_signs_and_only_with_its_own_algorithms() {
    let kms = Kms::start().await;
    let sign = |key: &str, algorithm: SigningAlgorithmSpec| {
        let call = kms.client.sign().key_id(key).signing_algorithm(algorithm);
        call.message(Blob::new("m")).send()
    };
    let p256 = kms
        .key(KeySpec::EccNistP256, KeyUsageType::SignVerify)
        .await;
    let unfit = sign(&p256, SigningAlgorithmSpec::EcdsaSha384).await;
    assert_eq!(
        refusal(unfit),
        "InvalidKeyUsageException: Algorithm ECDSA_SHA_384 is incompatible with key spec \
         ECC_NIST_P256."
    );
    let unfit = sign(&p256, SigningAlgorithmSpec::RsassaPssSha256)
        .await
        .unwrap_err();
    assert!(unfit.into_service_error().is_invalid_key_usage_exception());
    let symmetric = kms.symmetric().await;
    let rsa = kms
        .key(KeySpec::Rsa2048, KeyUsageType::EncryptDecrypt)
        .await;
    for key in [symmetric, rsa] {
        let answer = sign(&key, SigningAlgorithmSpec::RsassaPkcs1V15Sha256).await;
        assert_eq!(
            refusal(answer),
            format!(
                "InvalidKeyUsageException: arn:aws:kms:us-east-1:000000000000:key/{key} key usage \
                 is ENCRYPT_DECRYPT which is not valid for Sign."
            )
        );
    }
}

#[tokio::test]
async fn a_call_that_lacks_or_misnames_a_member_is_refused() {
    let kms = Kms::start().await;
    let key = kms
        .key(KeySpec::EccNistP256, KeyUsageType::SignVerify)
        .await;
    let sign = || kms.client.sign();
    let es256 = SigningAlgorithmSpec::EcdsaSha256;
    let null = |member: &str| {
        format!(
            "ValidationException: 1 validation error detected: Value null at '{member}' failed to \
             satisfy constraint: Member must not be null"
        )
    };
    let no_key = sign()
        .message(Blob::new("m"))
        .signing_algorithm(es256.clone());
    assert_eq!(refusal(no_key.send().await), null("keyId"));
    let no_message = sign().key_id(&key).signing_algorithm(es256.clone());
    assert_eq!(refusal(no_message.send().await), null("message"));
    let no_algorithm = sign().key_id(&key).message(Blob::new("m"));
    assert_eq!(refusal(no_algorithm.send().await), null("signingAlgorithm"));
    let call = || sign().key_id(&key).message(Blob::new("m"));
    let unknown = call()
        .signing_algorithm(SigningAlgorithmSpec::from("ES256"))
        .send()
        .await;
    assert_eq!(exception(unknown), "ValidationException");
    let elsewhere = call()
        .signing_algorithm(SigningAlgorithmSpec::Sm2Dsa)
        .send()
        .await;
    assert_eq!(exception(elsewhere), "UnsupportedOperationException");
    let kind = call()
        .signing_algorithm(es256.clone())
        .message_type(MessageType::from("HASH"));
    assert_eq!(exception(kind.send().await), "ValidationException");
    let verify = kms
        .client
        .verify()
        .key_id(&key)
        .message(Blob::new("m"))
        .signing_algorithm(es256);
    assert_eq!(refusal(verify.send().await), null("signature"));
}

#[tokio::test]
async fn a_disabled_key_neither_signs_nor_verifies_nor_shows_its_public_key() {
    let kms = Kms::start().await;
    let key = kms
        .key(KeySpec::EccNistP256, KeyUsageType::SignVerify)
        .await;
    let es256 = SigningAlgorithmSpec::EcdsaSha256;
    let signature = kms.sign(&key, es256.clone(), MessageType::Raw, b"m").await;
    kms.client.disable_key().key_id(&key).send().await.unwrap();
    let sign = kms.client.sign().key_id(&key).message(Blob::new("m"));
    let verify = kms.client.verify().key_id(&key).message(Blob::new("m"));
    for refused in [
        exception(sign.signing_algorithm(es256.clone()).send().await),
        exception(
            verify
                .signing_algorithm(es256)
                .signature(Blob::new(signature))
                .send()
                .await,
        ),
        exception(kms.client.get_public_key().key_id(&key).send().await),
    ] {
        assert_eq!(refused, "DisabledException");
    }
}

#[tokio::test]
async fn a_dry_run_says_what_would_have_happened() {
    let kms = Kms::start().await;
    let key = kms
        .key(KeySpec::EccNistP256, KeyUsageType::SignVerify)
        .await;
    let call = |algorithm| {
        let call = kms
            .client
            .sign()
            .key_id(&key)
            .message(Blob::new("m"))
            .dry_run(true);
        call.signing_algorithm(algorithm).send()
    };
    let fine = call(SigningAlgorithmSpec::EcdsaSha256).await.unwrap_err();
    assert!(fine.into_service_error().is_dry_run_operation_exception());
    let unfit = call(SigningAlgorithmSpec::EcdsaSha384).await;
    assert_eq!(exception(unfit), "InvalidKeyUsageException");
}
