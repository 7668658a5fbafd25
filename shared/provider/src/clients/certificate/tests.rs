//! Two certificates: `issued`, of a P-256 key, with a subject of four parts and five other names, and `rsa`. Both are
//! good from 2020 to 2044.

use protocol::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::json;

use super::*;
use crate::jwt::KeySet;

fn read(pem: &str) -> Certificate {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    Certificate::read(&der).unwrap()
}

fn issued_one() -> Certificate {
    read(include_str!("tests/issued.pem"))
}

fn rsa() -> Certificate {
    read(include_str!("tests/rsa.pem"))
}

fn is_named(set: impl Fn(&mut Metadata)) -> bool {
    let mut metadata = Metadata::default();
    set(&mut metadata);
    names_it(&issued_one(), &metadata).unwrap()
}

#[test]
fn rfc8705_2_1_2_the_subject_is_compared_as_rfc4514_writes_it() {
    let subject = |text: &str| is_named(|it| it.tls_client_auth_subject_dn = Some(text.to_owned()));
    for good in [
        r"CN=client+OU=Pay,O=Example\, Ltd.,C=DE",
        r"OU=Pay+CN=client,O=Example\2C Ltd.,C=DE",
        r"cn=client+ou=Pay,o=Example\, Ltd.,c=DE",
        r"2.5.4.3=client+OU=Pay,O=Example\, Ltd.,C=DE",
    ] {
        assert!(subject(good), "{good}");
    }
    for bad in [
        "",
        "CN=client",
        r"C=DE,O=Example\, Ltd.,CN=client+OU=Pay",
        r"CN=client,OU=Pay,O=Example\, Ltd.,C=DE",
        r"CN=client+OU=Pay,O=Example\, Ltd.",
        r"CN=Client+OU=Pay,O=Example\, Ltd.,C=DE",
        r"CN=client+OU=Pay,O=Example, Ltd.,C=DE",
        r"CN=client+CN=client,O=Example\, Ltd.,C=DE",
        r"CN=client+OU=Pay,O=Example\, Ltd.,C=DE,C=DE",
        "client",
    ] {
        assert!(!subject(bad), "{bad}");
    }
}

#[test]
fn rfc8705_2_1_2_each_other_name_is_of_its_kind() {
    let dns = |text: &str| is_named(|it| it.tls_client_auth_san_dns = Some(text.to_owned()));
    let uri = |text: &str| is_named(|it| it.tls_client_auth_san_uri = Some(text.to_owned()));
    let ip = |text: &str| is_named(|it| it.tls_client_auth_san_ip = Some(text.to_owned()));
    let email = |text: &str| is_named(|it| it.tls_client_auth_san_email = Some(text.to_owned()));
    assert!(dns("client.example.com") && !dns("example.com") && !dns("192.0.2.7"));
    assert!(uri("https://client.example.com/x") && !uri("https://client.example.com/"));
    assert!(ip("192.0.2.7") && ip("2001:db8::7") && ip("2001:0DB8:0:0:0:0:0:7"));
    assert!(!ip("192.0.2.8") && !ip("client.example.com"));
    assert!(email("ops@client.example.com") && !email("ops@example.com"));
    assert!(!dns("ops@client.example.com") && !email("client.example.com"));
}

#[test]
fn rfc8705_2_1_2_exactly_one_name_is_registered() {
    assert!(!is_named(|_| ()), "none");
    assert!(!is_named(|it| {
        it.tls_client_auth_san_dns = Some("client.example.com".to_owned());
        it.tls_client_auth_san_ip = Some("192.0.2.7".to_owned());
    }));
    assert!(!is_named(|it| {
        it.tls_client_auth_subject_dn = Some("CN=rsa".to_owned());
        it.tls_client_auth_san_dns = Some("client.example.com".to_owned());
    }));
}

#[test]
fn rfc5280_4_1_2_5_a_certificate_has_its_time() {
    let good = |at| issued_one().is_good_at(Timestamp::from_unix(at));
    assert!(good(1_900_000_000));
    assert!(!good(1_500_000_000), "not yet");
    assert!(!good(2_500_000_000), "no longer");
}

#[test]
fn rfc8705_2_2_the_certificate_is_of_one_of_the_clients_keys() {
    let ec = json!({
        "kty": "EC", "crv": "P-256", "kid": "a",
        "x": "1_sWFs4O6e83CFqDtsf2_c0r6zab3-jXMhy_K1mDz24",
        "y": "YaYDe82j_9reDsouskm726yBwkemPMih87Q4oLcWQfc",
    });
    let n = "vifW5t145k-Uk2ZYKt2EXPsDWnmg-CkpSifgzYOlbGwv1w3aYu4ktJPBMLJMR6eAmdu69BIHWjXtO6wQtlcGufaMCVrdzrnF-R2G4dN0Paor6reiaGrZZ9MpnnEasTNl0HLWxSAx_RTVaphQr5OYlzJTd7rIjtHZDdJXvuzHlEfZQPGIP-zOjOypKrDHDnGqIVMHizuKWF_XGcQVC8RfAqwFMQBHGHAvyADw-4-mTgNiO-KcUJHD7XOO2tP_smm5qFiw5cqePFjvBl0JUkLbou5cT8NoVjuX22_IrtCsAqUnVsE1V8yBNh7l5dbP9yYK1kxNPzbZFAKX7XCxsfbhTQ";
    let rsa_key = json!({"kty": "RSA", "kid": "b", "n": n, "e": "AQAB"});
    let set = |keys: &[&serde_json::Value]| KeySet::read(&json!({"keys": keys})).unwrap();
    let both = set(&[&ec, &rsa_key]);
    let (issued, rsa) = (issued_one().key().unwrap(), rsa().key().unwrap());
    assert!(both.holds(&issued) && both.holds(&rsa));
    assert!(set(&[&ec]).holds(&issued) && !set(&[&ec]).holds(&rsa));
    assert!(!set(&[&rsa_key]).holds(&issued) && !set(&[]).holds(&issued));
}

#[test]
fn what_is_no_certificate_is_nobodys() {
    for bad in [&b""[..], b"x", &[0x30, 0x03, 0x02, 0x01, 0x01]] {
        assert!(Certificate::read(bad).is_none());
    }
    let mut long = CertificateDer::from_pem_slice(include_bytes!("tests/rsa.pem"))
        .unwrap()
        .to_vec();
    long.push(0);
    assert!(Certificate::read(&long).is_none(), "nothing may follow it");
}
