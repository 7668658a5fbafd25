//! Codes of an app.

use crate::authenticator::totp::{Digits, Secret, config_url, new_secret, verify};

/// RFC 6238, Appendix B: the secret of the vectors for SHA-1.
fn secret() -> Secret {
    new_secret(*b"12345678901234567890")
}

const VECTORS: [(u64, &str); 6] = [
    (59, "94287082"),
    (1_111_111_109, "07081804"),
    (1_111_111_111, "14050471"),
    (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"),
    (20_000_000_000, "65353130"),
];

#[test]
fn rfc6238_b_the_vectors_hold_with_8_and_with_6_digits() {
    for (now, code) in VECTORS {
        let step = Some(now / 30);
        assert_eq!(verify(&secret(), code, Digits::Eight, now, None), step);
        assert_eq!(verify(&secret(), &code[2..], Digits::Six, now, None), step);
    }
}

#[test]
fn rfc6238_5_2_a_code_is_good_one_step_early_and_late_and_no_more() {
    let (then, code) = (1_234_567_890, "005924"); // the first second of its step
    let at = |now| verify(&secret(), code, Digits::Six, now, None);
    let step = Some(then / 30);
    assert_eq!((at(then - 30), at(then + 59)), (step, step));
    assert_eq!((at(then - 31), at(then + 60)), (None, None));
}

#[test]
fn rfc6238_5_2_a_code_is_good_once() {
    let (now, code) = (1_234_567_890, "005924");
    let again = |last| verify(&secret(), code, Digits::Six, now, Some(last));
    let step = now / 30;
    assert_eq!(again(step - 1), Some(step));
    assert_eq!(again(step), None);
    assert_eq!(again(step + 1), None);
    assert_eq!(again(u64::MAX), None);
}

#[test]
fn a_code_may_be_typed_with_spaces_and_is_digits_else() {
    let (now, step) = (1_234_567_890, Some(1_234_567_890 / 30));
    let typed = |code| verify(&secret(), code, Digits::Six, now, None);
    assert_eq!((typed(" 005 924 "), typed("005\u{a0}924")), (step, step));
    for other in [
        "",
        "5924",
        "0005924",
        "89005924",
        "+05924",
        "٠٠٥٩٢٤",
        "005925",
    ] {
        assert_eq!(typed(other), None, "{other}");
    }
}

#[test]
fn the_ends_of_time_do_not_panic() {
    for now in [0, 29, u64::MAX] {
        assert_eq!(verify(&secret(), "000000", Digits::Six, now, None), None);
    }
}

#[test]
fn the_url_is_one_that_apps_read() {
    let url = config_url("Example & Co", "alice@example.com", &secret(), Digits::Six);
    assert_eq!(
        *url,
        "otpauth://totp/Example%20%26%20Co:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20%26%20Co"
    );
    let url = config_url("", "ünï", &secret(), Digits::Eight);
    assert_eq!(
        *url,
        "otpauth://totp/%C3%BCn%C3%AF?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8"
    );
}

#[test]
fn a_colon_in_a_name_is_not_the_one_between_them() {
    let url = config_url("A: B", "urn:alice", &secret(), Digits::Six);
    assert!(
        url.starts_with("otpauth://totp/A%20B:urn%20alice?"),
        "{url:?}"
    );
    assert!(config_url(":", " : ", &secret(), Digits::Six).starts_with("otpauth://totp/account?"));
}

#[test]
fn a_secret_has_128_bits_and_is_not_printed() {
    assert!(Secret::from_bytes(&[0; 15]).is_none());
    let read = Secret::from_bytes(&[0xff; 16]).unwrap();
    assert_eq!(read.as_bytes(), [0xff; 16]);
    assert_eq!(*read.base32(), "77777777777777777777777774");
    assert_eq!(format!("{read:?}"), "Secret([redacted])");
}

#[test]
fn digits_are_6_or_8() {
    assert_eq!(Digits::from_count(6), Some(Digits::Six));
    assert_eq!(Digits::from_count(8).map(Digits::count), Some(8));
    assert_eq!(Digits::from_count(7), None);
}
