//! `Encrypt` and `Decrypt`.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{EncryptionAlgorithmSpec, KeySpec, KeyUsageType};

use crate::harness::{Kms, exception};

#[tokio::test]
async fn a_ciphertext_finds_its_own_key() {
    let kms = Kms::start().await;
    let (one, two) = (kms.symmetric().await, kms.symmetric().await);
    let sealed = kms
        .client
        .encrypt()
        .key_id(&one)
        .plaintext(Blob::new("secret"))
        .send()
        .await;
    let sealed = sealed.unwrap().ciphertext_blob.unwrap();
    let open = || kms.client.decrypt().ciphertext_blob(sealed.clone());
    let opened = open().send().await.unwrap();
    assert_eq!(opened.plaintext().unwrap().as_ref(), b"secret");
    assert_eq!(
        opened.encryption_algorithm,
        Some(EncryptionAlgorithmSpec::SymmetricDefault)
    );
    assert!(opened.key_id().unwrap().ends_with(&one));
    open().key_id(&one).send().await.unwrap();
    let wrong = open()
        .key_id(&two)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(wrong.is_incorrect_key_exception(), "{wrong}");
    let absent = open().key_id("alias/absent").send().await;
    assert_eq!(exception(absent), "NotFoundException");
}

#[tokio::test]
async fn a_ciphertext_opens_in_its_own_encryption_context_only() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let call = kms
        .client
        .encrypt()
        .key_id(&key)
        .plaintext(Blob::new("secret"));
    let call = call
        .encryption_context("tenant", "a")
        .encryption_context("kid", "1");
    let sealed = call.send().await.unwrap().ciphertext_blob.unwrap();
    let open = |pairs: &[(&str, &str)]| {
        let mut call = kms.client.decrypt().ciphertext_blob(sealed.clone());
        for (key, value) in pairs {
            call = call.encryption_context(*key, *value);
        }
        call.send()
    };
    open(&[("kid", "1"), ("tenant", "a")]).await.unwrap();
    let others: [&[(&str, &str)]; 7] = [
        &[],
        &[("tenant", "a")],
        &[("tenant", "b"), ("kid", "1")],
        &[("tenant", "1"), ("kid", "a")],
        &[("tenant", "A"), ("kid", "1")],
        &[("tenant", "a"), ("kid", "1"), ("more", "")],
        &[("kid", "1tenanta")],
    ];
    for pairs in others {
        let refused = open(pairs).await.unwrap_err().into_service_error();
        assert!(refused.is_invalid_ciphertext_exception(), "{pairs:?}");
    }
}

#[tokio::test]
async fn a_changed_ciphertext_does_not_open_wherever_it_was_changed() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let sealed = kms
        .client
        .encrypt()
        .key_id(&key)
        .plaintext(Blob::new("secret"))
        .send()
        .await;
    let sealed = sealed.unwrap().ciphertext_blob.unwrap().into_inner();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let answer = kms
            .client
            .decrypt()
            .ciphertext_blob(Blob::new(changed))
            .send()
            .await;
        assert_eq!(exception(answer), "InvalidCiphertextException", "byte {at}");
        if at > 0 {
            let cut = Blob::new(&sealed[..at]);
            let answer = kms.client.decrypt().ciphertext_blob(cut).send().await;
            assert_eq!(
                exception(answer),
                "InvalidCiphertextException",
                "cut to {at}"
            );
        }
    }
}

#[tokio::test]
async fn encrypting_twice_gives_two_ciphertexts() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let seal = || {
        kms.client
            .encrypt()
            .key_id(&key)
            .plaintext(Blob::new("secret"))
            .send()
    };
    let (one, two) = (seal().await.unwrap(), seal().await.unwrap());
    assert_ne!(one.ciphertext_blob, two.ciphertext_blob);
}

