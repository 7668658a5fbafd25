//! What is on disk: keys survive, nothing half written, nothing overwritten that is not understood.

use std::fs;
use std::path::Path;

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{EncryptionAlgorithmSpec, KeySpec, KeyUsageType, MessageType};
use local::kms::Emulator;

use crate::harness::{Kms, signing_specs};

async fn open(path: &Path) -> Kms {
    Kms::serve(Emulator::open(path).unwrap()).await
}

#[tokio::test]
async fn signing_keys_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/kms.json");
    let kms = open(&path).await;
    let mut before = Vec::new();
    for (spec, algorithms) in signing_specs() {
        let key = kms.key(spec, KeyUsageType::SignVerify).await;
        let algorithm = algorithms[0].clone();
        let signature = kms
            .sign(&key, algorithm.clone(), MessageType::Raw, b"m")
            .await;
        let public = kms.public_key(&key).await;
        before.push((key, algorithm, signature, public));
    }
    kms.stop().await;
    let kms = open(&path).await;
    for (key, algorithm, signature, public) in before {
        assert_eq!(kms.public_key(&key).await, public);
        let call = kms
            .client
            .verify()
            .key_id(&key)
            .signing_algorithm(algorithm);
        let call = call.message(Blob::new("m")).signature(Blob::new(signature));
        assert!(call.send().await.unwrap().signature_valid);
    }
}

#[tokio::test]
async fn ciphertexts_and_aliases_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kms.json");
    let kms = open(&path).await;
    let rsa = kms
        .key(KeySpec::Rsa2048, KeyUsageType::EncryptDecrypt)
        .await;
    let oaep = EncryptionAlgorithmSpec::RsaesOaepSha256;
    let key = kms.symmetric().await;
    let alias = kms
        .client
        .create_alias()
        .alias_name("alias/seal")
        .target_key_id(&key);
    alias.send().await.unwrap();
    let seal = kms
        .client
        .encrypt()
        .key_id("alias/seal")
        .plaintext(Blob::new("secret"));
    let sealed = seal.encryption_context("tenant", "a").send().await.unwrap();
    let seal = kms
        .client
        .encrypt()
        .key_id(&rsa)
        .plaintext(Blob::new("for rsa"));
    let wrapped = seal
        .encryption_algorithm(oaep.clone())
        .send()
        .await
        .unwrap();
    kms.stop().await;
    let kms = open(&path).await;
    let open = kms
        .client
        .decrypt()
        .ciphertext_blob(sealed.ciphertext_blob.unwrap());
    let open = open
        .key_id("alias/seal")
        .encryption_context("tenant", "a")
        .send()
        .await;
    assert_eq!(open.unwrap().plaintext.unwrap().as_ref(), b"secret");
    let open = kms
        .client
        .decrypt()
        .ciphertext_blob(wrapped.ciphertext_blob.unwrap());
    let open = open.key_id(&rsa).encryption_algorithm(oaep).send().await;
    assert_eq!(open.unwrap().plaintext.unwrap().as_ref(), b"for rsa");
}

#[tokio::test]
async fn what_is_said_of_a_key_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kms.json");
    let kms = open(&path).await;
    let (off, dying) = (kms.symmetric().await, kms.symmetric().await);
    kms.client.disable_key().key_id(&off).send().await.unwrap();
    kms.client
        .schedule_key_deletion()
        .key_id(&dying)
        .send()
        .await
        .unwrap();
    let described = kms
        .client
        .create_key()
        .description("sealing")
        .send()
        .await
        .unwrap();
    let described = described.key_metadata.unwrap().key_id;
    let mut before = Vec::new();
    for key in [off, dying, described] {
        let answer = kms.client.describe_key().key_id(key).send().await.unwrap();
        before.push(answer.key_metadata.unwrap());
    }
    kms.stop().await;
    let kms = open(&path).await;
    for metadata in before {
        let after = kms
            .client
            .describe_key()
            .key_id(&metadata.key_id)
            .send()
            .await
            .unwrap();
        assert_eq!(after.key_metadata.unwrap(), metadata);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_alone_and_there_before_the_answer() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kms.json");
    let kms = open(&path).await;
    assert!(!path.exists(), "nothing was made, so nothing is kept");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    for _ in 0..2 {
        let key = kms.symmetric().await;
        assert!(fs::read_to_string(&path).unwrap().contains(&key));
        assert_eq!(mode(), 0o600);
    }
    kms.stop().await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    drop(Emulator::open(&path).unwrap());
    assert_eq!(
        mode(),
        0o600,
        "a copy that others could read is closed to them"
    );
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_write_leaves_the_state_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kms.json");
    let kms = open(&path).await;
    let key = kms.symmetric().await;
    kms.stop().await;
    fs::write(folder.path().join("kms.json.tmp"), "{\"format\":1,\"ke").unwrap();
    let kms = open(&path).await;
    kms.client.describe_key().key_id(&key).send().await.unwrap();
    kms.symmetric().await;
    assert!(!folder.path().join("kms.json.tmp").exists());
}

