//! Which base URL can have passkeys.

use super::*;

fn made(base: &str) -> Option<PasskeyError> {
    RelyingParty::new(&Url::parse(base).unwrap(), "Example").err()
}

#[test]
fn the_base_url_is_https_or_http_on_localhost_and_its_host_a_name() {
    for good in [
        "https://id.example.com",
        "https://id.example.com:8443/path",
        "http://localhost:8080",
        "http://acme.localhost:8080",
        "https://localhost",
    ] {
        assert_eq!(made(good), None, "{good}");
    }
    for bad in [
        "http://id.example.com",
        "http://notlocalhost",
        "http://127.0.0.1:8080",
        "https://192.0.2.1",
        "https://[::1]",
        "ftp://localhost",
        "data:text/plain,a",
    ] {
        assert_eq!(made(bad), Some(PasskeyError::BaseUrl), "{bad}");
    }
}

#[test]
fn the_relying_party_is_the_host_and_the_origin_has_the_port() {
    let base = Url::parse("http://localhost:8080/").unwrap();
    let here = RelyingParty::new(&base, "Laptop").unwrap();
    let begun = here.begin_registration(&ALICE, &[], PASSKEY).unwrap();
    assert_eq!(
        begun.options["rp"],
        json!({"name": "Laptop", "id": "localhost"})
    );
    let finish = |origin: &str| {
        let mut key = Key {
            origin: String::from(origin),
            rp_id: "localhost".to_owned(),
            ..Key::passkey()
        };
        here.finish_registration(&begun.state, &key.create(&begun.options))
    };
    assert!(finish("http://localhost:8080").is_ok());
    for other in [
        "http://localhost",
        "http://localhost:8081",
        "https://localhost:8080",
        "http://a.localhost:8080",
    ] {
        assert_eq!(finish(other).unwrap_err(), PasskeyError::Origin, "{other}");
    }
}

#[test]
fn what_is_printed_has_no_challenge() {
    let begun = begin(PASSKEY);
    assert_eq!(
        format!("{:?} {begun:?}", passkeys()),
        "RelyingParty { .. } Begun { .. }"
    );
}