#[tokio::test]
async fn lengths_are_those_of_kms() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let seal = |length: usize| {
        kms.client
            .encrypt()
            .key_id(&key)
            .plaintext(Blob::new(vec![0; length]))
            .send()
    };
    seal(1).await.unwrap();
    seal(4096).await.unwrap();
    assert_eq!(exception(seal(0).await), "ValidationException");
    assert_eq!(exception(seal(4097).await), "ValidationException");
    let long = kms
        .client
        .decrypt()
        .ciphertext_blob(Blob::new(vec![0; 6145]))
        .send()
        .await;
    assert_eq!(exception(long), "ValidationException");
    let wide = kms.client.encrypt().key_id(&key).plaintext(Blob::new("x"));
    let wide = wide.encryption_context("k", "v".repeat(8192)).send().await;
    assert_eq!(exception(wide), "ValidationException");
}

#[tokio::test]
async fn rsa_keys_encrypt_with_oaep_up_to_their_size() {
    let kms = Kms::start().await;
    let key = kms
        .key(KeySpec::Rsa2048, KeyUsageType::EncryptDecrypt)
        .await;
    for (algorithm, max) in [
        (EncryptionAlgorithmSpec::RsaesOaepSha256, 190),
        (EncryptionAlgorithmSpec::RsaesOaepSha1, 214),
    ] {
        let seal = |length: usize| {
            let call = kms
                .client
                .encrypt()
                .key_id(&key)
                .plaintext(Blob::new(vec![9; length]));
            call.encryption_algorithm(algorithm.clone()).send()
        };
        assert_eq!(exception(seal(max + 1).await), "ValidationException");
        let sealed = seal(max).await.unwrap().ciphertext_blob.unwrap();
        let open = || kms.client.decrypt().ciphertext_blob(sealed.clone());
        let open = || open().encryption_algorithm(algorithm.clone());
        let opened = open().key_id(&key).send().await.unwrap();
        assert_eq!(opened.plaintext.unwrap().into_inner(), vec![9; max]);
        assert_eq!(
            exception(open().send().await),
            "ValidationException",
            "no key id"
        );
        let context = open()
            .key_id(&key)
            .encryption_context("a", "b")
            .send()
            .await;
        assert_eq!(exception(context), "ValidationException");
    }
    let broken = kms
        .client
        .decrypt()
        .key_id(&key)
        .ciphertext_blob(Blob::new(vec![1; 256]));
    let broken = broken.encryption_algorithm(EncryptionAlgorithmSpec::RsaesOaepSha256);
    assert_eq!(exception(broken.send().await), "InvalidCiphertextException");
}

#[tokio::test]
async fn a_key_encrypts_with_its_own_algorithms_only() {
    let kms = Kms::start().await;
    let symmetric = kms.symmetric().await;
    let rsa = kms
        .key(KeySpec::Rsa2048, KeyUsageType::EncryptDecrypt)
        .await;
    let signing = kms.key(KeySpec::Rsa2048, KeyUsageType::SignVerify).await;
    let oaep = EncryptionAlgorithmSpec::RsaesOaepSha256;
    let default = EncryptionAlgorithmSpec::SymmetricDefault;
    for (key, algorithm) in [(&symmetric, &oaep), (&rsa, &default), (&signing, &oaep)] {
        let seal = kms.client.encrypt().key_id(key).plaintext(Blob::new("x"));
        let seal = seal.encryption_algorithm(algorithm.clone()).send().await;
        assert_eq!(exception(seal), "InvalidKeyUsageException", "{algorithm}");
        let open = kms
            .client
            .decrypt()
            .key_id(key)
            .ciphertext_blob(Blob::new("x"));
        let open = open.encryption_algorithm(algorithm.clone()).send().await;
        assert_eq!(exception(open), "InvalidKeyUsageException", "{algorithm}");
    }
    let unknown = kms
        .client
        .encrypt()
        .key_id(&symmetric)
        .plaintext(Blob::new("x"));
    let unknown = unknown.encryption_algorithm(EncryptionAlgorithmSpec::from("ROT13"));
    assert_eq!(exception(unknown.send().await), "ValidationException");
}
