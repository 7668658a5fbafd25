//! The fixture of an issuer: `fixture.yaml`, an application an algorithm and custody, and one whose tokens are
//! encrypted to a key that is made for the run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Algorithms a key pair may have, each to be tried in both custodies.
const ALGORITHMS: [&str; 6] = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"];

/// Writes the fixture into this folder: its file, and that of the private key the client `sealed` holds.
pub(crate) fn write(folder: &Path) -> (PathBuf, PathBuf) {
    let (fixture, private) = (folder.join("fixture.yaml"), folder.join("sealed.pem"));
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der = pair.as_der().expect("PKCS #8");
    std::fs::write(&private, pem("PRIVATE KEY", der.as_ref())).expect("the key is written");
    let public = pair.public_key().as_der().expect("SPKI");
    let text =
        include_str!("fixture.yaml").to_owned() + &generated(&pem("PUBLIC KEY", public.as_ref()));
    std::fs::write(&fixture, text).expect("the fixture is written");
    (fixture, private)
}

fn generated(public: &str) -> String {
    let mut text = application(
        "sealed",
        "signing_key: {algorithm: ES256, custody: envelope}",
    );
    let _ = writeln!(text, "      encryption_key:\n        public_key: |");
    for line in public.lines() {
        let _ = writeln!(text, "          {line}");
    }
    for algorithm in ALGORITHMS {
        for custody in ["direct", "envelope"] {
            let slug = format!("{}-{custody}", algorithm.to_lowercase());
            let key = format!("signing_key: {{algorithm: {algorithm}, custody: {custody}}}");
            text += &application(&slug, &key);
        }
    }
    text
}

fn application(slug: &str, key: &str) -> String {
    format!(
        "  - slug: {slug}\n    provider:\n      client_secret: {slug}-secret\n      \
         redirect_uris: [\"http://127.0.0.1:41999/cb\"]\n      consent: implicit\n      {key}\n"
    )
}

/// RFC 7468.
fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let encoded = STANDARD.encode(der);
    for line in encoded.as_bytes().chunks(64) {
        text += &String::from_utf8_lossy(line);
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}
