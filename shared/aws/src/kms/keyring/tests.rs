//! What is taken of what people bring. The PEM files were written by OpenSSL.

use provider::ports::Unfit;

use super::*;
use crate::kms::x509::read;

const EC: &str = include_str!("tests/ec.pem");
const EC_KEY: &str = include_str!("tests/ec-key.pem"); // RFC 5915, behind its `EC PARAMETERS`
const RSA: &str = include_str!("tests/rsa.pem");
const RSA_KEY: &str = include_str!("tests/rsa-key.pem"); // RFC 8017
const ED: &str = include_str!("tests/ed.pem");
const ED_KEY: &str = include_str!("tests/ed-key.pem"); // RFC 8410

#[test]
fn rfc5280_4_1_a_certificate_is_read_as_openssl_reads_it() {
    let (public, certificate) = read(&format!("\n{EC}\n")).unwrap();
    assert_eq!(public.algorithm(), Algorithm::Es256);
    assert_eq!(certificate.pem, EC.trim());
    assert_eq!(
        certificate.sha256,
        "a7:98:23:37:fc:b1:d3:9d:5b:89:53:61:bf:a6:d9:52:7d:7d:a3:4c:ad:b0:1f:66:aa:ef:fe:84:15:a9:c2:1a"
    );
    assert_eq!(
        certificate.sha1,
        "5d:40:25:7a:37:a4:af:50:c3:63:b8:78:e3:31:b7:8e:3b:0d:f4:de"
    );
    assert_eq!(certificate.expires.unix(), 4_905_671_741);
    assert_eq!(
        certificate.subject,
        r"CN=ec.example,O=Ada & Söhne\, Ltd,C=DE"
    );
    assert!(certificate.given);
}

#[test]
fn of_several_certificates_the_first_counts_and_text_around_them_does_not() {
    let chain = format!("subject=CN = rsa.example\n{RSA}{EC}");
    let (public, certificate) = read(&chain).unwrap();
    assert_eq!(
        (public.algorithm(), certificate.subject.as_str()),
        (Algorithm::Rs256, "CN=rsa.example")
    );
    assert_eq!(certificate.pem, chain.trim());
}

#[test]
fn what_is_no_certificate_that_can_be_used_is_refused() {
    let cut = EC.get(..200).unwrap();
    let lines: Vec<&str> = EC.lines().collect();
    let damaged = format!("{}\nAAAA\n{}", lines[0], lines[lines.len() - 1]);
    for (text, unfit) in [
        ("", Unfit::NoCertificate),
        ("x", Unfit::NoCertificate),
        (cut, Unfit::NoCertificate),
        (&*damaged, Unfit::NoCertificate),
        (&*format!("{EC}{EC_KEY}"), Unfit::PrivateInside),
        (include_str!("tests/small.pem"), Unfit::TooShort),
        (include_str!("tests/other-curve.pem"), Unfit::OtherKind),
    ] {
        assert_eq!(read(text).unwrap_err(), unfit, "{text}");
    }
}

#[test]
fn private_keys_of_all_forms_become_the_one_that_is_opened_again() {
    for (certificate, key) in [(EC, EC_KEY), (RSA, RSA_KEY), (ED, ED_KEY)] {
        let (public, certificate) = read(certificate).unwrap();
        let plain = private_key(&public, key).unwrap();
        let pair = Pair::parse(&public, &plain).unwrap();
        assert_eq!(
            pair.public(),
            Some(public.clone()),
            "{}",
            certificate.subject
        );
        assert!(pair.sign(public.algorithm(), b"input").is_some());
        let again = Pair::read_pkcs8(&plain).unwrap();
        assert_eq!(again.public(), Some(public));
    }
}

#[test]
fn a_private_key_that_is_none_or_another_is_refused() {
    let (public, _) = read(EC).unwrap();
    for (text, unfit) in [
        ("", Unfit::NoKey),
        (EC, Unfit::NoKey),
        (RSA_KEY, Unfit::Mismatch),
        (ED_KEY, Unfit::Mismatch),
        (include_str!("tests/ec-key-encrypted.pem"), Unfit::Encrypted),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            Unfit::NoKey,
        ),
    ] {
        assert_eq!(private_key(&public, text).unwrap_err(), unfit, "{text}");
    }
}
