//! `GenerateDataKey`, `GenerateDataKeyPair`, their forms without plaintext, `GenerateRandom`.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeyPairSpec, DataKeySpec, KeySpec, KeyUsageType};

use crate::harness::{Kms, exception, refusal};

#[tokio::test]
async fn a_data_key_opens_to_what_was_given() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    for (spec, bytes, length) in [
        (Some(DataKeySpec::Aes128), None, 16),
        (Some(DataKeySpec::Aes256), None, 32),
        (None, Some(1), 1),
        (None, Some(1024), 1024),
    ] {
        let call = kms
            .client
            .generate_data_key()
            .key_id(&key)
            .set_key_spec(spec.clone());
        let call = call
            .set_number_of_bytes(bytes)
            .encryption_context("tenant", "a");
        let made = call.send().await.unwrap();
        assert_eq!(made.plaintext().unwrap().as_ref().len(), length);
        let open = || {
            kms.client
                .decrypt()
                .ciphertext_blob(made.ciphertext_blob.clone().unwrap())
        };
        let opened = open()
            .encryption_context("tenant", "a")
            .send()
            .await
            .unwrap();
        assert_eq!(opened.plaintext, made.plaintext);
        assert_eq!(exception(open().send().await), "InvalidCiphertextException");
        let call = kms
            .client
            .generate_data_key_without_plaintext()
            .key_id(&key);
        let call = call.set_key_spec(spec).set_number_of_bytes(bytes);
        let blob = call.send().await.unwrap().ciphertext_blob.unwrap();
        let opened = kms
            .client
            .decrypt()
            .ciphertext_blob(blob)
            .send()
            .await
            .unwrap();
        assert_eq!(opened.plaintext.unwrap().as_ref().len(), length);
    }
}

#[tokio::test]
async fn a_data_key_has_one_length_and_a_symmetric_key() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let make = || kms.client.generate_data_key().key_id(&key);
    let neither = make().send().await;
    let both = make()
        .key_spec(DataKeySpec::Aes256)
        .number_of_bytes(32)
        .send()
        .await;
    for answer in [neither, both] {
        assert_eq!(
            refusal(answer),
            "ValidationException: Please specify either number of bytes or key spec."
        );
    }
    for count in [0, -1, 1025] {
        let answer = make().number_of_bytes(count).send().await;
        assert_eq!(exception(answer), "ValidationException", "{count}");
    }
    let unknown = make().key_spec(DataKeySpec::from("AES_192")).send().await;
    assert_eq!(exception(unknown), "ValidationException");
    let rsa = kms
        .key(KeySpec::Rsa2048, KeyUsageType::EncryptDecrypt)
        .await;
    let signing = kms
        .key(KeySpec::EccNistP256, KeyUsageType::SignVerify)
        .await;
    for key in [rsa, signing] {
        let answer = kms
            .client
            .generate_data_key()
            .key_id(&key)
            .number_of_bytes(32)
            .send()
            .await;
        assert_eq!(exception(answer), "InvalidKeyUsageException");
        let call = kms.client.generate_data_key_pair().key_id(&key);
        let answer = call
            .key_pair_spec(DataKeyPairSpec::EccNistP256)
            .send()
            .await;
        assert_eq!(exception(answer), "InvalidKeyUsageException");
    }
}

#[tokio::test]
async fn a_data_key_pairs_private_key_opens_in_its_context_to_what_was_given() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    for spec in [
        DataKeyPairSpec::Rsa2048,
        DataKeyPairSpec::EccNistP256,
        DataKeyPairSpec::EccNistP384,
        DataKeyPairSpec::EccNistP521,
        DataKeyPairSpec::EccNistEdwards25519,
    ] {
        let call = kms
            .client
            .generate_data_key_pair()
            .key_id(&key)
            .key_pair_spec(spec.clone());
        let made = call.encryption_context("tenant", "a").send().await.unwrap();
        assert_eq!(made.key_pair_spec, Some(spec.clone()));
        let blob = made.private_key_ciphertext_blob.clone().unwrap();
        let open = || kms.client.decrypt().ciphertext_blob(blob.clone());
        let opened = open()
            .encryption_context("tenant", "a")
            .send()
            .await
            .unwrap();
        assert_eq!(opened.plaintext, made.private_key_plaintext, "{spec}");
        let elsewhere = open().encryption_context("tenant", "b").send().await;
        assert_eq!(exception(elsewhere), "InvalidCiphertextException", "{spec}");
    }
}

#[tokio::test]
async fn without_plaintext_the_private_key_comes_sealed_only() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let call = kms
        .client
        .generate_data_key_pair_without_plaintext()
        .key_id(&key);
    let made = call
        .key_pair_spec(DataKeyPairSpec::EccNistP256)
        .send()
        .await
        .unwrap();
    let blob = made.private_key_ciphertext_blob.unwrap();
    let opened = kms
        .client
        .decrypt()
        .ciphertext_blob(blob)
        .send()
        .await
        .unwrap();
    let private = opened.plaintext.unwrap();
    let public = made.public_key.unwrap();
    assert_eq!(crate::openssl::public_of(private.as_ref()), public.as_ref());
    let body = format!(r#"{{"KeyId":"{key}","KeyPairSpec":"ECC_NIST_P256"}}"#);
    let target = "TrentService.GenerateDataKeyPairWithoutPlaintext";
    let raw = crate::http::call(kms.address, target, &body).await;
    assert!(!raw.body.contains("PrivateKeyPlaintext"), "{}", raw.body);
}

#[tokio::test]
async fn a_pair_has_a_spec_of_pairs() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let make = |spec: Option<&str>| {
        let call = kms.client.generate_data_key_pair().key_id(&key);
        call.set_key_pair_spec(spec.map(DataKeyPairSpec::from))
            .send()
    };
    for spec in [
        None,
        Some("SYMMETRIC_DEFAULT"),
        Some("RSA_1024"),
        Some("ML_DSA_44"),
    ] {
        assert_eq!(
            exception(make(spec).await),
            "ValidationException",
            "{spec:?}"
        );
    }
    assert_eq!(
        exception(make(Some("SM2")).await),
        "UnsupportedOperationException"
    );
}

#[tokio::test]
async fn a_plaintext_is_never_sent_where_an_enclave_should_read_it() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let recipient = aws_sdk_kms::types::RecipientInfo::builder()
        .attestation_document(Blob::new("document"))
        .build();
    let call = kms
        .client
        .generate_data_key()
        .key_id(&key)
        .number_of_bytes(32);
    let answer = call.recipient(recipient).send().await;
    assert_eq!(exception(answer), "UnsupportedOperationException");
}

#[tokio::test]
async fn random_bytes_are_as_many_as_asked_for() {
    let kms = Kms::start().await;
    let random = |count: i32| kms.client.generate_random().number_of_bytes(count).send();
    let one = random(64).await.unwrap().plaintext.unwrap();
    let two = random(64).await.unwrap().plaintext.unwrap();
    assert_eq!(one.as_ref().len(), 64);
    assert_ne!(one, two);
    assert_eq!(
        random(1024)
            .await
            .unwrap()
            .plaintext
            .unwrap()
            .as_ref()
            .len(),
        1024
    );
    for count in [0, 1025] {
        assert_eq!(exception(random(count).await), "ValidationException");
    }
    let missing = kms.client.generate_random().send().await;
    assert_eq!(exception(missing), "ValidationException");
}
