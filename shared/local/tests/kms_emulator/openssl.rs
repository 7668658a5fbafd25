//! The `openssl` command as the other party: it verifies what the emulator signs and encrypts what
//! it decrypts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{
    DataKeyPairSpec, EncryptionAlgorithmSpec, KeySpec, KeyUsageType, MessageType,
    SigningAlgorithmSpec,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::harness::{Kms, signing_specs};
use crate::sign::digest;

const MESSAGE: &[u8] = b"header.payload";

/// A folder of files for one run of the command.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A public key as PEM, the one form that every subcommand reads.
    fn public_key(&self, spki: &[u8]) -> PathBuf {
        let text = STANDARD.encode(spki);
        let lines: Vec<_> = text
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line))
            .collect();
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        );
        self.file("public.pem", pem.as_bytes())
    }
}

fn openssl(arguments: &str, files: &[&Path]) -> Output {
    let mut command = Command::new("openssl");
    let mut files = files.iter();
    for argument in arguments.split(' ') {
        match argument {
            "@" => command.arg(files.next().expect("a file for each @")),
            other => command.arg(other),
        };
    }
    command.output().expect("the openssl command is installed")
}

/// The arguments that make openssl verify such a signature: `@` is key, signature, message in this
/// order.
fn verification(algorithm: &SigningAlgorithmSpec) -> String {
    let name = algorithm.as_str();
    if name == "ED25519_SHA_512" {
        return "pkeyutl -verify -pubin -inkey @ -sigfile @ -rawin -in @".into();
    }
    let hash = if name.ends_with("256") {
        "sha256"
    } else if name.ends_with("384") {
        "sha384"
    } else {
        "sha512"
    };
    // `digest` makes openssl insist on that salt length; with `auto` it would take any.
    let padding = if name.contains("PSS") {
        " -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest"
    } else {
        ""
    };
    format!("dgst -{hash}{padding} -verify @ -signature @ @")
}

fn verifies(
    algorithm: &SigningAlgorithmSpec,
    spki: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    let bench = Bench::new();
    let key = bench.public_key(spki);
    let (signature, message) = (bench.file("sig", signature), bench.file("message", message));
    openssl(&verification(algorithm), &[&key, &signature, &message])
        .status
        .success()
}

/// The public half of a PKCS#8 private key, both in DER.
pub(crate) fn public_of(private: &[u8]) -> Vec<u8> {
    let bench = Bench::new();
    let key = bench.file("private.der", private);
    let output = openssl("pkey -inform DER -in @ -pubout -outform DER", &[&key]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[tokio::test]
async fn openssl_verifies_every_algorithm_of_every_spec_raw_and_digest() {
    let kms = Kms::start().await;
    // OpenSSL knows ML-DSA from 3.5 on only; what AWS-LC makes of the RFC's own key is checked where tokens are.
    let known = |spec: &KeySpec| !spec.as_str().starts_with("ML_DSA_");
    for (spec, algorithms) in signing_specs().into_iter().filter(|(spec, _)| known(spec)) {
        let key = kms.key(spec.clone(), KeyUsageType::SignVerify).await;
        let public = kms.public_key(&key).await;
        for algorithm in algorithms {
            let raw = kms
                .sign(&key, algorithm.clone(), MessageType::Raw, MESSAGE)
                .await;
            assert!(
                verifies(&algorithm, &public, MESSAGE, &raw),
                "{spec} {algorithm} raw"
            );
            assert!(
                !verifies(&algorithm, &public, b"another", &raw),
                "{spec} {algorithm}"
            );
            if let Some(digest) = digest(&algorithm, MESSAGE) {
                let kind = MessageType::Digest;
                let signature = kms.sign(&key, algorithm.clone(), kind, &digest).await;
                let good = verifies(&algorithm, &public, MESSAGE, &signature);
                assert!(good, "{spec} {algorithm} digest");
            }
        }
    }
}

#[tokio::test]
async fn what_openssl_encrypts_with_oaep_256_is_decrypted() {
    let kms = Kms::start().await;
    let key = kms
        .key(KeySpec::Rsa2048, KeyUsageType::EncryptDecrypt)
        .await;
    let bench = Bench::new();
    let public = bench.public_key(&kms.public_key(&key).await);
    let secret = bench.file("secret", &[7; 64]);
    let output = openssl(
        "pkeyutl -encrypt -pubin -inkey @ -in @ -pkeyopt rsa_padding_mode:oaep \
         -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256",
        &[&public, &secret],
    );
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let call = kms
        .client
        .decrypt()
        .key_id(&key)
        .ciphertext_blob(Blob::new(output.stdout));
    let call = call.encryption_algorithm(EncryptionAlgorithmSpec::RsaesOaepSha256);
    let opened = call.send().await.unwrap();
    assert_eq!(opened.plaintext.unwrap().as_ref(), [7; 64]);
}

#[tokio::test]
async fn openssl_reads_every_data_key_pair_and_finds_the_same_public_key() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    for spec in [
        DataKeyPairSpec::Rsa2048,
        DataKeyPairSpec::Rsa3072,
        DataKeyPairSpec::Rsa4096,
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
        let made = call.send().await.unwrap();
        let public = public_of(made.private_key_plaintext.unwrap().as_ref());
        assert_eq!(public, made.public_key.unwrap().into_inner(), "{spec}");
    }
}