#[tokio::test]
async fn a_file_that_is_not_understood_is_reported_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kms.json");
    let kms = open(&path).await;
    kms.key(KeySpec::EccNistP256, KeyUsageType::SignVerify)
        .await;
    let key = kms.symmetric().await;
    kms.client
        .create_alias()
        .alias_name("alias/a")
        .target_key_id(&key)
        .send()
        .await
        .unwrap();
    kms.stop().await;
    let good = fs::read_to_string(&path).unwrap();
    let absent = "12345678-1234-1234-1234-123456789012";
    let target = format!("\"target\": \"{key}\"");
    for (bad, why) in [
        (String::new(), "EOF"),
        (good[..good.len() / 2].to_owned(), "EOF"),
        (
            good.replace("\"format\": 1", "\"format\": 2"),
            "its format is 2",
        ),
        (
            good.replace("ECC_NIST_P256", "ECC_NIST_P384"),
            "not a key of its spec",
        ),
        (
            good.replace("SIGN_VERIFY", "ENCRYPT_DECRYPT"),
            "usage does not fit",
        ),
        (
            good.replace("\"created\"", "\"made\""),
            "unknown field `made`",
        ),
        (
            good.replace(&target, &format!("\"target\": \"{absent}\"")),
            "alias/a points at",
        ),
        (good.replace("alias/a", "alias/aws/a"), "reserved"),
    ] {
        assert_ne!(bad, good, "the case changes something");
        fs::write(&path, &bad).unwrap();
        let error = format!("{:#}", Emulator::open(&path).unwrap_err());
        assert!(
            error.contains("kms.json cannot be read") && error.contains(why),
            "{error}"
        );
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            bad,
            "the file is as it was"
        );
    }
    fs::write(&path, good).unwrap();
    Emulator::open(&path).unwrap();
}

#[tokio::test]
async fn one_emulator_at_a_time_holds_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kms.json");
    let first = Emulator::open(&path).unwrap();
    let second = format!("{:#}", Emulator::open(&path).unwrap_err());
    assert!(second.contains("in use by another emulator"), "{second}");
    drop(first);
    Emulator::open(&path).unwrap();
}

#[tokio::test]
async fn a_change_that_cannot_be_written_is_refused_and_did_not_happen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kms.json");
    let kms = open(&path).await;
    let key = kms.symmetric().await;
    // A folder in the place of the temporary file: works for root too, whom modes do not stop.
    let obstacle = folder.path().join("kms.json.tmp");
    fs::create_dir(&obstacle).unwrap();
    let refused = kms
        .client
        .create_key()
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(refused.is_kms_internal_exception(), "{refused}");
    kms.client
        .disable_key()
        .key_id(&key)
        .send()
        .await
        .unwrap_err();
    let listed = kms.client.list_keys().send().await.unwrap();
    assert_eq!(listed.keys().len(), 1);
    let state = kms.client.describe_key().key_id(&key).send().await.unwrap();
    assert!(state.key_metadata.unwrap().enabled);
    fs::remove_dir(&obstacle).unwrap();
    kms.symmetric().await;
}

#[test]
fn neither_debug_nor_the_error_of_a_broken_file_shows_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kms.json");
    fs::write(
        &path,
        r#"{"format":1,"keys":[{"material":"c2VjcmV0LXNlY3JldA==!"}],"aliases":[]}"#,
    )
    .unwrap();
    let error = format!("{:?}", Emulator::open(&path).unwrap_err());
    assert!(
        error.contains("not base64") && !error.contains("c2Vj"),
        "{error}"
    );
    assert_eq!(format!("{:?}", Emulator::memory()), "Emulator { .. }");
}
